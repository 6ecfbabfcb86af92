"""Creation functions: each rank makes its own block, and none holds the global array."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._array.array import DistArray
from jpi._array.placement import target_of
from jpi._call.arguments import is_sharded
from jpi._call.call import call
from jpi._call.closure import is_tracing_globally
from jpi._call.sharded import whole_or_sharded
from jpi._config import config
from jpi._jax.tracebacks import api
from jpi._mpi.given import compare_given
from jpi._mpi.mesh import Mesh
from jpi._namespace.signature import placed_like
from jpi._primitives.replication import checked
from jpi.io._files import load as _load
from jpi.io._reading import from_source
from jpi.io._sources import is_source


def _creator(function: Callable, *, like: bool = False) -> Callable[..., Any]:
    first, *_ = inspect.signature(function).parameters

    @placed_like(function)
    def create(
        *args: Any, spec: Any = None, mesh: Mesh | None = None, device: Any = None, **kwargs: Any
    ) -> Any:
        model = args[0] if args else kwargs.get(first)
        made = call(function, args, kwargs, target=target_of(spec, mesh, model if like else None))
        return made if device is None else made.to_device(device)

    name = function.__name__
    create.__name__ = create.__qualname__ = name
    default = "that of the argument" if like else "the first dimension over all ranks"
    create.__doc__ = f"""As `jax.numpy.{name}`, made block by block.

    Args:
        spec: the mesh axes over which each dimension is sharded; by default {default}.
        mesh: the mesh; the current one by default (see `jpi.use_mesh`).
    """
    return create


zeros, ones, full = _creator(jnp.zeros), _creator(jnp.ones), _creator(jnp.full)
empty, arange, linspace = _creator(jnp.empty), _creator(jnp.arange), _creator(jnp.linspace)
fftfreq, rfftfreq = _creator(jnp.fft.fftfreq), _creator(jnp.fft.rfftfreq)
logspace, geomspace = _creator(jnp.logspace), _creator(jnp.geomspace)
eye, identity, tri = _creator(jnp.eye), _creator(jnp.identity), _creator(jnp.tri)
fromfunction, _indices = _creator(jnp.fromfunction), _creator(jnp.indices)
bartlett, blackman, kaiser = _creator(jnp.bartlett), _creator(jnp.blackman), _creator(jnp.kaiser)
hamming, hanning = _creator(jnp.hamming), _creator(jnp.hanning)
zeros_like = _creator(jnp.zeros_like, like=True)
ones_like = _creator(jnp.ones_like, like=True)
full_like = _creator(jnp.full_like, like=True)
empty_like = _creator(jnp.empty_like, like=True)


@placed_like(jnp.indices)
def indices(
    dimensions: Any,
    dtype: Any = None,
    sparse: bool = False,
    *,
    spec: Any = None,
    mesh: Mesh | None = None,
) -> Any:
    """As `jax.numpy.indices`, made block by block.

    Args:
        spec: the mesh axes over which each dimension is sharded; by default the first dimension of
            the grid over all ranks, so that ``i, j = indices((m, n))`` has blocks of the grid.
        mesh: the mesh; the current one by default (see `jpi.use_mesh`).
    """
    if spec is None and not sparse and len(dimensions):
        spec = (None, *target_of(None, mesh).spec)
    return _indices(dimensions, dtype, sparse, spec=spec, mesh=mesh)


@placed_like(jnp.asarray)
def asarray(
    a: Any,
    dtype: Any = None,
    order: str | None = None,
    *,
    copy: bool | None = None,
    device: Any = None,
    out_sharding: None = None,
    spec: Any = None,
    mesh: Mesh | None = None,
) -> Any:
    """A distributed array of data that every rank has; each rank keeps its block.

    Args:
        a: an array-like that is the same on every rank, or a DistArray, or a list of DistArrays; or
            data elsewhere, of which each rank reads its block: anything with a shape, a dtype and
            ``__getitem__`` that is no array yet (a dataset of h5py, Zarr, netCDF4, TensorStore,
            xarray or dask, a `numpy.memmap`).
        dtype, order, copy: as in `jax.numpy.asarray`.
        device: the device of this rank's block.
        out_sharding: None; what each rank holds, ``spec`` says.
        spec: the mesh axes over which each dimension is sharded; by default that of a DistArray,
            or the first dimension over all ranks.
        mesh: the mesh; the current one by default (see `jpi.use_mesh`).

    Communication: none; a redistribution of a DistArray if ``spec`` asks for one. The first time
    that a line of the program calls it, the ranks compare a checksum of the data.
    Errors: ValueError on every rank if their data differ (see `jpi.config.check`).
    """
    options = {"dtype": dtype, "order": order, "out_sharding": out_sharding}
    return _array_of(a, options, copy, device, spec, mesh)


@placed_like(jnp.array)
def array(
    object: Any,
    dtype: Any = None,
    copy: bool = True,
    order: str | None = "K",
    ndmin: int = 0,
    *,
    device: Any = None,
    out_sharding: None = None,
    spec: Any = None,
    mesh: Mesh | None = None,
) -> Any:
    """As `asarray`, with at least ``ndmin`` dimensions."""
    options = {"dtype": dtype, "order": order, "ndmin": ndmin, "out_sharding": out_sharding}
    return _array_of(object, options, copy, device, spec, mesh)


@api
def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Any:
    """As `jax.numpy.from_dlpack`; a DistArray is one already."""
    if not is_sharded(x):
        return jnp.from_dlpack(x, device=device, copy=copy)
    return asarray(x, device=device, copy=copy)


@placed_like(jnp.load)
def load(file: Any, *args: Any, spec: Any = None, mesh: Mesh | None = None, **kwargs: Any) -> Any:
    """As `jax.numpy.load`; of a path of one array, each rank reads its block (see `jpi.io.load`).

    An open file, an archive (.npz), and whatever needs other arguments, each rank reads whole.

    Args:
        spec: the mesh axes over which each dimension is sharded; by default the first dimension
            over all ranks.
        mesh: the mesh; the current one by default (see `jpi.use_mesh`).
    """
    is_placed = spec is not None or mesh is not None
    is_path = isinstance(file, str | os.PathLike)
    if is_path and not (args or kwargs) and (is_placed or not os.fspath(file).endswith(".npz")):
        return _load(file, spec=spec, mesh=mesh)
    found = jnp.load(file, *args, **kwargs)
    return asarray(found, spec=spec, mesh=mesh) if is_placed else found


def _array_of(
    x: Any, options: dict[str, Any], copy: bool | None, device: Any, spec: Any, mesh: Mesh | None
) -> Any:
    """``jax.numpy.array(x, **options)``, distributed."""
    if is_tracing_globally():
        return call(jnp.array, (x,), {**options, "copy": bool(copy)})
    if is_sharded(x) and not copy and device is None and not any(options.values()):
        return x if spec is None and mesh is None else x.redistribute(spec, mesh)
    if x is None:
        raise ValueError(
            "an array must be made of numbers; got None. If one rank alone has the data, call "
            "jpi.scatter_from(data, root) on every rank."
        )
    if is_source(x):
        made = from_source(lambda: x, f"reading a {type(x).__name__}", options, spec, mesh)
    elif isinstance(x, np.ndarray) and x.ndim and not isinstance(x, np.ma.MaskedArray):
        made = _blocks_of(x, options, spec, mesh)
    elif any(map(is_sharded, jax.tree.leaves(x, is_leaf=is_sharded))):
        made = call(jnp.array, (x,), options)
        if is_sharded(made) and (spec is not None or mesh is not None):
            made = made.redistribute(spec, mesh)
        if copy and is_sharded(made):
            made = made.copy()
    else:
        made = jnp.array(x, **options, copy=bool(copy))
        if made.ndim:
            made = call(jnp.asarray, (made,), {}, target=target_of(spec, mesh))
    return made if device is None else made.to_device(device)


def _blocks_of(x: np.ndarray, options: dict[str, Any], spec: Any, mesh: Mesh | None) -> Any:
    """``x``, of which each rank takes its block; what JAX refuses, it refuses on every rank."""
    if x.dtype.kind in "OSUMm":
        raise TypeError(
            f"an array must be of numbers or bool, as JAX has no others; got {x.dtype}. Convert "
            "it first: x.astype(float), or numpy.unique(x, return_inverse=True) for names."
        )
    x = x.reshape((1,) * max(0, options.get("ndmin", 0) - x.ndim) + x.shape)
    target = target_of(spec, mesh)
    compare_given("the data of asarray", [x], target.mesh.comm)
    placement = target.mesh.layout(x.shape, target.spec)
    if config.check == "full":
        checked(jnp.asarray(x), target.mesh.comm)
    block = x[tuple(slice(*span) for span in placement.box(target.mesh.coordinates))]
    return whole_or_sharded(DistArray, _on_device(block, options), target.mesh, placement)


def _on_device(block: np.ndarray, options: dict[str, Any]) -> jax.Array:
    """``jax.numpy.array(block, **options)``, which would compile a program for each new shape."""
    asks = options["dtype"] is not None or options["out_sharding"] is not None
    if asks or options["order"] not in (None, "K", "C") or block.dtype.type not in _NUMBERS:
        return jnp.array(block, **options)
    return jax.device_put(np.array(block, jax.dtypes.canonicalize_dtype(block.dtype)))


_NUMBERS = {np.dtype(code).type for code in "?bhilBHILefdFD"}
