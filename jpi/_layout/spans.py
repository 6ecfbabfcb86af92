"""Spans: which rows of a dimension each rank of a mesh computes with.

Along a dimension that is periodic, row ``-1`` is the last one, and the first row follows it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from jpi._layout.layout import Box


@dataclass(frozen=True, eq=False)
class Spans:
    """The rows ``starts[k]:stops[k]`` of block ``k``'s rank, along a dimension in blocks.

    Spans may overlap, and may be empty. A dimension that is not sharded has one block.

    Attributes:
        own: the block of this rank.
    """

    starts: np.ndarray
    stops: np.ndarray
    own: int

    @classmethod
    def blocks(cls, bounds: Sequence[int], own: int) -> Spans:
        """The blocks with these boundaries themselves."""
        edges = edges_of(bounds)
        return cls(edges[:-1], edges[1:], own)

    @property
    def mine(self) -> tuple[int, int]:
        start, stop = int(self.starts[self.own]), int(self.stops[self.own])
        return (start, stop) if start < stop else (start, start)

    @property
    def lengths(self) -> np.ndarray:
        return np.maximum(self.stops - self.starts, 0)

    def moved(self, by: int) -> Spans:
        return Spans(self.starts + by, self.stops + by, self.own)

    def strided(self, start: int, step: int) -> Spans:
        """From the first to the last of the rows ``start, start + step, ...`` of these."""
        return Spans(self.starts * step + start, (self.stops - 1) * step + start + 1, self.own)

    def within(self, low: int, high: int) -> Spans:
        """What is left between the rows ``low`` and ``high``."""
        return Spans(self.starts.clip(low, high), self.stops.clip(low, high), self.own)

    def images(self, size: int) -> list[Spans]:
        """The spans as rows of a periodic dimension: those before its start, in it, and after."""
        if self.starts.min() >= 0 and self.stops.max() <= size:
            return [self]
        return [self.moved(by).within(0, size) for by in (size, 0, -size)]

    def hull(self, other: Spans) -> Spans:
        """For each rank, the shortest span with the rows of both."""
        mine, theirs = self.lengths > 0, other.lengths > 0
        starts = np.where(mine & theirs, np.minimum(self.starts, other.starts), self.starts)
        stops = np.where(mine & theirs, np.maximum(self.stops, other.stops), self.stops)
        return Spans(
            np.where(mine, starts, other.starts), np.where(mine, stops, other.stops), self.own
        )

    def contains(self, other: Spans) -> bool:
        """Whether every rank has all rows of ``other``."""
        inside = (self.starts <= other.starts) & (other.stops <= self.stops)
        return bool(np.all(inside | (other.lengths == 0)))

    def foreign(self, bounds: Sequence[int]) -> np.ndarray:
        """How many rows of each span are not in the block of its own rank."""
        edges, foreign = edges_of(bounds), np.zeros(len(self.starts), np.int64)
        for image in self.images(int(edges[-1])):
            shared = np.minimum(image.stops, edges[1:]) - np.maximum(image.starts, edges[:-1])
            foreign += image.lengths - shared.clip(0)
        return foreign

    def parts(self, bounds: Sequence[int]) -> list[tuple[int, int, int]]:
        """This rank's span as ``(block, start, stop)``, for the blocks in which its rows are."""
        edges, (start, stop) = edges_of(bounds), self.mine
        starts, stops = (np.clip(edge, edges[:-1], edges[1:]) for edge in (start, stop))
        return _that_hold_rows(starts, stops)

    def wanted_from(self, start: int, stop: int) -> list[tuple[int, int, int]]:
        """``(rank, start, stop)`` for the ranks that need some of the rows ``start:stop``."""
        return _that_hold_rows(self.starts.clip(start, stop), self.stops.clip(start, stop))


def _that_hold_rows(starts: np.ndarray, stops: np.ndarray) -> list[tuple[int, int, int]]:
    (places,) = np.nonzero(starts < stops)
    return [(int(k), int(starts[k]), int(stops[k])) for k in places]


@lru_cache(maxsize=256)
def edges_of(bounds: Sequence[int]) -> np.ndarray:
    """Boundaries of blocks, as an array."""
    return np.fromiter(bounds, np.int64, len(bounds))


Spanned = tuple[Spans, ...]  # those along each dimension of an array


def box_of(spans: Spanned) -> Box:
    """This rank's part."""
    return tuple(span.mine for span in spans)
