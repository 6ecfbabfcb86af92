"""Which format a file has, by what is in it."""

from __future__ import annotations

import os
from typing import Any

from jpi.io import _hdf5, _npy, _npz, _zarr
from jpi.io._names import DEFAULT, choose


def stored(path: str, name: str | None) -> Any:
    """The array of a file or folder, as a source.

    Errors: FileNotFoundError, PermissionError; KeyError for a name that is not there; ValueError
    for what is no file of arrays.
    """
    if os.path.isdir(path):
        if _zarr.kind(path)[0] is None:
            raise _unknown(path, "a folder without Zarr's metadata")
        return _zarr.stored(path, name)
    with open(path, "rb") as file:
        begin = file.read(8)
    if begin.startswith(b"\x93NUMPY"):
        choose(path, name, [DEFAULT])
        return _npy.stored(path)
    if begin.startswith(b"PK"):
        return _npz.member(path, name)
    if begin == b"\x89HDF\r\n\x1a\n":
        return _hdf5.stored(path, name)
    if begin.startswith(b"CDF"):
        raise _unknown(path, "NetCDF of version 3; nccopy -k nc4 converts it")
    raise _unknown(path, f"a file that begins with {begin!r}")


def _unknown(path: str, found: str) -> ValueError:
    return ValueError(
        f"`path` must be a .npy, .npz, HDF5, NetCDF4 or Zarr file; `{path}` is {found}. Open it "
        "with its own library, and pass the dataset to jpi.numpy.asarray."
    )
