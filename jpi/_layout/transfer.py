"""Transfer: what the ranks send each other to change the layout of an array.

Integers only, as in `_layout`. Every rank needs its new block. It keeps the part that is already in
its old block, and receives each other part once, from the nearest rank of the mesh that holds it.
So no exchange can move fewer bytes, and the exchange stays within the mesh axes along which data
moves.

A block is an interval of each dimension. It meets an interval of the blocks of the other layout
along each dimension, so the product of these intervals gives the ranks that exchange with it. What
depends on all ranks is asked of all of them at once, in NumPy.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from jpi._layout.layout import Axes, Box, Layout


@dataclass(frozen=True, eq=False)
class Parts:
    """Parts of this rank's block, each of which another rank, or this one, sends or receives.

    Attributes:
        ranks: the other rank of each part, in order, in the sub-communicator that exchanges.
        boxes: ``(start, stop)`` per dimension of each part, within the block.
    """

    ranks: np.ndarray
    boxes: np.ndarray

    def numbers(self) -> np.ndarray:
        """A row for each part: the rank, then its start and size along each dimension."""
        starts, stops = self.boxes[:, :, 0], self.boxes[:, :, 1]
        places = np.stack([starts, stops - starts], axis=2)
        places = places.reshape(len(self.ranks), 2 * self.boxes.shape[1])
        return np.concatenate([self.ranks[:, None], places], axis=1)


@dataclass(frozen=True, eq=False)
class Transfer:
    """The exchange of one rank; it names only the ranks with which this one exchanges something."""

    sends: Parts
    receives: Parts


def transfer(source: Layout, target: Layout, rank: int) -> Transfer:
    """The part of ``rank`` in the exchange from ``source`` to ``target``.

    The two have the same shape, and meshes over the same ranks, which may differ in shape. The
    exchange is along `moving_axes`.
    """
    axes = moving_axes(source, target)
    here = source.coordinates_of(rank)
    fixed = {name: place for name, place in here.items() if name not in axes}
    old, new = source.box(here), target.box(target.coordinates_of(rank))
    is_one_mesh = source.mesh_axes == target.mesh_axes
    senders, received = _meeting(source, new, fixed)
    receivers, sent = _meeting(target, old, fixed if is_one_mesh else {})
    return Transfer(
        _parts(source, receivers, sent, old, fixed),
        _parts(source, senders, received, new, fixed),
    )


def _meeting(
    cut: Layout, box: Box, fixed: Mapping[str, int]
) -> tuple[np.ndarray, list[np.ndarray]]:
    """The ranks of ``cut`` with the coordinates ``fixed`` whose blocks meet ``box``.

    Also the common part, as an array of ``(start, stop)`` for each dimension.
    """
    strides = _strides(cut)
    spans, places = [], []
    for dim, (start, stop) in enumerate(box):
        blocks = np.arange(*_blocks_meeting(cut, dim, start, stop))
        digits = dict(zip(cut.spec[dim], cut.digits(dim, blocks), strict=True))
        for axis in fixed.keys() & digits.keys():
            keep = digits[axis] == fixed[axis]
            blocks, digits = blocks[keep], {name: x[keep] for name, x in digits.items()}
        starts, stops = _bounds(cut, dim, blocks)
        spans.append(np.stack([np.maximum(starts, start), np.minimum(stops, stop)], axis=1))
        places.append(sum((x * strides[axis] for axis, x in digits.items()), np.zeros_like(blocks)))
    for axis, size in cut.mesh_axes:
        if axis not in cut.axes:  # each of these ranks needs its own copy
            copies = np.array([fixed[axis]]) if axis in fixed else np.arange(size)
            places.append(copies * strides[axis])
    ranks = functools.reduce(np.add.outer, places)
    grids = np.indices(ranks.shape, np.int32)
    return ranks.ravel(), [
        span[grid.ravel()] for span, grid in zip(spans, grids[: len(spans)], strict=True)
    ]


def _parts(
    source: Layout,
    ranks: np.ndarray,
    spans: list[np.ndarray],
    block: Box,
    fixed: Mapping[str, int],
) -> Parts:
    """Parts of ``block``, of those of ``ranks`` that have the coordinates ``fixed``."""
    coordinates = source.coordinates_of(ranks)
    number = np.zeros_like(ranks)
    is_near = np.ones(ranks.shape, bool)
    for name, size in source.mesh_axes:
        if name in fixed:
            is_near &= coordinates[name] == fixed[name]
        else:
            number = number * size + coordinates[name]
    order = np.flatnonzero(is_near)
    order = order[np.argsort(number[order])]
    origin = np.array([start for start, _ in block]).reshape(1, -1, 1)
    return Parts(number[order], np.stack(spans, axis=1)[order] - origin)


@lru_cache(maxsize=4096)
def moving_axes(source: Layout, target: Layout) -> Axes:
    """The axes of the source's mesh along which a rank needs data that it does not hold."""
    if source == target:
        return ()
    here, spans = _of_all_ranks(source)[0], _of_all_ranks(target)[1]
    wants = np.bool_(True)
    for start, stop in spans:
        wants = wants & (start < stop)
    moving = {
        axis
        for dim, (start, stop) in enumerate(spans)
        for axis, is_away in _axes_between(source, dim, here, start, stop)
        if (is_away & wants).any()
    }
    return tuple(name for name, _ in source.mesh_axes if name in moving)


def _axes_between(
    source: Layout, dim: int, here: Mapping[str, Any], start: Any, stop: Any
) -> list[tuple[str, Any]]:
    """For each axis of ``dim``, whether a holder of ``start:stop`` is away from ``here``."""
    first, last = _owner(source, dim, start), _owner(source, dim, stop - 1)
    between, stride = [], 1
    for axis in reversed(source.spec[dim]):
        size = source.sizes[axis]
        low, high = first // stride, last // stride
        between.append((axis, (size > 1) & ((low % size != here[axis]) | (low != high))))
        stride *= size
    return between


@lru_cache(maxsize=4096)
def has_same_blocks(source: Layout, target: Layout) -> bool:
    """Whether every rank holds the same block under both layouts."""
    if source == target:
        return True
    spans = zip(_of_all_ranks(source)[1], _of_all_ranks(target)[1], strict=True)
    return all(bool(np.all(a == b)) for old, new in spans for a, b in zip(old, new, strict=True))


def is_gather_of_rows(source: Layout, target: Layout) -> bool:
    """Whether the exchange gathers dimension 0 on all ranks that share the other dimensions."""
    return (
        source.mesh_axes == target.mesh_axes
        and source.spec[1:] == target.spec[1:]
        and not target.spec[0]
        and moving_axes(source, target) == source.spec[0]
    )


def _of_all_ranks(cut: Layout) -> tuple[Mapping[str, Any], list[tuple[Any, Any]]]:
    """The coordinates of all ranks, and the start and stop of their blocks along each dimension."""
    ranks = np.arange(math.prod(size for _, size in cut.mesh_axes))
    coordinates = cut.coordinates_of(ranks)
    return coordinates, [_bounds(cut, dim, cut.index(dim, coordinates)) for dim in range(cut.ndim)]


def _bounds(cut: Layout, dim: int, block: Any) -> tuple[Any, Any]:
    """The start and stop of each of the blocks along ``dim``."""
    small, larger = divmod(cut.shape[dim], cut.parts(dim))
    start = block * small + np.minimum(block, larger)
    return start, start + small + (block < larger)


def _owner(cut: Layout, dim: int, position: Any) -> Any:
    """The block along ``dim`` that holds each position.

    The first ``larger`` blocks have ``small + 1`` elements. Each quotient is right for the
    positions of one kind of blocks, and not above the right one for the others.
    """
    small, larger = divmod(cut.shape[dim], cut.parts(dim))
    return np.maximum(position // (small + 1), (position - larger) // max(small, 1))


def _blocks_meeting(cut: Layout, dim: int, start: int, stop: int) -> tuple[int, int]:
    """The interval of the blocks along ``dim`` that meet ``start:stop``."""
    if start >= stop:
        return 0, 0
    return int(_owner(cut, dim, start)), int(_owner(cut, dim, stop - 1)) + 1


def _strides(cut: Layout) -> Mapping[str, int]:
    """How far apart in rank two neighbours along each axis are."""
    strides, stride = {}, 1
    for name, size in reversed(cut.mesh_axes):
        strides[name] = stride
        stride *= size
    return strides
