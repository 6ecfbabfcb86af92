"""svd: tall matrices by their triangular factor, others by a bidiagonal matrix.

A = Q B P^H with B bidiagonal. That takes 8/3 n^3 operations, half of them in products with one
vector, the vectors of B at most 8/3 n^3 and those of A 4 n^3, all shared by the ranks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import Array

from jpi._blocks.bidiagonal import bidiagonal
from jpi._blocks.dealt_rows import collect, deal, dealt, row_numbers
from jpi._blocks.divide_bidiagonal import singular_vectors
from jpi._blocks.householder import factor, q_times, triangle, unit_columns
from jpi._blocks.tridiagonal import padded_size, transformed
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Value
from jpi._mpi.comm import Comm
from jpi._primitives.reductions import allreduce_p
from jpi._rules._by_rows import COLUMNS, ROWS, WHOLE, by_rows
from jpi._rules._matrices import SMALL_SPECTRAL
from jpi._rules._tall import is_tall, tall_svd
from jpi._rules.linalg import each_matrix


@rule("svd")
def svd(
    call: Call,
    value: Value,
    *,
    full_matrices: bool,
    compute_uv: bool,
    subset_by_index: Any = None,
    **params: Any,
) -> Sequence[Value]:
    rows, columns = value.shape[-2:]
    if subset_by_index not in (None, (0, min(rows, columns))):
        return each_matrix(call, [value], (2,))
    if not (full_matrices and compute_uv):
        if is_tall(call, value, rows=-2, columns=-1):
            return tall_svd(call, value, is_wide=False)
        if is_tall(call, value, rows=-1, columns=-2):
            return tall_svd(call, value, is_wide=True)
    kinds = [WHOLE, ROWS, COLUMNS][: len(call.results)]
    is_wide = columns > rows
    shape = (columns, rows) if is_wide else (rows, columns)

    def algorithm(block: Array, comm: Comm) -> list[Array]:
        long = jnp.conj(block.T) if is_wide else block
        values, left, right = _factors(
            deal(long, comm, shape[0]), comm, shape, full_matrices, compute_uv
        )
        if not compute_uv:
            return [values]
        left, right = collect(left, comm, shape[0]), collect(right, comm, shape[1])
        if is_wide:
            left, right = right, left
        return [values, left, jnp.conj(right.T)]

    return by_rows(
        call, value, algorithm, kinds, SMALL_SPECTRAL, operand=COLUMNS if is_wide else ROWS
    )


def _factors(
    a: Array, comm: Comm, shape: tuple[int, int], full_matrices: bool, compute_uv: bool
) -> tuple[Array, Array, Array]:
    """The singular values, and the dealt rows of U and V, of a matrix with as many rows or more."""
    rows, columns = shape
    if rows == columns:
        return _square_factors(a, comm, columns, compute_uv)
    factored = factor(a, comm, shape)
    held = dealt(columns, comm)
    r = triangle(factored.packed[:held], row_numbers(held, comm))
    values, left, right = _square_factors(r, comm, columns, compute_uv)
    if not compute_uv:
        return values, left, right
    count, kept = dealt(rows, comm), rows if full_matrices else columns
    more = kept - columns
    index = row_numbers(count, comm)[:, None]
    left = jnp.pad(left, ((0, count - left.shape[0]), (0, more)))
    left = jnp.where(index < columns, left, unit_columns(count, comm, kept, left.dtype))
    left = jnp.where((index < columns) | (jnp.arange(kept) >= columns), left, 0)
    return values, q_times(factored, left, comm), right


def _square_factors(
    a: Array, comm: Comm, size: int, compute_uv: bool
) -> tuple[Array, Array, Array]:
    padded = padded_size(size, comm)
    a = jnp.pad(a, ((0, dealt(padded, comm) - a.shape[0]), (0, padded - size)))
    largest = jnp.max(jnp.abs(a))
    if comm.size > 1:
        largest = allreduce_p.bind(largest, comm=comm, op="MAX")
    scale = jnp.where(largest > 0, largest, 1)
    reduced = bidiagonal((a / scale).astype(a.dtype), comm, size)
    values, left, right = singular_vectors(
        reduced.diagonal, reduced.above, comm, has_rows=compute_uv
    )
    values = values[::-1] * scale
    if not compute_uv:
        return values, left, right
    left = transformed(reduced.of_columns, left.astype(a.dtype), comm)
    right = transformed(reduced.of_rows, right.astype(a.dtype), comm)
    return values, left[:, ::-1], right[:, ::-1]
