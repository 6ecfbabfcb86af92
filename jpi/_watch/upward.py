"""News on the way up the tree: what arrives within a moment goes on as one message."""

from __future__ import annotations

from typing import Generic, Protocol, Self, TypeVar

from jpi._watch.tree import SILENCE, Tree


class _News(Protocol):
    def joined(self, other: Self) -> Self: ...


News = TypeVar("News", bound=_News)


class Upward(Generic[News]):
    """News of one kind at a rank that is not the root.

    The next rank above says that it has heard. One that does not is passed over from then on.
    """

    def __init__(self, tree: Tree, rank: int, pause: float) -> None:
        self._above = list(tree.above(rank))
        self._pause = pause
        self._new: News | None = None
        self._sent: News | None = None  # and not heard yet
        self._sent_at = -pause

    @property
    def is_waiting(self) -> bool:
        """Whether something is to be sent, or to be heard."""
        return self._new is not None or self._sent is not None

    def add(self, news: News) -> None:
        self._new = news if self._new is None else self._new.joined(news)

    def heard(self) -> None:
        """Note that the next rank above has got what was sent."""
        self._sent = None

    def due(self, now: float) -> tuple[int, News] | None:
        """What is to be sent now, and where."""
        if self._sent is not None and now - self._sent_at > SILENCE:
            self.add(self._sent)
            self._sent = None
            self._above = self._above[1:] or self._above
        if self._new is None or self._sent is not None or now - self._sent_at < self._pause:
            return None
        self._sent, self._new, self._sent_at = self._new, None, now
        return self._above[0], self._sent
