"""Transfer: what the ranks send each other to change the layout of an array.

Integers only, as in `_layout`. Every rank needs its new block. It keeps the part that is already in
its old block, and receives each other part once, from the nearest rank of the mesh that holds it.
So no exchange can move fewer bytes, and the exchange stays within the mesh axes along which data
moves.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from jpi._layout.layout import Axes, Box, Layout


@dataclass(frozen=True)
class Transfer:
    """The exchange of one rank.

    Attributes:
        axes: the axes of the source's mesh whose sub-communicator exchanges; ``()`` if nothing
            moves.
        sends: for each of these ranks, the part of the old block that goes to it.
        receives: for each of these ranks, the part of the new block that it sends.
    """

    axes: Axes
    sends: tuple[Box, ...]
    receives: tuple[Box, ...]


@lru_cache(maxsize=65536)
def transfer(source: Layout, target: Layout, rank: int) -> Transfer:
    """The part of ``rank`` in the exchange from ``source`` to ``target``.

    The two have the same shape, and meshes over the same ranks, which may differ in shape.
    """
    axes = moving_axes(source, target)
    here = source.coordinates_of(rank)
    old, new = source.box(here), target.box(target.coordinates_of(rank))
    sends, receives = [], []
    for there in _group(source, here, axes):
        theirs = target.box(target.coordinates_of(source.rank_of(there)))
        sends.append(_relative(_intersection(old, theirs), old))
        receives.append(_relative(_intersection(source.box(there), new), new))
    return Transfer(axes, tuple(sends), tuple(receives))


@lru_cache(maxsize=4096)
def moving_axes(source: Layout, target: Layout) -> Axes:
    """The axes of the source's mesh along which a rank needs data that it does not hold."""
    moving: set[str] = set()
    for here, there in zip(source.coordinates(), target.coordinates(), strict=True):
        wanted = target.box(there)
        if all(start < stop for start, stop in wanted):
            for dim, span in enumerate(wanted):
                moving |= _axes_between(source, dim, source.index(dim, here), span)
    return tuple(name for name, _ in source.mesh_axes if name in moving)


def _axes_between(source: Layout, dim: int, own: int, span: tuple[int, int]) -> set[str]:
    """The axes along which the holders of ``span`` are away from the holder of block ``own``."""
    axes, bounds = source.spec[dim], source.offsets(dim)
    if not axes:
        return set()
    first, last = bisect_right(bounds, span[0]) - 1, bisect_left(bounds, span[1]) - 1
    at_home = source.digits(dim, own)
    return {
        axis
        for index in range(first, last + 1)
        for axis, digit, home in zip(axes, source.digits(dim, index), at_home, strict=True)
        if digit != home
    }


def _group(source: Layout, here: Mapping[str, int], axes: Axes) -> Iterator[Mapping[str, int]]:
    """The coordinates of the ranks that differ from ``here`` along ``axes`` only, in rank order."""
    for digits in itertools.product(*(range(source.sizes[axis]) for axis in axes)):
        yield {**here, **dict(zip(axes, digits, strict=True))}


def _intersection(a: Box, b: Box) -> Box:
    spans = tuple((max(i, k), min(j, n)) for (i, j), (k, n) in zip(a, b, strict=True))
    return spans if all(start < stop for start, stop in spans) else ((0, 0),) * len(spans)


def _relative(box: Box, block: Box) -> Box:
    if not all(start < stop for start, stop in box):
        return box
    return tuple((i - origin, j - origin) for (i, j), (origin, _) in zip(box, block, strict=True))


@lru_cache(maxsize=4096)
def has_same_blocks(source: Layout, target: Layout) -> bool:
    """Whether every rank holds the same block under both layouts."""
    places = zip(source.coordinates(), target.coordinates(), strict=True)
    return all(source.box(here) == target.box(there) for here, there in places)


def is_gather_of_rows(source: Layout, target: Layout) -> bool:
    """Whether the exchange gathers dimension 0 on all ranks that share the other dimensions."""
    return (
        source.mesh_axes == target.mesh_axes
        and source.spec[1:] == target.spec[1:]
        and not target.spec[0]
        and moving_axes(source, target) == source.spec[0]
    )
