"""`.npy`: the format of NumPy, a header and then the numbers row by row."""

from __future__ import annotations

import io
import math
import os
from typing import IO, Any

import jax.numpy as jnp
import numpy as np

from jpi._layout.layout import Box

_LARGEST = 2**30  # bytes of one call: Linux moves less than 2 GiB


class Npy:
    """The array of a `.npy` file, or of such a file inside of another one, as a source."""

    is_contiguous = True

    def __init__(self, path: str, start: int = 0) -> None:
        self._path = path
        with open(path, "rb") as file:
            file.seek(start)
            self.shape, self.is_reversed, self.dtype = read_header(file)
            self._start = file.tell()

    def __getitem__(self, index: Any) -> np.ndarray:
        return self._map()[index]

    def read_into(self, block: np.ndarray, box: Box) -> None:
        offset = self._contiguous(box)
        if offset is None:
            block[...] = self._map()[tuple(slice(*span) for span in box)]
            return
        descriptor = os.open(self._path, os.O_RDONLY)
        try:
            _read_all(descriptor, block, self._start + offset, self._path)
        finally:
            os.close(descriptor)

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


def read_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """The shape, whether the first dimension is the fastest, and the dtype.

    NumPy writes a bfloat16 as two bytes without a meaning, and `jax.numpy.load` reads them so.
    """
    version = np.lib.format.read_magic(file)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read is None:
        raise ValueError(f"a .npy file must be of version 1 or 2; got {version}. Use numpy.load.")
    shape, is_reversed, dtype = read(file)
    if dtype.hasobject:
        raise TypeError(f"a .npy file must hold numbers; got {dtype}. Use numpy.load.")
    return shape, is_reversed, np.dtype(jnp.bfloat16) if dtype == np.dtype("V2") else dtype


def header(shape: tuple[int, ...], dtype: np.dtype) -> bytes:
    """What a `.npy` file of these numbers begins with."""
    file = io.BytesIO()
    described = {
        "descr": np.lib.format.dtype_to_descr(_storable(dtype)),
        "fortran_order": False,
        "shape": shape,
    }
    np.lib.format.write_array_header_1_0(file, described)
    return file.getvalue()


def _storable(dtype: np.dtype) -> np.dtype:
    """A dtype that NumPy can name; for others (bfloat16, float8) so many bytes."""
    return np.dtype(f"V{dtype.itemsize}") if dtype.kind == "V" else dtype


def write_rows(path: str, start: int, first: int, rows: np.ndarray) -> None:
    """Write ``rows``, the first of which has the number ``first``, after the header."""
    rows = np.ascontiguousarray(rows)
    if not rows.size:
        return
    offset = start + first * (rows.nbytes // len(rows))
    descriptor = os.open(path, os.O_WRONLY)
    try:
        data = rows.reshape(-1).view(np.uint8).data
        while data:
            count = os.pwrite(descriptor, data[:_LARGEST], offset)
            data, offset = data[count:], offset + count
    finally:
        os.close(descriptor)


def preallocate(path: str, head: bytes, nbytes: int) -> None:
    """Make a file with a header and place for the data: a full disk is noticed here."""
    with open(path, "wb") as file:
        file.write(head)
        file.flush()
        if nbytes:
            os.posix_fallocate(file.fileno(), len(head), nbytes)


def _read_all(descriptor: int, block: np.ndarray, offset: int, path: str) -> None:
    data = block.reshape(-1).view(np.uint8).data
    while data:
        count = os.preadv(descriptor, [data[:_LARGEST]], offset)
        if not count:
            raise ValueError(
                f"`{path}` must hold all its numbers; it ends {len(data)} bytes early."
            )
        data, offset = data[count:], offset + count
