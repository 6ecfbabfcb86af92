"""`.npz`: a zip file of `.npy` files, as `numpy.savez` writes it."""

from __future__ import annotations

import struct
import zipfile
from typing import Any

import numpy as np

from jpi._layout.layout import Box
from jpi.io._names import choose
from jpi.io._npy import read_header, stored
from jpi.io._rows import Rows

_LOCAL = struct.Struct("<26xHH")  # of the header before each file: the sizes of two names follow
_PIECE = 2**22  # bytes that are decompressed at once


def member(path: str, name: str | None) -> Rows | Compressed:
    """The array ``name`` of a zip file; the only one for None."""
    with zipfile.ZipFile(path) as archive:
        names = {one.removesuffix(".npy"): one for one in archive.namelist()}
        entry = archive.getinfo(names[choose(path, name, list(names))])
    if entry.compress_type != zipfile.ZIP_STORED:
        return Compressed(path, entry.filename)
    with open(path, "rb") as file:
        file.seek(entry.header_offset)
        lengths = _LOCAL.unpack(file.read(_LOCAL.size))
    return stored(path, entry.header_offset + _LOCAL.size + sum(lengths))


class Compressed:
    """A compressed array as a source: each rank decompresses what comes before its block too."""

    def __init__(self, path: str, entry: str) -> None:
        self._path, self._entry = path, entry
        with zipfile.ZipFile(path) as archive, archive.open(entry) as file:
            self.shape, self._is_reversed, self.dtype = read_header(file)

    def __getitem__(self, index: Any) -> np.ndarray:
        whole = np.empty(self.shape, self.dtype)
        self.read_into(whole, tuple((0, size) for size in self.shape))
        return whole[index]

    def read_into(self, block: np.ndarray, box: Box) -> None:
        if self._is_reversed:
            block, box = block.T, box[::-1]
        shape = self.shape[::-1] if self._is_reversed else self.shape
        if not box:
            shape, box, block = (1,), ((0, 1),), block.reshape(1)
        width = int(np.prod(shape[1:], dtype=np.int64)) * self.dtype.itemsize
        step = max(1, _PIECE // max(1, width))
        (start, stop), inner = box[0], tuple(slice(*span) for span in box[1:])
        with zipfile.ZipFile(self._path) as archive, archive.open(self._entry) as file:
            read_header(file)
            for first in range(0, stop, step):
                count = min(step, stop - first)
                rows = np.frombuffer(file.read(count * width), self.dtype)
                rows = rows.reshape(count, *shape[1:])[max(0, start - first) :]
                if len(rows):
                    at = max(first, start) - start
                    block[at : at + len(rows)] = rows[:, *inner]
