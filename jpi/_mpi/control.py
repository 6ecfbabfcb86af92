"""Exchanges of Python objects between ranks, and a record of those that this process waits in.

They carry sizes that are found while a program runs, and make new communicators. The watch reads
the record.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
import time
import zlib
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from jpi._jax.callers import calling_line
from jpi._layout.masks import mask
from jpi._layout.ranges import rank_words
from jpi._mpi.library import MPI


@dataclass(frozen=True, eq=False)
class Meeting:
    """An exchange of Python objects in which this process waits.

    Attributes:
        text: what the exchange does, with the line of the user's program.
        place: a name of where it happens that all its ranks share.
        members: the ranks that take part, as world ranks.
        position: the number of exchanges at this place so far, this one included.
        fingerprint: what all ranks must share, not 0.
        since: when it began, in the seconds of `time.monotonic`.
    """

    text: str
    place: str
    members: Sequence[int]
    position: int
    fingerprint: int
    since: float = field(default_factory=time.monotonic)


active: list[Meeting] = []
begun: Counter[str] = Counter()
fingerprints: OrderedDict[tuple[str, int], int] = OrderedDict()  # of the latest, by place, position
FIRST_USE = " new"  # how the place of the first use of a communicator ends
_KEPT = 1024
_LINES = 40  # of a message about calls that differ
_places: Counter[str] = Counter()


def world_ranks(comm: Any) -> Sequence[int]:
    """The world ranks of the members of a communicator; a range where they are evenly spaced."""
    group, world = comm.Get_group(), MPI.COMM_WORLD.Get_group()
    if MPI.Group.Compare(group, world) == MPI.IDENT:
        return range(world.size)
    return spaced(group.Translate_ranks(None, world))


def spaced(ranks: Sequence[int]) -> Sequence[int]:
    """``ranks`` as a range, which takes no memory, or else as a tuple."""
    step = ranks[1] - ranks[0] if len(ranks) > 1 else 1
    even = range(ranks[0], ranks[0] + step * len(ranks), step or 1)
    return even if len(even) == len(ranks) and list(even) == list(ranks) else tuple(ranks)


@contextlib.contextmanager
def meeting(text: str, place: str, members: Sequence[int], cause: str = "") -> Iterator[None]:
    """A context in which the record says that this process waits.

    Args:
        cause: why, for reports; it may differ between ranks.
    """
    begun[place] += 1
    fingerprint = zlib.crc32(text.encode()) + 1
    now = Meeting(f"{text}{cause}, at {calling_line()}", place, members, begun[place], fingerprint)
    fingerprints[place, now.position] = fingerprint
    if len(fingerprints) > _KEPT:
        fingerprints.popitem(last=False)
    active.append(now)
    try:
        yield
    finally:
        active.remove(now)


def duplicates(comm: Any, count: int, cause: str = "") -> list[Any]:
    """Private duplicates of a communicator. Communication: collective over it."""
    members = world_ranks(comm)
    with meeting(
        "the first use of a communicator, which all its ranks must make together",
        f"{name_of(members)}{FIRST_USE}",
        members,
        cause,
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
        self.number = _places[name]  # among the communicators of these ranks
        self.name = f"{name} {self.number}"  # the same on all its ranks, and unique

    @property
    def _place(self) -> str:
        return f"control of {self.name}"

    @contextlib.contextmanager
    def _meeting(self, text: str) -> Iterator[Any]:
        """A context in which the record says that this process waits; the communicator to use."""
        if self._duplicate is None:
            self._finish()
            (self._duplicate,) = duplicates(self._comm, 1, f": {text}")
        with meeting(text, self._place, self.members):
            yield self._duplicate

    def allgather(self, value: Any, what: str) -> list[Any]:
        with self._meeting(what) as comm:
            _begin(comm, what)
            return comm.allgather(value)

    def bcast(self, value: Any, root: int, what: str) -> Any:
        with self._meeting(what) as comm:
            _begin(comm, what)
            return comm.bcast(value, root=root)

    def is_same(self, value: Any, what: str) -> bool:
        """Whether all ranks give the same value, by its `repr`: 32 bytes of each rank."""
        with self._meeting(what) as comm:
            return _begin(comm, what, value)

    def split(self, color: int, key: int) -> Any:
        what = "the first use of ranks along mesh axes"
        with self._meeting(what) as comm:
            _begin(comm, what)
            return comm.Split(color, key)

    def free(self) -> None:
        """Give back the duplicate, when the communicator is freed."""
        if self._duplicate is not None:
            self._duplicate.Free()
        begun.pop(self._place, None)


def _begin(comm: Any, what: str, value: Any = None) -> bool:
    """Begin an exchange, and say whether all ranks give the same value.

    Every exchange begins with the same call, so that none meets another. It is a reduction: what
    each of thousands of ranks is about to do is gathered only if they differ.
    """
    marks = [_mark(what), _mark(repr(value))]
    lowest = np.array([*marks, *(-mark for mark in marks)])
    comm.Allreduce(MPI.IN_PLACE, lowest, MPI.MIN)
    is_what, is_value = lowest[:2] == -lowest[2:]
    if not is_what:
        raise ValueError(_differences(comm.allgather(f"{what}, at {calling_line()}")))
    return bool(is_value)


def _differences(calls: Sequence[str]) -> str:
    """The message about the calls of all ranks; a few, if thousands differ."""
    ranks: dict[str, list[int]] = {}
    for rank, call in enumerate(calls):
        ranks.setdefault(call, []).append(rank)
    lines = [f"  {rank_words(mask(those))}: {call}" for call, those in ranks.items()]
    return "\n".join(
        [
            "the ranks must make the same call; they differ:",
            *lines[:_LINES],
            *(["  more calls are left out."] if len(lines) > _LINES else []),
            "Make the same calls in the same order on every rank.",
        ]
    )


def _mark(text: str) -> int:
    """A positive number of 63 bits that differs where texts differ."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> 1
