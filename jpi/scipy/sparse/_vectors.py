"""Trees of arrays, distributed and plain, as the vectors of a linear equation."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from jpi import numpy
from jpi._array.array import DistArray
from jpi._call.arguments import is_sharded


def tree_map(function: Callable, *trees: Any) -> Any:
    return jax.tree.map(function, *trees, is_leaf=is_sharded)


def as_vector(tree: Any) -> Any:
    """``tree`` with arrays of floating point numbers."""

    def inexact(x: Any) -> Any:
        x = x if is_sharded(x) else jnp.asarray(x)
        return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(jnp.result_type(float))

    return tree_map(inexact, tree)


def in_place_of(old: Any, new: Any) -> Any:
    """``new``, which must have the shape of ``old``, with its type and layout."""
    if new.shape != old.shape:
        raise ValueError(
            f"`A`, `M` and `x0` must have the shapes of `b`; got {new.shape} for {old.shape}."
        )
    if is_sharded(old):
        new = numpy.asarray(new, spec=old.spec, mesh=old.mesh)
    elif is_sharded(new):
        new = new.gather()
    return new if new.dtype == old.dtype else new.astype(old.dtype)


def zeros(tree: Any) -> Any:
    return tree_map(lambda x: (numpy if is_sharded(x) else jnp).zeros_like(x), tree)


def size_of(tree: Any) -> int:
    """The number of elements of all global arrays."""
    return sum(math.prod(jnp.shape(x)) if not is_sharded(x) else x.size for x in _leaves(tree))


def inner(x: Any, y: Any) -> Any:
    """The inner product of the global arrays, conjugated in the first."""
    pairs = zip(_leaves(x), _leaves(y), strict=True)
    return sum(numpy.sum(numpy.conj(a) * b) for a, b in pairs)


def norm_squared(x: Any) -> Any:
    return jnp.real(inner(x, x))


def combine(x: Any, factor: Any, y: Any) -> Any:
    """``x + factor * y``."""
    return tree_map(lambda a, b: a + b * jnp.asarray(factor).astype(b.dtype), x, y)


def scale(factor: Any, x: Any) -> Any:
    return tree_map(lambda a: a * jnp.asarray(factor).astype(a.dtype), x)


def choose(condition: Any, x: Any, y: Any) -> Any:
    return tree_map(lambda a, b: numpy.where(condition, a, b), x, y)


def empty_basis(tree: Any, count: int) -> Any:
    """``count`` vectors of zeros like ``tree``, along a new first dimension."""

    def stacked(x: Any) -> Any:
        if not is_sharded(x):
            return jnp.zeros((count, *x.shape), x.dtype)
        shard = jnp.zeros((count, *x.shard.shape), x.dtype)
        return DistArray(shard, x.mesh, x._layout.with_axis(0, count))

    return tree_map(stacked, tree)


def vector_of(basis: Any, index: Any, like: Any) -> Any:
    """The vector ``index`` of a basis."""

    def row(x: Any, old: Any) -> Any:
        if not is_sharded(x):
            return lax.dynamic_index_in_dim(x, index, keepdims=False)
        shard = lax.dynamic_index_in_dim(x.shard, index, keepdims=False)
        return DistArray(shard, x.mesh, old._layout)

    return tree_map(row, basis, like)


def with_vector(basis: Any, index: Any, vector: Any) -> Any:
    """``basis`` with the vector ``index`` replaced."""

    def put(x: Any, new: Any) -> Any:
        if not is_sharded(x):
            return lax.dynamic_update_index_in_dim(x, new, index, 0)
        shard = lax.dynamic_update_index_in_dim(x.shard, new.shard, index, 0)
        return DistArray(shard, x.mesh, x._layout)

    return tree_map(put, basis, vector)


def components(basis: Any, vector: Any) -> Any:
    """The inner products of the vectors of a basis with ``vector``, a plain array."""

    def project(x: Any, y: Any) -> Any:
        products = numpy.tensordot(numpy.conj(x), y, axes=y.ndim)
        return products.gather() if is_sharded(products) else products

    return sum(project(x, y) for x, y in zip(_leaves(basis), _leaves(vector), strict=True))


def span(factors: Any, basis: Any, like: Any) -> Any:
    """The vectors of a basis, times ``factors``, added."""
    return tree_map(
        lambda x, old: in_place_of(old, numpy.tensordot(factors.astype(x.dtype), x, axes=1)),
        basis,
        like,
    )


def _leaves(tree: Any) -> list[Any]:
    return jax.tree.leaves(tree, is_leaf=is_sharded)
