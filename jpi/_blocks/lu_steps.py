"""The steps of an LU factorization with partial pivoting, in place, by a rank with whole columns.

On a CPU native/local/lu.h calls the LAPACK of SciPy, as jaxlib does.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._blocks.boxes import Box
from jpi._blocks.local_primitives import register, same_type
from jpi._blocks.parts import dot, put
from jpi._jax import names as _jax

factor_panel_p = _jax.Primitive("jpi_factor_panel")
factor_panel_p.multiple_results = True
apply_panel_p = _jax.Primitive("jpi_apply_panel")


def factor_panel(x: Any, box: Box) -> tuple[Any, Any]:
    """Factors a part of ``x`` that has all rows which are left.

    Returns ``x`` with the factors in their place, and for each matrix of the batch a vector of its
    dtype: the factors by rows, and the pivots. Row i of the part was swapped with row pivots[i].
    """
    return tuple(factor_panel_p.bind(x, box=box))


def apply_panel(x: Any, message: Any, own: Box, columns: int) -> Any:
    """``x`` after a panel is factored that has all rows which are left.

    Its rows are swapped. Its columns after the panel get their rows of U, and the product of the
    panel with these is subtracted from the rows below.

    Args:
        message: the panel and its pivots, from `factor_panel`.
        own: the part of ``x`` that the panel takes, with no columns where another rank has it.
        columns: those of the panel.
    """
    return apply_panel_p.bind(x, message, own=own, columns=columns)


def _factor_by_xla(x: Any, *, box: Box) -> list[Any]:
    top, bottom, left, right = box
    factors, pivots, _ = lax.linalg.lu(x[..., top:bottom, left:right])
    flat = factors.reshape(*x.shape[:-2], (bottom - top) * (right - left))
    message = jnp.concatenate([flat, pivots.astype(x.dtype)], -1)
    return [put(x, (slice(top, None), slice(left, None)), factors), message]


def _apply_by_xla(x: Any, message: Any, *, own: Box, columns: int) -> Any:
    top, bottom, left, right = own
    height, count = bottom - top, min(bottom - top, columns)
    panel, pivots = jnp.split(message, [height * columns], -1)
    panel, pivots = panel.reshape(*x.shape[:-2], height, columns), jnp.real(pivots).astype("int32")
    order = lax.linalg.lu_pivots_to_permutation(pivots, height)
    swapped = jnp.take_along_axis(x[..., top:, :], order[..., None], axis=-2)
    swapped = put(swapped, (slice(0, None), slice(left, None)), x[..., top:, left:right])
    x = put(x, (slice(top, None), slice(0, None)), swapped)
    upper = lax.linalg.triangular_solve(
        panel[..., :count, :count],
        x[..., top : top + count, right:],
        left_side=True,
        lower=True,
        unit_diagonal=True,
    )
    product = dot(panel[..., count:, :count], upper)
    x = put(x, (slice(top, None), slice(right, None)), upper)
    rest = slice(top + count, None), slice(right, None)
    return put(x, rest, x[..., rest[0], rest[1]] - product)


def _factor_types(x: Any, *, box: Box) -> list[Any]:
    top, bottom, left, right = box
    height, width = bottom - top, right - left
    return [x, x.update(shape=(*x.shape[:-2], height * width + min(height, width)))]


register(
    factor_panel_p,
    "jpi_factor_panel",
    _factor_by_xla,
    "box",
    types=_factor_types,
    is_in_place=True,
)
register(
    apply_panel_p,
    "jpi_apply_panel",
    _apply_by_xla,
    *("own", "columns"),
    types=same_type,
    is_in_place=True,
)
