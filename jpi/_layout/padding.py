"""Padding: which rows a block needs around it, and who holds them."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from jpi._layout.layout import Boundaries, Pairs

Rows = tuple[int, int, int]  # the lowest row, the number of rows, and 1 (upwards) or -1 (downwards)


_OUTSIDE = -1  # the number of a row beyond the array, which is zero
_PERIODIC = ("periodic", "reflect", "symmetric")


@dataclass(frozen=True)
class PaddingPlan:
    """What one rank does along one axis.

    Attributes:
        is_exchange: whether any rank needs rows of another.
        sends: the rows of its block that it sends, rank after rank.
        send_counts, recv_counts: the ranks that it sends to and receives from, and how many rows.
        pieces: the padded block, as rows of its "own" block, of the "received" rows, or "outside".
    """

    is_exchange: bool
    sends: tuple[Rows, ...]
    send_counts: Pairs
    recv_counts: Pairs
    pieces: tuple[tuple[str, Rows], ...]


@lru_cache(maxsize=4096)
def padding_plan(bounds: Boundaries, own: int, before: int, after: int, mode: str) -> PaddingPlan:
    start, stop = bounds[own], bounds[own + 1]
    padding = _padding(bounds, own, before, after, mode)
    needs = _foreign(np.concatenate(padding), bounds, own)
    wanted = {
        rank: rows - start
        for rank in _near(bounds, own, before, after, mode)
        if len(rows := _needed(bounds, rank, before, after, mode, own))
    }
    owners = itertools.groupby(bisect_right(bounds, row) - 1 for row in needs.tolist())

    def pieces(rows: np.ndarray) -> list[tuple[str, Rows]]:
        is_own = (start <= rows) & (rows < stop)
        names = np.where(rows == _OUTSIDE, "outside", np.where(is_own, "own", "received"))
        places = np.where(is_own, rows - start, np.searchsorted(needs, rows))
        places = np.where(rows == _OUTSIDE, np.arange(len(rows)), places)
        groups = itertools.groupby(zip(names, places, strict=True), key=lambda pair: pair[0])
        return [(str(name), run) for name, group in groups for run in _runs([n for _, n in group])]

    left, right = map(pieces, padding)
    return PaddingPlan(
        _is_exchange(bounds, before, after, mode),
        tuple(run for rows in wanted.values() for run in _runs(rows)),
        tuple((rank, len(rows)) for rank, rows in wanted.items()),
        tuple((rank, len(list(rows))) for rank, rows in owners),
        (*left, ("own", (0, stop - start, 1)), *right),
    )


def _is_exchange(bounds: Boundaries, before: int, after: int, mode: str) -> bool:
    """Whether any rank needs rows of another."""
    if bounds.parts == 1 or not bounds.size:
        return False
    # The block of rank 1 has a row before it. That of rank 0 has one after it, unless it is the
    # only row; then the empty blocks repeat it, if the mode repeats rows.
    return before > 0 or (after > 0 and (bounds.size > 1 or mode != "constant"))


def _near(bounds: Boundaries, own: int, before: int, after: int, mode: str) -> list[int]:
    """The ranks that may need rows of the block of ``own``, and some more."""
    start, stop, size = bounds[own], bounds[own + 1], bounds.size
    if start == stop:
        return []
    period = {"reflect": max(2 * (size - 1), 1), "symmetric": 2 * size}.get(mode, size)
    spans = [(start, stop)]
    if mode == "edge":
        spans = [(start if start else -before, stop if stop < size else size + after)]
    elif mode == "reflect":
        spans.append((1 - stop, 1 - start))
    elif mode == "symmetric":
        spans.append((-stop, -start))
    shifts = range(-(before // period) - 2, after // period + 3) if mode in _PERIODIC else [0]
    ranks: set[int] = set()
    for shift in shifts:
        for low, high in spans:
            low, high = low + shift * period - after, high + shift * period + before
            first, last = bisect_left(bounds, low), bisect_right(bounds, high)
            ranks |= set(range(max(first - 1, 0), min(last + 1, bounds.parts)))
    return sorted(ranks)


def _needed(
    bounds: Boundaries, rank: int, before: int, after: int, mode: str, own: int
) -> np.ndarray:
    """The rows of the block of ``own`` that ``rank`` needs."""
    rows = _foreign(np.concatenate(_padding(bounds, rank, before, after, mode)), bounds, rank)
    return rows[(bounds[own] <= rows) & (rows < bounds[own + 1])]


def _padding(
    bounds: Boundaries, rank: int, before: int, after: int, mode: str
) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of the rows before and after the block of ``rank``."""
    start, stop, size = bounds[rank], bounds[rank + 1], bounds.size
    return (
        _row_numbers(np.arange(start - before, start), size, mode),
        _row_numbers(np.arange(stop, stop + after), size, mode),
    )


def _row_numbers(places: np.ndarray, size: int, mode: str) -> np.ndarray:
    """The numbers of the rows that ``mode`` puts at these places, most of them beyond the array."""
    if mode == "edge":
        return np.clip(places, 0, size - 1)
    if mode == "periodic":
        return places % size
    if mode == "reflect":
        period = max(2 * (size - 1), 1)
        return np.minimum(places % period, -places % period)
    if mode == "symmetric":
        return np.minimum(places % (2 * size), (-1 - places) % (2 * size))
    return np.where((0 <= places) & (places < size), places, _OUTSIDE)


def _foreign(rows: np.ndarray, bounds: Boundaries, rank: int) -> np.ndarray:
    """The rows among ``rows`` that another rank holds, each once, in order."""
    own = (bounds[rank] <= rows) & (rows < bounds[rank + 1])
    return np.unique(rows[~own & (rows != _OUTSIDE)])


def _runs(places: Sequence[int] | np.ndarray) -> list[Rows]:
    """Places as runs of neighbours, each upwards or downwards."""
    runs: list[list[int]] = []
    for place in map(int, places):
        if (
            runs
            and place - runs[-1][-1] in (1, -1)
            and (len(runs[-1]) == 1 or place - runs[-1][-1] == runs[-1][-1] - runs[-1][-2])
        ):
            runs[-1].append(place)
        else:
            runs.append([place])
    return [(min(run), len(run), 1 if run[0] <= run[-1] else -1) for run in runs]
