"""Rows of blocks on a diagonal, times the eigenvectors that `secular` finds, or what they lead to.

The eigenvectors are columns z_i / (d_i - x_j), up to their norms. Only some exist at a time. On a
CPU that is native/local/secular_vectors.h.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import Array, lax

from jpi._blocks.local_primitives import register
from jpi._blocks.parts import dot
from jpi._blocks.secular_steps import Poles
from jpi._jax import names as _jax

EIGEN, LEFT, RIGHT = range(3)  # vectors; singular vectors: see `divide_bidiagonal`

secular_product_p = _jax.Primitive("jpi_secular_product")


class Vectors(NamedTuple):
    """The eigenvectors, in a form of which any part is computed when it is needed.

    Attributes:
        poles, weights: the d_i, in order, and z_i.
        roots: each eigenvalue as a pole near it, high and low, and the difference to it.
        place: where each row of the vectors is in the order of the poles.
    """

    poles: Poles
    weights: Array
    roots: Array
    place: Array

    def after(
        self,
        pairs: Array,
        kind: int = EIGEN,
        turn: Array | None = None,
        wanted: tuple[int, int] | None = None,
    ) -> Array:
        """The rows of each two blocks as those of one, times the vectors.

        Args:
            pairs: the shape (count, 2, rows, size): each matrix is two blocks on a diagonal. Unless
                the vectors are left ones, the last two rows are the first and last of the block,
                and so are those of the result.
            turn: for right vectors c and s, the shape (count, 2).
            wanted: how many of the first rows and columns are wanted, all by default.
        """
        if turn is None:
            turn = jnp.zeros((pairs.shape[0], 2), pairs.dtype)
        count, _, rows, size = pairs.shape
        rows, columns = wanted or (2 * rows - (0 if kind == LEFT else 2), 2 * size)
        params = {"kind": kind, "wanted": (rows, columns)}
        flat = secular_product_p.bind(pairs, *self.poles, *self[1:], turn, **params)
        return flat.reshape(count, rows, columns)


def _product_by_xla(
    pairs: Array,
    high: Array,
    low: Array,
    weights: Array,
    roots: Array,
    place: Array,
    turn: Array,
    *,
    kind: int,
    wanted: tuple[int, int],
) -> Array:
    *batch, count, _, rows, size = pairs.shape
    pairs = pairs.reshape(-1, 2, rows, size)
    flat = (x.reshape(-1, 2 * size) for x in (high, low, weights, place))
    high, low, weights, place = flat
    high, low, weights = (jnp.take_along_axis(x, place, 1) for x in (high, low, weights))
    roots, turn = roots.reshape(-1, 3, 2 * size), turn.reshape(-1, 2, 1, 1)

    def columns(start: Array, count: int) -> Array:
        part = lax.dynamic_slice_in_dim(roots, start, count, axis=-1)
        root, below, offset = (x[:, None, :] for x in jnp.moveaxis(part, 1, 0))
        differences = Poles(high[..., None], low[..., None]).minus(Poles(root, below)) - offset
        multiples = weights[..., None] / differences
        if kind == LEFT:
            return _left(multiples, high, start)
        if kind == RIGHT:
            return _right(multiples, turn[:, 0], turn[:, 1], start)
        return _unit(multiples)

    product = _times(pairs, columns)
    if kind == LEFT:
        joined = product.reshape(-1, 2 * rows, 2 * size)
    else:
        own = product[:, :, :-2].reshape(-1, 2 * (rows - 2), 2 * size)
        joined = jnp.concatenate([own, product[:, :1, -2], product[:, 1:, -1]], 1)
    return joined[:, : wanted[0], : wanted[1]].reshape(*batch, count * wanted[0], wanted[1])


def _times(pairs: Array, columns: Any) -> Array:
    count, _, rows, size = pairs.shape
    width = 2 * size
    while width % 2 == 0 and width > max(64, size // 8):
        width //= 2

    def chunk(k: Array) -> Array:
        return dot(pairs, columns(k * width, width).reshape(count, 2, size, width))

    products = lax.map(chunk, jnp.arange(2 * size // width))
    return jnp.moveaxis(products, 0, -2).reshape(count, 2, rows, 2 * size)


def _unit(vectors: Array) -> Array:
    """The columns divided by their norms, whose squares could be too large."""
    vectors = vectors / jnp.max(jnp.abs(vectors), 1, keepdims=True)
    return vectors / jnp.sqrt(jnp.sum(vectors * vectors, 1, keepdims=True))


def _left(multiples: Array, high: Array, start: Array) -> Array:
    """Some columns of the left vectors of M, and the last unit vector."""
    _, size, count = multiples.shape
    row, column = jnp.arange(size)[:, None], start + jnp.arange(count)
    columns = jnp.where(row == size // 2 - 1, -1, jnp.sqrt(high)[..., None] * multiples)
    return _unit(jnp.where((row == size - 1) | (column == size - 1), row == column, columns))


def _right(multiples: Array, c: Array, s: Array, start: Array) -> Array:
    """Some columns of the right vectors of M, and c v_2 - s v_1, times v_1 and v_2."""
    _, size, count = multiples.shape
    row, column = jnp.arange(size)[:, None], start + jnp.arange(count)
    is_of_first, is_of_second, is_last = row == size // 2 - 1, row == size - 1, column == size - 1
    columns = _unit(jnp.where(is_of_second, 0, multiples))
    between = lax.slice_in_dim(columns, size // 2 - 1, size // 2, axis=1)
    columns = jnp.where(is_last, 0, columns)
    columns = jnp.where(is_of_first, jnp.where(is_last, -s, c * between), columns)
    return jnp.where(is_of_second, jnp.where(is_last, c, s * between), columns)


def _product_type(pairs: Any, *others: Any, wanted: tuple[int, int], **params: Any) -> Any:
    # a matrix, whose memory XLA uses again; it copies a part of an array with more dimensions
    *batch, count, _, _, _ = pairs.shape
    return pairs.update(shape=(*batch, count * wanted[0], wanted[1]))


register(
    secular_product_p,
    "jpi_secular_product",
    _product_by_xla,
    *("kind", "wanted"),
    types=_product_type,
    unsent=("wanted",),
)
