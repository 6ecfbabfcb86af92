"""The eigenvalues and eigenvectors of a tridiagonal matrix that all ranks hold.

The matrix is divided: without the number e between two halves, it is

    T = diag(T_1, T_2) + |e| u u^T,  u = (0, ..., 0, 1, sign e, 0, ..., 0),

if |e| is subtracted from the two diagonal numbers beside it. With T_k = Q_k D_k Q_k^T it has the
eigenvalues of D + |e| z z^T, where z is the last row of Q_1 and sign e times the first of Q_2
(Cuppen, "A divide and conquer method for the symmetric tridiagonal eigenproblem", 1981). Each rank
multiplies its dealt rows of the vectors, and the first and last row of each block, by the vectors
of D + |e| z z^T: see `secular`. No rows are communicated.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax

from jpi._blocks.dealt_rows import dealt, from_first
from jpi._blocks.secular import modified
from jpi._blocks.secular_steps import Poles
from jpi._mpi.comm import Comm

LEAF = 32  # the rows of a matrix that is not divided, at least


class Blocks(NamedTuple):
    """The solved blocks of the matrix, equal in size.

    Attributes:
        values: the eigenvalues of each, in order.
        rows: this rank's rows of the vectors, then the first and the last row.
    """

    values: Poles
    rows: Array


def eigenpairs(diagonal: Array, below: Array, comm: Comm) -> tuple[Array, Array]:
    """The eigenvalues, in order, and this rank's dealt rows of their vectors.

    Communication: a broadcast of the matrix and one of its solved parts; for each division, a
    broadcast and two allgathers of a few numbers for each row.
    """
    diagonal, below = from_first(comm, diagonal, below)
    size = diagonal.shape[0]
    divisions, leaf = parts(size, comm)
    norm, scale = bound(diagonal, below)
    blocks, links = _leaves(diagonal / scale, below / scale, comm, leaf, divisions)
    held = dealt(size, comm)
    for division in range(divisions):
        wanted = (held, size) if division == divisions - 1 else None
        blocks = _joined(blocks, links[2**division - 1 :: 2 ** (division + 1)], comm, wanted)
    values = jnp.clip(blocks.values.high[0, :size], -1, 1) * norm  # so that rounding gives no inf
    return values, blocks.rows[0, :held, :size]


def bound(diagonal: Array, beside: Array) -> tuple[Array, Array]:
    """A bound of the eigenvalues or singular values; and the same, or 1 in place of 0."""
    around = jnp.pad(jnp.abs(beside), 1)
    norm = jnp.max(jnp.abs(diagonal) + around[1:] + around[:-1])
    return norm, jnp.where(norm > 0, norm, 1)


def parts(size: int, comm: Comm) -> tuple[int, int]:
    """How often a matrix is divided, and the rows of a smallest part: a multiple of the ranks."""
    divisions = max((size // max(LEAF, comm.size)).bit_length() - 1, 0)
    return divisions, comm.size * -(-size // (comm.size << divisions))


def _leaves(
    diagonal: Array, below: Array, comm: Comm, leaf: int, divisions: int
) -> tuple[Blocks, Array]:
    """The solved smallest blocks, and the numbers e between them.

    More rows fill the last block. They are not linked, and their eigenvalues are above all others.
    """
    size, count = diagonal.shape[0], 1 << divisions
    more = leaf * count - size
    above = 2 + jnp.arange(more, dtype=diagonal.dtype) / max(more, 1)
    whole = jnp.concatenate([diagonal, above]).reshape(count, leaf)
    beside = jnp.pad(below, (0, more + 1)).reshape(count, leaf)
    links = beside[:-1, -1]
    whole = whole.at[:-1, -1].add(-jnp.abs(links)).at[1:, 0].add(-jnp.abs(links))
    row, column = jnp.arange(leaf)[:, None], jnp.arange(leaf)
    dense = jnp.where(row == column, whole[:, :, None], 0)
    dense += jnp.where(row == column + 1, beside[:, None, :], 0)
    vectors, values = lax.linalg.eigh(dense, lower=True, symmetrize_input=False)
    vectors, values = from_first(comm, vectors, values)
    own = vectors[:, comm.rank :: comm.size]
    rows = jnp.concatenate([own, vectors[:, :1], vectors[:, -1:]], 1)
    return Blocks(Poles(values, jnp.zeros_like(values)), rows), links


def _joined(blocks: Blocks, links: Array, comm: Comm, wanted: tuple[int, int] | None) -> Blocks:
    """Each two neighbours solved as one block.

    Args:
        wanted: how many rows and columns of the vectors are wanted, all by default.
    """
    count, rows, size = blocks.rows.shape
    pairs = blocks.rows.reshape(count // 2, 2, rows, size)
    sign = jnp.where(links < 0, -1, 1).astype(pairs.dtype)[:, None]
    z = jnp.concatenate([pairs[:, 0, -1], sign * pairs[:, 1, -2]], 1) / 2**0.5
    poles = Poles(*(x.reshape(count // 2, 2 * size) for x in blocks.values))
    values, vectors = modified(poles, 2 * jnp.abs(links), z, comm)
    return Blocks(values, vectors.after(pairs, wanted=wanted))
