"""Parts of arrays that this rank has computed or fetched, and what is cut from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from jpi._blocks.cuts import cut
from jpi._layout.layout import Box
from jpi._layout.spans import Spanned, box_of

Parts = Sequence[tuple[Spanned, Any]]  # this rank's rows, each with the spans of all ranks

_NEAR = 8  # rows between two parts of an array that are fetched as one


class Cuts:
    """What views are computed from: all that they ask of one array is cut together."""

    def __init__(self) -> None:
        self._asked: dict[int, dict[Box, Spanned]] = {}  # by identity of the array
        self._given: dict[int, list[tuple[Spanned, Any]]] = {}
        self._cut: dict[int, dict[Box, Any]] = {}

    def ask(self, value: Any, part: Spanned) -> None:
        """Ask for a part before any is got; the value must live as long as the cuts."""
        self._asked.setdefault(id(value), {})[box_of(part)] = part

    def give(self, value: Any, part: Spanned, local: Any) -> None:
        """Give this rank's rows of a part, before any of them is got."""
        self._given.setdefault(id(value), []).append((part, local))

    def get(self, value: Any, part: Spanned) -> Any:
        """This rank's rows of a part, when all parts of ``value`` that are asked for are there."""
        if id(value) not in self._cut:
            self._cut[id(value)] = _cut(self._given[id(value)], self._asked[id(value)].values())
        return self._cut[id(value)][box_of(part)]


def _cut(parts: Parts, asked: Iterable[Spanned]) -> dict[Box, Any]:
    groups: dict[int, tuple[Box, Any, list[Box]]] = {}  # by identity of what is cut
    for part in asked:
        found = _find(parts, part)
        assert found is not None
        have, local = found
        groups.setdefault(id(local), (box_of(have), local, []))[2].append(box_of(part))
    cuts: dict[Box, Any] = {}
    for around, local, boxes in groups.values():
        within = [tuple(map(_within, box, around)) for box in boxes]
        cuts.update(zip(boxes, cut(local, within), strict=True))
    return cuts


def _within(span: tuple[int, int], have: tuple[int, int]) -> tuple[int, int]:
    (start, stop), (first, _) = span, have
    return (start - first, stop - first) if start < stop else (0, 0)


def add(parts: list[Spanned], part: Spanned) -> None:
    """Add a part, as one with those that it is close to."""
    for other in parts:
        if _are_near(other, part):
            parts.remove(other)
            return add(parts, tuple(a.hull(b) for a, b in zip(other, part, strict=True)))
    parts.append(part)


def _are_near(one: Spanned, other: Spanned) -> bool:
    for a, b in zip(one, other, strict=True):
        between = a.hull(b).lengths - a.lengths - b.lengths
        if (between > _NEAR).any():
            return False
    return True


def _find(parts: Parts, part: Spanned) -> tuple[Spanned, Any] | None:
    """What is there that contains ``part``."""
    for have, local in parts:
        if all(a.contains(b) for a, b in zip(have, part, strict=True)):
            return have, local
    return None
