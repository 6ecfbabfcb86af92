"""Ranks as a short text."""

from __future__ import annotations

from collections.abc import Sequence


def ranges(ranks: Sequence[int]) -> str:
    """Increasing ranks as text, such as "0-1, 5"."""
    runs: list[list[int]] = []
    for rank in ranks:
        if runs and rank == runs[-1][-1] + 1:
            runs[-1].append(rank)
        else:
            runs.append([rank])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
