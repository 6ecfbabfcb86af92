"""Writing by blocks: each rank writes its part of a file that all of them make."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from jpi._array.array import DistArray
from jpi._mpi.given import compare_given
from jpi._mpi.mesh import Mesh, current_mesh
from jpi.io import _hdf5, _npy, _rows, _shards, _zarr
from jpi.io._aside import aside, on_first, remove
from jpi.io._blocks import mesh_of, numbers, parts, rows, shards
from jpi.io._dimensions import Dims, Names, default_names, given_names, require_one_size
from jpi.io._names import DEFAULT, require_free, require_names
from jpi.io._together import require_same, together

Arrays = Mapping[str, Any]


def write(path: str, arrays: Arrays, dims: Dims, *, keeps_others: bool) -> None:
    """Write ``arrays`` by their names into the file or folder ``path``.

    Args:
        keeps_others: whether what is there keeps its other arrays.
    """
    if os.path.islink(path):
        path = os.path.realpath(path)
    arrays = {name: numbers(x) for name, x in arrays.items()}
    sharded = [x for x in arrays.values() if isinstance(x, DistArray)]
    mesh = sharded[0].mesh if sharded else current_mesh()
    job = _Job(path, mesh, arrays, dims, keeps_others)
    writer = _WRITERS.get(os.path.splitext(path.rstrip("/"))[1].lower())
    if writer is None:
        raise ValueError(
            f"`path` must end in {', '.join(_WRITERS)}; got {path!r}. The end says which format to "
            "write."
        )
    plain = [x for x in arrays.values() if not isinstance(x, DistArray)]
    compare_given("a plain array to be saved", plain, job.comm)
    described = [(name, x.shape, str(x.dtype), job.dims[name]) for name, x in arrays.items()]
    subject = "the file and the names, shapes, dtypes and dims of what is saved"
    require_same(job.comm, job.what, subject, (os.path.abspath(path), *described))
    require_names(list(arrays))
    writer(job, arrays)


class _Job:
    """A file that all ranks of a mesh write together.

    Attributes:
        dims: the names of the dimensions of each array; None where they have none.
    """

    def __init__(
        self, path: str, mesh: Mesh, arrays: Arrays, dims: Dims, keeps_others: bool
    ) -> None:
        self.path, self.mesh, self.comm = path, mesh, mesh.comm
        self.what = f"writing `{path}`"
        self.has_more = keeps_others and self._first_sees(os.path.exists)
        shapes = {name: x.shape for name, x in arrays.items()}
        self.dims: dict[str, Names | None] = self.together(lambda: given_names(shapes, dims))

    def _first_sees(self, condition: Callable[[str], bool]) -> bool:
        found = condition(self.path) if self.comm.rank == 0 else None
        return bool(self.comm.control.bcast(found, 0, self.what))

    def names_of(self, name: str, x: Any) -> Names:
        """A name for each dimension of an array, in a format in which all have names."""
        given = self.dims[name]
        return default_names(x.shape) if given is None else given

    def file_aside(self) -> Any:
        return aside(self.comm, self.path, self.what, _require_no_folder)

    def zarr_aside(self, path: str) -> Any:
        return aside(self.comm, path, self.what, _require_zarr)

    def on_first(self, action: Callable[[], Any]) -> None:
        on_first(self.comm, self.what, action)

    def together(self, action: Callable[[], Any]) -> Any:
        return together(self.comm, self.what, action)


def _require_no_folder(path: str) -> None:
    """Raise if a file written at ``path`` would remove a folder."""
    if os.path.isdir(path):
        raise IsADirectoryError(
            f"`path` must be a file to be written anew; `{path}` is a folder. Remove it, or "
            "give another name."
        )


def _require_zarr(path: str) -> None:
    """Raise if a Zarr folder written at ``path`` would remove what is none, and not empty."""
    is_folder = os.path.isdir(path)
    is_free = not (os.listdir(path) if is_folder else os.path.lexists(path))
    if not (is_free or (is_folder and _zarr.kind(path)[0])):
        found = "a folder without Zarr's metadata" if is_folder else "a file"
        raise FileExistsError(
            f"`path` must be a Zarr folder to be written anew; `{path}` is {found}. Remove it, "
            "or give another name."
        )


def _require_no_dims(job: _Job) -> None:
    dims = next((dims for dims in job.dims.values() if dims is not None), None)
    if dims is not None:
        raise ValueError(
            f"`dims` must be left out for .npy and .npz, which hold no names of dimensions; got "
            f"{dims!r}. Use .zarr, .nc or .h5."
        )


def _write_npy(job: _Job, arrays: Arrays) -> None:
    _require_no_dims(job)
    if list(arrays) != [DEFAULT]:
        raise ValueError(
            f"a .npy file holds one array, without a name; got {', '.join(arrays)}. Use .npz, "
            ".zarr, .h5 or .nc."
        )
    (x,) = arrays.values()
    with job.file_aside() as place:
        _fill_npy(job, place, x)


def _fill_npy(job: _Job, path: str, x: Any) -> None:
    head = _npy.header(x.shape, x.dtype)
    job.on_first(lambda: _npy.create(path, head, x.size * x.dtype.itemsize))
    _fill_rows(job, path, len(head), x)


def _fill_rows(job: _Job, path: str, start: int, x: Any) -> None:
    box, own = rows(x, mesh_of(x, job.mesh))
    first = box[0][0] if box else 0
    job.together(lambda: _rows.write_rows(path, start, first, np.atleast_1d(own)))


def _write_npz(job: _Job, arrays: Arrays) -> None:
    """NumPy's zip file holds checksums of whole arrays: one rank makes it, from files of rows."""
    _require_no_dims(job)
    with job.file_aside() as place:
        job.on_first(lambda: os.mkdir(place))
        for i, x in enumerate(arrays.values()):
            _fill_npy(job, os.path.join(place, f"{i}.npy"), x)

        def put_together() -> None:
            with zipfile.ZipFile(f"{place}.zip", "w") as archive:
                for i, name in enumerate(arrays):
                    archive.write(os.path.join(place, f"{i}.npy"), f"{name}.npy")
                    os.remove(os.path.join(place, f"{i}.npy"))
            remove(place)
            os.rename(f"{place}.zip", place)

        job.on_first(put_together)


def _write_zarr(job: _Job, arrays: Arrays) -> None:
    if not job.has_more:
        _require_one_size(job, arrays)
        with job.zarr_aside(job.path) as place:
            is_group = list(arrays) != [DEFAULT]
            names = list(arrays)
            job.on_first(lambda: _zarr.make_group(place, names) if is_group else os.mkdir(place))
            for name, x in arrays.items():
                _fill_zarr(job, os.path.join(place, name) if is_group else place, name, x)
        return
    job.on_first(lambda: _enter_group(job, arrays))
    for name, x in arrays.items():
        with job.zarr_aside(os.path.join(job.path, name)) as place:
            _fill_zarr(job, place, name, x)


def _enter_group(job: _Job, arrays: Arrays) -> None:
    """Raise if the group cannot have the arrays; make the groups in it that their names say."""
    path, names = job.path, list(arrays)
    if _zarr.kind(path) != ("group", 3):
        raise ValueError(
            f"`path` must be a Zarr group of version 3 to get one more array; `{path}` is none. "
            "Remove it, or give another name."
        )
    require_free(names, lambda name: _zarr.kind(os.path.join(path, name))[0])
    _require_one_size(job, arrays)
    _zarr.make_groups_of(path, names)


def _require_one_size(job: _Job, arrays: Arrays) -> None:
    """Raise if the dimensions of one name in a group differ in size: xarray could not open it.

    Names that are made contain the size, and do not differ.
    """
    sizes: dict[str, dict[str, int]] = {}
    for name, x in arrays.items():
        group, given = os.path.dirname(name), job.dims[name]
        if given is not None:
            if group not in sizes:
                sizes[group] = _zarr.sizes_in(job.path, group, arrays) if job.has_more else {}
            require_one_size(sizes[group], name, x.shape, given)


def _fill_zarr(job: _Job, path: str, name: str, x: Any) -> None:
    part, chunk = _zarr.grid(x.shape, parts(x, mesh_of(x, job.mesh)), x.dtype.itemsize)
    described = _shards.metadata(x.shape, x.dtype, part, chunk, job.names_of(name, x))
    job.on_first(lambda: _shards.create(path, described))
    box, own = shards(x, mesh_of(x, job.mesh), part)
    array = _shards.Shards(path, described)
    job.together(lambda: array.write(box, own) if own.size else None)


def _write_hdf5(job: _Job, arrays: Arrays) -> None:
    def create(place: str, name: str, x: Any, has_more: bool) -> None:
        _hdf5.create_hdf5(place, name, x.shape, x.dtype, job.dims[name] or (), has_more)

    _write_file(job, arrays, create)


def _write_netcdf(job: _Job, arrays: Arrays) -> None:
    def create(place: str, name: str, x: Any, has_more: bool) -> None:
        _hdf5.create_netcdf(place, name, x.shape, x.dtype, job.names_of(name, x), has_more)

    _write_file(job, arrays, create)


def _write_file(job: _Job, arrays: Arrays, create: Callable[[str, str, Any, bool], None]) -> None:
    """Write datasets of one file: one rank makes them, by HDF5, and each writes its rows."""
    if not arrays:
        raise ValueError(
            f"`x` must hold an array to be written to `{job.path}`; got an empty dict."
        )
    with job.file_aside() as place:
        if job.has_more:
            job.on_first(lambda: shutil.copyfile(job.path, place))
        for i, (name, x) in enumerate(arrays.items()):
            has_more = bool(i) or job.has_more
            job.on_first(lambda: create(place, name, x, has_more))  # noqa: B023
            _fill_dataset(job, place, name, x)


def _fill_dataset(job: _Job, path: str, name: str, x: Any) -> None:
    job.on_first(lambda: _hdf5.allocate(path, name))
    start = job.together(lambda: _hdf5.Dataset(path, name).start)
    _fill_rows(job, path, start, x)


_WRITERS: dict[str, Callable[[_Job, Arrays], None]] = {
    ".npy": _write_npy,
    ".npz": _write_npz,
    ".zarr": _write_zarr,
    ".h5": _write_hdf5,
    ".hdf5": _write_hdf5,
    ".nc": _write_netcdf,
}
