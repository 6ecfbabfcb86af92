"""Ranks as a short text."""

from __future__ import annotations

from collections.abc import Sequence

from jpi._layout.masks import mask, runs

_SHOWN = 12  # runs of consecutive ranks in one text


def ranges(ranks: Sequence[int]) -> str:
    """Increasing ranks as text, such as "0-1, 5"."""
    return _words(runs(mask(ranks)))


def rank_words(ranks: int) -> str:
    """A set of ranks in words: "rank 2", "ranks 0-3, 7"; of many that are scattered, the first."""
    count, found = ranks.bit_count(), runs(ranks)
    text = _words(found[:_SHOWN])
    more = f", ... ({count} ranks)" if len(found) > _SHOWN else ""
    return f"{'rank' if count == 1 else 'ranks'} {text}{more}"


def _words(found: Sequence[range]) -> str:
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in found)
