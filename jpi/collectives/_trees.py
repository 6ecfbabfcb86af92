"""Collectives of trees: the arrays of one dtype travel in one message."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import jax
import numpy as np

from jpi._primitives.packing import packed
from jpi.collectives import _arguments

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
            arrays = list(map(_arguments.array, leaves))
            results = packed(lambda y: function(y, *args, **kwargs), arrays, rows)
            return jax.tree.unflatten(tree, results)

        return of_tree  # type: ignore[return-value]

    return decorate


def _is_array(x: Any) -> bool:
    """Whether it is one array: a list, or a list of lists, of numbers is one too."""
    if type(x) in (list, tuple):
        return bool(x) and all(isinstance(y, _NUMBERS) or _is_list(y) for y in x)
    return hasattr(x, "shape") and hasattr(x, "dtype")


def _is_list(x: Any) -> bool:
    return type(x) in (list, tuple) and _is_array(x)
