"""Margins: blocks with the rows around them that a rank computes with, in one exchange for many."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._blocks.cuts import Joined, cut, side_by_side
from jpi._blocks.rows import summed
from jpi._layout.layout import Axes, Box
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
        return self._cuts[start, stop]

    @cached_property
    def _cuts(self) -> dict[tuple[int, int], Any]:
        """All rows that are asked for, cut together."""
        spans = [(a, b) for _, _, a, b in self.outgoing()]
        spans += [(a, b) for _, rank, a, b in self.parts() if rank == self.own]
        spans.append((self.start, self.start))
        return dict(zip(spans, cut(self.local, [self._box(*x) for x in spans]), strict=True))

    def _box(self, start: int, stop: int) -> Box:
        box = [(0, n) for n in self.local.shape]
        box[self.dim] = start - self.start, stop - self.start
        return tuple(box)

    @cached_property
    def images(self) -> list[Spans]:
        return self.spans.images(self.bounds[len(self.bounds) - 1])

    def outgoing(self) -> list[tuple[int, int, int, int]]:
        """``(rank, image, start, stop)``: the rows that other ranks need."""
        return [
            (rank, at, start, stop)
            for at, image in enumerate(self.images)
            for rank, start, stop in image.wanted_from(self.start, self.stop)
            if rank != self.own
        ]

    def parts(self) -> list[tuple[int, int, int, int]]:
        """``(image, rank, start, stop)``: where the rows of this rank's span are, in order."""
        return [
            (at, rank, start, stop)
            for at, image in enumerate(self.images)
            for rank, start, stop in image.parts(self.bounds)
        ]

    def incoming(self) -> list[tuple[int, int, int]]:
        """``(rank, image, count)``: the rows that this rank needs of others."""
        return [(rank, at, b - a) for at, rank, a, b in self.parts() if rank != self.own]

    def own_rows(self) -> Any:
        """This rank's span, which has rows of its own block only, perhaps on around an end."""
        spans = [(start, stop) for _, _, start, stop in self.parts()]
        if spans == [(self.start, self.stop)]:
            return self.local
        boxes = [self._box(*span) for span in spans or [(self.start, self.start)]]
        return side_by_side([Joined.of(self.local).part(box) for box in boxes], self.dim)

    def join(self, received: Mapping[tuple[int, int], Any], nothing: Any) -> Any:
        """This rank's span, from its own rows and those received, by rank and image.

        It depends on ``nothing``, an array without elements.
        """
        pieces = [
            self.rows(a, b) if rank == self.own else received[rank, at]
            for at, rank, a, b in self.parts()
        ] or [self.rows(self.start, self.start)]
        pieces[0] = attach_p.bind(pieces[0], nothing)
        return pieces[0] if len(pieces) == 1 else side_by_side(pieces, self.dim)


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
            results[k] = margin.own_rows()
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
    sent = [_flat(margins[k].rows(a, b), margins[k].dim) for _, k, _, a, b in outgoing]
    received = alltoallv_p.bind(
        jnp.concatenate([*none, *sent]),
        comm=mesh.subcomm(axes),
        send=summed((rank, (b - a) * margins[k].row) for rank, k, _, a, b in outgoing),
        recv=summed((rank, count * margins[k].row) for rank, k, _, count in incoming),
    )
    parts: list[dict[tuple[int, int], Any]] = [{} for _ in margins]
    stop = 0
    for rank, k, image, count in incoming:
        start, stop = stop, stop + count * margins[k].row
        rows = _unflat(lax.slice_in_dim(received, start, stop), margins[k], count)
        parts[k][rank, image] = rows
    return [margin.join(found, received[:0]) for margin, found in zip(margins, parts, strict=True)]


def _by_rank(shares: Sequence[Sequence[tuple[int, ...]]]) -> list[tuple[int, ...]]:
    """``(rank, number of the array, image, ...)`` of all arrays, in the order of the ranks."""
    return sorted((rank, k, *rest) for k, share in enumerate(shares) for rank, *rest in share)


def _flat(rows: Any, dim: int) -> Any:
    return jnp.moveaxis(rows, dim, 0).reshape(-1)


def _unflat(flat: Any, margin: Margin, count: int) -> Any:
    shape, dim = margin.local.shape, margin.dim
    return jnp.moveaxis(flat.reshape(count, *shape[:dim], *shape[dim + 1 :]), 0, dim)
