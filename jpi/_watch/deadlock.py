"""Which ranks will never go on, from what all of them do. Knows neither JAX nor MPI.

A rank that computes may do anything later. A rank that waits goes on if every rank it waits for
will arrive. The other ranks deadlock: they wait for ranks that have ended, for ranks in another
call, or for each other.

All is done by sets of ranks: the ranks in one call are looked at together, and again only when
ranks that they wait for may have become free.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jpi._layout.masks import is_one, mask, members, union
from jpi._watch.states import Picture, Waiting

_FEW = 64  # a call that waits for more ranks is looked at whenever any rank becomes free


@dataclass(frozen=True, eq=False)
class _Call:
    """Some ranks in a call, and what they wait for.

    Attributes:
        ranks: the ranks in the call.
        all_of: the ranks that must all arrive.
        one_of: the ranks of which one must arrive; none if it is not so.
        never: the ranks that must arrive and never will.
        is_collective: whether no rank waits for itself.
    """

    ranks: int
    all_of: int
    one_of: int = 0
    never: int = 0
    is_collective: bool = False

    @property
    def awaited(self) -> int:
        """The ranks that may let one of these ranks go on."""
        return self.all_of | self.one_of

    def free(self, blocked: int) -> int:
        """The ranks in the call that go on if the ``blocked`` ones never arrive anywhere."""
        missing = self.never | self.all_of & blocked
        if self.one_of and not self.one_of & ~blocked:
            return 0
        if missing and not (self.is_collective and is_one(missing)):
            return 0
        return self.ranks & missing if missing else self.ranks


def stuck_ranks(picture: Picture) -> int:
    """The set of the ranks that will never go on.

    A rank of which ``picture`` says nothing may do anything, and so may one that waits in several
    calls, as it may go on in any of them.
    """
    stuck = picture.in_one & ~picture.ended
    calls = [*_collectives(picture, stuck), *_messages(picture, stuck)]
    crowds = [call for call in calls if call.awaited.bit_count() > _FEW]
    by_peer = _by_peer([call for call in calls if call.awaited.bit_count() <= _FEW])
    due = calls
    while True:
        blocked = stuck | picture.ended
        free = stuck & union(call.free(blocked) for call in due)
        if not free:
            return stuck
        stuck &= ~free
        woken = [call for rank in members(free) for call in by_peer.get(rank, ())]
        due = [*crowds, *dict.fromkeys(woken)]


def _by_peer(calls: list[_Call]) -> Mapping[int, list[_Call]]:
    """The calls by the ranks that they wait for."""
    found: dict[int, list[_Call]] = defaultdict(list)
    for call in calls:
        for rank in members(call.awaited):
            found[rank].append(call)
    return found


def _collectives(picture: Picture, stuck: int) -> Iterator[_Call]:
    """The collectives in which ``stuck`` ranks wait.

    Not every collective waits: a rank that has reached the position may have run another call
    there, such as a bcast as its root.
    """
    reached: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for (comm, position), ranks in picture.positions.items():
        reached[comm].append((position, ranks))
    found: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for call, ranks in picture.waiting.items():
        found[call.comm, call.position].append((call.fingerprint, ranks))
    for (place, fingerprint), ranks in picture.begun.items():
        found[place].append((fingerprint, ranks))
    for call, ranks in picture.waiting.items():
        if call.position and ranks & stuck:
            there = union(r for position, r in reached[call.comm] if position >= call.position)
            at_place = found[call.comm, call.position]
            others = union(r for mark, r in at_place if mark != call.fingerprint)
            every = mask(call.members)
            never = every & there & others
            yield _Call(ranks & stuck, every & ~there, never=never, is_collective=True)


def _messages(picture: Picture, stuck: int) -> Iterator[_Call]:
    """The messages in which ``stuck`` ranks wait."""
    messages = {call: ranks for call, ranks in picture.waiting.items() if not call.position}
    senders: dict[tuple[str, int], int] = defaultdict(int)  # to a rank
    sources: dict[tuple[str, int], int] = defaultdict(int)  # of a rank that receives
    for call, ranks in picture.waiting.items():
        for dest in call.sends_to:
            senders[call.comm, dest] |= ranks
        one_of = mask(call.receives_from)
        for rank in members(ranks) if one_of else ():
            sources[call.comm, rank] |= one_of
    for call, ranks in messages.items():
        yield from _of_one_message(call, ranks & stuck, senders, sources)


def _of_one_message(
    call: Waiting,
    ranks: int,
    senders: Mapping[tuple[str, int], int],
    sources: Mapping[tuple[str, int], int],
) -> Iterator[_Call]:
    alike: dict[tuple[int, int], int] = defaultdict(int)
    receives_from = mask(call.receives_from)
    for rank in members(ranks):
        receiving = (o for o in call.sends_to if sources.get((call.comm, o), 0) >> rank & 1)
        all_of = mask(call.sends_to) & ~mask(receiving)
        is_met = receives_from & senders.get((call.comm, rank), 0)
        alike[all_of, 0 if is_met else receives_from] |= 1 << rank
    for (all_of, one_of), together in alike.items():
        yield _Call(together, all_of, one_of)
