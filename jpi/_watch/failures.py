"""The failures of ranks in one report: what several ranks have to say stands there once."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from jpi._layout.ranges import ranges

TOGETHER = 0.4  # seconds for the other ranks to fail too


@dataclass
class Failures:
    """The exit codes and tracebacks of the ranks that have failed so far, of ``size`` ranks."""

    size: int
    codes: dict[int, int] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    since: float = 0.0

    def add(self, rank: int, code: int, text: str) -> None:
        if not self.codes:
            self.since = time.monotonic()
        self.codes[rank], self.texts[rank] = code, text

    @property
    def are_complete(self) -> bool:
        """Whether there is a failure, and no other one is worth waiting for."""
        are_all = len(self.codes) == self.size
        return bool(self.codes) and (are_all or time.monotonic() - self.since > TOGETHER)

    @property
    def code(self) -> int:
        """The exit code of the job: an exception counts before an interrupt."""
        return min(self.codes.values())

    @property
    def report(self) -> str:
        ranks_of: dict[str, list[int]] = {}
        for rank, text in sorted(self.texts.items()):
            ranks_of.setdefault(text, []).append(rank)
        parts = [f"{words(ranks)}:\n{text}" for text, ranks in ranks_of.items() if text]
        have = "has" if len(self.codes) == 1 else "have"
        end = f"jpi: {words(self.codes)} of {self.size} {have} failed; all ranks end."
        return "\n".join([*parts, end])


def words(ranks: Iterable[int]) -> str:
    """Ranks in words: "rank 2", "ranks 0-3, 7"."""
    ordered = sorted(ranks)
    return f"{'rank' if len(ordered) == 1 else 'ranks'} {ranges(ordered)}"
