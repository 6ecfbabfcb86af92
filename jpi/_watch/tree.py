"""The tree of ranks along which the watch asks and answers. Knows no MPI.

Rank 0 is the root. No rank exchanges messages with more than ``FAN_OUT`` ranks below it, unless
some do not answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

FAN_OUT = 16
ANSWERS = 3.0  # seconds for the lowest ranks to answer
SILENCE = 1.0  # seconds without a word, after which a rank asks those below a silent one itself


@dataclass(frozen=True)
class Tree:
    """The tree of ``size`` ranks."""

    size: int

    def children(self, rank: int) -> range:
        """The ranks directly below a rank."""
        first = rank * FAN_OUT + 1
        return range(min(first, self.size), min(first + FAN_OUT, self.size))

    def above(self, rank: int) -> Iterator[int]:
        """The ranks above a rank, from the nearest to the root."""
        while rank:
            rank = (rank - 1) // FAN_OUT
            yield rank

    def height(self, rank: int = 0) -> int:
        """How many levels of ranks are below a rank."""
        levels = 0
        while rank * FAN_OUT + 1 < self.size:
            rank, levels = rank * FAN_OUT + 1, levels + 1
        return levels

    def patience(self, rank: int = 0) -> float:
        """Seconds for which a rank waits for the answers of those below it.

        One level more has a second more: enough to ask those below a silent rank and to hear their
        answers, however many levels of silent ranks there are.
        """
        return ANSWERS + SILENCE * max(self.height(rank) - 1, 0)

    def longest_patience(self, rank: int) -> float:
        """Seconds after which rank 0 has not answered; the ranks near it notice that first."""
        return 2 * self.patience() + SILENCE * len(list(self.above(rank)))
