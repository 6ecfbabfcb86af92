"""Scans along a sharded dimension, from the scan of each block and the totals of earlier ranks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._layout.layout import Axes, Boundaries
from jpi._mpi.comm import Comm
from jpi._mpi.mesh import Mesh
from jpi._primitives.moves import alltoallv_p
from jpi._primitives.reductions import exscan_p

Leaves = list[Any]  # the arrays of one element, or of many along a dimension
Combine = Callable[[Leaves, Leaves], Leaves]


def scan_over(
    scanned: Leaves,
    combine: Combine,
    mesh: Mesh,
    axes: Axes,
    bounds: Boundaries,
    dim: int,
    reverse: bool = False,
) -> Leaves:
    """The scan of whole arrays along ``dim``, from that of each block.

    Args:
        scanned: for each leaf of an element, this rank's block, scanned.
        combine: the associative operation, on equal numbers of elements along ``dim``.
        axes: the mesh axes over which ``dim`` is sharded.
        bounds: the boundaries of the blocks along them.
        reverse: whether the scan runs from the last element to the first.

    Communication: shifts of one element by 1, 1, 2, 4, ... ranks along ``axes``.
    """
    comm = mesh.subcomm(axes)
    if comm.size == 1:
        return scanned
    totals = [_last(x, dim, reverse) for x in scanned]
    filled = min(bounds.size, comm.size)  # the number of blocks with elements, which come first
    held = range(filled)
    if reverse:
        comm, held = comm.reversed, range(comm.size - filled, comm.size)
    before = _combined_before(totals, combine, comm, held, dim)
    if not before[0].shape[dim]:
        return _either(before, scanned, combine, dim)
    stretched = [jnp.broadcast_to(b, x.shape) for b, x in zip(before, scanned, strict=True)]
    return combine(stretched, scanned)


def sum_over(scanned: Any, mesh: Mesh, axes: Axes, dim: int, reverse: bool) -> Any:
    """As `scan_over`, for the sums of one array. Communication: one exscan of one element."""
    comm = mesh.subcomm(axes)
    if comm.size == 1:
        return scanned
    total = jnp.sum(_last(scanned, dim, reverse), axis=dim, keepdims=True, dtype=scanned.dtype)
    return scanned + exscan_p.bind(total, comm=comm.reversed if reverse else comm, op="SUM")


def _last(scanned: Any, dim: int, reverse: bool) -> Any:
    """The element that combines a scanned block; empty if the block is."""
    size = scanned.shape[dim]
    first, stop = (0, min(size, 1)) if reverse else (max(size - 1, 0), size)
    return lax.slice_in_dim(scanned, first, stop, axis=dim)


def _combined_before(leaves: Leaves, combine: Combine, comm: Comm, held: range, dim: int) -> Leaves:
    """The combination of the elements of all earlier ranks; empty where there are none.

    ``held`` are the ranks with an element. A rank without one takes part with its empty array, so
    that its derivative takes part too.
    """
    leaves, held = _shift(leaves, comm, 1, held, dim)
    step = 1
    while step < comm.size - 1:  # each rank has the combination of up to `step` earlier ranks
        earlier, arrived = _shift(leaves, comm, step, held, dim)
        leaves = _join(earlier, leaves, combine, dim)
        held = range(held.start, max(held.stop, arrived.stop)) if held else held
        step *= 2
    return leaves


def _join(before: Leaves, after: Leaves, combine: Combine, dim: int) -> Leaves:
    if before[0].shape[dim] and after[0].shape[dim]:
        return combine(before, after)
    return _either(before, after, combine, dim)


def _either(before: Leaves, after: Leaves, combine: Combine, dim: int) -> Leaves:
    """The one of the two that is not empty, with all derivatives of both.

    A rank with a constant derivative would leave out calls that the others make.
    """
    nothing = combine(
        *([lax.slice_in_dim(x, 0, 0, axis=dim) for x in xs] for xs in (before, after))
    )
    return [jnp.concatenate(xs, axis=dim) for xs in zip(nothing, before, after, strict=True)]


def _shift(leaves: Leaves, comm: Comm, step: int, held: range, dim: int) -> tuple[Leaves, range]:
    """The element of the rank ``step`` before, and the ranks that get one."""
    arrived = range(min(held.start + step, comm.size), min(held.stop + step, comm.size))
    sent = int(comm.rank in held and comm.rank + step < comm.size)
    received = int(comm.rank in arrived)

    def shifted(x: Any) -> Any:
        y = alltoallv_p.bind(
            jnp.moveaxis(lax.slice_in_dim(x, 0, sent, axis=dim), dim, 0),
            comm=comm,
            send=((comm.rank + step, 1),) * sent,
            recv=((comm.rank - step, 1),) * received,
        )
        return jnp.moveaxis(y, 0, dim)

    return [shifted(x) for x in leaves], arrived
