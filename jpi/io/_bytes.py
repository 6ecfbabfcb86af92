"""Bytes of arrays from and to files, each in one piece where it lies in memory."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence

import numpy as np

_LARGEST = 2**30  # bytes of one call: Linux moves less than 2 GiB
Buffer = memoryview


def bytes_of(x: np.ndarray) -> np.ndarray:
    """The bytes of an array that lies in one piece, where they are."""
    return x.reshape(-1).view(np.uint8)


def in_native_order(x: np.ndarray) -> np.ndarray:
    """An array with the bytes of its numbers in the order of this machine, without a copy if so."""
    return x.astype(x.dtype.newbyteorder("="), copy=False)


@contextlib.contextmanager
def opened(path: str, flags: int) -> Iterator[int]:
    """A context with the descriptor of a file, or of a folder."""
    descriptor = os.open(path, flags, 0o666)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def read_all(descriptor: int, parts: Sequence[np.ndarray], offset: int, path: str) -> None:
    """Fill the arrays, one after the other, with what is at ``offset`` of a file.

    Errors: ValueError if it ends before.
    """
    left = _pieces(parts)
    while left:
        count = os.preadv(descriptor, left[:1] if len(left[0]) == _LARGEST else left, offset)
        if not count:
            raise ValueError(
                f"`{path}` must hold all its numbers; it ends {sum(map(len, left))} bytes early."
            )
        left, offset = _after(left, count), offset + count


def write_all(descriptor: int, parts: Sequence[np.ndarray], offset: int) -> None:
    """Write the arrays, one after the other, at ``offset`` of a file."""
    left = _pieces(parts)
    while left:
        count = os.pwritev(descriptor, left[:1] if len(left[0]) == _LARGEST else left, offset)
        left, offset = _after(left, count), offset + count


def _pieces(parts: Sequence[np.ndarray]) -> list[Buffer]:
    views = (bytes_of(part).data for part in parts if part.size)
    return [view[i : i + _LARGEST] for view in views for i in range(0, len(view), _LARGEST)]


def _after(left: list[Buffer], count: int) -> list[Buffer]:
    """What is left after so many bytes."""
    while left and count >= len(left[0]):
        count -= len(left.pop(0))
    return [left[0][count:], *left[1:]] if left else []
