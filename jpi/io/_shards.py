"""The arrays of Zarr 3 that JPI writes: plain numbers in shards, of chunks that have checksums.

The files are those of Zarr's codecs `sharding_indexed`, `bytes` and `crc32c`
(https://zarr-specs.readthedocs.io/en/latest/v3/codecs/): the chunks of a shard, each with its
checksum, then where each of them begins and how long it is, with a checksum too. A chunk lies in
the file as in memory, so it is read and written there, and checked while it is in the cache.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from jpi._layout.layout import Box
from jpi.io._bytes import bytes_of, opened, read_all, write_all
from jpi.io._libraries import library

Place = tuple[int, ...]
_BYTES = {"name": "bytes", "configuration": {"endian": "little"}}
_CHECKED = [_BYTES, {"name": "crc32c"}]
_KIND = "zarr_format", "node_type", "chunk_grid", "chunk_key_encoding", "fill_value", "codecs"
_NOTHING = 2**64 - 1  # in place of where a chunk begins that is not in the file
_CHECKSUM = 4  # bytes
_PIECE = 2**18  # bytes that are read, and then summed, at once


def metadata(
    shape: Sequence[int],
    dtype: np.dtype,
    shard: Sequence[int],
    chunk: Sequence[int],
    dims: Sequence[str | None],
) -> dict[str, Any]:
    """What Zarr keeps of an array."""
    return {
        "zarr_format": 3,
        "node_type": "array",
        "shape": list(shape),
        "data_type": dtype.name,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(shard)}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": {"b": False, "c": [0.0, 0.0]}.get(dtype.kind, 0),
        "codecs": _codecs(chunk),
        "dimension_names": list(dims),
        "attributes": {},
    }


def _codecs(chunk: Sequence[int]) -> list[dict[str, Any]]:
    configuration = {
        "chunk_shape": list(chunk),
        "codecs": _CHECKED,
        "index_codecs": _CHECKED,
        "index_location": "end",
    }
    return [{"name": "sharding_indexed", "configuration": configuration}]


def create(path: str, described: dict[str, Any]) -> str:
    """Make an array without its shards, and give the name of the file that describes it."""
    os.makedirs(path, exist_ok=True)
    with open(os.path.join(path, "zarr.json"), "w") as file:
        file.write(json.dumps(described))
    return file.name


def is_plain(described: dict[str, Any]) -> bool:
    """Whether an array is of the kind that `Shards` knows, which is ours."""
    try:
        shard = described["chunk_grid"]["configuration"]["chunk_shape"]
        chunk = described["codecs"][0]["configuration"]["chunk_shape"]
        dtype = np.dtype(jnp.dtype(described["data_type"]))
        ours = metadata(described["shape"], dtype, shard, chunk, ())
        are_whole = all(n > 0 and m % n == 0 for m, n in zip(shard, chunk, strict=True))
    except (KeyError, IndexError, TypeError, ValueError):
        return False
    return are_whole and all(described.get(key) == ours[key] for key in _KIND)


class Shards:
    """An array in a folder, as a source, and to be written."""

    def __init__(self, path: str, described: dict[str, Any], is_whole: bool = True) -> None:
        self._path, self._is_whole = path, is_whole
        self.shape = tuple(described["shape"])
        self.dtype = np.dtype(jnp.dtype(described["data_type"]))
        self.shard = tuple(described["chunk_grid"]["configuration"]["chunk_shape"])
        self.chunks = tuple(described["codecs"][0]["configuration"]["chunk_shape"])
        counts = (n // m for n, m in zip(self.shard, self.chunks, strict=True))
        self._counts = tuple(counts)  # of the chunks of a shard along each dimension
        self._nbytes = int(np.prod(self.chunks, dtype=np.int64)) * self.dtype.itemsize

    def __getitem__(self, index: Any) -> np.ndarray:
        whole = np.empty(self.shape, self.dtype)
        if whole.size:
            self.read_into(whole, tuple((0, size) for size in self.shape))
        return whole[index]

    def read_into(self, block: np.ndarray, box: Box) -> None:
        """Read a part. Errors: ValueError if a checksum does not fit, or a chunk is missing.

        What is missing of an array that need not be whole, is zeros.
        """
        for place in itertools.product(*_overlapping(box, self.shard)):
            path = self._file(place)
            try:
                with opened(path, os.O_RDONLY) as descriptor:
                    index = self._index(descriptor, path)
                    for part, entry in self._chunks_in(place, box):
                        self._read_chunk(descriptor, path, index[entry], part, block, box)
            except FileNotFoundError:
                if self._is_whole:
                    raise ValueError(f"`{path}` is missing") from None
                block[_within(_common(_box(place, self.shard), box), box)] = 0

    def _index(self, descriptor: int, path: str) -> np.ndarray:
        """For each chunk of a shard where it begins, and how many bytes it has."""
        index = np.empty((*self._counts, 2), np.uint64)
        start = os.fstat(descriptor).st_size - index.nbytes - _CHECKSUM
        _read_checked(descriptor, path, index, max(0, start))
        return index

    def _read_chunk(
        self,
        descriptor: int,
        path: str,
        entry: np.ndarray,
        chunk: Box,
        block: np.ndarray,
        box: Box,
    ) -> None:
        start, nbytes = map(int, entry)
        inside = _common(chunk, box)
        wanted = block[_within(inside, box)]
        if start == _NOTHING and not self._is_whole:
            wanted[...] = 0
            return
        if start == _NOTHING or nbytes != self._nbytes + _CHECKSUM:
            raise ValueError(f"a chunk of `{path}` is missing")
        if wanted.shape == self.chunks and wanted.flags.c_contiguous:
            _read_checked(descriptor, path, wanted, start)
            return
        whole = np.empty(self.chunks, self.dtype)
        _read_checked(descriptor, path, whole, start)
        wanted[...] = whole[_within(inside, chunk)]

    def write(
        self, box: Box, block: np.ndarray, done: Callable[[int], None] = lambda count: None
    ) -> str:
        """Write the one shard in which a block is, and give its name.

        Args:
            done: called with the bytes of each chunk that is written.
        """
        place, path = self._place_of(box), self.file_of(box)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        index = np.full((*self._counts, 2), _NOTHING, np.uint64)
        with opened(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as descriptor:
            offset = 0
            for part, entry in self._chunks_in(place, box):
                data = self._chunk(part, block, box)
                index[entry] = offset, data.nbytes + _CHECKSUM
                offset = _write_checked(descriptor, data, offset)
                done(data.nbytes)
            _write_checked(descriptor, index, offset)
        return path

    def _chunk(self, chunk: Box, block: np.ndarray, box: Box) -> np.ndarray:
        """A chunk of a block, with zeros for what is beyond the end of the array."""
        inside = _common(chunk, box)
        part = block[_within(inside, box)]
        if part.shape == self.chunks:
            return np.ascontiguousarray(part).reshape(self.chunks)
        whole = np.zeros(self.chunks, self.dtype)
        whole[_within(inside, chunk)] = part
        return whole

    def file_of(self, box: Box) -> str:
        """The name of the shard in which a block begins."""
        return self._file(self._place_of(box))

    def _place_of(self, box: Box) -> Place:
        return tuple(start // length for (start, _), length in zip(box, self.shard, strict=True))

    def _file(self, place: Place) -> str:
        return os.path.join(self._path, "c", *map(str, place))

    def _chunks_in(self, place: Place, box: Box) -> Iterator[tuple[Box, Place]]:
        """The chunks of a shard that have a part of ``box``, and where its index has them."""
        shard = _box(place, self.shard)
        for chunk in itertools.product(*_overlapping(_common(shard, box), self.chunks)):
            entry = tuple(i % count for i, count in zip(chunk, self._counts, strict=True))
            yield _box(chunk, self.chunks), entry


def _read_checked(descriptor: int, path: str, numbers: np.ndarray, offset: int) -> None:
    """Fill an array; each piece is summed while the cache of the processor holds it."""
    data, found, expected = bytes_of(numbers), 0, np.empty((), np.uint32)
    for start in range(0, len(data), _PIECE):
        piece = data[start : start + _PIECE]
        read_all(descriptor, [piece], offset + start, path)
        found = _checksum(piece, found)
    read_all(descriptor, [expected], offset + len(data), path)
    if found != expected:
        raise ValueError(f"the checksum of a chunk of `{path}` does not fit its numbers")


def _write_checked(descriptor: int, numbers: np.ndarray, offset: int) -> int:
    """Write numbers and their checksum, and give where they end."""
    checksum = np.array(_checksum(numbers), np.uint32)
    write_all(descriptor, [numbers, checksum], offset)
    return offset + numbers.nbytes + _CHECKSUM


def _checksum(numbers: np.ndarray, before: int = 0) -> int:
    """The CRC-32C of an array, or of all with what was summed before it."""
    return library("fastcrc", "Zarr").crc32.iscsi(bytes_of(numbers), before)


def _box(place: Place, lengths: Sequence[int]) -> Box:
    return tuple((i * n, (i + 1) * n) for i, n in zip(place, lengths, strict=True))


def _common(a: Box, b: Box) -> Box:
    return tuple((max(x, z), min(y, w)) for (x, y), (z, w) in zip(a, b, strict=True))


def _within(part: Box, box: Box) -> tuple[Any, ...]:
    """Where ``part`` is in the array of ``box``; a part without dimensions is an array too."""
    spans = zip(part, box, strict=True)
    return *(slice(start - first, stop - first) for (start, stop), (first, _) in spans), ...


def _overlapping(box: Box, lengths: Sequence[int]) -> list[range]:
    """Which of the pieces of so many numbers along each dimension have a part of ``box``."""
    return [range(a // n, -(-b // n)) for (a, b), n in zip(box, lengths, strict=True)]
