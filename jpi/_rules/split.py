"""Primitives that take an array apart along a dimension: split, unstack."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from jax import lax

from jpi._blocks.rows import divide_along
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Placed, Value, region_of
from jpi._evaluation.views import View
from jpi._layout.layout import Box, Mapped, layout
from jpi._rules._aligned import aligned, without
from jpi._rules.slice import near_part, strided


@rule("split")
def split(call: Call, value: Value, *, sizes: Sequence[int], axis: int) -> list[Value]:
    starts = itertools.accumulate(sizes, initial=0)
    origin, steps = [0] * value.ndim, (1,) * value.ndim
    at = [[*origin[:axis], start, *origin[axis + 1 :]] for start in starts]
    parts = list(zip(call.results, at, strict=False))
    if value.spec[axis]:
        near = [near_part(call.mesh, result, value, start, steps) for result, start in parts]
        if not all(near):
            return _divided(call, value.settle(call.mesh), [start[axis] for start in at], axis)
        return list(filter(None, near))
    return [strided(call.mesh, result, value, start, steps) for result, start in parts]


def _divided(call: Call, placed: Placed, starts: Sequence[int], axis: int) -> list[Value]:
    """The parts of ``placed`` that begin at ``starts`` along ``axis``, which is sharded."""
    targets = [layout(result.shape, call.mesh.axes, placed.spec) for result in call.results]
    bounds = [
        Mapped(target.offsets(axis), functools.partial(operator.add, start))
        for target, start in zip(targets, starts, strict=False)
    ]
    axes, source = placed.spec[axis], placed.placement.offsets(axis)
    parts = divide_along(placed.local, call.mesh, axes, source, bounds, axis)
    return [Placed(part, target) for part, target in zip(parts, targets, strict=True)]


@rule("unstack")
def unstack(call: Call, value: Value, *, axis: int) -> list[Value]:
    if not call.results:
        return []
    if near := _rows_of_view(call, value, axis):
        return near
    placed = _with_dim_whole(call, value, axis)
    spec = placed.spec[:axis] + placed.spec[axis + 1 :]
    target = layout(call.shape, call.mesh.axes, spec)
    rows = (
        lax.index_in_dim(placed.local, i, axis, keepdims=False) for i in range(len(call.results))
    )
    return [Placed(row, target) for row in rows]


def _rows_of_view(call: Call, value: Value, axis: int) -> list[Value] | None:
    """The rows as views of a view, if it is unsharded along ``axis``."""
    if not isinstance(value, View) or value.spec[axis]:
        return None
    labels, spec = without(value, [axis])

    def row(i: int) -> View | None:
        def take(box: Box, locals: Sequence[Any]) -> Any:
            return lax.index_in_dim(*locals, i, axis, keepdims=False)

        return aligned(replace(call, results=call.results[i:]), [value], [labels], spec, take)

    rows = [*filter(None, map(row, range(len(call.results))))]
    return [*rows] if len(rows) == len(call.results) else None


def _with_dim_whole(call: Call, value: Value, dim: int) -> Placed:
    """``value`` with ``dim`` whole; its axes move to the largest dimension that is long enough."""
    spec = list(value.spec)
    axes, spec[dim] = spec[dim], ()
    parts = value.layout(call.mesh).parts(dim)
    free = [k for k in range(value.ndim) if k != dim and not spec[k] and value.shape[k] >= parts]
    if axes and free:
        spec[max(free, key=lambda k: value.shape[k])] = axes
    target = layout(value.shape, call.mesh.axes, tuple(spec))
    return Placed(value.take(region_of(call.mesh, target)), target)
