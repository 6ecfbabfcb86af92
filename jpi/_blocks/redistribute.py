"""Moving blocks from one layout to another.

`redistribute_p` is one primitive: on global arrays it is the identity, and so is its transpose,
whatever exchange the layouts need.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from jpi._jax.names import batching
from jpi._layout.layout import Axes, Layout, overlaps
from jpi._layout.transfer import has_same_blocks, is_gather_of_rows, moving_axes, transfer
from jpi._mpi.comm import Comm, Mesh, mesh_of
from jpi._ordered.primitive import composed, linear
from jpi._primitives import replication as _replication
from jpi._primitives.collectives import (
    allgather_p,
    allreduce_p,
    alltoallv_p,
    alltoallw_p,
    reduce_scatter_p,
)


def spread(local: Any, mesh: Mesh, axes: Axes, cut: Axes = ()) -> Any:
    """``local``, which differs along ``cut`` only, for a computation that does along ``axes``."""
    axes = tuple(axis for axis in axes if axis not in cut)
    if jnp.issubdtype(jax.typeof(local).dtype, jax.dtypes.prng_key):
        return local  # a key has no cotangent to be summed
    return _replication.spread(local, mesh.subcomm(axes)) if axes else local


def reduce_over(local: Any, mesh: Mesh, axes: Axes, op: str = "SUM") -> Any:
    """The reduction of ``local`` over the ranks along ``axes``: an allreduce there."""
    return allreduce_p.bind(local, comm=mesh.subcomm(axes), op=op) if axes else local


def reduce_scatter_over(local: Any, mesh: Mesh, axes: Axes, target: Layout, dim: int) -> Any:
    """This rank's block of the sum of ``local`` along ``axes``, which cut ``dim`` in ``target``."""
    comm, counts = mesh.subcomm(axes), target.counts(dim)
    return on_axis(
        lambda x: reduce_scatter_p.bind(x, comm=comm, op="SUM", counts=counts), local, dim
    )


def redistribute(local: Any, comm: Comm, source: Layout, target: Layout) -> Any:
    """This rank's block under ``target``, from its block under ``source``.

    The two are on meshes of ``comm``, which may differ.

    Communication: one exchange along the mesh axes that need it, in which every rank gets what it
    does not hold and nothing else; none where ``target`` only cuts further.
    """
    if has_same_blocks(source, target):
        return local
    if not source.axes:
        local = _replication.checked(local, comm)
    return redistribute_p.bind(local, comm=comm, source=source, target=target)


def _new_shape(comm: Comm, target: Layout) -> tuple[int, ...]:
    return target.block_shape(target.coordinates_of(comm.rank))


def _result(x: Any, *, comm: Comm, source: Layout, target: Layout) -> tuple[Any, bool]:
    return x.update(shape=_new_shape(comm, target)), bool(moving_axes(source, target))


def _exchange(x: Any, *, comm: Comm, source: Layout, target: Layout) -> Any:
    exchange, shape = transfer(source, target, comm.rank), _new_shape(comm, target)
    if not exchange.axes:
        starts, stops = zip(*exchange.sends[0], strict=True)
        return lax.slice(x, starts, stops) if math.prod(shape) else jnp.zeros(shape, x.dtype)
    among = mesh_of(comm, source.mesh_axes).subcomm(exchange.axes)
    if is_gather_of_rows(source, target):  # MPI has better algorithms for it
        return allgather_p.bind(x, comm=among, counts=source.counts(0))
    return alltoallw_p.bind(
        x,
        comm=among,
        sends=exchange.sends,
        receives=exchange.receives,
        shape=shape,
    )


def _transpose(t: Any, *, comm: Comm, source: Layout, target: Layout) -> Any:
    return redistribute_p.bind(t, comm=comm, source=target, target=source)


def _batch(operands: Any, dims: Any, *, comm: Comm, source: Layout, target: Layout) -> Any:
    (x,), (dim,) = operands, dims
    source, target = (layout.with_axis(dim, x.shape[dim]) for layout in (source, target))
    return redistribute_p.bind(x, comm=comm, source=source, target=target), dim


redistribute_p = composed("redistribute", _exchange, result=_result)
linear(redistribute_p, _transpose)
batching.primitive_batchers[redistribute_p] = _batch


def on_axis(function: Callable[[Any], Any], x: Any, dim: int) -> Any:
    """``function``, which works on axis 0, applied along ``dim``."""
    return function(x) if dim == 0 else jnp.moveaxis(function(jnp.moveaxis(x, dim, 0)), 0, dim)


def move_rows(
    local: Any, mesh: Mesh, axes: Axes, source: Sequence[int], target: Sequence[int]
) -> Any:
    """Rows cut at the boundaries ``source`` over ``axes``, cut at ``target`` instead.

    Both are one boundary more than there are ranks along ``axes``. Only rows whose owner changes
    travel (one alltoallv); rows outside ``target`` are dropped.
    """
    if tuple(source) == tuple(target):
        return local
    comm = mesh.subcomm(axes)
    start, stop = source[comm.rank], source[comm.rank + 1]
    first = min(max(target[0], start), stop)
    last = max(min(target[-1], stop), first)
    return alltoallv_p.bind(
        lax.slice_in_dim(local, first - start, last - start),
        comm=comm,
        send=overlaps(start, stop, target),
        recv=overlaps(target[comm.rank], target[comm.rank + 1], source),
    )


def move_blocks(local: Any, mesh: Mesh, target: Layout, bounds: Sequence[Sequence[int]]) -> Any:
    """This rank's block under ``target``, of an array cut over the same axes at ``bounds``.

    Communication: one alltoallv for each dimension that is cut elsewhere in ``target``.
    """
    for dim, axes in enumerate(target.spec):
        if axes:
            before, after = bounds[dim], target.offsets(dim)
            local = on_axis(lambda x: move_rows(x, mesh, axes, before, after), local, dim)  # noqa: B023
    return local
