"""Ranks of the watch without MPI: their messages go through lists, and time is a number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from jpi._watch.channel import pack, unpack
from jpi._watch.failures import Failures
from jpi._watch.inspection import Inspection
from jpi._watch.relay import Alarm, Relay
from jpi._watch.report import FEW
from jpi._watch.sightings import Sightings
from jpi._watch.states import Picture, State
from jpi._watch.tree import Tree

STEP = 0.02  # seconds; a rank that others wait for looks so often
LOOKS = 10  # steps between two looks of other ranks


class Ranks:
    """Ranks in these states, some of which are silent, and the messages between them."""

    def __init__(self, states: Sequence[State], silent: Mapping[int, object] = ()) -> None:
        self.size, self._silent = len(states), set(silent)
        self.now = 0.0
        self.most_at_once = 0  # messages that a rank found in one look
        self.most_bytes = 0  # in one of these looks
        self.senders: dict[int, set[int]] = defaultdict(set)  # by the rank that gets messages
        self.failures = Failures(self.size)
        self._boxes: dict[int, list[tuple[int, int, bytes]]] = defaultdict(list)
        self._step = 0
        self._states = states
        self._sightings = [Sightings() for _ in states]
        self.relays = [self._relay(rank) for rank in range(self.size)]
        self.said: list[str] = []  # what ends no job
        ask = self.relays[0].ask_all
        self.inspection = Inspection(self.size, float("inf"), ask, self.said.append)

    def _relay(self, rank: int) -> Relay:
        def send(content: object, dest: int, tag: int) -> None:
            self._boxes[dest].append((rank, tag, pack(content)))

        def look(number: int, places: object) -> Picture:
            state = self._sightings[rank].seen(self._states[rank], number)
            return Picture.of(rank, state, self.size <= FEW)

        return Relay(
            Tree(self.size),
            rank,
            send,
            look,
            lambda alarm: self.inspection.alarm(alarm, self.now),
            self.failures.add,
        )

    def alarm(self) -> None:
        """Let all ranks that wait ask rank 0 to look."""
        for rank, state in enumerate(self._states):
            if state.calls and rank not in self._silent:
                places = frozenset((c.comm, c.position) for c in state.calls if c.position)
                self.relays[rank].alarm(Alarm(False, places))

    def fail(self, texts: Mapping[int, str]) -> None:
        for rank, text in texts.items():
            self.relays[rank].fail(Failures.of(self.size, rank, 1, text))

    def verdict(self, seconds: float) -> tuple[int, str] | None:
        """What rank 0 decides within some seconds."""
        end = self.now + seconds
        while self.now < end:
            self._work()
            if found := self.inspection.verdict(self.now):
                return found
        return None

    def _work(self) -> None:
        self._step += 1
        self.now += STEP
        for rank, relay in enumerate(self.relays):
            is_due = relay.is_busy or (self._step + rank) % LOOKS == 0
            if is_due and rank not in self._silent:
                self._look(rank, relay)

    def _look(self, rank: int, relay: Relay) -> None:
        box = self._boxes.pop(rank, [])
        self.most_at_once = max(self.most_at_once, len(box))
        self.most_bytes = max(self.most_bytes, sum(len(packed) for _, _, packed in box))
        for source, tag, packed in box:
            self.senders[rank].add(source)
            relay.receive(source, tag, unpack(packed), self.now)
        relay.work(self.now)
