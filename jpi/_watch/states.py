"""What ranks do: the state of one rank, and the picture of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from jpi._layout.masks import union
from jpi._watch.lines import Line

Place = tuple[str, int]  # a communicator, and a position on it
Key = TypeVar("Key")


@dataclass(frozen=True)
class Waiting:
    """A call in which a rank waits: what decides whether it will go on.

    Attributes:
        comm: a name of the communicator that all its ranks share.
        members: the ranks of the communicator of a collective.
        position: the number of collectives begun on it, this one included; 0 for a message.
        fingerprint: what the ranks must agree on.
        sends_to, receives_from: the other ranks of a message, any one of ``receives_from``.
        number: identifies this call among all of the process.
    """

    comm: str
    members: Sequence[int] = ()
    position: int = 0
    fingerprint: int = 0
    sends_to: Sequence[int] = ()
    receives_from: Sequence[int] = ()
    number: Any = 0


@dataclass(frozen=True)
class State:
    """What a rank does.

    Attributes:
        calls: the calls in which it waits.
        lines: the same calls in words.
        last: its latest calls in words.
        positions: the number of collectives that it has begun on each communicator.
        begun: the fingerprints of calls at some (communicator, position), if it has reached them.
        has_ended: whether its program is over.
        elsewhere: the line of the program where it is, if it waits in no call.
    """

    calls: tuple[Waiting, ...] = ()
    lines: tuple[Line, ...] = ()
    last: tuple[Line, ...] = ()
    positions: Mapping[str, int] = field(default_factory=dict)
    begun: Mapping[Place, int] = field(default_factory=dict)
    has_ended: bool = False
    elsewhere: str = ""


@dataclass(frozen=True)
class Group:
    """Ranks of which a report says the same.

    ``alone`` is the rank in a job of few ranks, where each rank is a group.
    """

    ranks: int
    has_ended: bool
    lines: tuple[Line, ...]
    last: tuple[Line, ...]
    elsewhere: str = ""
    alone: int | None = None

    @property
    def kind(self) -> Any:
        """What groups must share to become one."""
        kinds = (tuple(line.kind for line in lines) for lines in (self.lines, self.last))
        return self.has_ended, self.elsewhere, *kinds, self.alone

    @property
    def longest(self) -> float:
        """The seconds for which one of these ranks waits."""
        return max((line.seconds[1] for line in self.lines), default=0.0)

    def joined(self, other: Group) -> Group:
        """One group of both, which are of one kind."""
        lines, last = (
            tuple(one.joined(another) for one, another in zip(mine, others, strict=True))
            for mine, others in ((self.lines, other.lines), (self.last, other.last))
        )
        return replace(self, ranks=self.ranks | other.ranks, lines=lines, last=last)

    def later(self, seconds: float) -> Group:
        """The group after some more seconds without a change."""
        return replace(self, lines=tuple(line.later(seconds) for line in self.lines))


@dataclass
class Picture:
    """What many ranks do: each fact once, with the set of the ranks of which it is known.

    Attributes:
        groups: what a report says, by kind.
        waiting: the ranks in each call.
        positions: the ranks that have begun so many collectives on a communicator.
        begun: the ranks that have begun a call with this fingerprint at a place.
        ended: the ranks whose programs are over.
        in_one: the ranks that wait in exactly one call.
        has_last: whether the latest calls are known; else of no group.
    """

    groups: dict[Any, Group] = field(default_factory=dict)
    waiting: dict[Waiting, int] = field(default_factory=dict)
    positions: dict[Place, int] = field(default_factory=dict)
    begun: dict[tuple[Place, int], int] = field(default_factory=dict)
    ended: int = 0
    in_one: int = 0
    has_last: bool = True

    @staticmethod
    def of(rank: int, state: State, is_apart: bool = False) -> Picture:
        """The picture of one rank; ``is_apart`` if a report shall have a line for it alone."""
        bit = 1 << rank
        alone = rank if is_apart else None
        group = Group(bit, state.has_ended, state.lines, state.last, state.elsewhere, alone)
        return Picture(
            groups={group.kind: group},
            waiting=dict.fromkeys(state.calls, bit),
            positions=dict.fromkeys(state.positions.items(), bit),
            begun=dict.fromkeys(state.begun.items(), bit),
            ended=bit * state.has_ended,
            in_one=bit * (len(state.calls) == 1),
        )

    @property
    def ranks(self) -> int:
        """The ranks that have answered."""
        return union(group.ranks for group in self.groups.values())

    def add(self, other: Picture, seconds: float = 0.0) -> None:
        """Add what ``other`` knew so many seconds ago."""
        if not other.has_last:
            self.forget_last()
        for group in other.groups.values():
            self._add_group(group.later(seconds))
        _unite(self.waiting, other.waiting)
        _unite(self.positions, other.positions)
        _unite(self.begun, other.begun)
        self.ended |= other.ended
        self.in_one |= other.in_one

    def forget_last(self) -> None:
        """Forget the latest calls of all ranks, so that more ranks are one group."""
        if self.has_last:
            self.has_last = False
            groups, self.groups = list(self.groups.values()), {}
            for group in groups:
                self._add_group(group)

    def _add_group(self, group: Group) -> None:
        group = group if self.has_last else replace(group, last=())
        kind = group.kind
        known = self.groups.get(kind)
        self.groups[kind] = known.joined(group) if known else group


def _unite(known: dict[Key, int], more: Mapping[Key, int]) -> None:
    for key, ranks in more.items():
        known[key] = known.get(key, 0) | ranks
