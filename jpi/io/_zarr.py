"""Zarr, by TensorStore: version 3 is written, 2 and 3 are read.

A rank writes one file, a shard; it holds chunks that can be read, and checked, one by one.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from jpi.io._libraries import library
from jpi.io._names import DEFAULT, choose

CHUNK = 2**21  # bytes of a chunk at most: what a rank reads too much at the edges of its block
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


def grid(
    shape: Sequence[int], parts: Sequence[int], itemsize: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The shapes of a shard and of a chunk, for an array of so many blocks along each dimension.

    Shards all have one size, and blocks do not: each rank writes the rows of one shard, which are
    its own but for a few at the edges. Chunks are cut along the first dimensions, so that a chunk
    is one piece of memory.
    """
    shard = [max(1, -(-size // part)) for size, part in zip(shape, parts, strict=True)]
    chunk = list(shard)
    for dim in range(len(shard)):
        rest = math.prod(chunk[dim + 1 :]) * itemsize
        pieces = min(shard[dim], -(-shard[dim] * rest // CHUNK))  # of about the same size
        chunk[dim] = -(-shard[dim] // max(1, pieces))
        shard[dim] = max(1, -(-shard[dim] // chunk[dim])) * chunk[dim]
        if chunk[dim] > 1:
            break
    return tuple(shard), tuple(chunk)


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


def create(path: str, described: dict[str, Any], *, is_durable: bool, is_first: bool) -> Any:
    """The new array at ``path``, to be written; only the ``is_first`` rank makes its metadata."""
    spec = {
        "driver": "zarr3",
        "kvstore": {"driver": "file", "path": path},
        "metadata": described,
        "store_data_equal_to_fill_value": True,  # a missing chunk is a damage
        "context": {"file_io_sync": is_durable},
    }
    how = {"create": True} if is_first else {"open": True, "assume_metadata": True}
    return tensorstore().open(spec, write=True, **how).result()


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
