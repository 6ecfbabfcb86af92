"""Primitives that put arrays together: concatenate, stack."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from jax import lax

from jpi._blocks.rows import move_each
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Deferred, Placed, Region, Value, agree, region_of
from jpi._evaluation.views import View, beside, if_near, is_periodic
from jpi._layout.layout import Boundaries, Mapped, Spec, layout
from jpi._layout.spans import Spanned
from jpi._rules._aligned import aligned
from jpi._rules._around import around


@rule("concatenate")
def concatenate(call: Call, *values: Value, dimension: int) -> Value:
    starts = tuple(itertools.accumulate((v.shape[dimension] for v in values), initial=0))
    if all(isinstance(v, Deferred) or math.prod(v.shape) <= 1 for v in values) and all(
        v.is_replicated for v in values
    ):
        return Deferred(
            call.shape,
            call.dtype,
            lambda region: _concatenate_region(values, starts, dimension, region),
        )
    axes = agree(*((value, range(value.ndim)) for value in values))
    spec = tuple(axes.get(dim, ()) for dim in range(len(call.shape)))
    near = around(call, values, dimension, spec) or _joined(call, values, starts, dimension, spec)
    if near:
        return near
    target = layout(call.shape, call.mesh.axes, spec)
    own = [layout(value.shape, call.mesh.axes, target.spec) for value in values]
    pieces = [v.take(region_of(call.mesh, each)) for v, each in zip(values, own, strict=True)]
    if target.spec[dimension]:
        before = [each.offsets(dimension) for each in own]
        after = [
            _part_of(target.offsets(dimension), start, value.shape[dimension])
            for value, start in zip(values, starts[:-1], strict=True)
        ]
        pieces = move_each(pieces, call.mesh, target.spec[dimension], before, after, dimension)
    return Placed(lax.concatenate(pieces, dimension), target)


def _part_of(boundaries: Boundaries, start: int, size: int) -> Mapped:
    """The boundaries in the ``size`` rows from ``start`` on."""
    return Mapped(boundaries, lambda b: min(max(b - start, 0), size))


def _joined(
    call: Call, values: Sequence[Value], starts: Sequence[int], dimension: int, spec: Spec
) -> Value | None:
    """The concatenation as a view, which moves only the rows that a consumer asks for."""

    def needs(part: Spanned) -> list[Spanned]:
        return [
            tuple(
                span.moved(-start).within(0, n) if dim == dimension else span
                for dim, (span, n) in enumerate(zip(part, value.shape, strict=True))
            )
            for value, start in zip(values, starts, strict=False)
        ]

    operands = [beside(call.mesh, value, spec) for value in values]
    return if_near(
        View(
            call.mesh,
            call.results[0],
            spec,
            operands,
            needs,
            lambda box, locals: lax.concatenate(locals, dimension),
            periodic=[
                dim != dimension and all(is_periodic(value, dim) for value in operands)
                for dim in range(len(spec))
            ],
        )
    )


def _concatenate_region(
    values: Sequence[Value], starts: Sequence[int], dimension: int, region: Region
) -> Any:
    first, last = region.box[dimension]
    pieces = []
    for value, start in zip(values, starts[:-1], strict=True):
        size = value.shape[dimension]
        span = (min(max(first - start, 0), size), max(min(last - start, size), 0))
        box = (*region.box[:dimension], (span[0], max(span)), *region.box[dimension + 1 :])
        pieces.append(value.take(Region(region.mesh, value.shape, box, region.axes, None)))
    return lax.concatenate(pieces, dimension)


@rule("stack")
def stack(call: Call, *values: Value, axis: int) -> Value:
    axes = agree(*((value, range(value.ndim)) for value in values))
    each = tuple(axes.get(dim, ()) for dim in range(values[0].ndim))
    region = region_of(call.mesh, layout(values[0].shape, call.mesh.axes, each))
    spec: Spec = (*each[:axis], (), *each[axis:])
    labels = [dim for dim in range(len(call.shape)) if dim != axis]
    if near := aligned(call, values, [labels] * len(values), spec):
        return near
    target = layout(call.shape, call.mesh.axes, spec)
    return Placed(call.bind(*(value.take(region) for value in values)), target)
