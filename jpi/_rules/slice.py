"""Primitives that take, mirror or surround rows: slice, rev, pad.

Each ends with the balanced blocks of its result, dimension after dimension. Nothing moves along a
dimension that is unsharded, or taken whole.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from jax import lax

from jpi._blocks.rows import move_blocks, move_rows, on_axis, take_runs
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Deferred, Placed, Region, Value, region_of
from jpi._evaluation.views import View, beside, if_near, is_periodic, shifted
from jpi._layout.layout import Box, Layout, Mapped, layout, overlaps
from jpi._layout.spans import Spanned, Spans
from jpi._mpi.mesh import Mesh
from jpi._primitives.moves import alltoallv_p


@rule("slice")
def slice_(
    call: Call,
    value: Value,
    *,
    start_indices: Sequence[int],
    strides: Sequence[int] | None,
    **params: Any,
) -> Value:
    steps = strides or (1,) * value.ndim
    return strided(call.mesh, call.results[0], value, start_indices, steps)


def strided(
    mesh: Mesh, result: Any, value: Value, starts: Sequence[int], steps: Sequence[int]
) -> Value:
    """The part of ``value`` at ``start, start + step, ...``, which has the type ``result``."""
    shape = result.shape
    if isinstance(value, Deferred) and value.is_replicated:
        return Deferred(
            shape,
            value.dtype,
            lambda region: _strided_region(value, starts, steps, region),
            weight=value.weight,
        )
    near = near_part(mesh, result, value, starts, steps)
    if near:
        return near
    placed = value.settle(mesh)
    block = placed.placement.box(mesh.coordinates)
    natural, spans = [], []
    for dim, (start, step, size) in enumerate(zip(starts, steps, shape, strict=True)):
        bounds = placed.placement.offsets(dim)
        before = functools.partial(_selected_before, start=start, step=step, size=size)
        natural.append(Mapped(bounds, before))
        first, stop = map(before, block[dim])
        spans.append(_positions(first, stop, start - block[dim][0], step))
    target = layout(shape, mesh.axes, placed.spec)
    local = lax.slice(placed.local, *_starts_and_stops(spans), steps)
    return Placed(move_blocks(local, mesh, target, natural), target)


def near_part(
    mesh: Mesh, result: Any, value: Value, starts: Sequence[int], steps: Sequence[int]
) -> View | None:
    """The part as a view, if it is near."""
    shape = result.shape
    is_whole = [n == m and step == 1 for n, m, step in zip(shape, value.shape, steps, strict=True)]
    is_shifted = any(axes and not whole for axes, whole in zip(value.spec, is_whole, strict=True))
    source = value if all(is_whole) else shifted(value)
    operand = beside(mesh, source, value.spec, is_shifted=is_shifted)
    return if_near(
        View(
            mesh,
            result,
            value.spec,
            [operand],
            lambda part: [tuple(map(Spans.strided, part, starts, steps))],
            lambda box, operands: lax.slice(*operands, (0,) * len(shape), operands[0].shape, steps),
            periodic=[whole and is_periodic(operand, dim) for dim, whole in enumerate(is_whole)],
            rows_of=(operand, starts) if set(steps) <= {1} else None,
        )
    )


def _positions(first: int, stop: int, start: int, step: int) -> tuple[int, int]:
    """The range of positions of the selected elements ``first`` to ``stop``, without ``stop``."""
    return (start + first * step, start + (stop - 1) * step + 1) if first < stop else (0, 0)


def _starts_and_stops(spans: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [start for start, _ in spans], [stop for _, stop in spans]


def _selected_before(boundary: int, start: int, step: int, size: int) -> int:
    """How many of the ``size`` positions ``start, start + step, ...`` are before ``boundary``."""
    return min(max(-((start - boundary) // step), 0), size)


def _strided_region(
    value: Value, starts: Sequence[int], steps: Sequence[int], region: Region
) -> Any:
    """The part of a slice in ``region``, from only those numbers of the operand that it needs."""
    box = tuple(
        _positions(*span, start, step)
        for span, start, step in zip(region.box, starts, steps, strict=True)
    )
    local = value.take(Region(region.mesh, value.shape, box, region.axes, None))
    return lax.slice(local, (0,) * value.ndim, local.shape, steps)


@rule("rev")
def rev(call: Call, value: Value, *, dimensions: Sequence[int]) -> Value:
    placed = value.settle(call.mesh)
    local = placed.local
    for dim in dimensions:
        if placed.spec[dim]:
            local = _mirror(call, local, placed.placement, dim)
    return Placed(call.bind(local), placed.placement)


def _mirror(call: Call, local: Any, placement: Layout, dim: int) -> Any:
    """The rows in this rank's block of the reversed array, in their old order."""
    bounds = placement.offsets(dim)
    comm, size = call.mesh.subcomm(placement.spec[dim]), placement.shape[dim]
    start, stop = bounds[comm.rank], bounds[comm.rank + 1]
    counts = overlaps(size - stop, size - start, bounds)  # two ranks send each other as much

    def exchange(x: Any) -> Any:
        # Later rows go to earlier ranks, but the parts are sent in the order of the ranks.
        runs = [(max(size - bounds[rank + 1], start) - start, count) for rank, count in counts]
        return alltoallv_p.bind(take_runs(x, runs), comm=comm, send=counts, recv=counts)

    return local if comm.size == 1 or size <= 1 else on_axis(exchange, local, dim)


@rule("pad")
def pad(
    call: Call, value: Value, filler: Value, *, padding_config: Sequence[tuple[int, int, int]]
) -> Value:
    if isinstance(value, Deferred) and value.is_replicated and filler.is_replicated:
        return Deferred(
            call.shape,
            call.dtype,
            lambda region: _padded_region(value, filler, padding_config, region),
            weight=value.weight,
        )
    near = _padded_view(call, value, filler, padding_config)
    if near:
        return near
    placed = value.settle(call.mesh)
    target = layout(call.shape, call.mesh.axes, placed.spec)
    local = placed.local
    for dim, axes in enumerate(target.spec):
        have = placed.placement.offsets(dim)
        before = functools.partial(
            _placed_before, padding=padding_config[dim], size=value.shape[dim]
        )
        needed = Mapped(target.offsets(dim), before)
        if axes:
            local = on_axis(lambda x: move_rows(x, call.mesh, axes, have, needed), local, dim)  # noqa: B023
        else:
            local = lax.slice_in_dim(local, *needed, axis=dim)
    region = region_of(call.mesh, target)
    own = filler.take(Region(call.mesh, (), (), region.axes, None))
    return Placed(_pad_block(local, own, padding_config, value.shape, region.box), target)


def _padded_view(
    call: Call, value: Value, filler: Value, paddings: Sequence[tuple[int, int, int]]
) -> Value | None:
    if any(interior for _, _, interior in paddings) or not filler.is_replicated:
        return None

    def needs(part: Spanned) -> list[Spanned]:
        shifted = (span.moved(-low) for span, (low, _, _) in zip(part, paddings, strict=True))
        return [tuple(s.within(0, n) for s, n in zip(shifted, value.shape, strict=True)), ()]

    def build(box: Box, operands: Sequence[Any]) -> Any:
        local, own = operands
        return _pad_block(local, own, paddings, value.shape, box)

    operand = beside(call.mesh, value, value.spec)
    starts = [low for low, _, _ in paddings]
    is_zero = filler.known is not None and not np.asarray(filler.known).any()
    view = View(
        call.mesh,
        call.results[0],
        value.spec,
        [operand, filler],
        needs,
        build,
        zeros_around=(operand, starts) if is_zero else None,
    )
    return if_near(view)


def _placed_before(boundary: int, padding: tuple[int, int, int], size: int) -> int:
    """How many of ``size`` rows a padding puts before ``boundary`` of its result."""
    low, _, interior = padding
    return min(max(-((low - boundary) // (interior + 1)), 0), size)


def _padded_region(
    value: Value, filler: Value, paddings: Sequence[tuple[int, int, int]], region: Region
) -> Any:
    box = tuple(
        (_placed_before(start, padding, size), _placed_before(stop, padding, size))
        for (start, stop), padding, size in zip(region.box, paddings, value.shape, strict=True)
    )
    mesh, axes = region.mesh, region.axes
    local = value.take(Region(mesh, value.shape, box, axes, None))
    own = filler.take(Region(mesh, (), (), axes, None))
    return _pad_block(local, own, paddings, value.shape, region.box)


def _pad_block(
    local: Any,
    filler: Any,
    paddings: Sequence[tuple[int, int, int]],
    shape: Sequence[int],
    box: Box,
) -> Any:
    """The result of a padding in ``box``, from its rows of the operand."""
    config = []
    for (start, stop), padding, size in zip(box, paddings, shape, strict=True):
        low, _, interior = padding
        first, last = (_placed_before(b, padding, size) for b in (start, stop))
        width = (last - first - 1) * (interior + 1) + 1 if first < last else 0
        before = low + first * (interior + 1) - start if width else stop - start
        config.append((before, stop - start - before - width, interior))
    return lax.pad(local, filler, config)
