"""What this rank does now and did last, for the watch."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from jpi._jax.callers import line_among
from jpi._mpi import control as _meetings
from jpi._mpi.comm import Comm, live
from jpi._mpi.library import MPI, native
from jpi._watch.lines import COMPARED, Line, Writer
from jpi._watch.states import Place, State, Waiting

if TYPE_CHECKING:
    from jpi._native import CallRecord


class Activity:
    """The calls of this rank on live communicators, and whether it has ended."""

    def __init__(self) -> None:
        self.has_ended = False

    def state(self, places: Iterable[Place] = ()) -> State:
        """What this rank does, and the fingerprints of its calls at ``places``."""
        _, records = native.calls()
        now = time.monotonic()
        meetings = list(_meetings.active)
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
        calls = (_call(c, comms[c["comm"]]) for c in running)
        lines = (_line(c, comms[c["comm"]]) for c in running)
        return State(
            calls=(*calls, *map(_meeting_call, meetings)),
            lines=(*lines, *(_meeting_line(m, now) for m in meetings)),
            last=tuple(_line(c, comms.get(c["comm"])) for c in done[-_LAST:]),
            positions={
                **{comm.control.name: native.position(i) for i, comm in comms.items()},
                **_meetings.begun,
            },
            begun={place: fingerprint for place, fingerprint in begun.items() if fingerprint},
            has_ended=self.has_ended,
            elsewhere="" if running or meetings or self.has_ended else _line_elsewhere(),
        )


_LAST = 10  # calls


def _line_elsewhere() -> str:
    """The line of the user's program where the main thread is; "" if it runs no Python."""
    return line_among(native.frames_of(threading.main_thread().ident or 0))


def _call(record: CallRecord, comm: Comm) -> Waiting:
    members, source, position = comm.control.members, record["source"], record["position"]
    return Waiting(
        comm=comm.control.name,
        members=members if position else (),
        position=position,
        fingerprint=record["fingerprint"],
        sends_to=_peer(members, record["dest"]),
        receives_from=members if source == MPI.ANY_SOURCE else _peer(members, source),
        number=record["number"],
    )


def _meeting_call(meeting: _meetings.Meeting) -> Waiting:
    return Waiting(
        comm=meeting.place,
        members=meeting.members,
        position=meeting.position,
        fingerprint=meeting.fingerprint,
        number=(meeting.place, meeting.position),
    )


def _meeting_line(meeting: _meetings.Meeting, now: float) -> Line:
    seconds = now - meeting.since
    return Line((meeting.text,), meeting.fingerprint, seconds=(seconds, seconds))


def _place(comm: Comm) -> str:
    """The communicator in words, the same for all parts of one; "" for that of all ranks."""
    number = comm.control.number
    if comm.size == MPI.COMM_WORLD.size and number == 1:
        return ""
    return f", on {comm.given_name or f'communicator {number} of {comm.size} ranks'}"


def _tagged(tag: int) -> str:
    return f" with tag {tag}" if tag > 0 else ""


def _peer(members: Sequence[int], rank: int | None) -> Sequence[int]:
    return (members[rank],) if rank is not None and 0 <= rank < len(members) else ()


def _line(record: CallRecord, comm: Comm | None) -> Line:
    """The call in words; ``comm`` is None if the communicator has been freed.

    Ranks are those of COMM_WORLD, as everywhere in a report.
    """
    dest, source = record["dest"], record["source"]
    writer = Writer(MPI.COMM_WORLD.rank, MPI.COMM_WORLD.size)
    members = comm.control.members if comm else range(sys.maxsize)
    writer.numbers(record["text"])
    if dest == MPI.PROC_NULL:
        writer.text(", to no rank (PROC_NULL)")
    elif dest is not None:
        writer.text(", to ")
        writer.peer(members[dest])
        writer.text(_tagged(record["sendtag"]))
    if source == MPI.ANY_SOURCE:
        writer.text(f", from any rank{_tagged(record['recvtag'])}")
    elif source is not None:
        writer.text(", from ")
        writer.peer(members[source])
        writer.text(_tagged(record["recvtag"]))
    writer.text(_place(comm) if comm else "")
    purpose = f", for {record['purpose']}" if record["purpose"] else ""
    compared = COMPARED if record["is_compared"] else ""
    writer.text(f"{purpose}, at {record['site'] or 'an unknown line'}{compared}")
    return writer.line(record["fingerprint"], record["seconds"])
