"""Which ranks will never go on, rank by rank: the plain form of `jpi._watch.deadlock`.

A rank that computes may do anything later. A rank that waits goes on if every rank it waits for
will arrive. The other ranks deadlock: they wait for ranks that have ended, for ranks in another
call, or for each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Waiting:
    """A call in which a rank waits.

    Attributes:
        text: the call, with the line of the user's program.
        comm: a name of the communicator that all its ranks share.
        members: the ranks of the communicator.
        position: the number of collectives begun on it, this one included; 0 for a message.
        fingerprint: what the ranks must agree on.
        sends_to, receives_from: the other ranks of a message, any one of ``receives_from``.
        number: identifies this call among all of the process.
        seconds: how long the call has waited.
    """

    text: str
    comm: str
    members: Sequence[int]
    position: int = 0
    fingerprint: int = 0
    sends_to: Sequence[int] = ()
    receives_from: Sequence[int] = ()
    number: Any = 0
    seconds: float = 0.0

    def is_same(self, other: Waiting | None) -> bool:
        """Whether it is the same call, seen at another time."""
        return other is not None and self.number == other.number


@dataclass(frozen=True)
class State:
    """What a rank does.

    Attributes:
        calls: the calls in which it waits.
        last: its latest calls, as text.
        positions: the number of collectives that it has begun on each communicator.
        begun: the fingerprints of calls at some (communicator, position), if it has reached them.
        has_ended: whether its program is over.
    """

    calls: tuple[Waiting, ...] = ()
    last: tuple[str, ...] = ()
    positions: Mapping[str, int] = field(default_factory=dict)
    begun: Mapping[tuple[str, int], int] = field(default_factory=dict)
    has_ended: bool = False

    @property
    def waiting(self) -> Waiting | None:
        """The call in which it waits; None if it is in several, as it may go on in any of them."""
        return self.calls[0] if len(self.calls) == 1 else None

    @property
    def may_do_anything(self) -> bool:
        return not self.has_ended and self.waiting is None


def stuck_ranks(states: Mapping[int, State]) -> dict[int, Waiting]:
    """The ranks that will never go on, with the calls in which they wait.

    A rank that is not in ``states`` may do anything.
    """
    waiting = {rank: state.waiting for rank, state in states.items() if not state.has_ended}
    stuck = {rank: call for rank, call in waiting.items() if call is not None}
    while True:
        free = [rank for rank, call in stuck.items() if _will_go_on(rank, call, states, stuck)]
        if not free:
            return stuck
        for rank in free:
            del stuck[rank]


def _will_go_on(
    rank: int,
    call: Waiting,
    states: Mapping[int, State],
    stuck: Mapping[int, Waiting],
) -> bool:
    def will_arrive(other: int) -> bool:
        return other not in stuck and not (other in states and states[other].has_ended)

    if call.position:
        others = [other for other in call.members if other != rank]
        return all(
            _is_met(call, states[other])
            if other in states and states[other].positions.get(call.comm, 0) >= call.position
            else will_arrive(other)
            for other in others
        )
    return all(
        will_arrive(other) or _receives(states[other], rank, call.comm) for other in call.sends_to
    ) and (
        not call.receives_from
        or any(
            will_arrive(other) or _sends(states[other], rank, call.comm)
            for other in call.receives_from
        )
    )


def _is_met(call: Waiting, state: State) -> bool:
    """Whether a rank that has reached the position of ``call`` has made the same call there.

    Not every collective waits: it may have run another one, such as a bcast as its root.
    """
    place = call.comm, call.position
    there = [c.fingerprint for c in state.calls if (c.comm, c.position) == place]
    there.append(state.begun.get(place, call.fingerprint))
    return all(fingerprint == call.fingerprint for fingerprint in there)


def _receives(state: State, source: int, comm: str) -> bool:
    return any(source in c.receives_from and c.comm == comm for c in state.calls)


def _sends(state: State, dest: int, comm: str) -> bool:
    return any(dest in c.sends_to and c.comm == comm for c in state.calls)
