"""eigh of matrices that no rank holds: tridiagonal by reflections, then divided and solved.

The reduction takes 4/3 n^3 operations, half of them in products with one vector, the solution at
most 4/3 n^3 and the vectors 2 n^3, all shared by the ranks. A division of the spectrum by polar
decompositions, which needs no products with vectors, takes about 10 times as many (Nakatsukasa,
Higham, "Stable and efficient spectral divide and conquer algorithms", 2013).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import Array

from jpi._blocks.dealt_rows import adjoint, collect, deal, dealt, row_numbers
from jpi._blocks.divide import eigenpairs
from jpi._blocks.tridiagonal import padded_size, transformed, tridiagonal
from jpi._evaluation.registry import Call
from jpi._evaluation.values import Value
from jpi._mpi.comm import Comm
from jpi._primitives.reductions import allreduce_p
from jpi._rules._by_rows import ROWS, WHOLE, by_rows
from jpi._rules._matrices import SMALL_SPECTRAL, factorization
from jpi._rules.linalg import each_matrix


@factorization("eigh")
def eigh(
    call: Call, value: Value, *, lower: bool, subset_by_index: Any = None, **params: Any
) -> Sequence[Value]:
    size = value.shape[-1]
    if subset_by_index not in (None, (0, size)):
        return each_matrix(call, [value], (2,))

    def algorithm(block: Any, comm: Comm) -> list[Any]:
        values, vectors = hermitian_eigenpairs(deal(block, comm, size), comm, size, lower)
        return [collect(vectors, comm, size), values]

    return by_rows(call, value, algorithm, [ROWS, WHOLE], SMALL_SPECTRAL)


def hermitian_eigenpairs(
    rows: Array, comm: Comm, size: int, lower: bool = True
) -> tuple[Array, Array]:
    """The eigenvalues, in order, and the dealt rows of the vectors.

    Args:
        rows: the dealt rows of the matrix, of which one triangle is used.
    """
    padded = padded_size(size, comm)
    below = dealt(padded, comm) - rows.shape[0]
    rows = jnp.pad(rows, ((0, below), (0, padded - size)))
    rows = _hermitian(rows, comm, lower)
    largest = jnp.max(jnp.abs(rows))
    if comm.size > 1:
        largest = allreduce_p.bind(largest, comm=comm, op="MAX")
    scale = jnp.where(largest > 0, largest, 1)
    reduced = tridiagonal((rows / scale).astype(rows.dtype), comm, size)
    values, vectors = eigenpairs(reduced.diagonal, reduced.below, comm)
    return values * scale, transformed(reduced.stages, vectors.astype(rows.dtype), comm)


def _hermitian(rows: Array, comm: Comm, lower: bool) -> Array:
    """The Hermitian matrix with the lower or upper triangle of ``rows``."""
    row = row_numbers(rows.shape[0], comm)[:, None]
    column = jnp.arange(rows.shape[1])
    is_used = column < row if lower else column > row
    diagonal = jnp.real(rows).astype(rows.dtype)
    return jnp.where(is_used, rows, jnp.where(row == column, diagonal, adjoint(rows, comm)))
