"""What this rank does now and did last, for the watch; and a report of it as text."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from jpi._mpi import control as _meetings
from jpi._mpi.comm import Comm, live
from jpi._mpi.library import MPI, native
from jpi._watch.deadlock import State, Waiting

if TYPE_CHECKING:
    from jpi._native import CallRecord


class Activity:
    """The calls of this rank on live communicators, and whether it has ended."""

    def __init__(self) -> None:
        self.has_ended = False

    def state(self, places: Iterable[tuple[str, int]] = ()) -> State:
        """What this rank does, and the fingerprints of its calls at ``places``."""
        _, records = native.calls()
        now = time.monotonic()
        meetings = [_meeting_call(m, now) for m in list(_meetings.active)]
        comms = {i: c for i, c in list(live.items()) if MPI.UNDEFINED not in c.control.members}
        running = [c for c in records if not c["is_done"] and c["comm"] in comms]
        done = [c for c in records if c["is_done"]]
        index = {comm.control.name: i for i, comm in comms.items()}
        begun = {
            (name, position): native.fingerprint_at(index[name], position)
            if name in index
            else _meetings.fingerprints.get((name, position), 0)
            for name, position in places
        }
        return State(
            calls=(*(_call(c, comms[c["comm"]]) for c in running), *meetings),
            last=tuple(f"{_words(c)}, {c['seconds']:.3g} s" for c in done[-10:]),
            positions={
                **{comm.control.name: native.position(i) for i, comm in comms.items()},
                **_meetings.begun,
            },
            begun={place: fingerprint for place, fingerprint in begun.items() if fingerprint},
            has_ended=self.has_ended,
        )


def _call(record: CallRecord, comm: Comm) -> Waiting:
    members, source = comm.control.members, record["source"]
    return Waiting(
        text=_words(record),
        comm=comm.control.name,
        members=members,
        position=record["position"],
        fingerprint=record["fingerprint"],
        sends_to=_peer(members, record["dest"]),
        receives_from=members if source == MPI.ANY_SOURCE else _peer(members, source),
        number=record["number"],
        seconds=record["seconds"],
    )


def _meeting_call(meeting: _meetings.Meeting, now: float) -> Waiting:
    return Waiting(
        text=meeting.text,
        comm=meeting.place,
        members=meeting.members,
        position=meeting.position,
        fingerprint=meeting.fingerprint,
        number=(meeting.place, meeting.position),
        seconds=now - meeting.since,
    )


def _peer(members: Sequence[int], rank: int | None) -> Sequence[int]:
    return (members[rank],) if rank is not None and 0 <= rank < len(members) else ()


def _words(record: CallRecord) -> str:
    text, dest, source = record["text"], record["dest"], record["source"]
    if dest is not None:
        text += f", to rank {dest}"
    if source is not None:
        text += ", from any rank" if source == MPI.ANY_SOURCE else f", from rank {source}"
    if record["purpose"]:
        text += f", for {record['purpose']}"
    text = f"{text}, at {record['site'] or 'an unknown line'}"
    return f"{text}, compared with the other ranks' calls" if record["is_compared"] else text


def own_words(call: Waiting) -> str:
    """A call, and how long it has waited there."""
    return f"{call.text}, where it has waited for {call.seconds:.1f} s"


def later(state: State, seconds: float) -> State:
    """``state`` after some more seconds without a change."""
    calls = tuple(replace(call, seconds=call.seconds + seconds) for call in state.calls)
    return replace(state, calls=calls)


def report(heading: str, states: Mapping[int, State], explained: list[int], size: int) -> str:
    """What each of ``size`` ranks does; for the ``explained`` ranks also their latest calls."""
    lines = [f"jpi: {heading}."]
    for rank in range(size):
        state = states.get(rank)
        lines.append(f"  rank {rank}: {_doing(state) if state else _SILENT}")
        if rank in explained and state and state.last:
            lines += [f"    before: {text}" for text in state.last[-10:]]
    calls = [call for state in states.values() for call in state.calls]
    if any(call.comm.endswith(_meetings.FIRST_USE) for call in calls):
        lines.append(
            "A communicator is prepared at its first use: after making it, call "
            "jpi.barrier(comm=...) on all its ranks."
        )
    lines.append("Make the same calls in the same order on every rank of a communicator.")
    return "\n".join(lines)


_SILENT = "does not answer: it is stopped, its machine swaps, or foreign code holds Python's lock"


def _doing(state: State) -> str:
    if state.has_ended:
        last = f"; its last call was {state.last[-1]}" if state.last else ""
        return f"has ended{last}"
    if not state.calls:
        last = f"; its last one was {state.last[-1]}" if state.last else ""
        return f"in no collective{last}"
    return "; ".join(map(own_words, state.calls))
