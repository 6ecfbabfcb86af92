"""Parts of an array, cut together: the derivative adds them in place.

That of a slice of JAX surrounds each part with zeros, in a pass over the whole array.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import lax

from jpi._blocks.local_primitives import with_batch_first
from jpi._jax.names import Primitive, Zero, ad, batching, mlir, partial_eval, type_of
from jpi._layout.layout import Box
from jpi._ordered.memory import as_made
from jpi._primitives.moves import attach_p

cut_p = Primitive("jpi_cut")
_FEW = 8  # the part of an array that may be cut out of its tiles before they are joined


class Tile(NamedTuple):
    """The part of array ``number`` in ``box``."""

    number: int
    box: Box


class Row(NamedTuple):
    """Tiles, or rows of them, side by side along a dimension."""

    dim: int
    tiles: tuple[Any, ...]


class Joined:
    """An array that consists of parts of others, which are joined where it is cut.

    Attributes:
        arrays: the others.
        plan: a `Tile` or a `Row`.
    """

    def __init__(self, arrays: Sequence[Any], plan: Any) -> None:
        self.arrays, self.plan = list(arrays), plan
        self.shape, self.dtype = _shape(plan), arrays[0].dtype

    @classmethod
    def of(cls, x: Any) -> Joined:
        return x if isinstance(x, Joined) else cls([x], Tile(0, _whole(x.shape)))

    def part(self, box: Box) -> Joined:
        return Joined(self.arrays, _clipped(self.plan, box))


def side_by_side(parts: Sequence[Any], dim: int) -> Joined:
    """Arrays side by side along a dimension; each array among them is cut once."""
    joined = list(map(Joined.of, parts))
    arrays = list({id(x): x for part in joined for x in part.arrays}.values())
    numbers = {id(x): i for i, x in enumerate(arrays)}
    tiles = (_renumbered(part.plan, [numbers[id(x)] for x in part.arrays]) for part in joined)
    return Joined(arrays, Row(dim, tuple(tiles)))


def cut(x: Any, boxes: Sequence[Box]) -> list[Any]:
    """The parts of an array in ``boxes``."""
    x = Joined.of(x)
    different = tuple(dict.fromkeys(boxes))
    is_plain = len(x.arrays) == len(different) == 1
    parts = (_cut if is_plain else cut_p.bind)(*x.arrays, plan=x.plan, boxes=different)
    found = dict(zip(different, parts, strict=True))
    return [found[box] for box in boxes]


def _whole(shape: Sequence[int]) -> Box:
    return tuple((0, n) for n in shape)


def _shape(plan: Any) -> tuple[int, ...]:
    if isinstance(plan, Tile):
        return tuple(stop - start for start, stop in plan.box)
    shape = list(_shape(plan.tiles[0]))
    shape[plan.dim] = sum(_shape(tile)[plan.dim] for tile in plan.tiles)
    return tuple(shape)


def _renumbered(plan: Any, numbers: Sequence[int]) -> Any:
    if isinstance(plan, Tile):
        return plan._replace(number=numbers[plan.number])
    return plan._replace(tiles=tuple(_renumbered(tile, numbers) for tile in plan.tiles))


def _placed(plan: Any, origin: Sequence[int]) -> Iterator[tuple[Tile, Box]]:
    """The tiles, and the box of the array in which each is."""
    if isinstance(plan, Tile):
        yield plan, tuple((a, a + n) for a, n in zip(origin, _shape(plan), strict=True))
        return
    start = list(origin)
    for tile in plan.tiles:
        yield from _placed(tile, start)
        start[plan.dim] += _shape(tile)[plan.dim]


def _clipped(plan: Any, box: Box) -> Any:
    """The plan of a part."""
    if isinstance(plan, Tile):
        pairs = zip(plan.box, box, strict=True)
        return plan._replace(box=tuple((first + a, first + b) for (first, _), (a, b) in pairs))
    dim, (start, stop) = plan.dim, box[plan.dim]
    ends = list(itertools.accumulate((_shape(tile)[dim] for tile in plan.tiles), initial=0))
    parts = [
        _clipped(tile, (*box[:dim], (max(start, a) - a, min(stop, b) - a), *box[dim + 1 :]))
        for tile, (a, b) in zip(plan.tiles, itertools.pairwise(ends), strict=True)
        if max(start, a) < min(stop, b)
    ] or [_clipped(plan.tiles[0], (*box[:dim], (0, 0), *box[dim + 1 :]))]
    return parts[0] if len(parts) == 1 else plan._replace(tiles=tuple(parts))


# ---- the primitive ----


def _cut(*arrays: Any, plan: Any, boxes: Sequence[Box]) -> list[Any]:
    parts = [_clipped(plan, box) for box in boxes]
    if all(isinstance(part, Tile) for part in parts):
        if isinstance(plan, Row):
            arrays = tuple(map(as_made, arrays))
        return [_part(arrays[part.number], part.box) for part in parts]
    size = math.prod(_shape(plan))
    is_small = _FEW * sum(math.prod(b - a for a, b in box) for box in boxes) < size
    whole = _joined(arrays, plan, is_small)
    return [_part(whole, box) for box in boxes]


def _joined(arrays: Sequence[Any], plan: Any, is_small: bool) -> Any:
    if isinstance(plan, Tile):
        return _part(arrays[plan.number], plan.box)
    tiles = [_joined(arrays, tile, is_small) for tile in plan.tiles]
    whole = lax.concatenate(tiles, plan.dim)
    # Otherwise XLA would look for each element's part again in each use of it.
    return whole if is_small else lax.optimization_barrier(whole)


def _part(x: Any, box: Box) -> Any:
    return x if box == _whole(x.shape) else lax.slice(x, *zip(*box, strict=True))


def _types(*arrays: Any, plan: Any, boxes: Sequence[Box]) -> list[Any]:
    return [arrays[0].update(shape=tuple(stop - start for start, stop in box)) for box in boxes]


def _transpose(
    cotangents: Sequence[Any], *arrays: Any, plan: Any, boxes: Sequence[Box]
) -> list[Any]:
    """The cotangent of each array.

    All have one if one has, and depend on all that are given: what other ranks have sent must take
    part in the exchange back, and so in the derivatives of this function.
    """
    types = list(map(type_of, arrays))
    given = [(box, x) for box, x in zip(boxes, cotangents, strict=True) if type(x) is not Zero]
    if not given:
        return list(map(Zero, types))
    parts: list[list[tuple[Box, Any]]] = [[] for _ in types]
    for tile, place in _placed(plan, [0] * len(_shape(plan))):
        parts[tile.number] += (
            found for box, x in given if (found := _in_tile(tile, place, box, x)) is not None
        )
    nothing = jnp.concatenate([jnp.ravel(x)[:0] for _, x in given])
    return [attach_p.bind(_summed(*each), nothing) for each in zip(parts, types, strict=True)]


def _in_tile(tile: Tile, place: Box, box: Box, x: Any) -> tuple[Box, Any] | None:
    """What a tile has of a part ``x`` of the array in ``box``, and where the tile has it."""
    shared = [
        (max(a, start), min(b, stop)) for (a, b), (start, stop) in zip(place, box, strict=True)
    ]
    if any(start >= stop for start, stop in shared):
        return None
    in_part = tuple((a - start, b - start) for (a, b), (start, _) in zip(shared, box, strict=True))
    in_array = tuple(
        (first + a - start, first + b - start)
        for (a, b), (start, _), (first, _) in zip(shared, place, tile.box, strict=True)
    )
    return in_array, _part(x, in_part)


def _summed(given: Sequence[tuple[Box, Any]], like: Any) -> Any:
    """The sum of parts of an array with zeros elsewhere."""
    # The largest one first: it is often the whole array, which takes the place of zeros.
    parts = sorted(given, key=lambda each: -each[1].size)
    total = jnp.zeros(like.shape, like.dtype)
    for i, (box, x) in enumerate(parts):
        if x.shape == like.shape:
            total = x if i == 0 else total + x
        else:
            starts = [start for start, _ in box]
            total = lax.dynamic_update_slice(total, _part(total, box) + x if i else x, starts)
    return total


def _batch(operands: Sequence[Any], dims: Sequence[Any], *, plan: Any, boxes: Sequence[Box]) -> Any:
    arrays = with_batch_first(operands, dims)
    every = 0, arrays[0].shape[0]
    parts = cut_p.bind(
        *arrays, plan=_batched(plan, every), boxes=tuple((every, *box) for box in boxes)
    )
    return parts, [0] * len(parts)


def _batched(plan: Any, every: tuple[int, int]) -> Any:
    if isinstance(plan, Tile):
        return plan._replace(box=(every, *plan.box))
    return Row(plan.dim + 1, tuple(_batched(tile, every) for tile in plan.tiles))


def _without_unused(used: Sequence[bool], *more: Any) -> tuple[list[bool], Any]:
    """The equation without the parts that nobody uses, for JAX to drop what is not needed.

    It keeps all arrays: their cotangents take part in an exchange, though it may be empty here.
    """
    *_, equation = more  # newer JAX says which operands are there, too
    any_used = any(used)
    needed = [any_used] * len(equation.invars)
    if not any_used:
        return needed, None
    boxes = tuple(itertools.compress(equation.params["boxes"], used))
    outvars = list(itertools.compress(equation.outvars, used))
    return needed, equation.replace(outvars=outvars, params={**equation.params, "boxes": boxes})


cut_p.multiple_results = True
cut_p.def_impl(_cut)
cut_p.def_abstract_eval(_types)
mlir.register_lowering(cut_p, mlir.lower_fun(_cut, multiple_results=True))
ad.deflinear2(cut_p, _transpose)
batching.primitive_batchers[cut_p] = _batch
partial_eval.dce_rules[cut_p] = _without_unused
