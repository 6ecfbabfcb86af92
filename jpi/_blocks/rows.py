"""Spans: the contiguous rows of a sharded dimension that each rank needs; they may overlap."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._layout.layout import Axes, Layout, Pairs, are_equal, overlaps
from jpi._mpi.comm import Comm
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
    parts = ((rank, max(a, start), min(b, stop)) for rank, (a, b) in enumerate(spans))
    wanted = [(rank, a, b) for rank, a, b in parts if a < b]
    if all(
        a == b or (low <= a and b <= high)
        for (a, b), (low, high) in zip(spans, itertools.pairwise(bounds), strict=True)
    ):
        own = spans[comm.rank]
        own = own if own[0] < own[1] else (start, start)
        return lax.slice_in_dim(local, own[0] - start, own[1] - start, axis=dim)

    def exchange(rows: Any) -> Any:
        return alltoallv_p.bind(
            take_runs(rows, [(a - start, b - a) for _, a, b in wanted]),
            comm=comm,
            send=tuple((rank, b - a) for rank, a, b in wanted),
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
    if are_equal(source, target):
        return local
    return divide_rows(local, mesh, axes, source, [target])[0]


def divide_rows(
    local: Any,
    mesh: Mesh,
    axes: Axes,
    source: Sequence[int],
    targets: Sequence[Sequence[int]],
) -> list[Any]:
    """For each of ``targets``, the rows that `move_rows` would give; one alltoallv for all."""
    moves = [(0, source, target) for target in targets]
    return _exchange_rows(local, mesh.subcomm(axes), moves)


def move_each(
    locals: Sequence[Any],
    mesh: Mesh,
    axes: Axes,
    sources: Sequence[Sequence[int]],
    targets: Sequence[Sequence[int]],
    dim: int,
) -> list[Any]:
    """`move_rows` along ``dim`` for each of ``locals``; one alltoallv for all."""
    moved = list(locals)
    pairs = zip(sources, targets, strict=True)
    places = [place for place, pair in enumerate(pairs) if not are_equal(*pair)]
    if places:
        several = [jnp.moveaxis(locals[place], dim, 0) for place in places]
        starts = itertools.accumulate((len(x) for x in several), initial=0)
        moves = [(s, sources[k], targets[k]) for s, k in zip(starts, places, strict=False)]
        whole = several[0] if len(several) == 1 else lax.concatenate(several, 0)
        for place, x in zip(places, _exchange_rows(whole, mesh.subcomm(axes), moves), strict=True):
            moved[place] = jnp.moveaxis(x, 0, dim)
    return moved


def _exchange_rows(
    local: Any, comm: Comm, moves: Sequence[tuple[int, Sequence[int], Sequence[int]]]
) -> list[Any]:
    """The rows of each move in new blocks.

    A move is the place of its rows in ``local``, and their boundaries before and after it.
    """
    own, sends, receives = comm.rank, [], []
    for number, (place, source, target) in enumerate(moves):
        start, stop = source[own], source[own + 1]
        sends += [
            (rank, number, place + max(start, target[rank]) - start, count)
            for rank, count in overlaps(start, stop, target)
        ]
        receives += [
            (rank, number, count) for rank, count in overlaps(target[own], target[own + 1], source)
        ]
    sends.sort()
    receives.sort()
    received = take_runs(local, [(first, count) for *_, first, count in sends])
    if comm.size > 1:
        received = alltoallv_p.bind(
            received,
            comm=comm,
            send=summed((rank, count) for rank, *_, count in sends),
            recv=summed((rank, count) for rank, _, count in receives),
        )
    runs: list[list[Span]] = [[] for _ in moves]
    first = 0
    for _, number, count in receives:
        runs[number].append((first, count))
        first += count
    return [take_runs(received, each) for each in runs]


def divide_along(
    local: Any,
    mesh: Mesh,
    axes: Axes,
    source: Sequence[int],
    targets: Sequence[Sequence[int]],
    dim: int,
) -> list[Any]:
    """`divide_rows` along ``dim``."""
    parts = divide_rows(jnp.moveaxis(local, dim, 0), mesh, axes, source, targets)
    return [jnp.moveaxis(part, 0, dim) for part in parts]


def take_runs(x: Any, runs: Sequence[Span], dim: int = 0) -> Any:
    """Rows of ``x``, along ``dim``: for each run ``(first, count)`` those from ``first`` on."""
    joined: list[list[int]] = []
    for first, count in runs:
        if joined and sum(joined[-1]) == first:
            joined[-1][1] += count
        else:
            joined.append([first, count])
    if joined == [[0, x.shape[dim]]]:
        return x
    pieces = [
        lax.slice_in_dim(x, first, first + count, axis=dim) for first, count in joined or [[0, 0]]
    ]
    return pieces[0] if len(pieces) == 1 else lax.concatenate(pieces, dim % x.ndim)


def summed(pairs: Iterable[tuple[int, int]]) -> Pairs:
    """The sum of the counts of each rank, without zeros; the ranks are in order."""
    groups = itertools.groupby(pairs, key=lambda pair: pair[0])
    totals = ((rank, sum(count for _, count in group)) for rank, group in groups)
    return tuple((rank, count) for rank, count in totals if count)


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
