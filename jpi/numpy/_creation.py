"""Creation functions: each rank makes its own block, and none holds the global array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._array.array import DistArray
from jpi._array.placement import target_of
from jpi._call.call import call
from jpi._call.closure import is_tracing_globally
from jpi._call.sharded import whole_or_sharded
from jpi._config import config
from jpi._mpi.mesh import Mesh
from jpi._primitives.replication import checked


def _creator(function: Callable, *, like: bool = False) -> Callable[..., Any]:
    def create(*args: Any, spec: Any = None, mesh: Mesh | None = None, **kwargs: Any) -> Any:
        target = target_of(spec, mesh, args[0] if like and args else None)
        return call(function, args, kwargs, target=target)

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
fromfunction, indices = _creator(jnp.fromfunction), _creator(jnp.indices)
bartlett, blackman, kaiser = _creator(jnp.bartlett), _creator(jnp.blackman), _creator(jnp.kaiser)
hamming, hanning = _creator(jnp.hamming), _creator(jnp.hanning)
zeros_like = _creator(jnp.zeros_like, like=True)
ones_like = _creator(jnp.ones_like, like=True)
full_like = _creator(jnp.full_like, like=True)
empty_like = _creator(jnp.empty_like, like=True)


def asarray(x: Any, dtype: Any = None, *, spec: Any = None, mesh: Mesh | None = None) -> Any:
    """A distributed array of data that every rank has; each rank keeps its block.

    Args:
        x: an array-like that is the same on every rank, or a DistArray.
        dtype: as in `jax.numpy.asarray`.
        spec: the mesh axes over which each dimension is sharded; by default that of a DistArray,
            or the first dimension over all ranks.
        mesh: the mesh; the current one by default (see `jpi.use_mesh`).

    Communication: none; a redistribution of a DistArray if ``spec`` asks for one.
    """
    if is_tracing_globally():
        return call(jnp.asarray, (x, dtype), {})
    if isinstance(x, DistArray):
        x = x if dtype is None else x.astype(dtype)
        return x if spec is None and mesh is None else x.redistribute(spec, mesh)
    if isinstance(x, jax.Array) or any(isinstance(y, jax.Array) for y in jax.tree.leaves(x)):
        return call(jnp.asarray, (jnp.asarray(x, dtype),), {}, target=target_of(spec, mesh))
    x = np.asarray(x)
    if not x.ndim:
        return jnp.asarray(x, dtype)
    target = target_of(spec, mesh)
    placement = target.mesh.layout(x.shape, target.spec)
    if config.check == "full":
        checked(jnp.asarray(x), target.mesh.comm)
    block = x[tuple(slice(*span) for span in placement.box(target.mesh.coordinates))]
    return whole_or_sharded(DistArray, jnp.array(block, dtype), target.mesh, placement)


def array(
    x: Any, dtype: Any = None, copy: bool = True, *, spec: Any = None, mesh: Mesh | None = None
) -> Any:
    """As `asarray`; blocks share memory with ``x`` only where JAX arrays are immutable."""
    return asarray(x, dtype, spec=spec, mesh=mesh)
