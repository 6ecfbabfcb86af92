"""The steps of a QR factorization by blocks of reflections, in place, by a rank with dealt rows.

Row i of the rows that a rank has of a panel is row i * ranks + rank of it. On a CPU
native/local/reflections.h calls the LAPACK of SciPy, as jaxlib does.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._blocks.boxes import Box
from jpi._blocks.local_primitives import register, same_type
from jpi._blocks.parts import dot, put
from jpi._blocks.signed_lu import signed_lu
from jpi._jax import names as _jax

factor_rows_p = _jax.Primitive("jpi_factor_rows")
store_reflections_p = _jax.Primitive("jpi_store_reflections")
load_reflections_p = _jax.Primitive("jpi_load_reflections")
make_units_p = _jax.Primitive("jpi_make_units")
factor_rows_p.multiple_results = True
store_reflections_p.multiple_results = True


def factor_rows(x: Any, box: Box) -> tuple[Any, Any]:
    """Q and R of a part of ``x``, with no negative numbers on R's diagonal."""
    return tuple(factor_rows_p.bind(x, box=box))


def store_reflections(
    x: Any,
    tops: Any,
    q: Any,
    factors: Any,
    r: Any,
    *,
    box: Box,
    rank: int,
    ranks: int,
    is_last_row: bool,
) -> tuple[Any, Any]:
    """``x`` with V of a panel's reflections I - V T V^H below its diagonal, R from there on; and T.

    Args:
        tops: the first rows of the panel's Q, those of one rank below those of another.
        q, factors: their product is this rank's rows of the panel's Q.
        r: the panel's R, with no negative numbers on its diagonal.
        is_last_row: whether the last row of the panel is that of the matrix.
    """
    params = {"box": box, "rank": rank, "ranks": ranks, "is_last_row": is_last_row}
    return tuple(store_reflections_p.bind(x, tops, q, factors, r, **params))


def load_reflections(x: Any, box: Box, rank: int, ranks: int) -> Any:
    """V, which `store_reflections` wrote to a part of ``x``: ones on its diagonal, zeros above."""
    return load_reflections_p.bind(x, box=box, rank=rank, ranks=ranks)


def make_units(x: Any, box: Box, rank: int, ranks: int) -> Any:
    """``x``, with the columns of a part those of the identity matrix, above the part too."""
    return make_units_p.bind(x, box=box, rank=rank, ranks=ranks)


def _factor_by_xla(x: Any, *, box: Box) -> list[Any]:
    top, bottom, left, right = box
    q, r = lax.linalg.qr(x[..., top:bottom, left:right], full_matrices=False)
    diagonal = jnp.diagonal(r, axis1=-2, axis2=-1)
    signs = jnp.where(jnp.real(diagonal) < 0, -1, 1).astype(x.dtype)
    return [q * signs[..., None, :], r * signs[..., None]]


def _factor_types(x: Any, *, box: Box) -> list[Any]:
    top, bottom, left, right = box
    rows, columns = bottom - top, right - left
    count, batch = min(rows, columns), x.shape[:-2]
    return [x.update(shape=(*batch, rows, count)), x.update(shape=(*batch, count, columns))]


def _store_by_xla(
    x: Any,
    tops: Any,
    q: Any,
    factors: Any,
    r: Any,
    *,
    box: Box,
    rank: int,
    ranks: int,
    is_last_row: bool,
) -> list[Any]:
    *batch, count, b = tops.shape
    held = count // ranks
    in_order = jnp.swapaxes(tops.reshape(*batch, ranks, held, b), -3, -2).reshape(*batch, count, b)
    signs, lu = signed_lu(in_order[..., :b, :], is_last_row)
    upper, is_diagonal = jnp.triu(lu), jnp.eye(b, dtype=bool)
    # a row that is not reflected has a pivot of 0
    divisor = jnp.where(is_diagonal & (upper == 0), 1, upper)
    right = lax.linalg.triangular_solve(divisor, factors, lower=False)
    matrix = lax.linalg.triangular_solve(
        *(lu, -upper * signs[..., None, :]),
        lower=True,
        transpose_a=True,
        conjugate_a=True,
        unit_diagonal=True,
    )
    packed = jnp.tril(lu, -1) + signs[..., None] * r
    rows = -(-(b - rank) // ranks)
    vectors = dot(q, right)
    own = (
        lax.slice_in_dim(packed, rank, b, stride=ranks, axis=-2) if rows > 0 else packed[..., :0, :]
    )
    panel = jnp.concatenate([own, vectors[..., max(rows, 0) :, :]], -2)
    return [put(x, (slice(box[0], None), slice(box[2], None)), panel), jnp.triu(matrix)]


def _store_types(x: Any, tops: Any, *others: Any, **params: Any) -> list[Any]:
    b = tops.shape[-1]
    return [x, x.update(shape=(*x.shape[:-2], b, b))]


def _load_by_xla(x: Any, *, box: Box, rank: int, ranks: int) -> Any:
    top, bottom, left, right = box
    row = (jnp.arange(bottom - top) * ranks + rank)[:, None]
    column = jnp.arange(right - left)
    part = x[..., top:bottom, left:right]
    return jnp.where(row > column, part, (row == column).astype(x.dtype))


def _load_type(x: Any, *, box: Box, **params: Any) -> Any:
    top, bottom, left, right = box
    return x.update(shape=(*x.shape[:-2], bottom - top, right - left))


def _units_by_xla(x: Any, *, box: Box, rank: int, ranks: int) -> Any:
    top, bottom, left, right = box
    row = (jnp.arange(-top, bottom - top) * ranks + rank)[:, None]
    units = (row == jnp.arange(right - left)).astype(x.dtype)
    units = jnp.broadcast_to(units, (*x.shape[:-2], *units.shape))
    return put(x, (slice(0, None), slice(left, None)), units)


register(factor_rows_p, "jpi_factor_rows", _factor_by_xla, "box", types=_factor_types)
register(
    store_reflections_p,
    "jpi_store_reflections",
    _store_by_xla,
    *("box", "rank", "ranks", "is_last_row"),
    types=_store_types,
    is_in_place=True,
)
register(
    load_reflections_p,
    "jpi_load_reflections",
    _load_by_xla,
    *("box", "rank", "ranks"),
    types=_load_type,
)
register(
    make_units_p,
    "jpi_make_units",
    _units_by_xla,
    *("box", "rank", "ranks"),
    types=same_type,
    is_in_place=True,
)
