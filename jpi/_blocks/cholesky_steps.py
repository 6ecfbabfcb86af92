"""The steps of a Cholesky factorization, in place, by a rank that has whole rows of a matrix.

The factor takes the place of the lower triangle. The blocks on the diagonal are kept up to date, so
that the next one can be factored as soon as its rows are known: nobody waits for more than that.
On a CPU native/local/cholesky.h calls the LAPACK of SciPy, as jaxlib does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._blocks.boxes import Box
from jpi._blocks.local_primitives import register, same_type
from jpi._blocks.parts import dot, put
from jpi._jax import names as _jax

factor_block_p = _jax.Primitive("jpi_factor_block")
factor_block_p.multiple_results = True
eliminate_p = _jax.Primitive("jpi_eliminate")
mark_failed_p = _jax.Primitive("jpi_mark_failed")


def factor_block(x: Any, box: Box) -> tuple[Any, Any, Any]:
    """Factors a block on the diagonal, whose rows of the factor are known up to there.

    Returns ``x`` with the factor of the block in its place, and zeros above its diagonal; the rows
    of the factor, up to the diagonal; and for each matrix of the batch an int32, which is not 0 if
    the block has no factor. As in LAPACK, a block with NaN in it has one, with NaN.
    """
    return tuple(factor_block_p.bind(x, box=box))


def eliminate(x: Any, panel: Any, first: int, diagonal: Sequence[Box]) -> Any:
    """``x`` after a panel of rows of the factor is known.

    Its rows from ``first`` on get their columns of the factor that ``panel`` has on the diagonal,
    and what these subtract is subtracted from the blocks ``diagonal`` of these rows.

    Args:
        panel: the rows of the factor up to the diagonal, which is at its end.
    """
    return eliminate_p.bind(x, panel, first=first, diagonal=tuple(diagonal))


def mark_failed(x: Any, failures: Any) -> Any:
    """``x``, with NaN in each matrix of the batch for which ``failures`` has not 0."""
    return mark_failed_p.bind(x, failures)


def _factor_by_xla(x: Any, *, box: Box) -> list[Any]:
    top, bottom, left, right = box
    given = jnp.tril(x[..., top:bottom, left:right])
    factor = lax.linalg.cholesky(given, symmetrize_input=False)
    failures = jnp.isnan(factor).any((-2, -1)) & ~jnp.isnan(given).any((-2, -1))
    x = put(x, (slice(top, None), slice(left, None)), factor)
    return [x, x[..., top:bottom, :right], failures.astype(jnp.int32)]


def _factor_types(x: Any, *, box: Box) -> list[Any]:
    top, bottom, _, right = box
    panel = x.update(shape=(*x.shape[:-2], bottom - top, right))
    return [x, panel, x.update(shape=x.shape[:-2], dtype=jnp.dtype("int32"))]


def _eliminate_by_xla(x: Any, panel: Any, *, first: int, diagonal: Sequence[Box]) -> Any:
    height, stop = panel.shape[-2:]
    start = stop - height
    upper = jnp.conj(jnp.swapaxes(panel, -1, -2))
    below = x[..., first:, start:stop] - dot(x[..., first:, :start], upper[..., :start, :])
    corner = panel[..., start:]
    columns = lax.linalg.triangular_solve(
        corner, below, left_side=False, lower=True, transpose_a=True, conjugate_a=True
    )
    x = put(x, (slice(first, None), slice(start, None)), columns)
    for top, bottom, left, right in diagonal:
        rows = x[..., top:bottom, start:stop]
        rest = x[..., top:bottom, left:right] - dot(rows, jnp.conj(jnp.swapaxes(rows, -1, -2)))
        x = put(x, (slice(top, None), slice(left, None)), rest)
    return x


def _mark_by_xla(x: Any, failures: Any) -> Any:
    return jnp.where((failures != 0)[..., None, None], jnp.nan, x).astype(x.dtype)


register(
    factor_block_p,
    "jpi_factor_block",
    _factor_by_xla,
    "box",
    types=_factor_types,
    is_in_place=True,
)
register(
    eliminate_p,
    "jpi_eliminate",
    _eliminate_by_xla,
    *("first", "diagonal"),
    types=same_type,
    is_in_place=True,
)
register(mark_failed_p, "jpi_mark_failed", _mark_by_xla, types=same_type, is_in_place=True)
