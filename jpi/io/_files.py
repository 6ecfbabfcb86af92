"""The functions that read and write files of distributed arrays."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, overload

import jax

from jpi._array.array import DistArray
from jpi._jax.tracebacks import api
from jpi._mpi.mesh import Mesh
from jpi.io._formats import stored
from jpi.io._names import DEFAULT
from jpi.io._reading import from_source
from jpi.io._writing import write

Path = str | bytes | os.PathLike[str]


@overload
def load(
    path: Path,
    *,
    spec: None = None,
    mesh: Mesh | None = None,
    name: str | None = None,
    dtype: Any = None,
) -> DistArray: ...
@overload
def load(
    path: Path,
    *,
    spec: Any,
    mesh: Mesh | None = None,
    name: str | None = None,
    dtype: Any = None,
) -> DistArray | jax.Array: ...
@api
def load(
    path: Path,
    *,
    spec: Any = None,
    mesh: Mesh | None = None,
    name: str | None = None,
    dtype: Any = None,
) -> Any:
    """The distributed array of a file, of which each rank reads its block.

    It is a plain array on every rank if no mesh axis shards it: with ``spec=jpi.P()``, and if the
    file holds a single number.

    Args:
        path: a file of NumPy (.npy, .npz), HDF5 or NetCDF4, or a folder of Zarr 2 or 3. What is in
            it says which.
        spec: the mesh axes over which each dimension is sharded; by default the first
            over all ranks.
        mesh: the mesh; the current one by default (see `jpi.use_mesh`).
        name: the array of a file of several.
        dtype: that of the result, if it is to be another than the file's.

    Communication: a few bytes from every rank.
    Errors: the same on every rank, also where one alone fails: OSError for a file that cannot be
    read, KeyError for a name that is not there, ValueError for data that are damaged or are no
    array, ImportError for a library that is missing.
    """
    path = os.path.abspath(os.fsdecode(path))
    what = f"reading `{path}`" if name is None else f"reading {name!r} of `{path}`"
    return from_source(lambda: stored(path, name), what, {"dtype": dtype}, spec, mesh)


@api
def save(
    path: Path,
    x: Any,
    *,
    name: str | None = None,
    dims: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Write arrays to a file, each rank its block; the file has its name when it is whole.

    Args:
        path: the file to write. Its end says the format: .npy, .npz, .zarr (a folder, Zarr 3),
            .h5 or .hdf5, .nc (NetCDF4). Its folder must exist.
        x: a DistArray, an array that is the same on every rank, or a dict of such by their names.
        name: the name of the array in the file. Other arrays of a Zarr, HDF5 or NetCDF4 file then
            stay; without a name the file is written anew, and the array is "data" (a Zarr folder is
            then the array itself).
        dims: a name for each dimension, for Zarr, NetCDF4 and HDF5 (as labels). For arrays of other
            dimensions, a dict of the names for each array by its name. In a NetCDF4 file, and in a
            group of Zarr, dimensions of one name must have one size.

    Communication: a few bytes from every rank. .npy and .npz are written by rows: another layout
    is redistributed. Zarr needs blocks of one size: a few rows move if they differ.
    Errors: the same on every rank, also where one alone fails; what was there before stays.
    """
    if not isinstance(x, Mapping):
        x = {DEFAULT if name is None else name: x}
    elif name is not None:
        raise ValueError(f"`name` must be left out for a dict of arrays; got {name!r}.")
    write(os.fsdecode(path), x, dims, keeps_others=name is not None)
