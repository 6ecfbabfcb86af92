"""The failures of ranks in one report: what several ranks have to say stands there once."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from jpi._layout.masks import union
from jpi._layout.ranges import rank_words

TOGETHER = 0.4  # seconds for the other ranks to fail too
MOST_TEXTS = 8  # tracebacks that differ, in a report


@dataclass
class Failures:
    """The failures so far of ``size`` ranks: the ranks of each exit code and of each traceback.

    The ranks of the text "" have tracebacks that are left out.
    """

    size: int
    codes: dict[int, int] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)
    since: float = 0.0

    @staticmethod
    def of(size: int, rank: int, code: int, text: str) -> Failures:
        """The failure of one rank."""
        return Failures(size, {code: 1 << rank}, {text: 1 << rank} if text else {})

    def add(self, other: Failures) -> None:
        """Add failures; of more than a few tracebacks only the ranks are kept."""
        if not self.codes:
            self.since = time.monotonic()
        for code, ranks in other.codes.items():
            self.codes[code] = self.codes.get(code, 0) | ranks
        for text, ranks in other.texts.items():
            kept = text if text in self.texts or len(self.texts) < MOST_TEXTS else ""
            self.texts[kept] = self.texts.get(kept, 0) | ranks

    def joined(self, other: Failures) -> Failures:
        """The failures of both."""
        found = Failures(self.size)
        found.add(self)
        found.add(other)
        return found

    def are_complete(self, on_the_way: float = 0.0) -> bool:
        """Whether there is a failure, and no other one is worth waiting for.

        ``on_the_way`` is how many seconds the failure of another rank may need to arrive.
        """
        are_all = self.ranks.bit_count() == self.size
        late = time.monotonic() - self.since > TOGETHER + on_the_way
        return bool(self.codes) and (are_all or late)

    @property
    def ranks(self) -> int:
        """The ranks that have failed."""
        return union(self.codes.values())

    @property
    def code(self) -> int:
        """The exit code of the job: an exception counts before an interrupt."""
        return min(self.codes)

    @property
    def report(self) -> str:
        texts = sorted((ranks & -ranks, ranks, text) for text, ranks in self.texts.items() if text)
        parts = [f"{rank_words(ranks)}:\n{text}" for _, ranks, text in texts]
        if more := self.texts.get("", 0):
            parts.append(f"{rank_words(more)}: other tracebacks, left out here.")
        have = "has" if self.ranks.bit_count() == 1 else "have"
        end = f"jpi: {rank_words(self.ranks)} of {self.size} {have} failed; all ranks end."
        return "\n".join([*parts, end])
