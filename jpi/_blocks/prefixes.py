"""Scans along a sharded dimension, from the scan of each block and the totals of earlier ranks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._layout.layout import Axes
from jpi._mpi.comm import Comm
from jpi._mpi.mesh import Mesh
from jpi._primitives.moves import alltoallv_p

Leaves = list[Any]  # the arrays of one element, or of many along a dimension
Combine = Callable[[Leaves, Leaves], Leaves]


def scan_over(
    scanned: Leaves,
    combine: Combine,
    mesh: Mesh,
    axes: Axes,
    counts: Sequence[int],
    dim: int,
    reverse: bool = False,
) -> Leaves:
    """The scan of whole arrays along ``dim``, from that of each block.

    Args:
        scanned: for each leaf of an element, this rank's block, scanned.
        combine: the associative operation, on equal numbers of elements along ``dim``.
        axes: the mesh axes over which ``dim`` is sharded.
        counts: the number of elements of each rank along them.
        reverse: whether the scan runs from the last element to the first.

    Communication: shifts of one element by 1, 1, 2, 4, ... ranks along ``axes``.
    """
    comm = mesh.subcomm(axes)
    if comm.size == 1:
        return scanned
    own = counts[comm.rank]
    last = (0, min(own, 1)) if reverse else (max(own - 1, 0), own)
    totals = [lax.slice_in_dim(x, *last, axis=dim) for x in scanned]
    held = [min(count, 1) for count in counts]
    if reverse:
        comm, held = comm.reversed, held[::-1]
    before = _combined_before(totals, combine, comm, held, dim)
    if not before[0].shape[dim]:
        return _either(before, scanned, combine, dim)
    stretched = [jnp.broadcast_to(b, x.shape) for b, x in zip(before, scanned, strict=True)]
    return combine(stretched, scanned)


def _combined_before(
    leaves: Leaves, combine: Combine, comm: Comm, held: Sequence[int], dim: int
) -> Leaves:
    """The combination of the elements of all earlier ranks; empty where there are none.

    ``held`` is the number of elements of each rank, 0 or 1. A rank without one takes part with its
    empty array, so that its derivative takes part too.
    """
    leaves, held = _shift(leaves, comm, 1, held, dim)
    step = 1
    while step < comm.size - 1:  # each rank has the combination of up to `step` earlier ranks
        earlier, arrived = _shift(leaves, comm, step, held, dim)
        leaves = _join(earlier, leaves, combine, dim)
        held = [max(pair) for pair in zip(held, arrived, strict=True)]
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


def _shift(
    leaves: Leaves, comm: Comm, step: int, held: Sequence[int], dim: int
) -> tuple[Leaves, Sequence[int]]:
    """The element of the rank ``step`` before, and the number of elements that each rank gets."""
    arrived = [0] * step + [*held[: comm.size - step]]

    def only(rank: int, count: int) -> tuple[int, ...]:
        return tuple(count if other == rank else 0 for other in range(comm.size))

    sent = held[comm.rank] if comm.rank + step < comm.size else 0

    def shifted(x: Any) -> Any:
        received = alltoallv_p.bind(
            jnp.moveaxis(lax.slice_in_dim(x, 0, sent, axis=dim), dim, 0),
            comm=comm,
            send=only(comm.rank + step, sent),
            recv=only(comm.rank - step, arrived[comm.rank]),
        )
        return jnp.moveaxis(received, 0, dim)

    return [shifted(x) for x in leaves], arrived
