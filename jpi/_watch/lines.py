"""Calls in words, in which the calls of many ranks become one: what differs are numbers."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Span = tuple[float, float]  # the least and the greatest number of some ranks
COMPARED = ", compared with the other ranks' calls"  # what a call that is not made yet ends with
NUMBER, PEER = 1, 2  # what stands between texts; the value is how many spans it takes


@dataclass(frozen=True)
class Line:
    """A call in words, of one rank or of several ranks that make the same call.

    Attributes:
        pieces: the text, with NUMBER and PEER where ranks may differ.
        fingerprint: what the ranks of a collective must agree on; calls that differ in it are
            never one line, so that a difference that matters stays visible.
        spans: the numbers; of a peer its rank, and how far it is from the rank itself.
        seconds: how long it has waited, or how long it took.
    """

    pieces: tuple[str | int, ...]
    fingerprint: int = 0
    spans: tuple[Span, ...] = ()
    seconds: Span = (0.0, 0.0)

    @property
    def kind(self) -> Any:
        """What lines must share to become one."""
        return self.pieces, self.fingerprint

    def joined(self, other: Line) -> Line:
        """One line for both, which are of one kind."""
        spans = tuple(map(_joined, self.spans, other.spans))
        return Line(self.pieces, self.fingerprint, spans, _joined(self.seconds, other.seconds))

    def later(self, seconds: float) -> Line:
        """The line of calls that have waited some more seconds."""
        low, high = self.seconds
        return Line(self.pieces, self.fingerprint, self.spans, (low + seconds, high + seconds))

    @property
    def words(self) -> str:
        """The text, without the seconds."""
        spans = iter(self.spans)
        return "".join(
            piece if isinstance(piece, str) else _peer(spans) if piece == PEER else _number(spans)
            for piece in self.pieces
        )

    def duration(self, digits: str) -> str:
        """The seconds as text, such as "0.5-1.2 s"."""
        low, high = (f"{number:{digits}}" for number in self.seconds)
        return f"{low} s" if low == high else f"{low}-{high} s"


class Writer:
    """Writes the line of a call of one rank, piece by piece, on a communicator of ``size`` ranks.

    Without them, peers are compared by their ranks only.
    """

    def __init__(self, rank: int = 0, size: int = sys.maxsize) -> None:
        self._rank, self._size = rank, size
        self._pieces: list[str | int] = []
        self._spans: list[Span] = []

    def text(self, text: str) -> None:
        self._pieces.append(text)

    def numbers(self, text: str) -> None:
        """A text whose numbers may differ between ranks."""
        for i, piece in enumerate(re.split(r"\b(\d+)\b", text)):
            if i % 2:
                self._pieces.append(NUMBER)
                self._spans.append((int(piece), int(piece)))
            else:
                self._pieces.append(piece)

    def peer(self, peer: int) -> None:
        """The peer of a message; the ranks are a circle, so that a shift is one distance."""
        distance = (peer - self._rank + (self._size - 1) // 2) % self._size - (self._size - 1) // 2
        self._pieces.append(PEER)
        self._spans += [(peer, peer), (distance, distance)]

    def line(self, fingerprint: int, seconds: float) -> Line:
        return Line(tuple(self._pieces), fingerprint, tuple(self._spans), (seconds, seconds))


def _joined(one: Span, other: Span) -> Span:
    return min(one[0], other[0]), max(one[1], other[1])


def _number(spans: Iterator[Span]) -> str:
    low, high = next(spans)
    return f"{low}" if low == high else f"{low}-{high}"


def _peer(spans: Iterator[Span]) -> str:
    (low, high), (least, most) = next(spans), next(spans)
    if low == high:
        return f"rank {low}"
    return f"rank own{least:+}" if least == most else f"ranks {low}-{high}"
