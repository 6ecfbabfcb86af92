"""Folders of Zarr: arrays of version 3 are written, 2 and 3 are read.

What JPI has written it reads itself (`_shards.py`), other arrays by TensorStore.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Collection, Sequence
from typing import Any

from jpi.io import _shards
from jpi.io._libraries import library
from jpi.io._names import DEFAULT, choose

CHUNK = 2**21  # bytes of a chunk at most: what a rank reads too much at the edges of its block
_SMALLEST = 2**16  # bytes of a chunk at least, in a part of more
_CHUNKS = 64  # of a part, so that its edges are a small part of it
_READS = 4  # chunks that TensorStore reads at the same time
Shape = tuple[int, ...]


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
    return opened(path, version)


def opened(path: str, version: int = 3, *, is_whole: bool = False) -> Any:
    """The array at ``path``, as a source.

    Args:
        is_whole: whether a chunk that is missing is an error. Else it is zeros, as in Zarr.
    """
    described = _described(path) if version == 3 else {}
    if _shards.is_plain(described):
        return _shards.Shards(path, described, is_whole)
    driver = "zarr3" if version == 3 else "zarr"
    place = os.path.abspath(path)  # TensorStore takes no dots
    spec: dict[str, Any] = {"driver": driver, "kvstore": {"driver": "file", "path": place}}
    if is_whole:
        spec["fill_missing_data_reads"] = False
    spec["context"] = {"file_io_concurrency": {"limit": _READS}}
    return tensorstore().open(spec, read=True, open=True).result()


def _described(path: str) -> dict[str, Any]:
    name = os.path.join(path, "zarr.json")
    with open(name) as file:
        try:
            found = json.load(file)
        except ValueError as error:
            raise ValueError(f"`{name}` is damaged: {error}") from None
    if not isinstance(found, dict) or found.get("node_type") not in ("array", "group"):
        raise ValueError(f"`{name}` must describe an array or a group of Zarr 3")
    return found


def members(path: str) -> list[str]:
    """The names of the arrays in a group, those in its groups too."""
    found = []
    for entry in sorted(os.listdir(path)):
        below = os.path.join(path, entry)
        node = None if entry.startswith(".") else kind(below)[0]
        found += [entry] if node == "array" else []
        found += [f"{entry}/{name}" for name in members(below)] if node == "group" else []
    return found


def sizes_in(path: str, group: str, replaced: Collection[str]) -> dict[str, int]:
    """The sizes of the dimensions that the arrays of a ``group`` name.

    Args:
        replaced: the names of arrays that do not count.
    """
    found: dict[str, int] = {}
    folder = os.path.join(path, group)
    for entry in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        below = os.path.join(folder, entry)
        is_other = not entry.startswith(".") and os.path.join(group, entry) not in replaced
        if is_other and kind(below) == ("array", 3):
            described = _described(below)
            dims = described.get("dimension_names") or ()
            found |= {dim: size for dim, size in zip(dims, described["shape"], strict=False) if dim}
    return found


def kind(path: str) -> tuple[str | None, int]:
    """Whether there is an "array" or a "group" at ``path``, and of which version."""
    for file, node in ((".zarray", "array"), (".zgroup", "group")):
        if os.path.exists(os.path.join(path, file)):
            return node, 2
    try:
        return _described(path)["node_type"], 3
    except (FileNotFoundError, NotADirectoryError):
        return None, 0


def grid(shape: Sequence[int], parts: Sequence[int], itemsize: int) -> tuple[Shape, Shape]:
    """The shapes of what a rank writes, which is a shard, and of a chunk.

    An array of so many blocks along each dimension is written in parts of one size, and blocks
    differ in size: a rank writes its own rows but for a few at the edges. A part is whole chunks.
    It is cut along the first dimensions: each chunk is one piece of memory.
    """
    part = [max(1, -(-size // count)) for size, count in zip(shape, parts, strict=True)]
    limit = min(CHUNK, max(_SMALLEST, math.prod(part) * itemsize // _CHUNKS))
    chunk = list(part)
    for dim, length in enumerate(part):
        if any(n > 1 for n in chunk[:dim]):
            break
        below = math.prod(part[dim + 1 :]) * itemsize
        count = min(length, max(1, -(-length * below // limit)))
        chunk[dim] = -(-length // count)
        part[dim] = -(-length // chunk[dim]) * chunk[dim]
    return tuple(part), tuple(chunk)


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
