"""Exchanges of Python objects between ranks, and a record of those that this process waits in.

They carry sizes that are found while a program runs, and make new communicators. The watch reads
the record.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from jpi._jax.callers import calling_line
from jpi._mpi.library import MPI


@dataclass(frozen=True, eq=False)
class Meeting:
    """An exchange of Python objects in which this process waits.

    Attributes:
        text: what the exchange does, with the line of the user's program.
        place: a name of where it happens that all its ranks share.
        members: the ranks that take part, as world ranks.
        position: the number of exchanges at this place so far, this one included.
        since: when it began, in the seconds of `time.monotonic`.
    """

    text: str
    place: str
    members: Sequence[int]
    position: int
    since: float = field(default_factory=time.monotonic)


active: list[Meeting] = []
begun: Counter[str] = Counter()
_places: Counter[str] = Counter()


def world_ranks(comm: Any) -> Sequence[int]:
    """The world ranks of the members of a communicator; a range where they are evenly spaced."""
    group = comm.Get_group()
    return spaced(group.Translate_ranks(list(range(group.size)), MPI.COMM_WORLD.Get_group()))


def spaced(ranks: Sequence[int]) -> Sequence[int]:
    """``ranks`` as a range, which takes no memory, or else as a tuple."""
    step = ranks[1] - ranks[0] if len(ranks) > 1 else 1
    even = range(ranks[0], ranks[0] + step * len(ranks), step or 1)
    return even if len(even) == len(ranks) and list(even) == list(ranks) else tuple(ranks)


@contextlib.contextmanager
def meeting(text: str, place: str, members: Sequence[int]) -> Iterator[None]:
    """A context in which the record says that this process waits."""
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
    with meeting(
        "the first use of a communicator, which all its ranks must make together",
        f"{name_of(members)} new",
        members,
    ):
        return [comm.Dup() for _ in range(count)]


def name_of(members: Sequence[int]) -> str:
    if isinstance(members, range):
        return f"{members.start}:{members.stop}:{members.step}"
    text = ",".join(map(str, members))
    return text if len(text) < 64 else f"{text[:32]}..{hash(tuple(members)) % sys.maxsize:x}"


class Control:
    """Exchanges of Python objects over a communicator, on a duplicate made at the first one.

    ``finish`` is called before: calls of compiled programs on the communicator itself must not be
    in flight when it is duplicated.
    """

    def __init__(self, comm: Any, finish: Callable[[], None]) -> None:
        self._comm, self._duplicate, self._finish = comm, None, finish
        self.members = world_ranks(comm)
        name = name_of(self.members)
        _places[name] += 1
        self.name = f"{name} {_places[name]}"  # the same on all its ranks, and unique

    @property
    def _place(self) -> str:
        return f"control of {self.name}"

    @contextlib.contextmanager
    def _meeting(self, text: str) -> Iterator[Any]:
        """A context in which the record says that this process waits; the communicator to use."""
        if self._duplicate is None:
            self._finish()
            (self._duplicate,) = duplicates(self._comm, 1)
        with meeting(text, self._place, self.members):
            yield self._duplicate

    def allgather(self, value: Any, what: str) -> list[Any]:
        with self._meeting(what) as comm:
            return list(comm.allgather(value))

    def bcast(self, value: Any, root: int, what: str) -> Any:
        with self._meeting(what) as comm:
            return comm.bcast(value, root=root)

    def split(self, color: int, key: int) -> Any:
        with self._meeting("the first use of ranks along mesh axes") as comm:
            return comm.Split(color, key)

    def free(self) -> None:
        """Give back the duplicate, when the communicator is freed."""
        if self._duplicate is not None:
            self._duplicate.Free()
        begun.pop(self._place, None)
