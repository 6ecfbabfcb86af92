"""Zarr, by TensorStore: version 3 is written, 2 and 3 are read.

A rank writes one file, a shard; it holds chunks that can be read, and checked, one by one.
"""

from __future__ import annotations

import itertools
import json
import math
import os
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from jpi._layout.layout import Box
from jpi.io._libraries import library
from jpi.io._names import DEFAULT, choose

CHUNK = 2**21  # bytes of a chunk at most: what a rank reads too much at the edges of its block
_SMALLEST = 2**16  # bytes of a chunk at least, in a part of more
_CHUNKS = 64  # of a part, so that its edges are a small part of it
SHARD = 2**25  # bytes of a shard at most: it is put together in memory
_IN_FLIGHT = 2**26  # bytes that are being written
_READS = 4  # chunks that are read at the same time
Shape = tuple[int, ...]
_BYTES = {"name": "bytes", "configuration": {"endian": "little"}}
_CHECKED = [_BYTES, {"name": "crc32c"}]


def tensorstore() -> Any:
    return library("tensorstore", "Zarr")


def stored(path: str, name: str | None) -> Any:
    """The array in the folder ``path``, or the array ``name`` of the group there, as a source."""
    node, version = kind(path)
    if node == "group":
        path = os.path.join(path, choose(path, name, members(path)))
        version = kind(path)[1]
    elif name is not None:
        choose(path, name, [DEFAULT])
    return opened(path, "zarr3" if version == 3 else "zarr")


def opened(path: str, driver: str = "zarr3") -> Any:
    """The array at ``path``; in Zarr 3 a chunk that is missing is an error, not zeros."""
    spec: dict[str, Any] = {"driver": driver, "kvstore": {"driver": "file", "path": path}}
    if driver == "zarr3":
        spec["fill_missing_data_reads"] = not _is_complete(path)
    spec["context"] = {"file_io_concurrency": {"limit": _READS}}
    return tensorstore().open(spec, read=True, open=True).result()


def members(path: str) -> list[str]:
    """The names of the arrays in a group, those in its groups too."""
    found = []
    for entry in sorted(os.listdir(path)):
        below = os.path.join(path, entry)
        node = None if entry.startswith(".") else kind(below)[0]
        found += [entry] if node == "array" else []
        found += [f"{entry}/{name}" for name in members(below)] if node == "group" else []
    return found


def kind(path: str) -> tuple[str | None, int]:
    """Whether there is an "array" or a "group" at ``path``, and of which version."""
    for file, node in ((".zarray", "array"), (".zgroup", "group")):
        if os.path.exists(os.path.join(path, file)):
            return node, 2
    try:
        with open(os.path.join(path, "zarr.json")) as opened:
            return json.load(opened)["node_type"], 3
    except (FileNotFoundError, NotADirectoryError):
        return None, 0


def _is_complete(path: str) -> bool:
    """Whether JPI has written the array: then every chunk is there."""
    with open(os.path.join(path, "zarr.json")) as file:
        return bool(json.load(file).get("attributes", {}).get("is_complete"))


def grid(shape: Sequence[int], parts: Sequence[int], itemsize: int) -> tuple[Shape, Shape, Shape]:
    """The shapes of what a rank writes, of a shard and of a chunk.

    An array of so many blocks along each dimension is written in parts of one size, and blocks
    differ in size: a rank writes its own rows but for a few at the edges. A part is whole shards,
    and a shard whole chunks. They are cut along the first dimensions: each is one piece of memory.
    """
    part = [max(1, -(-size // count)) for size, count in zip(shape, parts, strict=True)]
    chunk_bytes = min(CHUNK, max(_SMALLEST, math.prod(part) * itemsize // _CHUNKS))
    shard, chunk = list(part), list(part)
    for dim in range(len(part)):
        below = math.prod(part[dim + 1 :]) * itemsize
        shards = _pieces(part[dim], below, SHARD) if all(n == 1 for n in shard[:dim]) else 1
        length = -(-part[dim] // shards)
        chunks = _pieces(length, below, chunk_bytes) if all(n == 1 for n in chunk[:dim]) else 1
        chunk[dim] = -(-length // chunks)
        shard[dim] = chunks * chunk[dim]
        part[dim] = shards * shard[dim]
    return tuple(part), tuple(shard), tuple(chunk)


def _pieces(length: int, width: int, limit: int) -> int:
    """Into how many pieces of at most ``limit`` bytes so many rows are cut."""
    return min(length, max(1, -(-length * width // limit)))


def metadata(
    shape: Sequence[int],
    dtype: np.dtype,
    shard: Sequence[int],
    chunk: Sequence[int],
    dims: Sequence[str | None],
) -> dict[str, Any]:
    """What Zarr keeps of an array: its chunks have checksums."""
    sharding = {"chunk_shape": list(chunk), "codecs": _CHECKED, "index_codecs": _CHECKED}
    return {
        "shape": list(shape),
        "data_type": dtype.name,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(shard)}},
        "codecs": [{"name": "sharding_indexed", "configuration": sharding}],
        "dimension_names": list(dims),
        "attributes": {"is_complete": True},
    }


def creating(path: str, described: dict[str, Any], is_first: bool, is_durable: bool = True) -> Any:
    """A future of the new array at ``path``; the first rank alone makes its metadata."""
    spec = {
        "driver": "zarr3",
        "kvstore": {"driver": "file", "path": path},
        "metadata": described,
        "store_data_equal_to_fill_value": True,  # a missing chunk is a damage
        "context": {"file_io_sync": is_durable},
    }
    how = {"create": True} if is_first else {"open": True, "assume_metadata": True}
    return tensorstore().open(spec, write=True, **how)


class Writing:
    """Blocks that are being written, a few shards at the same time: each is put together in memory.

    Args:
        done: called with the bytes of each piece that is written.
    """

    def __init__(self, done: Callable[[int], None] = lambda count: None) -> None:
        self._writing: deque[tuple[int, Any]] = deque()
        self._done = done

    def add(self, array: Any, box: Box, block: np.ndarray) -> None:
        """Write a block of an array, shard after shard along the first dimension."""
        if not box:
            self._begin(array, block)
            return
        (start, stop), *rest = box
        step = array.chunk_layout.write_chunk.shape[0]
        inner = tuple(slice(*span) for span in rest)
        for first in range(start - start % step, stop, step):
            part = slice(max(first, start), min(first + step, stop))
            self._begin(array[part, *inner], block[part.start - start : part.stop - start])

    def _begin(self, target: Any, block: np.ndarray) -> None:
        while self._writing and sum(size for size, _ in self._writing) + block.nbytes > _IN_FLIGHT:
            self._end_first()
        self._writing.append((block.nbytes, target.write(block)))

    def finish(self) -> None:
        while self._writing:
            self._end_first()

    def _end_first(self) -> None:
        size, future = self._writing.popleft()
        future.result()
        self._done(size)


def size_of(path: str, described: dict[str, Any], box: Box) -> int:
    """The bytes of the shards that hold a part of the array."""
    shard = described["chunk_grid"]["configuration"]["chunk_shape"]
    spans = [range(a // n, -(-b // n)) for (a, b), n in zip(box, shard, strict=True)]
    names = (os.path.join(path, "c", *map(str, place)) for place in itertools.product(*spans))
    return sum(os.path.getsize(name) for name in names)


def make_group(path: str, names: Sequence[str] = (), **attributes: Any) -> None:
    """Make a group in a new folder, and groups in it for arrays whose names have a slash."""
    os.mkdir(path)
    _describe_group(path, attributes)
    make_groups_of(path, names)


def make_groups_of(path: str, names: Sequence[str]) -> None:
    """Make the groups in the group ``path`` that the ``names`` of its arrays say."""
    for name in names:
        folder = path
        for step in name.split("/")[:-1]:
            folder = os.path.join(folder, step)
            os.makedirs(folder, exist_ok=True)
            if kind(folder)[0] is None:
                _describe_group(folder, {})


def _describe_group(path: str, attributes: dict[str, Any]) -> None:
    described = {"zarr_format": 3, "node_type": "group", "attributes": attributes}
    with open(os.path.join(path, "zarr.json"), "w") as file:
        json.dump(described, file)
