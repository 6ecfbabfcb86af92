"""Spans: the contiguous rows of a sharded dimension that each rank needs; they may overlap."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._layout.layout import Axes, Layout, overlaps
from jpi._mpi.mesh import Mesh
from jpi._primitives.moves import alltoallv_p

Span = tuple[int, int]


def fetch_span(
    local: Any, mesh: Mesh, axes: Axes, bounds: Sequence[int], spans: Sequence[Span], dim: int
) -> Any:
    """The rows of this rank's span of a global array that is sharded along ``dim``.

    Args:
        local: this rank's block.
        axes: the mesh axes over which ``dim`` is sharded.
        bounds: the boundaries of the blocks.
        spans: the ``(start, stop)`` that each rank along ``axes`` needs, within the array.

    Communication: one exchange of the rows in the spans; none if each span is in the rank's own
    block. The gradient of a row is the sum over its copies.
    """
    comm = mesh.subcomm(axes)
    start, stop = bounds[comm.rank], bounds[comm.rank + 1]
    wanted = [(max(a, start), min(b, stop)) for a, b in spans]
    if all(
        a == b or (low <= a and b <= high)
        for (a, b), (low, high) in zip(spans, itertools.pairwise(bounds), strict=True)
    ):
        own = spans[comm.rank]
        own = own if own[0] < own[1] else (start, start)
        return lax.slice_in_dim(local, own[0] - start, own[1] - start, axis=dim)

    def exchange(rows: Any) -> Any:
        pieces = [lax.slice_in_dim(rows, a - start, b - start) for a, b in wanted if a < b]
        return alltoallv_p.bind(
            jnp.concatenate(pieces) if pieces else rows[:0],
            comm=comm,
            send=tuple(max(b - a, 0) for a, b in wanted),
            recv=overlaps(*spans[comm.rank], bounds),
        )

    return on_axis(exchange, local, dim)


def on_axis(function: Callable[[Any], Any], x: Any, dim: int) -> Any:
    """``function``, which works on axis 0, applied along ``dim``."""
    return function(x) if dim == 0 else jnp.moveaxis(function(jnp.moveaxis(x, dim, 0)), 0, dim)


def move_rows(
    local: Any, mesh: Mesh, axes: Axes, source: Sequence[int], target: Sequence[int]
) -> Any:
    """Rows in blocks with the boundaries ``target``, from blocks with the boundaries ``source``.

    Each has one boundary more than there are ranks along ``axes``. Only rows with a new owner move
    (one alltoallv); rows outside ``target`` are dropped.
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
    """This rank's block under ``target``, of an array with the block boundaries ``bounds``.

    The array is sharded over the same axes. Communication: one alltoallv for each dimension whose
    boundaries differ.
    """
    for dim, axes in enumerate(target.spec):
        if axes:
            before, after = bounds[dim], target.offsets(dim)
            local = on_axis(lambda x: move_rows(x, mesh, axes, before, after), local, dim)  # noqa: B023
    return local
