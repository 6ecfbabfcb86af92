"""Moving blocks from one layout to another on the same mesh.

Every step is a collective primitive with a known transpose, so the whole is differentiable in both
modes. Steps that shrink a block come first and steps that grow it come last.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._comm import Mesh
from jpi._layout import Axes, Layout, overlaps
from jpi._primitives import allgather_p, allreduce_p, alltoallv_p, spread_p, take_block_p


def spread(local: Any, mesh: Mesh, axes: Axes) -> Any:
    """A value that is the same along ``axes``, for use in a computation that differs there."""
    return spread_p.bind(local, comm=mesh.subcomm(axes)) if axes else local


def reduce_over(local: Any, mesh: Mesh, axes: Axes, op: str = "SUM") -> Any:
    """The reduction of ``local`` over the ranks along ``axes``: an allreduce there."""
    return allreduce_p.bind(local, comm=mesh.subcomm(axes), op=op) if axes else local


def redistribute(local: Any, mesh: Mesh, source: Layout, target: Layout) -> Any:
    """This rank's block under ``target``, from its block under ``source``.

    Communication: none where ``target`` only cuts further; one alltoallv where a dimension gives
    its mesh axes to another; an allgather for each dimension that is gathered.
    """
    assert source.shape == target.shape and source.mesh_axes == target.mesh_axes
    if source == target:
        return local
    local, source = _take_blocks(local, mesh, source, target)
    local, source = _swap(local, mesh, source, target)
    local, source = _gather(local, mesh, source, target)
    local, source = _take_blocks(local, mesh, source, target)
    assert source == target, (source, target)
    return local


def _with_dim(source: Layout, dim: int, axes: Axes) -> Layout:
    return source.with_spec((*source.spec[:dim], axes, *source.spec[dim + 1 :]))


def on_axis(function: Callable[[Any], Any], x: Any, dim: int) -> Any:
    """``function``, which works on axis 0, applied along ``dim``."""
    return function(x) if dim == 0 else jnp.moveaxis(function(jnp.moveaxis(x, dim, 0)), 0, dim)


def _take_blocks(local: Any, mesh: Mesh, source: Layout, target: Layout) -> tuple[Any, Layout]:
    for dim, axes in enumerate(target.spec):
        if axes and not source.spec[dim] and not set(axes) & set(source.axes):
            source = _with_dim(source, dim, axes)
            comm, counts = mesh.subcomm(axes), source.counts(dim)
            local = on_axis(lambda x: take_block_p.bind(x, comm=comm, counts=counts), local, dim)  # noqa: B023
    return local, source


def _gather(local: Any, mesh: Mesh, source: Layout, target: Layout) -> tuple[Any, Layout]:
    for dim, axes in enumerate(source.spec):
        if axes and axes != target.spec[dim]:
            comm, counts = mesh.subcomm(axes), source.counts(dim)
            local = on_axis(lambda x: allgather_p.bind(x, comm=comm, counts=counts), local, dim)  # noqa: B023
            source = _with_dim(source, dim, ())
    return local, source


def _swap(local: Any, mesh: Mesh, source: Layout, target: Layout) -> tuple[Any, Layout]:
    for dim, axes in enumerate(source.spec):
        for other in range(source.ndim):
            gives = axes and not target.spec[dim] and target.spec[other] == axes
            if gives and not source.spec[other]:
                final = _with_dim(_with_dim(source, dim, ()), other, axes)
                local = _exchange_dims(local, mesh, source, final, dim, other)
                source = final
                break
    return local, source


def _exchange_dims(
    local: Any, mesh: Mesh, source: Layout, target: Layout, dim: int, other: int
) -> Any:
    """Gather ``dim`` and cut ``other`` over the same mesh axes: one alltoallv of packed blocks."""
    comm = mesh.subcomm(source.spec[dim])
    mine, theirs = source.counts(dim), target.counts(other)
    packed = jnp.moveaxis(local, other, 0)
    rest = math.prod(n for k, n in enumerate(local.shape) if k not in (dim, other))
    received = alltoallv_p.bind(
        packed.reshape(-1),
        comm=comm,
        send=tuple(count * mine[comm.rank] * rest for count in theirs),
        recv=tuple(theirs[comm.rank] * count * rest for count in mine),
    )
    return _unpack(received, local.shape, dim, other, mine, theirs[comm.rank])


def _unpack(
    flat: Any, shape: Sequence[int], dim: int, other: int, mine: Sequence[int], count: int
) -> Any:
    pieces, start = [], 0
    for rows in mine:
        piece = list(shape)
        piece[dim], piece[other] = rows, count
        length = math.prod(piece)
        moved = [count, *piece[:other], *piece[other + 1 :]]
        block = lax.slice_in_dim(flat, start, start + length).reshape(moved)
        pieces.append(jnp.moveaxis(block, 0, other))
        start += length
    return jnp.concatenate(pieces, axis=dim)


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
