"""Padding: which rows a block needs around it, and who holds them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

Rows = tuple[int, int, int]  # the lowest row, the number of rows, and 1 (upwards) or -1 (downwards)


_OUTSIDE = -1  # the number of a row beyond the array, which is zero


@dataclass(frozen=True)
class PaddingPlan:
    """What one rank does along one axis.

    Attributes:
        is_exchange: whether any rank needs rows of another.
        sends: the rows of its block that it sends, rank after rank.
        send_counts, recv_counts: how many rows it sends to and receives from each rank.
        pieces: the padded block, as rows of its "own" block, of the "received" rows, or "outside".
    """

    is_exchange: bool
    sends: tuple[Rows, ...]
    send_counts: tuple[int, ...]
    recv_counts: tuple[int, ...]
    pieces: tuple[tuple[str, Rows], ...]


@lru_cache(maxsize=4096)
def padding_plan(
    bounds: tuple[int, ...], own: int, before: int, after: int, mode: str
) -> PaddingPlan:
    start, stop = bounds[own], bounds[own + 1]
    padding = [_padding(bounds, rank, before, after, mode) for rank in range(len(bounds) - 1)]
    needs = [_foreign(np.concatenate(sides), bounds, rank) for rank, sides in enumerate(padding)]
    wanted = [need[(start <= need) & (need < stop)] - start for need in needs]
    held = np.diff(np.searchsorted(needs[own], bounds))

    def pieces(rows: np.ndarray) -> list[tuple[str, Rows]]:
        is_own = (start <= rows) & (rows < stop)
        names = np.where(rows == _OUTSIDE, "outside", np.where(is_own, "own", "received"))
        places = np.where(is_own, rows - start, np.searchsorted(needs[own], rows))
        places = np.where(rows == _OUTSIDE, np.arange(len(rows)), places)
        groups = itertools.groupby(zip(names, places, strict=True), key=lambda pair: pair[0])
        return [(str(name), run) for name, group in groups for run in _runs([n for _, n in group])]

    left, right = map(pieces, padding[own])
    return PaddingPlan(
        any(map(len, needs)),
        tuple(run for rows in wanted for run in _runs(rows)),
        tuple(map(len, wanted)),
        tuple(map(int, held)),
        (*left, ("own", (0, stop - start, 1)), *right),
    )


def _padding(
    bounds: tuple[int, ...], rank: int, before: int, after: int, mode: str
) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of the rows before and after the block of ``rank``."""
    start, stop, size = bounds[rank], bounds[rank + 1], bounds[-1]
    return (
        _row_numbers(np.arange(start - before, start), size, mode),
        _row_numbers(np.arange(stop, stop + after), size, mode),
    )


def _row_numbers(places: np.ndarray, size: int, mode: str) -> np.ndarray:
    """The numbers of the rows that ``mode`` puts at these places, most of them beyond the array."""
    if mode == "edge":
        return np.clip(places, 0, size - 1)
    if mode in ("periodic", "wrap"):
        return places % size
    if mode == "reflect":
        period = max(2 * (size - 1), 1)
        return np.minimum(places % period, -places % period)
    return np.where((0 <= places) & (places < size), places, _OUTSIDE)


def _foreign(rows: np.ndarray, bounds: tuple[int, ...], rank: int) -> np.ndarray:
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
