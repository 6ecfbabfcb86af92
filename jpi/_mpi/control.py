"""What Python itself exchanges with the other ranks, and who waits there.

Sizes that are found as a program runs, and new communicators. It is on record while it waits, for
whoever asks.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from jpi._jax.callers import calling_line
from jpi._mpi.library import MPI


@dataclass(frozen=True, eq=False)
class Meeting:
    """An exchange of Python objects in which this process waits.

    Attributes:
        text: what it does, in words, with the line of the user's program.
        place: where, under a name that all its ranks share.
        members: the ranks that take part, of all.
        position: how many there have been at this place, with this one.
        since: when it began, in the seconds of `time.monotonic`.
    """

    text: str
    place: str
    members: tuple[int, ...]
    position: int
    since: float = field(default_factory=time.monotonic)


active: list[Meeting] = []
begun: Counter[str] = Counter()
_places: Counter[str] = Counter()


def world_ranks(comm: Any) -> tuple[int, ...]:
    """The ranks of a communicator, of all."""
    group = comm.Get_group()
    return tuple(group.Translate_ranks(list(range(group.size)), MPI.COMM_WORLD.Get_group()))


@contextlib.contextmanager
def meeting(text: str, place: str, members: tuple[int, ...]) -> Iterator[None]:
    """A context in which this process is on record as waiting."""
    begun[place] += 1
    now = Meeting(f"{text}, at {calling_line()}", place, members, begun[place])
    active.append(now)
    try:
        yield
    finally:
        active.remove(now)


def duplicates(comm: Any, count: int) -> list[Any]:
    """Private duplicates of a communicator. Communication: collective over it."""
    members = world_ranks(comm)
    with meeting("the first use of a communicator", f"{name_of(members)} new", members):
        return [comm.Dup() for _ in range(count)]


def name_of(members: Sequence[int]) -> str:
    text = ",".join(map(str, members))
    return text if len(text) < 64 else f"{text[:32]}..{hash(tuple(members)) % sys.maxsize:x}"


class Control:
    """A communicator for what Python exchanges."""

    def __init__(self, comm: Any) -> None:
        self._comm = comm
        self.members = world_ranks(comm)
        name = name_of(self.members)
        _places[name] += 1
        self.name = f"{name} {_places[name]}"  # the same on all its ranks, and no other's

    def _meeting(self, text: str) -> contextlib.AbstractContextManager[None]:
        return meeting(text, f"control of {self.name}", self.members)

    def allgather(self, value: Any, what: str) -> list[Any]:
        with self._meeting(what):
            return list(self._comm.allgather(value))

    def bcast(self, value: Any, root: int, what: str) -> Any:
        with self._meeting(what):
            return self._comm.bcast(value, root=root)

    def split(self, color: int, key: int) -> Any:
        with self._meeting("the first use of ranks along mesh axes"):
            return self._comm.Split(color, key)
