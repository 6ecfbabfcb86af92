"""svd: tall matrices by their triangular factor, others by a bidiagonal matrix.

A = Q B P^H with B bidiagonal, with the numbers d on the diagonal and e above it. The symmetric
matrix with the blocks B and B^T beside zeros has the eigenvalues s and -s for each singular value s
of B, with the vectors (v, u) and (v, -u) / 2^(1/2). In the order v_1, u_1, v_2, u_2, ... it is
tridiagonal, with zeros on the diagonal and d_1, e_1, d_2, e_2, ... below it (Golub, Kahan,
"Calculating the singular values and pseudo-inverse of a matrix", 1965). Rounding, eps |B|, mixes
the vectors of s_i and -s_j by eps |B| / (s_i + s_j). So the u, and the v, are made orthogonal
again, in falling order; that changes B v - s u by no more than eps |B|.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from jpi._blocks.bidiagonal import bidiagonal
from jpi._blocks.dealt_rows import collect, deal, dealt
from jpi._blocks.divide import Wanted, eigenpairs
from jpi._blocks.householder import factor, orthonormal, q_times, unit_columns
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
    reflections, r = factor(a, comm, shape)
    values, left, right = _square_factors(r, comm, columns, compute_uv)
    if not compute_uv:
        return values, left, right
    count, kept = dealt(rows, comm), rows if full_matrices else columns
    more = kept - columns
    index = (jnp.arange(count) * comm.size + comm.rank)[:, None]
    left = jnp.pad(left, ((0, count - left.shape[0]), (0, more)))
    left = jnp.where(index < columns, left, unit_columns(count, comm, kept, left.dtype))
    left = jnp.where((index < columns) | (jnp.arange(kept) >= columns), left, 0)
    return values, q_times(reflections, left, comm), right


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
    beside = jnp.stack([reduced.diagonal, jnp.pad(reduced.above, (0, 1))], 1).reshape(-1)[:-1]
    wanted = Wanted(start=size, group=2, has_rows=compute_uv)
    values, vectors = eigenpairs(jnp.zeros(2 * size, beside.dtype), beside, comm, wanted)
    values = jnp.maximum(values[::-1], 0) * scale
    if not compute_uv:
        return values, vectors, vectors
    count = dealt(size, comm)
    pairs = vectors.reshape(count, 2, size)[:, :, ::-1].swapaxes(0, 1)
    tiny = jnp.finfo(pairs.dtype).eps ** 2  # squares of what is less could be lost
    pairs = jnp.where(jnp.abs(pairs) < tiny, 0, pairs)
    right, left = jax.vmap(lambda x: orthonormal(x, comm, (size, size)))(pairs)
    more = a.shape[0] - count
    left, right = (jnp.pad(x, ((0, more), (0, 0))).astype(a.dtype) for x in (left, right))
    left = transformed(reduced.of_columns, left, comm)[:count]
    return values, left, transformed(reduced.of_rows, right, comm)[:count]
