"""Arrays that lie in a file row after row, as in memory: `.npy`, many datasets of HDF5."""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np

from jpi._layout.layout import Box
from jpi.io._bytes import opened, read_all, write_all


class Rows:
    """An array that lies in one piece in a file, as a source.

    Args:
        start: where in the file it begins.
        is_reversed: whether its first dimension is the fastest.
    """

    is_contiguous = True

    def __init__(
        self,
        path: str,
        start: int,
        shape: tuple[int, ...],
        dtype: np.dtype,
        is_reversed: bool = False,
    ) -> None:
        self._path, self._start = path, start
        self.shape, self.dtype, self.is_reversed = shape, dtype, is_reversed

    def __getitem__(self, index: Any) -> np.ndarray:
        return self._map()[index]

    def read_into(self, block: np.ndarray, box: Box) -> None:
        offset = self._contiguous(box)
        if offset is None:
            block[...] = self._map()[tuple(slice(*span) for span in box)]
            return
        with opened(self._path, os.O_RDONLY) as descriptor:
            read_all(descriptor, [block], self._start + offset, self._path)

    def _contiguous(self, box: Box) -> int | None:
        """Where in the data a part of whole rows begins; None if it is not in one piece."""
        is_whole = all(
            span == (0, size) for span, size in zip(box[1:], self.shape[1:], strict=True)
        )
        if not is_whole or (self.is_reversed and len(box) > 1):
            return None
        row = math.prod(self.shape[1:]) * self.dtype.itemsize
        return box[0][0] * row if box else 0

    def _map(self) -> np.ndarray:
        order: Any = "F" if self.is_reversed else "C"
        if 0 in self.shape:
            return np.empty(self.shape, self.dtype)
        mapped = np.memmap(self._path, self.dtype, "r", self._start, self.shape, order)
        return np.asarray(mapped)


def write_rows(path: str, start: int, first: int, rows: np.ndarray) -> None:
    """Write the rows from the number ``first`` on of an array that begins at ``start``."""
    rows = np.ascontiguousarray(rows)
    if not rows.size:
        return
    with opened(path, os.O_WRONLY) as descriptor:
        write_all(descriptor, [rows], start + first * (rows.nbytes // len(rows)))


def reserve(path: str, start: int, nbytes: int) -> None:
    """Get place on the disk for an array: a full one is noticed here."""
    if not nbytes:
        return
    with opened(path, os.O_WRONLY) as descriptor:
        os.posix_fallocate(descriptor, start, nbytes)
