"""LU factors without pivoting, of the difference of a matrix and signs that the elimination finds.

LAPACK reflects a column with the number a on the diagonal to -sign(Re a) times its norm there, so
that the pivot has at least modulus 1, and no rows have to be exchanged. It does not reflect the
last row of a real matrix.
"""

from __future__ import annotations

from functools import partial

import jax.numpy as jnp
from jax import Array, lax


def signed_lu(q: Array, is_last_row: bool) -> tuple[Array, Array]:
    """The signs S, and the LU factors of Q - S in one matrix, for each matrix of a batch."""
    of_one = partial(_of_one, is_last_row=is_last_row)
    factors, signs = jnp.vectorize(of_one, signature="(n,n)->(n,n),(n)")(q)
    return signs, factors


def _of_one(q: Array, *, is_last_row: bool) -> tuple[Array, Array]:
    b = q.shape[0]
    index = jnp.arange(b)
    is_real = not jnp.issubdtype(q.dtype, jnp.complexfloating)

    def eliminate(j: Array, state: tuple[Array, Array]) -> tuple[Array, Array]:
        rest, signs = state
        row = lax.dynamic_index_in_dim(rest, j, 0, keepdims=False)
        column = lax.dynamic_index_in_dim(rest, j, 1, keepdims=False)
        corner = lax.dynamic_index_in_dim(row, j, 0, keepdims=False)
        sign = jnp.where(jnp.real(corner) < 0, -1, 1)
        stays = (j == b - 1) & (is_last_row and is_real)
        sign = jnp.where(stays, sign, -sign).astype(q.dtype)
        pivot = jnp.where(stays, 0, corner - sign)
        factor = jnp.where((index > j) & ~stays, column / jnp.where(stays, 1, pivot), 0)
        rest = rest - factor[:, None] * jnp.where(index > j, row, 0)
        changed = jnp.where(index > j, factor, jnp.where(index == j, pivot, column))
        rest = lax.dynamic_update_index_in_dim(rest, changed, j, 1)
        return rest, jnp.where(index == j, sign, signs)

    rest, signs = lax.fori_loop(0, b, eliminate, (q, jnp.ones(b, q.dtype)))
    return rest, signs
