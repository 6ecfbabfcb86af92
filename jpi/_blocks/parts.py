"""Products of parts of matrices, and triangular systems, where a matrix lies.

XLA copies a part of a matrix before it multiplies it or solves for it. On a CPU
native/local/matrix.h works in the memory of the matrix, with the BLAS that jaxlib calls, SciPy's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._blocks.boxes import Box
from jpi._blocks.local_primitives import register, same_type
from jpi._jax import names as _jax

Part = tuple[slice, slice]  # the rows and the columns
ALL = slice(None)

product_p = _jax.Primitive("jpi_product")
subtract_product_p = _jax.Primitive("jpi_subtract_product")
solve_triangle_p = _jax.Primitive("jpi_solve_triangle")
substitute_p = _jax.Primitive("jpi_substitute")


def product(
    a: Any, b: Any, *, of_a: Part = (ALL, ALL), of_b: Part = (ALL, ALL), is_adjoint: bool = False
) -> Any:
    """The product of a part of ``a``, or of its adjoint, and a part of ``b``.

    The dimensions before the last two are a batch.
    """
    box_of_a, box_of_b = _box(a, of_a), _box(b, of_b)
    first, last = box_of_a[2:] if is_adjoint else box_of_a[:2]
    whole = 0, last - first, 0, box_of_b[3] - box_of_b[2]
    return product_p.bind(a, b, boxes=(whole, box_of_a, box_of_b), is_adjoint=is_adjoint)


def subtract_product(
    c: Any,
    a: Any,
    b: Any,
    *,
    of_c: Part = (ALL, ALL),
    of_a: Part = (ALL, ALL),
    of_b: Part = (ALL, ALL),
) -> Any:
    """``c``, with the product of parts of ``a`` and ``b`` subtracted from a part of it.

    The dimensions before the last two are a batch.

    Args:
        of_c, of_a, of_b: the parts.
    """
    boxes = tuple(_box(x, part) for x, part in ((c, of_c), (a, of_a), (b, of_b)))
    return subtract_product_p.bind(c, a, b, boxes=boxes)


def solve_triangle(
    t: Any,
    x: Any,
    *,
    of_t: Part = (ALL, ALL),
    of_x: Part = (ALL, ALL),
    lower: bool,
    unit_diagonal: bool = False,
) -> Any:
    """``x``, where the solution of a system T X = B has taken the place of a part B.

    The dimensions before the last two are a batch.

    Args:
        of_t: the part T of ``t``, a triangle of which is used, the lower one or the upper one.
        unit_diagonal: the numbers on the diagonal of T count as 1.
    """
    boxes = _box(x, of_x), _box(t, of_t)
    return solve_triangle_p.bind(x, t, boxes=boxes, lower=lower, unit_diagonal=unit_diagonal)


def substitute(x: Any, panel: Any, start: int, *, lower: bool, unit_diagonal: bool) -> Any:
    """``x`` with rows from ``start`` on of the solution X of T X = B in the place of those of B.

    The dimensions before the last two are a batch.

    Args:
        panel: as many rows of T, and of them the columns up to the diagonal, or from there on if T
            is upper; the part of X that the others need is known.
        unit_diagonal: the numbers on the diagonal of T count as 1.
    """
    params = {"start": start, "lower": lower, "unit_diagonal": unit_diagonal}
    return substitute_p.bind(x, panel, **params)


def dot(a: Any, b: Any) -> Any:
    """The product of whole matrices, by XLA, in full precision on every platform."""
    return jnp.matmul(a, b, precision=lax.Precision.HIGHEST)


def put(x: Any, part: Part, values: Any) -> Any:
    """``x`` with other values in a part of it."""
    top, _, left, _ = _box(x, part)
    start = (0,) * (x.ndim - 2)
    return lax.dynamic_update_slice(x, values, (*start, top, left))


def _box(x: Any, part: Part) -> Box:
    spans = [s.indices(n)[:2] for s, n in zip(part, x.shape[-2:], strict=True)]
    (top, bottom), (left, right) = spans
    return top, max(top, bottom), left, max(left, right)


def _cut(x: Any, box: Box) -> Any:
    top, bottom, left, right = box
    return x[..., top:bottom, left:right]


def _product_by_xla(a: Any, b: Any, *, boxes: Sequence[Box], is_adjoint: bool) -> Any:
    a, b = _cut(a, boxes[1]), _cut(b, boxes[2])
    if is_adjoint:
        a = jnp.conj(jnp.swapaxes(a, -1, -2))
    return dot(a, b)


def _product_type(a: Any, b: Any, *, boxes: Sequence[Box], **params: Any) -> Any:
    _, rows, _, columns = boxes[0]
    return a.update(shape=(*a.shape[:-2], rows, columns))


def _subtract_by_xla(c: Any, a: Any, b: Any, *, boxes: Sequence[Box]) -> Any:
    found = dot(_cut(a, boxes[1]), _cut(b, boxes[2]))
    top, _, left, _ = boxes[0]
    return put(c, (slice(top, None), slice(left, None)), _cut(c, boxes[0]) - found)


def _solve_by_xla(x: Any, t: Any, *, boxes: Sequence[Box], **params: Any) -> Any:
    top, _, left, _ = boxes[0]
    part = lax.linalg.triangular_solve(
        _cut(t, boxes[1]), _cut(x, boxes[0]), left_side=True, **params
    )
    return put(x, (slice(top, None), slice(left, None)), part)


def _substitute_by_xla(x: Any, panel: Any, *, start: int, lower: bool, unit_diagonal: bool) -> Any:
    height, width = panel.shape[-2:]
    corner, others = (
        (width - height, slice(0, width - height)) if lower else (0, slice(height, width))
    )
    first = 0 if lower else start + height
    known = x[..., first : first + width - height, :]
    product = dot(panel[..., others], known)
    rows = lax.linalg.triangular_solve(
        panel[..., corner : corner + height],
        x[..., start : start + height, :] - product,
        left_side=True,
        lower=lower,
        unit_diagonal=unit_diagonal,
    )
    return put(x, (slice(start, None), ALL), rows)


register(
    product_p,
    "jpi_product",
    _product_by_xla,
    *("boxes", "is_adjoint"),
    types=_product_type,
)
register(
    subtract_product_p,
    "jpi_subtract_product",
    _subtract_by_xla,
    "boxes",
    types=same_type,
    is_in_place=True,
)
register(
    solve_triangle_p,
    "jpi_solve_triangle",
    _solve_by_xla,
    *("boxes", "lower", "unit_diagonal"),
    types=same_type,
    is_in_place=True,
)
register(
    substitute_p,
    "jpi_substitute",
    _substitute_by_xla,
    *("start", "lower", "unit_diagonal"),
    types=same_type,
    is_in_place=True,
)
