"""Collectives of trees: the arrays of one dtype travel in one message."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

Collective = TypeVar("Collective", bound=Callable[..., Any])
_NUMBERS = (bool, int, float, complex, np.generic)


def takes_trees(*, rows: int = 0) -> Callable[[Collective], Collective]:
    """Let the decorated collective, whose first argument is an array, also take a tree of arrays.

    The result is then a tree of the results for each array. A list of numbers is one array.

    Args:
        rows: how many of the first dimensions of an array count its parts, one for each rank.
    """

    def decorate(function: Collective) -> Collective:
        @functools.wraps(function)
        def of_tree(x: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(x, (jax.Array, np.ndarray, *_NUMBERS)) or _is_array(x):
                return function(x, *args, **kwargs)
            leaves, tree = jax.tree.flatten(x, is_leaf=_is_array)
            run = functools.partial(_of_leaves, lambda y: function(y, *args, **kwargs), rows)
            return jax.tree.unflatten(tree, run(leaves))

        return of_tree  # type: ignore[return-value]

    return decorate


def _is_array(x: Any) -> bool:
    """Whether it is one array: a list, or a list of lists, of numbers is one too."""
    if type(x) in (list, tuple):
        return bool(x) and all(isinstance(y, _NUMBERS) or _is_list(y) for y in x)
    return hasattr(x, "shape") and hasattr(x, "dtype")


def _is_list(x: Any) -> bool:
    return type(x) in (list, tuple) and _is_array(x)


def _of_leaves(function: Callable[[Any], Any], rows: int, leaves: Sequence[Any]) -> list[Any]:
    arrays = [x if isinstance(x, jax.Array) else jnp.asarray(x) for x in leaves]
    groups: dict[Any, list[int]] = {}
    for i, x in enumerate(arrays):
        groups.setdefault(x.dtype if x.ndim >= rows else i, []).append(i)
    results: list[Any] = [None] * len(arrays)
    for members in groups.values():
        if len(members) == 1:
            results[members[0]] = function(arrays[members[0]])
            continue
        shapes = [arrays[i].shape[rows:] for i in members]
        parts = [arrays[i].reshape(*arrays[i].shape[:rows], -1) for i in members]
        packed = function(jnp.concatenate(parts, axis=rows))
        ends = list(itertools.accumulate(map(math.prod, shapes)))[:-1]
        pieces = jnp.split(packed, ends, axis=-1)
        for i, piece, shape in zip(members, pieces, shapes, strict=True):
            results[i] = piece.reshape(*piece.shape[:-1], *shape)
    return results
