"""The folder of the checkpoints of a run: one folder for each step, there when it is whole."""

from __future__ import annotations

import ctypes
import json
import os
import re
import zlib
from typing import Any

from jpi.io._aside import partial_name, remove, replace
from jpi.io._bytes import opened
from jpi.io._zarr import make_group

_STEP = re.compile(r"step_\d+")
_TREE = "tree.json"
VERSION = 1
_FEW = 16  # files: so many are brought to the disk one by one


def place_of(folder: str, step: int) -> str:
    return os.path.join(folder, f"step_{step:08d}")


def steps_in(folder: str) -> list[int]:
    """The steps of which there is a whole checkpoint, in order."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    steps = [name for name in names if _STEP.fullmatch(name)]
    return sorted(int(name.removeprefix("step_")) for name in steps if _is_filled(folder, name))


def _is_filled(folder: str, name: str) -> bool:
    place = os.path.join(folder, name)
    return os.path.isdir(place) and bool(os.listdir(place))


def begin(folder: str, step: int) -> None:
    """Make the folder in which a step is written aside; what killed runs have left is removed."""
    os.makedirs(folder, exist_ok=True)
    for name in os.listdir(folder):
        if name.startswith(".step_"):
            remove(os.path.join(folder, name))
    make_group(partial_name(place_of(folder, step)))


def write_tree(place: str, step: int, leaves: list[dict[str, Any]]) -> str:
    """Write the file of the tree, and give its name."""
    described = {"version": VERSION, "step": step, "crc32": _checksum(leaves), "leaves": leaves}
    with open(os.path.join(place, _TREE), "w") as file:
        file.write(json.dumps(described, indent=1))
    return file.name


def group_of(place: str) -> str:
    """The name of the file that says that a folder is a group of Zarr."""
    return os.path.join(place, "zarr.json")


def make_durable(place: str, written: list[str]) -> None:
    """Bring the files that this rank has written to the disk, and their names.

    Each wait takes milliseconds: with thousands of small files, one is for the whole file system.
    """
    if len(written) > _FEW:
        _sync_file_system(place)
        return
    folders = (folder for path in written for folder in _folders(path, place))
    for name in dict.fromkeys([*written, *folders]):
        sync(name)


def _folders(path: str, place: str) -> list[str]:
    """The folders from the file ``path`` up to ``place``, without it."""
    folder = os.path.dirname(path)
    return [] if folder == place else [folder, *_folders(folder, place)]


def _sync_file_system(path: str) -> None:
    """Bring all of the file system of ``path`` to the disk."""
    call: Any = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if call is None:
        os.sync()
        return
    with opened(path, os.O_RDONLY) as descriptor:
        if call(descriptor):
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), path)


def read_tree(place: str) -> list[dict[str, Any]]:
    """What the checkpoint at ``place`` says of its leaves.

    Errors: ValueError if it is damaged or missing.
    """
    path = os.path.join(place, _TREE)
    try:
        with open(path) as file:
            described = json.load(file)
        leaves = described["leaves"]
        state = "whole" if described["crc32"] == _checksum(leaves) else "damaged"
        if described["version"] != VERSION:
            state = f"of version {described['version']}, which this jpi cannot read"
    except FileNotFoundError:
        state = "missing"
    except (ValueError, KeyError, TypeError):
        state = "damaged"
    if state != "whole":
        raise ValueError(
            f"`{path}` is {state}. Restore another step (`step=`), or remove the folder of this "
            "one."
        )
    return leaves


def _checksum(leaves: list[dict[str, Any]]) -> int:
    return zlib.crc32(json.dumps(leaves).encode())


def commit(folder: str, step: int, keep: int | None) -> None:
    """Make a step visible, and remove steps before the last ``keep``."""
    place = place_of(folder, step)
    sync(partial_name(place))
    replace(partial_name(place), place)
    sync(folder)
    steps = steps_in(folder)
    for old in steps[: max(0, len(steps) - keep)] if keep is not None else []:
        if old != step:
            hidden = partial_name(place_of(folder, old))
            os.rename(place_of(folder, old), hidden)  # what is removed in part, does not look whole
            remove(hidden)


def sync(path: str) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    with opened(path, os.O_RDONLY) as descriptor:
        os.fsync(descriptor)
