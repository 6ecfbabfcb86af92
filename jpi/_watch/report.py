"""What all ranks do, as a text of at most so many lines for any number of ranks. Knows no MPI."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import NamedTuple

from jpi._layout.masks import members
from jpi._layout.ranges import rank_words
from jpi._watch.lines import Line
from jpi._watch.states import Group, Picture

LINES = 60
FEW = 4  # ranks, of which each has a line of its own
_KINDS = 40  # lines about ranks that do the same
_AROUND = 4  # lines above and below what the ranks do
_BEFORE = 10  # latest calls of one kind of ranks
_SILENT = (
    "{} not answer: {} stopped, {} machine swaps or is cut off, or foreign code holds Python's lock"
)


class _Entry(NamedTuple):
    """A line about some ranks, and lines about the calls before."""

    ranks: int
    answers: bool
    words: str
    before: Sequence[str] = ()


def report(
    heading: str, picture: Picture, explained: int, asked: int, advice: Sequence[str] = ()
) -> str:
    """What each of the ``asked`` ranks does; for the ``explained`` ranks also their latest calls.

    Ranks that do the same are one line, and the fewest come first. ``advice`` stands at the end.
    """
    silent, are_few = asked & ~picture.ranks, asked.bit_count() <= FEW
    lone = [1 << rank for rank in members(silent)] if are_few else [silent] if silent else []
    entries = [_Entry(ranks, False, _silence(ranks)) for ranks in lone]
    entries += [_entry(group, explained) for group in picture.groups.values()]
    entries.sort(key=_lowest if are_few else _fewest)
    lines = [f"jpi: {heading}."]
    for entry, room in _with_room(entries[:_KINDS]):
        lines.append(f"  {rank_words(entry.ranks)}: {entry.words}")
        lines += [f"    before{text}" for text in entry.before[len(entry.before) - room :]]
    if more := entries[_KINDS:]:
        count = sum(entry.ranks.bit_count() for entry in more)
        lines.append(f"  {count} more ranks in {len(more)} more states are left out.")
    end = "Make the same calls in the same order on every rank of a communicator."
    return "\n".join([*lines, *advice, end])


def own_words(line: Line, has: str = "it has") -> str:
    """A call, and how long a rank has waited there."""
    return f"{line.words}, where {has} waited for {line.duration('.1f')}"


def _entry(group: Group, explained: int) -> _Entry:
    before = _repeated(group.last)[-_BEFORE:] if group.ranks & explained else ()
    return _Entry(group.ranks, True, _doing(group), before)


def _repeated(lines: Sequence[Line]) -> list[str]:
    """The calls in words; equal ones in a row are one, with their number."""
    texts = []
    for _, same in itertools.groupby(lines, key=lambda line: (line.words, line.fingerprint)):
        first, *others = same
        times = f", {1 + len(others)} times" if others else ""
        texts.append(f"{times}: {_done(functools.reduce(Line.joined, others, first))}")
    return texts


def _lowest(entry: _Entry) -> int:
    return entry.ranks & -entry.ranks


def _fewest(entry: _Entry) -> tuple[bool, int, int]:
    return entry.answers, entry.ranks.bit_count(), _lowest(entry)


def _with_room(entries: Sequence[_Entry]) -> list[tuple[_Entry, int]]:
    """The entries, and how many calls before there is room for.

    What most ranks do has room first, as the others are compared with it.
    """
    room = LINES - _AROUND - len(entries)
    rooms = [0] * len(entries)
    most = max(range(len(entries)), key=lambda i: entries[i].ranks.bit_count(), default=0)
    for i in sorted(range(len(entries)), key=lambda i: i != most):
        rooms[i] = min(len(entries[i].before), room)
        room -= rooms[i]
    return list(zip(entries, rooms, strict=True))


def _silence(ranks: int) -> str:
    is_one = ranks.bit_count() == 1
    return _SILENT.format(*(("does", "it is", "its") if is_one else ("do", "they are", "their")))


def _done(line: Line) -> str:
    return f"{line.words}, {line.duration('.3g')}"


def _doing(group: Group) -> str:
    is_one = group.ranks.bit_count() == 1
    has, its = ("has", "its") if is_one else ("have", "their")
    last = _done(group.last[-1]) if group.last else ""
    if group.has_ended:
        return f"{has} ended; {its} last call was {last}" if last else f"{has} ended"
    if not group.lines:
        here = f"in no collective, at {group.elsewhere}" if group.elsewhere else "in no collective"
        return f"{here}; {its} last one was {last}" if last else here
    return "; ".join(own_words(line, f"{'it' if is_one else 'they'} {has}") for line in group.lines)
