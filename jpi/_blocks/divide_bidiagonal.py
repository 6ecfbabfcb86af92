"""The singular values and vectors of an upper bidiagonal matrix that all ranks hold.

The matrix, with a column more than rows, is divided at a row, which has the numbers a and b:

        ( B_1      )
    B = (  a    b  ),   B_k = U_k (D_k 0) (V_k v_k)^T.
        (      B_2 )

Let l be the last row of V_1, f the first one of V_2, and x and y those of v_1 and v_2. With
c r = a x and s r = b y, c^2 + s^2 = 1, the orthogonal vectors c v_1 + s v_2 and c v_2 - s v_1 take
the place of v_1 and v_2. The second one is mapped to zero. Between the others B is

        ( r  a l  b f )
    M = (    D_1      ),   M^T M = D^2 + z z^T,
        (         D_2 )

where z is the first row of M and D has the numbers 0, D_1, D_2. So the squares of the singular
values of B are eigenvalues that `secular` finds. With x_j the square of one, its right vector is
z_i / (d_i^2 - x_j), the left one -1 in the row of z and d_i z_i / (d_i^2 - x_j) else, up to their
norms. They are orthogonal to rounding although squares have fewer digits: the differences have a
small relative error (Gu, Eisenstat, "A divide-and-conquer algorithm for the bidiagonal SVD", 1995).

Each rank multiplies its dealt rows of the vectors. No rows are communicated.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from jpi._blocks.dealt_rows import dealt, from_first
from jpi._blocks.divide import bound, parts
from jpi._blocks.secular import modified
from jpi._blocks.secular_steps import Poles
from jpi._blocks.secular_vectors import LEFT, RIGHT, Vectors
from jpi._mpi.comm import Comm
from jpi._ordered.in_order import in_order

BEYOND = 8.0  # above all squares


class Blocks(NamedTuple):
    """The solved blocks of the matrix, equal in size, with a column more than rows.

    Attributes:
        squares: of the singular values of each, in order.
        left: this rank's rows of U, and of one unit vector more, that of the row that follows.
        right: this rank's rows of (V v), then the first and the last row.
    """

    squares: Poles
    left: Array
    right: Array


class Pairs(NamedTuple):
    """Each two neighbours as one block, whose vectors are not made yet.

    Attributes:
        squares: of the singular values of the block.
        vectors: of M.
        left, right: the rows of the two blocks.
        turn: c and s.
    """

    squares: Poles
    vectors: Vectors
    left: Array
    right: Array
    turn: Array

    def blocks(self) -> Blocks:
        left = self.vectors.after(self.left, LEFT)
        return Blocks(self.squares, left, self.vectors.after(self.right, RIGHT, self.turn))


def singular_vectors(
    diagonal: Array,
    above: Array,
    comm: Comm,
    finish: Callable[[Array], Array] = lambda left: left,
    *,
    has_rows: bool = True,
) -> tuple[Array, Array, Array]:
    """The singular values, in rising order, what is made of U, and this rank's dealt rows of V.

    Args:
        finish: makes that of this rank's dealt rows of U; only then V takes memory.
        has_rows: whether the vectors are wanted.

    Communication: a broadcast of the matrix and one of its solved parts; for each division, a
    broadcast and two allgathers of a few numbers for each row.
    """
    diagonal, above = from_first(comm, diagonal, above)
    size = diagonal.shape[0]
    divisions, leaf = parts(size + 1, comm)
    norm, scale = bound(diagonal, above)
    # More rows fill the last block. Their singular values are above all others.
    more = (leaf << divisions) - size
    filling = 1.5 + jnp.arange(more, dtype=diagonal.dtype) / (2 * more)
    diagonal = jnp.concatenate([diagonal / scale, filling])
    above = jnp.pad(above / scale, (0, more + 1))
    held = dealt(size, comm) if has_rows else 0
    blocks = _leaves(diagonal, above, comm, leaf, has_rows)
    if not divisions:
        values = _values(blocks.squares, size, norm)
        left, right = blocks.left[0, :held, :size], blocks.right[0, :held, :size]
        return values, finish(left), right
    for division in range(divisions):
        rows = slice((leaf << division) - 1, None, leaf << (division + 1))
        pairs = _paired(blocks, diagonal[rows], above[rows], comm)
        if division < divisions - 1:
            blocks = pairs.blocks()
    made = partial(pairs.vectors.after, wanted=(held, size))
    left = in_order(finish(made(pairs.left, LEFT)[0]))
    right = made(in_order(pairs.right), RIGHT, pairs.turn)[0]
    return _values(pairs.squares, size, norm), left, right


def _values(squares: Poles, size: int, norm: Array) -> Array:
    return jnp.minimum(jnp.sqrt(squares.high[0, :size]), 1) * norm  # so that rounding gives no inf


def _leaves(diagonal: Array, above: Array, comm: Comm, leaf: int, has_rows: bool) -> Blocks:
    """The solved smallest blocks."""
    d, e = (x.reshape(-1, leaf)[:, :-1, None] for x in (diagonal, above))
    row, column = jnp.arange(leaf - 1)[:, None], jnp.arange(leaf)
    dense = jnp.where(row == column, d, jnp.where(row + 1 == column, e, 0))
    left, values, right = from_first(comm, *jnp.linalg.svd(dense))
    left = jnp.pad(left[:, :, ::-1], ((0, 0), (0, 1), (0, 1))).at[:, -1, -1].set(1)
    right = jnp.swapaxes(right, 1, 2)
    right = jnp.concatenate([right[:, :, -2::-1], right[:, :, -1:]], 2)
    own = slice(comm.rank, None if has_rows else 0, comm.size)
    beside = [right[:, own], right[:, :1], right[:, -1:]]
    squares = values[:, ::-1] ** 2
    return Blocks(Poles(squares, jnp.zeros_like(squares)), left[:, own], jnp.concatenate(beside, 1))


def _paired(blocks: Blocks, a: Array, b: Array, comm: Comm) -> Pairs:
    """Each two neighbours as one block, with the row of ``a`` and ``b`` between them."""
    count, _, size = blocks.right.shape
    right = blocks.right.reshape(count // 2, 2, -1, size)
    left = blocks.left.reshape(count // 2, 2, -1, size)
    last, first = a[:, None] * right[:, 0, -1], b[:, None] * right[:, 1, -2]
    x, y = last[:, -1:], first[:, -1:]
    r = jnp.hypot(x, y)
    c, s = jnp.where(r > 0, x / r, 1), jnp.where(r > 0, y / r, 0)
    # The last number of each block is that of v_k: the zero in D, and one that nothing needs.
    z = jnp.concatenate([last[:, :-1], r, first[:, :-1], jnp.zeros_like(r)], 1)
    poles = Poles(*(x.reshape(count // 2, 2, size - 1) for x in blocks.squares))
    tiny = jnp.finfo(z.dtype).eps ** 2  # so that the zero stays the least
    poles = Poles(jnp.maximum(poles.high, tiny), jnp.where(poles.high < tiny, 0, poles.low))
    high, low = (jnp.pad(x, ((0, 0), (0, 0), (0, 1))) for x in poles)
    high = high.at[:, 1, -1].set(BEYOND)
    poles = Poles(*(x.reshape(count // 2, 2 * size) for x in (high, low)))
    squares, vectors = modified(poles, jnp.ones_like(a), z, comm)
    squares = Poles(*(x[:, :-1] for x in squares))
    return Pairs(squares, vectors, left, right, jnp.concatenate([c, s], 1))
