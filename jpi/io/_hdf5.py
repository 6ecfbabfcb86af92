"""HDF5 and NetCDF4, by h5py and h5netcdf."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from jpi._layout.layout import Box
from jpi.io._dimensions import Names, require_one_size
from jpi.io._libraries import library
from jpi.io._names import choose, require_free
from jpi.io._rows import Rows, reserve

_NO_NUMBERS = b"This is a netCDF dimension but not a netCDF variable"
_BFLOAT16 = (15, 7, 8, 0, 7)  # where sign, exponent and mantissa are, as HDF5 says it


def h5py() -> Any:
    return library("h5py", "HDF5")


def stored(path: str, name: str | None) -> Dataset | Rows:
    """A dataset as a source: where it lies in one piece as in memory, without HDF5."""
    dataset = Dataset(path, name)
    if dataset.start is None:
        return dataset
    return Rows(path, dataset.start, dataset.shape, dataset.dtype)


class Dataset:
    """A dataset of a file as a source; the file is open while it is read only.

    Attributes:
        start: where in the file the numbers begin; None if they do not lie there as in memory.
    """

    def __init__(self, path: str, name: str | None) -> None:
        with h5py().File(path, "r") as file:
            names = members(file, has_scales=name is not None)
            self._path, self._name = path, choose(path, _known(file, name, names), names)
            dataset = file[self._name]
            if dataset.shape is None:
                raise ValueError(
                    f"a dataset must hold numbers; {self._name!r} of `{path}` is empty."
                )
            self.shape, self._stored = dataset.shape, dataset.dtype
            _warn_packed(path, self._name, dataset.attrs)
            self.chunks, self.is_contiguous = dataset.chunks, dataset.chunks is None
            self.dtype = self._meant(dataset)
            self.start = _start(dataset, self.dtype)

    def __getitem__(self, index: Any) -> np.ndarray:
        with h5py().File(self._path, "r") as file:
            return np.asarray(file[self._name][index]).astype(self.dtype)

    def read_into(self, block: np.ndarray, box: Box) -> None:
        index = tuple(slice(*span) for span in box)
        with h5py().File(self._path, "r") as file:
            if self.dtype == self._stored:
                file[self._name].read_direct(block, index, (slice(None),) * block.ndim)
            else:
                block[...] = file[self._name][index]

    def _meant(self, dataset: Any) -> np.dtype:
        if dataset.dtype.hasobject:
            raise TypeError(
                f"a dataset must hold numbers to be read as an array; {self._name!r} holds "
                f"{dataset.dtype}. Read it with h5py."
            )
        kind = dataset.id.get_type()
        if isinstance(kind, h5py().h5t.TypeFloatID) and kind.get_fields() == _BFLOAT16:
            return np.dtype(jnp.bfloat16)
        is_bool = dataset.dtype == np.int8 and dataset.attrs.get("dtype") == "bool"
        return np.dtype(bool) if is_bool else dataset.dtype  # as xarray keeps a bool in NetCDF


def _warn_packed(path: str, name: str, attributes: Any) -> None:
    packing = [key for key in ("scale_factor", "add_offset") if key in attributes]
    if packing:
        warnings.warn(
            f"{name!r} of `{path}` is packed, and read as it is stored: its "
            f"{' and '.join(packing)} are not applied. Pass the array of xarray.open_dataset to "
            "jpi.numpy.asarray.",
            stacklevel=2,
        )


def _start(dataset: Any, meant: np.dtype) -> int | None:
    is_contiguous = dataset.id.get_create_plist().get_layout() == h5py().h5d.CONTIGUOUS
    if not is_contiguous or dataset.external:
        return None
    kind, types = dataset.id.get_type(), h5py().h5t
    if meant == np.dtype(jnp.bfloat16):
        is_native = kind.get_order() == types.ORDER_LE
    else:
        is_native = kind.equal(types.py_create(dataset.dtype, logical=True))
    return dataset.id.get_offset() if is_native else None


def members(file: Any, has_scales: bool = False) -> list[str]:
    """The names of the arrays of an open file; those that only name a dimension are left out.

    Args:
        has_scales: whether the coordinates along a dimension are among them.
    """
    found: list[str] = []

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py().Dataset):
            is_scale = "CLASS" in item.attrs and "DIMENSION_LIST" not in item.attrs
            if not is_scale or (has_scales and _has_numbers(item)):
                found.append(name)

    file.visititems(visit)
    return found


def _known(file: Any, name: str | None, names: Sequence[str]) -> str | None:
    """The one of ``names`` that is another name of the same dataset, else ``name``."""
    found = file.get(name) if name else None
    return next((one for one in names if found is not None and file[one] == found), name)


def _has_numbers(scale: Any) -> bool:
    """Whether a dimension has coordinates: NetCDF4 says in the name of its scale if it has none."""
    scales = h5py().h5ds
    return not (
        scales.is_scale(scale.id) and scales.get_scale_name(scale.id).startswith(_NO_NUMBERS)
    )


def create_hdf5(
    path: str, name: str, shape: Sequence[int], dtype: np.dtype, dims: Names, has_more: bool
) -> None:
    """Make the dataset ``name``, in a new file or in one that has more.

    Args:
        dims: the labels of its dimensions; none for an empty tuple.
    """
    with h5py().File(path, "r+" if has_more else "w") as file:
        require_free([name], lambda name: _kind(file, name))
        if name in file:
            del file[name]
        if dtype == np.dtype(jnp.bfloat16):
            _create_bfloat16(file, name, tuple(shape))
        else:
            file.create_dataset(name, tuple(shape), dtype)
        for i, dim in enumerate(dims):
            file[name].dims[i].label = dim


def _create_bfloat16(file: Any, name: str, shape: tuple[int, ...]) -> None:
    parents = h5py().h5p.create(h5py().h5p.LINK_CREATE)
    parents.set_create_intermediate_group(True)
    space = h5py().h5s.create_simple(shape) if shape else h5py().h5s.create(0)
    h5py().h5d.create(file.id, name.encode(), _bfloat16(), space, lcpl=parents)


def _bfloat16() -> Any:
    """The type of 16 bits with the exponent of float32; programs read it as float32."""
    kind = h5py().h5t.IEEE_F32LE.copy()
    kind.set_fields(*_BFLOAT16)
    kind.set_size(2)
    kind.set_ebias(127)
    return kind


def _kind(file: Any, name: str) -> str | None:
    found = file.get(name)
    return None if found is None else "array" if isinstance(found, h5py().Dataset) else "group"


def create_netcdf(
    path: str, name: str, shape: Sequence[int], dtype: np.dtype, dims: Names, has_more: bool
) -> None:
    """Make the variable ``name``, in a new file or in one that has more."""
    stored, attributes = _in_netcdf(dtype)
    h5netcdf = library("h5netcdf", "NetCDF4")
    with h5netcdf.File(path, "r+" if has_more else "w") as file:
        if name in file:
            raise ValueError(
                f"`name` must be new in a NetCDF4 file, which keeps its variables; got {name!r}. "
                "Use another name, or leave it out to write the file anew."
            )
        if name in dims and len(dims) > 1:
            raise ValueError(
                f"`name` must not be that of a dimension in a NetCDF4 file, where it means the "
                f"coordinates along it; got {name!r} for an array of the dimensions "
                f"{tuple(dims)}. Use another name."
            )
        sizes = {dim: file.dimensions[dim].size for dim in dims if dim in file.dimensions}
        new = {dim: size for dim, size in zip(dims, shape, strict=True) if dim not in sizes}
        require_one_size(sizes, name, shape, dims)
        file.dimensions.update(new)
        variable = file.create_variable(name, tuple(dims), stored)
        variable.attrs.update(attributes)


def _in_netcdf(dtype: np.dtype) -> tuple[np.dtype, dict[str, str]]:
    if dtype.kind == "b":
        return np.dtype(np.int8), {"dtype": "bool"}  # the convention of xarray
    if dtype.name in ("float16", "bfloat16") or dtype.kind == "V":
        raise TypeError(
            f"NetCDF4 has no {dtype.name}. Convert by x.astype('float32'), or save as .zarr or .h5."
        )
    return dtype, {}


def allocate(path: str, name: str) -> None:
    """Give a dataset its place in the file, where the ranks then write it without HDF5.

    HDF5 does so when the first number is written.
    """
    with h5py().File(path, "r+") as file:
        dataset = file[name]
        if not dataset.size:
            return
        dataset[(0,) * dataset.ndim] = 0
        start, nbytes = dataset.id.get_offset(), dataset.id.get_storage_size()
    reserve(path, start, nbytes)
