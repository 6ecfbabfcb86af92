"""svd: tall matrices by their triangular factor, others by a bidiagonal matrix.

A = Q B P^H with B bidiagonal. That takes 8/3 n^3 operations, half of them in products with one
vector, the vectors of B at most 8/3 n^3 and those of A 4 n^3, all shared by the ranks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax.numpy as jnp
from jax import Array

from jpi._blocks.bidiagonal import bidiagonal
from jpi._blocks.dealt_rows import collect, deal, dealt, row_numbers
from jpi._blocks.divide_bidiagonal import singular_vectors
from jpi._blocks.householder import factor, q_times, triangle, unit_columns
from jpi._blocks.tridiagonal import Stage, padded_size, transformed
from jpi._evaluation.registry import Call
from jpi._evaluation.values import Value
from jpi._mpi.comm import Comm
from jpi._primitives.reductions import allreduce_p
from jpi._rules._by_rows import COLUMNS, ROWS, WHOLE, by_rows
from jpi._rules._matrices import SMALL_SPECTRAL, factorization
from jpi._rules._tall import is_tall, tall_svd
from jpi._rules.linalg import each_matrix


@factorization("svd")
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
        own = deal(long, comm, shape[0])
        values, left, right = _factors(own, comm, shape, full_matrices, compute_uv)
        if not compute_uv:
            return [values]
        if is_wide:
            left, right = right, left
        return [values, left, jnp.conj(right.T)]

    return by_rows(
        call, value, algorithm, kinds, SMALL_SPECTRAL, operand=COLUMNS if is_wide else ROWS
    )


def _factors(
    a: Array, comm: Comm, shape: tuple[int, int], full_matrices: bool, compute_uv: bool
) -> tuple[Array, Array, Array]:
    """The singular values, and this rank's blocks of U and V, from its dealt rows.

    The matrix has as many rows as columns, or more.
    """
    rows, columns = shape
    if rows == columns:
        finish = partial(collect, comm=comm, size=rows)
        return _square_factors(a, comm, columns, finish, compute_uv)
    factored = factor(a, comm, shape)
    held = dealt(columns, comm)
    r = triangle(factored.packed[:held], row_numbers(held, comm))
    count, kept = dealt(rows, comm), rows if full_matrices else columns

    def after_q(left: Array) -> Array:
        more = kept - columns
        index = row_numbers(count, comm)[:, None]
        left = jnp.pad(left, ((0, count - left.shape[0]), (0, more)))
        left = jnp.where(index < columns, left, unit_columns(count, comm, kept, left.dtype))
        left = jnp.where((index < columns) | (jnp.arange(kept) >= columns), left, 0)
        return collect(q_times(factored, left, comm), comm, rows)

    return _square_factors(r, comm, columns, after_q, compute_uv)


def _square_factors(
    a: Array, comm: Comm, size: int, finish: Callable[[Array], Array], compute_uv: bool
) -> tuple[Array, Array, Array]:
    """The singular values, what is made of the dealt rows of U, and this rank's block of V."""
    padded = padded_size(size, comm)
    a = jnp.pad(a, ((0, dealt(padded, comm) - a.shape[0]), (0, padded - size)))
    largest = jnp.max(jnp.abs(a))
    if comm.size > 1:
        largest = allreduce_p.bind(largest, comm=comm, op="MAX")
    scale = jnp.where(largest > 0, largest, 1)
    reduced = bidiagonal((a / scale).astype(a.dtype), comm, size)

    def vectors(stages: Sequence[Stage], rows: Array) -> Array:
        return transformed(stages, rows.astype(a.dtype), comm)[:, ::-1]

    def left_of(rows: Array) -> Array:
        return finish(vectors(reduced.of_columns, rows))

    singular = partial(singular_vectors, reduced.diagonal, reduced.above, comm)
    if not compute_uv:
        values, left, right = singular(has_rows=False)
        return values[::-1] * scale, left, right
    values, left, right = singular(left_of)
    right = collect(vectors(reduced.of_rows, right), comm, size)
    return values[::-1] * scale, left, right
