"""Positions along a dimension, in blocks that go around the parts in turn. Integers only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(frozen=True)
class Cyclic:
    """``size`` positions in blocks of ``width``; part ``k % parts`` holds block ``k``.

    A part holds its blocks one after the other, so its positions are in increasing order.
    """

    size: int
    width: int
    parts: int

    @property
    def blocks(self) -> list[Span]:
        """``(start, stop)`` of each block."""
        return [(a, min(a + self.width, self.size)) for a in range(0, self.size, self.width)]

    def owner(self, block: int) -> int:
        """The part that holds a block."""
        return block % self.parts

    def count(self, part: int, stop: int | None = None) -> int:
        """How many of the positions below ``stop``, of all by default, ``part`` holds."""
        stop = self.size if stop is None else stop
        rounds, rest = divmod(stop, self.width * self.parts)
        return rounds * self.width + min(max(rest - part * self.width, 0), self.width)

    def held(self, part: int, start: int, stop: int) -> Span:
        """Where a part holds the positions ``start:stop`` of which it holds some."""
        return self.count(part, start), self.count(part, stop)

    def pieces(self, start: int, stop: int) -> Iterator[tuple[int, Span]]:
        """The part and the ``(start, stop)`` of each piece of the positions ``start:stop``."""
        while start < stop:
            block = start // self.width
            end = min((block + 1) * self.width, stop)
            yield self.owner(block), (start, end)
            start = end
