"""What this rank does now and did last, for the watch; and the activity of ranks in words."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from jpi import _meetings
from jpi._comm import Comm
from jpi._deadlock import Call, State
from jpi._meetings import name_of, world_ranks
from jpi._mpi import MPI, native

if TYPE_CHECKING:
    from jpi._native import CallRecord


class Activity:
    """The calls of this rank on the communicators that it knows, and whether it has ended."""

    def __init__(self) -> None:
        self.has_ended = False
        self._comms: dict[int, tuple[str, tuple[int, ...]]] = {}  # by index: name and members

    def add(self, comm: Comm) -> None:
        """Know a communicator; all its ranks do so in one order."""
        members = world_ranks(comm.mpi)
        if MPI.UNDEFINED in members:  # of spawned ranks
            return
        name = name_of(members)
        same = sum(other.startswith(f"{name} data ") for other, _ in self._comms.values())
        self._comms[comm._index] = f"{name} data {same}", members

    def state(self) -> State:
        _, records = native.calls()
        now = time.monotonic()
        meetings = [_meeting_call(m, now) for m in list(_meetings.active)]
        running = [c for c in records if not c["is_done"] and c["comm"] in self._comms]
        done = [c for c in records if c["is_done"]]
        return State(
            calls=(*map(self._call, running), *meetings),
            last=tuple(f"{_words(c)}, {c['seconds']:.3g} s" for c in done[-10:]),
            positions={
                **{name: native.position(i) for i, (name, _) in list(self._comms.items())},
                **_meetings.begun,
            },
            has_ended=self.has_ended,
        )

    def _call(self, record: CallRecord) -> Call:
        name, members = self._comms[record["comm"]]
        source = record["source"]
        sources = members if source == MPI.ANY_SOURCE else _peer(members, source)
        return Call(
            text=_words(record),
            comm=name,
            members=members,
            position=record["position"],
            fingerprint=record["fingerprint"],
            sends_to=_peer(members, record["dest"]),
            receives_from=sources,
            number=record["number"],
            seconds=record["seconds"],
        )


def _meeting_call(meeting: _meetings.Meeting, now: float) -> Call:
    return Call(
        text=meeting.text,
        comm=meeting.place,
        members=meeting.members,
        position=meeting.position,
        number=(meeting.place, meeting.position),
        seconds=now - meeting.since,
    )


def _peer(members: tuple[int, ...], rank: int | None) -> tuple[int, ...]:
    return (members[rank],) if rank is not None and 0 <= rank < len(members) else ()


def _words(record: CallRecord) -> str:
    text, dest, source = record["text"], record["dest"], record["source"]
    if dest is not None:
        text += f", to rank {dest}"
    if source is not None:
        text += ", from any rank" if source == MPI.ANY_SOURCE else f", from rank {source}"
    if record["purpose"]:
        text += f", for {record['purpose']}"
    return f"{text}, at {record['site'] or 'an unknown line'}"


def own_words(call: Call) -> str:
    """A call, and how long it has waited there."""
    return f"{call.text}, where it has waited for {call.seconds:.1f} s"


def report(heading: str, states: Mapping[int, State], explained: list[int]) -> str:
    """What each rank does, and for the ``explained`` what they did before."""
    lines = [f"jpi: {heading}."]
    for rank, state in sorted(states.items()):
        lines.append(f"  rank {rank}: {_doing(state)}")
        if rank in explained and state.last:
            lines += [f"    before: {text}" for text in state.last[-10:]]
    lines.append("Make the same calls in the same order on every rank of a communicator.")
    return "\n".join(lines)


def _doing(state: State) -> str:
    if state.has_ended:
        last = f"; its last call was {state.last[-1]}" if state.last else ""
        return f"has ended{last}"
    if not state.calls:
        last = f"; its last one was {state.last[-1]}" if state.last else ""
        return f"in no collective{last}"
    return "; ".join(map(own_words, state.calls))
