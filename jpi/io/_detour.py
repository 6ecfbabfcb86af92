"""Reading in another layout than the one that is wanted, where that reads fewer bytes.

A block of columns takes a bit of every row of a file, and a file is read in pieces: pages, chunks.
Then each rank reads rows, and the rows are redistributed. So is a large array that every rank is to
have as a whole.
"""

from __future__ import annotations

import math
from typing import Any

from jpi._layout.layout import Layout
from jpi.io._sources import dtype_of, is_tensorstore

_PAGE = 4096  # bytes
_SMALLEST = 2**20  # bytes: a smaller array is read as it is wanted
_WORTH = 1.5  # times fewer bytes


def layout_to_read(source: Any, wanted: Layout, rows: Layout) -> Layout:
    """``wanted``, or the layout by ``rows``: the same on every rank."""
    if wanted == rows or math.prod(wanted.shape) * dtype_of(source).itemsize < _SMALLEST:
        return wanted
    chunk = _chunk_of(source)
    if chunk is None:
        return wanted
    is_worth = _WORTH * touched(rows, chunk) <= touched(wanted, chunk)
    return rows if is_worth else wanted


def touched(placement: Layout, chunk: tuple[int, ...]) -> int:
    """How many numbers are in the chunks of the largest block."""
    sizes = (-(-size // placement.parts(dim)) for dim, size in enumerate(placement.shape))
    whole = (-(-size // length) * length for size, length in zip(sizes, chunk, strict=True))
    return math.prod(map(min, placement.shape, whole))


def _chunk_of(source: Any) -> tuple[int, ...] | None:
    """The shape of what is read at once; None if it is not known."""
    if is_tensorstore(source):
        return tuple(source.chunk_layout.read_chunk.shape)
    chunk = getattr(source, "chunks", None)
    if isinstance(chunk, tuple) and all(isinstance(length, int) for length in chunk):
        return chunk
    return pages(source) if getattr(source, "is_contiguous", False) else None


def pages(source: Any) -> tuple[int, ...]:
    """The part of a row, or the rows, that a page of a file without chunks has."""
    count, found = max(1, _PAGE // dtype_of(source).itemsize), []
    shape = tuple(source.shape)
    is_reversed = getattr(source, "is_reversed", False)
    for size in shape if is_reversed else shape[::-1]:
        found.append(max(1, min(size, count)))
        count = max(1, count // max(1, size))
    return tuple(found if is_reversed else found[::-1])
