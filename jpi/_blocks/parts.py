"""Products of parts of matrices, and swaps of rows, in the memory where a matrix lies.

XLA copies a part of a matrix before it multiplies it, and a matrix of which it changes a part.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._jax import names as _jax
from jpi._jax.modes import run_compiled

Part = tuple[slice, slice]  # the rows and the columns
ALL = slice(None)
_Box = tuple[int, int, int, int]

subtract_product_p = _jax.Primitive("jpi_subtract_product")
swap_rows_p = _jax.Primitive("jpi_swap_rows")


def subtract_product(
    c: Any,
    a: Any,
    b: Any,
    *,
    of_c: Part = (ALL, ALL),
    of_a: Part = (ALL, ALL),
    of_b: Part = (ALL, ALL),
    adjoint: bool = False,
) -> Any:
    """``c``, with the product of parts of ``a`` and ``b`` subtracted from a part of it.

    The dimensions before the last two are a batch.

    Args:
        of_c, of_a, of_b: the parts.
        adjoint: multiply by the conjugate transpose of the part of ``b``.
    """
    boxes = tuple(_box(x, part) for x, part in ((c, of_c), (a, of_a), (b, of_b)))
    return subtract_product_p.bind(c, a, b, boxes=boxes, adjoint=adjoint)


def swap_rows(x: Any, pivots: Any, start: int) -> Any:
    """``x``, where row ``start + i`` is swapped with row ``start + pivots[i]``, for one i after
    the other.

    The dimensions before the last two are a batch; the pivots, of int32, have it too.
    """
    return swap_rows_p.bind(x, pivots, start=start)


def put(x: Any, part: Part, values: Any) -> Any:
    """``x`` with other values in a part of it."""
    top, _, left, _ = _box(x, part)
    start = (0,) * (x.ndim - 2)
    return lax.dynamic_update_slice(x, values, (*start, top, left))


def _box(x: Any, part: Part) -> _Box:
    spans = [s.indices(n)[:2] for s, n in zip(part, x.shape[-2:], strict=True)]
    (top, bottom), (left, right) = spans
    return top, max(top, bottom), left, max(left, right)


def _cut(x: Any, box: _Box) -> Any:
    top, bottom, left, right = box
    return x[..., top:bottom, left:right]


def _subtract_by_xla(c: Any, a: Any, b: Any, *, boxes: Sequence[_Box], adjoint: bool) -> Any:
    a, b = _cut(a, boxes[1]), _cut(b, boxes[2])
    b = jnp.conj(jnp.swapaxes(b, -1, -2)) if adjoint else b
    product = jnp.matmul(a, b, precision=lax.Precision.HIGHEST)
    top, _, left, _ = boxes[0]
    return put(c, (slice(top, None), slice(left, None)), _cut(c, boxes[0]) - product)


def _swap_by_xla(x: Any, pivots: Any, *, start: int) -> Any:
    order = lax.linalg.lu_pivots_to_permutation(pivots, x.shape[-2] - start)
    swapped = jnp.take_along_axis(x[..., start:, :], order[..., None], axis=-2)
    return put(x, (slice(start, None), ALL), swapped)


def _first(operands: Sequence[Any], dims: Sequence[Any]) -> list[Any]:
    """The operands with the batch as their first dimension."""
    size = next(x.shape[d] for x, d in zip(operands, dims, strict=True) if d is not None)
    return [
        jnp.broadcast_to(x, (size, *x.shape)) if d is None else jnp.moveaxis(x, d, 0)
        for x, d in zip(operands, dims, strict=True)
    ]


for _primitive, _by_xla in ((subtract_product_p, _subtract_by_xla), (swap_rows_p, _swap_by_xla)):
    _primitive.def_abstract_eval(lambda x, *others, **params: x)
    _jax.batching.primitive_batchers[_primitive] = (
        lambda operands, dims, _bind=_primitive.bind, **params: (
            _bind(*_first(operands, dims), **params),
            0,
        )
    )
    _jax.mlir.register_lowering(_primitive, _jax.mlir.lower_fun(_by_xla, multiple_results=False))

run_compiled(subtract_product_p, "boxes", "adjoint")
run_compiled(swap_rows_p, "start")
