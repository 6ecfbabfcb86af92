"""Moving blocks from one layout to another.

`redistribute_p` is one primitive, whatever exchange the layouts need: on global arrays it and its
transpose are the identity.
"""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from jpi._jax.names import batching
from jpi._layout.layout import Layout
from jpi._layout.transfer import has_same_blocks, is_gather_of_rows, moving_axes
from jpi._mpi.comm import Comm
from jpi._mpi.mesh import mesh_of
from jpi._ordered.primitive import composed, linear
from jpi._ordered.varying import makes
from jpi._primitives.moves import allgather_p, alltoallw_p
from jpi._primitives.replication import checked, shared


def redistribute(local: Any, comm: Comm, source: Layout, target: Layout) -> Any:
    """This rank's block under ``target``, from its block under ``source``.

    The meshes of the two have the communicator ``comm``, and may differ.

    Communication: one exchange along the mesh axes that need it. Every rank receives what it does
    not hold and nothing else. There is none where each new block is part of the rank's old one.
    Errors: ValueError if ``comm`` was freed.
    """
    comm.require_live()
    if has_same_blocks(source, target):
        return local
    if jnp.issubdtype(local.dtype, jax.dtypes.prng_key):
        return _redistribute_keys(local, comm, source, target)
    if not source.axes:
        local = checked(local, comm)
    moved = redistribute_p.bind(local, comm=comm, source=source, target=target)
    return moved if target.axes else shared(moved, comm)


def _redistribute_keys(local: Any, comm: Comm, source: Layout, target: Layout) -> Any:
    """As `redistribute`, for an array of random keys: each is a row of integers."""
    data = jax.random.key_data(local)
    for size in data.shape[local.ndim :]:
        source, target = (x.with_axis(x.ndim, size) for x in (source, target))
    moved = redistribute(data, comm, source, target)
    return jax.random.wrap_key_data(moved, impl=jax.random.key_impl(local))


def _new_shape(comm: Comm, target: Layout) -> tuple[int, ...]:
    return target.block_shape(target.coordinates_of(comm.rank))


def _result(x: Any, *, comm: Comm, source: Layout, target: Layout) -> tuple[Any, bool]:
    return x.update(shape=_new_shape(comm, target)), bool(moving_axes(source, target))


def _exchange(x: Any, *, comm: Comm, source: Layout, target: Layout) -> Any:
    axes = moving_axes(source, target)
    if not axes:
        return _part(x, comm, source, target)
    among = mesh_of(comm, source.mesh_axes).subcomm(axes)
    if is_gather_of_rows(source, target):  # MPI has better algorithms for it
        return allgather_p.bind(x, comm=among, counts=source.counts(0))
    return alltoallw_p.bind(x, comm=among, source=source, target=target, rank=comm.rank)


def _part(x: Any, comm: Comm, source: Layout, target: Layout) -> Any:
    """The new block, which is part of the old one."""
    shape = _new_shape(comm, target)
    if not math.prod(shape):
        return x.reshape(-1)[:0].reshape(shape)
    old, new = (cut.box(cut.coordinates_of(comm.rank)) for cut in (source, target))
    spans = [(a - c, b - c) for (a, b), (c, _) in zip(new, old, strict=True)]
    return lax.slice(x, *zip(*spans, strict=True))


def _transpose(t: Any, *, comm: Comm, source: Layout, target: Layout) -> Any:
    return redistribute_p.bind(t, comm=comm, source=target, target=source)


def _batch(operands: Any, dims: Any, *, comm: Comm, source: Layout, target: Layout) -> Any:
    (x,), (dim,) = operands, dims
    source, target = (layout.with_axis(dim, x.shape[dim]) for layout in (source, target))
    return redistribute_p.bind(x, comm=comm, source=source, target=target), dim


redistribute_p = composed("redistribute", _exchange, result=_result)
makes(
    redistribute_p,
    parts=lambda comm, source, target: (
        mesh_of(comm, target.mesh_axes),
        target.axes if math.prod(target.shape) else (),
    ),
    groups=lambda comm, source, target: (
        mesh_of(comm, source.mesh_axes),
        moving_axes(source, target),
    ),
)
linear(redistribute_p, _transpose)
batching.primitive_batchers[redistribute_p] = _batch
