"""What a rank passes on for others: questions down the tree, answers and news up. Knows no MPI."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from jpi._watch.failures import Failures
from jpi._watch.inquiry import Inquiry
from jpi._watch.states import Picture, Place
from jpi._watch.tree import Tree
from jpi._watch.upward import Upward

ASK, ANSWER, ALARM, FAILURE, HEARD = 1, 2, 3, 4, 5
_BETWEEN_ALARMS = 0.5  # seconds
_BETWEEN_FAILURES = 0.05


@dataclass(frozen=True)
class Alarm:
    """A wish that rank 0 looks, as some ranks have waited at these places."""

    is_timeout: bool = False
    places: frozenset[Place] = frozenset()

    def joined(self, other: Alarm) -> Alarm:
        return Alarm(self.is_timeout or other.is_timeout, self.places | other.places)


class Relay:
    """The part of one rank: ``send`` takes a content, a rank and a tag.

    ``look`` gives the picture of this rank alone, for a question with this number and these
    places. At rank 0, ``alarms`` and ``failures`` are called with the news.
    """

    def __init__(
        self,
        tree: Tree,
        rank: int,
        send: Callable[[Any, int, int], None],
        look: Callable[[int, tuple[Place, ...]], Picture],
        alarms: Callable[[Alarm], None],
        failures: Callable[[Failures], None],
    ) -> None:
        self._tree, self._rank, self._send, self._look = tree, rank, send, look
        self._number = 0
        self._inquiry: Inquiry | None = None
        self._askers: list[int] = []  # which wait for the rest of an answer
        self._alarms: Upward[Alarm] = Upward(tree, rank, _BETWEEN_ALARMS)
        self._failures: Upward[Failures] = Upward(tree, rank, _BETWEEN_FAILURES)
        self._take_alarm = self._alarms.add if rank else alarms
        self._take_failures = self._failures.add if rank else failures

    @property
    def is_busy(self) -> bool:
        """Whether other ranks wait for this one."""
        return bool(self._askers) or self._failures.is_waiting

    def ask_all(self, number: int, places: Iterable[Place], now: float) -> Inquiry:
        """Begin an inquiry, at rank 0."""
        return self._begin(number, tuple(sorted(places)), now)

    def alarm(self, alarm: Alarm) -> None:
        """Let rank 0 look."""
        self._take_alarm(alarm)

    def fail(self, failures: Failures) -> None:
        """Let rank 0 report failures."""
        self._take_failures(failures)

    def receive(self, source: int, tag: int, content: Any, now: float) -> None:
        """Take a message of another rank."""
        if tag == ASK:
            number, places = content
            self._answer(source, number, places, now)
        elif tag == ANSWER:
            number, answer, is_all = content
            if self._inquiry and number == self._number:
                self._inquiry.add(source, answer, is_all, now)
        elif tag == HEARD:
            (self._alarms if content == ALARM else self._failures).heard()
        else:
            self._send(tag, source, HEARD)
            (self._take_alarm if tag == ALARM else self._take_failures)(content)

    def work(self, now: float) -> None:
        """Do what is due."""
        if self._inquiry:
            self._inquiry.ask_below_silent(now)
            if self._askers and self._inquiry.is_over(now):
                self._send_rest(self._inquiry.picture(now))
        for tag, upward in ((ALARM, self._alarms), (FAILURE, self._failures)):
            if due := upward.due(now):
                dest, news = due
                self._send(news, dest, tag)

    def _begin(self, number: int, places: tuple[Place, ...], now: float) -> Inquiry:
        self._number, self._askers = number, []
        self._inquiry = Inquiry(
            self._tree,
            self._rank,
            self._look(number, places),
            now,
            lambda rank: self._send((number, places), rank, ASK),
        )
        return self._inquiry

    def _answer(self, source: int, number: int, places: tuple[Place, ...], now: float) -> None:
        if number < self._number:
            return
        if number > self._number or self._inquiry is None:
            self._begin(number, places, now)
        assert self._inquiry
        is_all = not self._tree.children(self._rank)
        self._send((number, self._inquiry.own, is_all), source, ANSWER)
        if not is_all:
            self._askers.append(source)

    def _send_rest(self, picture: Picture) -> None:
        for asker in self._askers:
            self._send((self._number, picture, True), asker, ANSWER)
        self._askers = []
