"""A question about all ranks, as one rank passes it on and gathers the answers. Knows no MPI.

A rank that is asked tells at once what it does itself, and later what the ranks below it do. So
a rank that says nothing is noticed soon, however many ranks are below it.
"""

from __future__ import annotations

from collections.abc import Callable

from jpi._watch.states import Picture
from jpi._watch.tree import SILENCE, Tree

MOST_GROUPS = 100  # in one message, with their latest calls


class Inquiry:
    """One question, at one rank: what the rank itself does, and who else is asked."""

    def __init__(
        self,
        tree: Tree,
        rank: int,
        own: Picture,
        now: float,
        ask: Callable[[int], None],
    ) -> None:
        self._tree, self._ask = tree, ask
        self.begin, self.end = now, now + tree.patience(rank)
        self.own = own
        self._answers = [(now, own)]
        self._open: dict[int, float] = {}  # asked, and not all is said: when it was asked
        self._silent: set[int] = set()
        self._ask_all(tree.children(rank), now)

    def add(self, source: int, answer: Picture, is_all: bool, now: float) -> None:
        """Take an answer; ``is_all`` if no more follows from this rank."""
        self._answers.append((now, answer))
        self._silent.discard(source)
        if is_all:
            self._open.pop(source, None)

    def ask_below_silent(self, now: float) -> None:
        """Ask the ranks below those that have not said a word."""
        for rank in [r for r in self._silent if now - self._open[r] > SILENCE]:
            self._silent.discard(rank)
            self._ask_all(self._tree.children(rank), now)

    def is_over(self, now: float) -> bool:
        """Whether all have answered, or there is no more time for it."""
        return not self._open or now >= self.end

    def picture(self, now: float) -> Picture:
        """What is known by now."""
        found = Picture()
        for time, answer in self._answers:
            found.add(answer, now - time)
            if len(found.groups) > MOST_GROUPS:
                found.forget_last()
        return found

    def _ask_all(self, ranks: range, now: float) -> None:
        for rank in ranks:
            self._open[rank] = now
            self._silent.add(rank)
            self._ask(rank)
