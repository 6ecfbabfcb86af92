"""Parts of one array, cut together: the derivative adds them in place.

That of a slice of JAX surrounds each part with zeros, in a pass over the whole array.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._blocks.local_primitives import with_batch_first
from jpi._jax.names import Primitive, Zero, ad, batching, mlir, type_of
from jpi._layout.layout import Box

cut_p = Primitive("jpi_cut")


class Joined:
    """Arrays side by side along a dimension, joined where parts of them are cut out."""

    def __init__(self, pieces: Sequence[Any], dim: int) -> None:
        self.pieces, self.dim, self.dtype = list(pieces), dim, pieces[0].dtype
        shape = list(pieces[0].shape)
        shape[dim] = sum(piece.shape[dim] for piece in pieces)
        self.shape = tuple(shape)


def cut(x: Any, boxes: Sequence[Box]) -> list[Any]:
    """The parts of ``x`` in ``boxes``."""
    pieces, dim = (x.pieces, x.dim) if isinstance(x, Joined) else ([x], 0)
    different = tuple(dict.fromkeys(boxes))
    is_plain = len(pieces) == len(different) == 1
    parts = (_cut if is_plain else cut_p.bind)(*pieces, dim=dim, boxes=different)
    found = dict(zip(different, parts, strict=True))
    return [found[box] for box in boxes]


def _cut(*pieces: Any, dim: int, boxes: Sequence[Box]) -> list[Any]:
    x = pieces[0]
    if len(pieces) > 1:
        # Otherwise XLA would look for each element's part again in each use of it.
        x = lax.optimization_barrier(lax.concatenate(pieces, dim))
    return [_part(x, box) for box in boxes]


def _part(x: Any, box: Box) -> Any:
    whole = tuple((0, n) for n in x.shape)
    return x if box == whole else lax.slice(x, *zip(*box, strict=True))


def _types(*pieces: Any, dim: int, boxes: Sequence[Box]) -> list[Any]:
    return [pieces[0].update(shape=tuple(stop - start for start, stop in box)) for box in boxes]


def _transpose(
    cotangents: Sequence[Any], *pieces: Any, dim: int, boxes: Sequence[Box]
) -> list[Any]:
    """The cotangent of each piece.

    All have one if one has: what other ranks have sent must take part in the exchange back.
    """
    types = list(map(type_of, pieces))
    given = [(box, x) for box, x in zip(boxes, cotangents, strict=True) if type(x) is not Zero]
    if not given:
        return list(map(Zero, types))
    if len(types) == 1:
        return [_summed(given, types[0])]
    stops = list(itertools.accumulate(like.shape[dim] for like in types))
    spans = itertools.pairwise([0, *stops])
    return [
        _summed(list(_within(given, dim, *span)), like)
        for span, like in zip(spans, types, strict=True)
    ]


def _within(
    given: Sequence[tuple[Box, Any]], dim: int, first: int, last: int
) -> Iterator[tuple[Box, Any]]:
    """Those rows of each part which are between two rows of ``dim``."""
    for box, x in given:
        start, stop = max(box[dim][0], first), min(box[dim][1], last)
        if start < stop:
            rows = lax.slice_in_dim(x, start - box[dim][0], stop - box[dim][0], axis=dim)
            yield (*box[:dim], (start - first, stop - first), *box[dim + 1 :]), rows


def _summed(given: Sequence[tuple[Box, Any]], like: Any) -> Any:
    """The sum of parts of an array with zeros elsewhere."""
    # The largest one first: it is often the whole array, which takes the place of zeros.
    parts = sorted((each for each in given if each[1].size), key=lambda each: -each[1].size)
    total = jnp.zeros(like.shape, like.dtype)
    for i, (box, x) in enumerate(parts):
        if x.shape == like.shape:
            total = x if i == 0 else total + x
        else:
            starts = [start for start, _ in box]
            total = lax.dynamic_update_slice(total, _part(total, box) + x if i else x, starts)
    return total


def _batch(operands: Sequence[Any], dims: Sequence[Any], *, dim: int, boxes: Sequence[Box]) -> Any:
    pieces = with_batch_first(operands, dims)
    every = 0, pieces[0].shape[0]
    parts = cut_p.bind(*pieces, dim=dim + 1, boxes=tuple((every, *box) for box in boxes))
    return parts, [0] * len(parts)


cut_p.multiple_results = True
cut_p.def_impl(_cut)
cut_p.def_abstract_eval(_types)
mlir.register_lowering(cut_p, mlir.lower_fun(_cut, multiple_results=True))
ad.deflinear2(cut_p, _transpose)
batching.primitive_batchers[cut_p] = _batch
