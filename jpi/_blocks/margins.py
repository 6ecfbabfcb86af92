"""Margins: blocks with the rows around them that a rank computes with, in one exchange for many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._blocks.rows import summed
from jpi._layout.layout import Axes
from jpi._layout.spans import Spans
from jpi._mpi.mesh import Mesh
from jpi._primitives.moves import alltoallv_p, attach_p


class Margin:
    """The rows that each rank needs of an array, along one dimension.

    Args:
        local: this rank's rows, those of its block.
        dim: the dimension.
        axes: the mesh axes over which it is sharded.
        bounds: the boundaries of the blocks.
        spans: the rows that each rank needs.
    """

    def __init__(
        self, local: Any, dim: int, axes: Axes, bounds: Sequence[int], spans: Spans
    ) -> None:
        self.local, self.dim, self.axes = local, dim, axes
        self.bounds, self.spans, self.own = bounds, spans, spans.own
        self.start, self.stop = bounds[self.own], bounds[self.own + 1]

    @property
    def is_exchange(self) -> bool:
        """Whether any rank needs rows of another."""
        return bool(self.spans.foreign(self.bounds).any())

    @property
    def row(self) -> int:
        """The elements of one row."""
        return math.prod(n for dim, n in enumerate(self.local.shape) if dim != self.dim)

    def rows(self, start: int, stop: int) -> Any:
        """Rows of this rank's block, by their number in the array."""
        return lax.slice_in_dim(self.local, start - self.start, stop - self.start, axis=self.dim)

    def outgoing(self) -> list[tuple[int, int, int]]:
        """``(rank, start, stop)``: the rows that other ranks need."""
        wanted = self.spans.wanted_from(self.start, self.stop)
        return [part for part in wanted if part[0] != self.own]

    def incoming(self) -> list[tuple[int, int]]:
        """``(rank, count)``: the rows that this rank needs of others."""
        parts = self.spans.parts(self.bounds)
        return [(rank, b - a) for rank, a, b in parts if rank != self.own]

    def join(self, received: Sequence[tuple[int, Any]]) -> Any:
        """This rank's span, from its own rows and those received, in the order of the ranks."""
        first, last = self.start, self.start
        for rank, a, b in self.spans.parts(self.bounds):
            if rank == self.own:
                first, last = a, b
        own = self.rows(first, last)
        below = [rows for rank, rows in received if rank < self.own]
        above = [rows for rank, rows in received if rank > self.own]
        parts = [*below, *([own] if first < last else []), *above] or [own]
        if len(parts) == 1:
            return parts[0]
        # Otherwise XLA would look for each element's part again in each use of it.
        return lax.optimization_barrier(lax.concatenate(parts, self.dim))


def with_margins(mesh: Mesh, margins: Sequence[Margin]) -> list[Any]:
    """The rows that this rank needs of each array.

    Communication: for each type and sharding, one exchange of the rows that a rank does not
    hold. The gradient of a row is the sum over its copies.
    """
    results: list[Any] = [None] * len(margins)
    groups: dict[Any, list[int]] = {}
    for k, margin in enumerate(margins):
        if margin.is_exchange:
            groups.setdefault((margin.axes, margin.local.dtype), []).append(k)
        else:
            results[k] = margin.join([])
    for (axes, _), group in groups.items():
        for k, local in zip(
            group, _exchanged(mesh, axes, [margins[k] for k in group]), strict=True
        ):
            results[k] = local
    return results


def _exchanged(mesh: Mesh, axes: Axes, margins: Sequence[Margin]) -> list[Any]:
    """The rows needed of arrays with one type and one sharding.

    The derivatives of the exchange are exchanges, which every rank must take part in. So the rows
    of each array go into it, and each result depends on it, on ranks without such rows too.
    """
    outgoing = _by_rank([margin.outgoing() for margin in margins])
    incoming = _by_rank([margin.incoming() for margin in margins])
    none = [_flat(margin.rows(margin.start, margin.start), margin.dim) for margin in margins]
    sent = [_flat(margins[k].rows(a, b), margins[k].dim) for _, k, a, b in outgoing]
    received = alltoallv_p.bind(
        jnp.concatenate([*none, *sent]),
        comm=mesh.subcomm(axes),
        send=summed((rank, (b - a) * margins[k].row) for rank, k, a, b in outgoing),
        recv=summed((rank, count * margins[k].row) for rank, k, count in incoming),
    )
    parts: list[list[tuple[int, Any]]] = [[] for _ in margins]
    stop = 0
    for rank, k, count in incoming:
        start, stop = stop, stop + count * margins[k].row
        rows = _unflat(lax.slice_in_dim(received, start, stop), margins[k], count)
        parts[k].append((rank, rows))
    return [
        attach_p.bind(margin.join(found), received[:0])
        for margin, found in zip(margins, parts, strict=True)
    ]


def _by_rank(shares: Sequence[Sequence[tuple[int, ...]]]) -> list[tuple[int, ...]]:
    """``(rank, number of the array, ...)`` of all arrays, in the order of the ranks."""
    return sorted((rank, k, *rest) for k, share in enumerate(shares) for rank, *rest in share)


def _flat(rows: Any, dim: int) -> Any:
    return jnp.moveaxis(rows, dim, 0).reshape(-1)


def _unflat(flat: Any, margin: Margin, count: int) -> Any:
    shape, dim = margin.local.shape, margin.dim
    return jnp.moveaxis(flat.reshape(count, *shape[:dim], *shape[dim + 1 :]), 0, dim)
