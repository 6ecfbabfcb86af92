"""Margins: blocks with the rows around them that a rank computes with, in one exchange for many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

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

    def outgoing(self) -> list[tuple[int, int]]:
        """The rows to send to each rank."""
        wanted = self.spans.wanted_from(self.start, self.stop)
        wanted[self.own] = (self.start, self.start)
        return wanted

    def incoming(self) -> list[int]:
        """The number of rows to receive from each rank."""
        parts = [b - a for a, b in self.spans.parts(self.bounds)]
        parts[self.own] = 0
        return parts

    def join(self, received: Sequence[Any]) -> Any:
        """This rank's span, from its own rows and those received, one part from each rank."""
        first, last = self.spans.parts(self.bounds)[self.own]
        own = self.rows(first, last)
        parts = [*received[: self.own], own, *received[self.own + 1 :]]
        parts = [part for part in parts if part is not None and part.shape[self.dim]] or [own]
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
            results[k] = margin.join([None] * (len(margin.bounds) - 1))
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
    outgoing = [margin.outgoing() for margin in margins]
    incoming = [margin.incoming() for margin in margins]
    ranks = range(len(incoming[0]))
    pieces = [
        _flat(margin.rows(*wanted[rank]), margin.dim)
        for rank in ranks
        for margin, wanted in zip(margins, outgoing, strict=True)
        if wanted[rank][0] < wanted[rank][1] or rank == margin.own
    ]
    sizes = [[n * m.row for n in counts] for m, counts in zip(margins, incoming, strict=True)]
    received = alltoallv_p.bind(
        jnp.concatenate(pieces),
        comm=mesh.subcomm(axes),
        send=tuple(
            sum((b - a) * m.row for m, (a, b) in zip(margins, parts, strict=True))
            for parts in zip(*outgoing, strict=True)
        ),
        recv=tuple(map(sum, zip(*sizes, strict=True))),
    )
    parts: list[list[Any]] = [[None] * len(ranks) for _ in margins]
    stop = 0
    for rank in ranks:
        for margin, counts, size, found in zip(margins, incoming, sizes, parts, strict=True):
            start, stop = stop, stop + size[rank]
            if counts[rank]:
                found[rank] = _unflat(lax.slice_in_dim(received, start, stop), margin, counts[rank])
    return [
        attach_p.bind(margin.join(found), received[:0])
        for margin, found in zip(margins, parts, strict=True)
    ]


def _flat(rows: Any, dim: int) -> Any:
    return jnp.moveaxis(rows, dim, 0).reshape(-1)


def _unflat(flat: Any, margin: Margin, count: int) -> Any:
    shape, dim = margin.local.shape, margin.dim
    return jnp.moveaxis(flat.reshape(count, *shape[:dim], *shape[dim + 1 :]), 0, dim)
