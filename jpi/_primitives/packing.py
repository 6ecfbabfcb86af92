"""Packing: the arrays of one dtype travel in one message."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp


def packed(function: Callable[[Any], Any], arrays: Sequence[Any], rows: int = 0) -> list[Any]:
    """The results of a collective for each of the arrays, which it gets packed by dtype.

    Args:
        function: a collective that treats the elements of a row alike.
        rows: how many of the first dimensions count the rows; they are the same for all arrays.
    """
    groups: dict[Any, list[int]] = {}
    for i, x in enumerate(arrays):
        groups.setdefault(x.dtype if x.ndim >= rows else i, []).append(i)
    results: list[Any] = [None] * len(arrays)
    for members in groups.values():
        if len(members) == 1:
            results[members[0]] = function(arrays[members[0]])
            continue
        shapes = [arrays[i].shape[rows:] for i in members]
        sizes = list(map(math.prod, shapes))
        parts = [
            arrays[i].reshape(*arrays[i].shape[:rows], size)
            for i, size in zip(members, sizes, strict=True)
        ]
        together = function(jnp.concatenate(parts, axis=rows))
        pieces = jnp.split(together, list(itertools.accumulate(sizes))[:-1], axis=-1)
        for i, piece, shape in zip(members, pieces, shapes, strict=True):
            results[i] = piece.reshape(*piece.shape[:-1], *shape)
    return results
