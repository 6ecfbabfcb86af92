"""Sets of ranks as integers: bit n is rank n. Thousands of ranks are united in one operation."""

from __future__ import annotations

import re
from collections.abc import Iterable


def mask(ranks: Iterable[int]) -> int:
    """The set of these ranks."""
    if isinstance(ranks, range) and ranks.step == 1 and ranks:
        return (1 << ranks.stop) - (1 << ranks.start)
    found = bytearray(1)
    for rank in ranks:
        if rank // 8 >= len(found):
            found.extend(bytes(rank // 8 + 1 - len(found)))
        found[rank // 8] |= 1 << rank % 8
    return int.from_bytes(found, "little")


def members(ranks: int) -> list[int]:
    """The ranks of a set, in increasing order."""
    if is_one(ranks):
        return [ranks.bit_length() - 1]
    return [rank for run in runs(ranks) for rank in run]


def runs(ranks: int) -> list[range]:
    """The runs of consecutive ranks of a set, in increasing order."""
    return [range(*run.span()) for run in re.finditer("1+", f"{ranks:b}"[::-1])]


def union(sets: Iterable[int]) -> int:
    """The ranks that are in one of these sets."""
    found = 0
    for ranks in sets:
        found |= ranks
    return found


def is_one(ranks: int) -> bool:
    """Whether the set has exactly one rank."""
    return ranks > 0 and not ranks & (ranks - 1)
