"""Primitives that rearrange: broadcast, iota, reshape, transpose, squeeze."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._blocks.rows import move_rows, on_axis
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Deferred, Placed, Region, Value, region_of
from jpi._layout.layout import Boundaries, Box, Layout, Mapped, are_equal, layout
from jpi._rules._aligned import aligned, sizes_of


@rule("broadcast_in_dim")
def broadcast_in_dim(call: Call, value: Value, *dynamic_shape: Value, **params: Any) -> Value:
    dims = tuple(params.get("broadcast_dimensions") or ())

    def build(region: Region) -> Any:
        local = value.take(region.operand(value.shape, dims))
        return lax.broadcast_in_dim(local, region.shape, dims)

    spec: list[Any] = [()] * len(call.shape)
    for dim, size, axes in zip(dims, value.shape, value.spec, strict=True):
        spec[dim] = axes if size == call.shape[dim] else ()
    labels = [
        dim if n == call.shape[dim] else None for dim, n in zip(dims, value.shape, strict=True)
    ]
    near = aligned(
        call,
        [value],
        [labels],
        tuple(spec),
        lambda box, locals: lax.broadcast_in_dim(*locals, sizes_of(box), dims),
    )
    return near or Deferred(call.shape, call.dtype, build, tuple(spec), value.weight)


@rule("iota")
def iota(call: Call, *, dtype: Any, dimension: int, **params: Any) -> Value:
    def build(region: Region) -> Any:
        local = lax.broadcasted_iota(dtype, region.shape, dimension)
        return local + jnp.asarray(region.box[dimension][0], dtype)

    return Deferred(call.shape, call.dtype, build)


@rule("transpose")
def transpose(call: Call, value: Value, *, permutation: Sequence[int]) -> Value:
    spec = tuple(value.spec[dim] for dim in permutation)
    labels = [list(permutation).index(dim) for dim in range(value.ndim)]
    if near := aligned(call, [value], [labels], spec):
        return near
    return _transposed(call, value.settle(call.mesh), permutation)


def _transposed(call: Call, placed: Placed, permutation: Sequence[int]) -> Placed:
    shape = tuple(placed.shape[dim] for dim in permutation)
    spec = tuple(placed.spec[dim] for dim in permutation)
    return Placed(lax.transpose(placed.local, permutation), layout(shape, call.mesh.axes, spec))


@rule("squeeze")
def squeeze(call: Call, value: Value, *, dimensions: Sequence[int]) -> Value:
    if near := _with_other_ones(call, value):
        return near
    spec = tuple(axes for dim, axes in enumerate(value.spec) if dim not in dimensions)
    placed = _unshard(call, value, dimensions)
    return Placed(call.bind(placed.local), layout(call.shape, call.mesh.axes, spec))


@rule("expand_dims")
def expand_dims(call: Call, value: Value, *, dimensions: Sequence[int]) -> Value:
    if near := _with_other_ones(call, value):
        return near
    entries = iter(value.spec)
    spec = tuple(() if dim in dimensions else next(entries) for dim in range(len(call.shape)))
    placed = value.settle(call.mesh)
    return Placed(call.bind(placed.local), layout(call.shape, call.mesh.axes, spec))


def _unshard(call: Call, value: Value, dims: Sequence[int]) -> Placed:
    """``value`` with the dimensions ``dims`` gathered, the others unchanged."""
    spec = tuple(() if dim in dims else axes for dim, axes in enumerate(value.spec))
    target = layout(value.shape, call.mesh.axes, spec)
    return Placed(value.take(region_of(call.mesh, target)), target)


def reshape_groups(
    source: Sequence[int], target: Sequence[int]
) -> list[tuple[list[int], list[int]]]:
    """The finest groups of dimensions of two shapes that hold the same numbers in the same order.

    ``(2, 3, 4)`` and ``(6, 2, 2)`` are the groups ``([0, 1], [0])`` and ``([2], [1, 2])``. The
    sizes must not be zero.
    """
    groups, i, j = [], 0, 0
    while i < len(source) or j < len(target):
        left: list[int] = []
        right: list[int] = []
        a = b = 1
        while True:
            if a <= b and i < len(source) and (a < b or not left):
                left, a, i = [*left, i], a * source[i], i + 1
            elif b <= a and j < len(target) and (b < a or not right):
                right, b, j = [*right, j], b * target[j], j + 1
            else:
                break
        groups.append((left, right))
    return groups


def _leading(dims: Sequence[int], shape: Sequence[int]) -> int | None:
    """The first of ``dims`` that is not of size 1: its blocks are contiguous in the group."""
    return next((dim for dim in dims if shape[dim] != 1), None)


@rule("reshape")
def reshape(call: Call, value: Value, *, dimensions: Any, **params: Any) -> Value:
    if dimensions is not None:
        value = _transposed(call, value.settle(call.mesh), dimensions)
    if math.prod(call.shape) == 0:
        return Deferred(call.shape, call.dtype, lambda region: jnp.zeros(region.shape, call.dtype))
    if near := _with_other_ones(call, value):
        return near
    groups = reshape_groups(value.shape, call.shape)
    surviving = {
        left[0] if len(left) == len(right) == 1 else _leading(left, value.shape)
        for left, right in groups
    }
    scattered = [dim for dim in range(value.ndim) if dim not in surviving]
    placed = _unshard(call, value, scattered)
    spec: list[Any] = [()] * len(call.shape)
    local = placed.local
    for left, right in groups:
        source = next((dim for dim in left if placed.spec[dim]), None)
        target = right[0] if len(left) == len(right) == 1 else _leading(right, call.shape)
        if source is not None and target is not None:
            spec[target] = placed.spec[source]
    final = layout(call.shape, call.mesh.axes, tuple(spec))
    for left, right in groups:
        local = _align_group(call, local, placed.placement, final, left, right)
    return Placed(lax.reshape(local, final.block_shape(call.mesh.coordinates)), final)


def _with_other_ones(call: Call, value: Value) -> Value | None:
    """A view with other dimensions of size 1, as a view."""
    kept = [dim for dim, n in enumerate(value.shape) if n != 1]
    into = [dim for dim, n in enumerate(call.shape) if n != 1]
    is_same = [value.shape[dim] for dim in kept] == [call.shape[dim] for dim in into]
    if not is_same or any(axes for dim, axes in enumerate(value.spec) if dim not in kept):
        return None
    place = dict(zip(kept, into, strict=True))
    spec: list[Any] = [()] * len(call.shape)
    for dim, target in place.items():
        spec[target] = value.spec[dim]
    labels = [place.get(dim) for dim in range(value.ndim)]

    ones = [dim for dim in range(len(call.shape)) if dim not in into]

    def build(box: Box, locals: Sequence[Any]) -> Any:
        shape = [1 if dim in ones else n for dim, n in enumerate(sizes_of(box))]
        result = lax.reshape(*locals, shape)
        for dim in ones:
            result = lax.slice_in_dim(result, *box[dim], axis=dim)
        return result

    return aligned(call, [value], [labels], tuple(spec), build)


def _align_group(
    call: Call, local: Any, source: Layout, final: Layout, left: Sequence[int], right: Sequence[int]
) -> Any:
    """``local`` with the numbers of one group moved to the ranks that hold them after a reshape.

    All dimensions of the group are merged into the first; the others become size 1, so that the
    number of dimensions stays the same.
    """
    sharded = next((dim for dim in left if source.spec[dim]), None)
    into = next((dim for dim in right if final.spec[dim]), None)
    if sharded is None or into is None:
        return local
    total = math.prod(source.shape[dim] for dim in left)
    before = _scaled(source.offsets(sharded), total // source.shape[sharded])
    after = _scaled(final.offsets(into), total // final.shape[into])
    if are_equal(before, after):
        return local
    shape = list(local.shape)
    merged = math.prod(shape[dim] for dim in left)
    for dim in left:
        shape[dim] = 1
    shape[sharded] = merged
    axes = source.spec[sharded]
    return on_axis(
        lambda x: move_rows(x, call.mesh, axes, before, after), lax.reshape(local, shape), sharded
    )


def _scaled(boundaries: Boundaries, factor: int) -> Mapped:
    return Mapped(boundaries, functools.partial(operator.mul, factor))
