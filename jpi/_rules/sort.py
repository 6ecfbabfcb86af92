"""Sorting and the largest numbers along a dimension.

If the dimension is sharded, another one gets its mesh axes if possible. Then each rank sorts what
it has, and a sort returns its results to the layout of the operands. If it is not possible (a
vector, a few long columns), the ranks sort together (`jpi._blocks.sort`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from jpi._blocks.keys import ordered_bits
from jpi._blocks.local_sort import sort_local
from jpi._blocks.rows import on_axis
from jpi._blocks.sort import sort_blocks, sort_gathered
from jpi._evaluation.evaluate import evaluate
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Placed, Value, agree, placed_as, region_of
from jpi._layout.layout import Boundaries, Layout, layout, offsets
from jpi._primitives.moves import allgather_p

GATHERED = 1 << 14  # numbers that every rank may hold, however short the blocks


@rule("sort")
def sort(
    call: Call, *values: Value, dimension: int, num_keys: int, **params: Any
) -> Sequence[Value]:
    axes = agree(*((value, range(value.ndim)) for value in values))
    spec = tuple(axes.get(dim, ()) for dim in range(len(call.shape)))
    source = layout(call.shape, call.mesh.axes, spec)
    target = _without_axes_on(source, dimension)
    locals = [value.take(region_of(call.mesh, target)) for value in values]
    if target.parts(dimension) > 1:
        locals = _sort_sharded(call, locals, num_keys, target, dimension, target.offsets(dimension))
    elif math.prod(locals[0].shape):  # an empty result would not depend on the operand
        moved = [jnp.moveaxis(local, dimension, -1) for local in locals]
        locals = [jnp.moveaxis(y, -1, dimension) for y in sort_local(moved, num_keys)]
    return [placed_as(Placed(local, target), call.mesh, source) for local in locals]


def _without_axes_on(source: Layout, dim: int) -> Layout:
    """``source`` with the mesh axes of ``dim`` on other dimensions, or itself.

    The blocks must not grow by more than half.
    """
    if source.parts(dim) == 1 or source.ndim == 1:
        return source
    spec = [() if d == dim else axes for d, axes in enumerate(source.spec)]
    others = [d for d in range(source.ndim) if d != dim]
    for axis in source.spec[dim]:
        moved = source.with_spec(tuple(spec))
        longest = max(others, key=lambda d: source.shape[d] / moved.parts(d))
        spec[longest] = (*spec[longest], axis)
    target = source.with_spec(tuple(spec))
    return target if 2 * _largest_block(target) <= 3 * _largest_block(source) else source


def _largest_block(placement: Layout) -> int:
    return math.prod(placement.counts(dim)[0] for dim in range(placement.ndim))


def _sort_sharded(
    call: Call,
    locals: Sequence[Any],
    num_keys: int,
    source: Layout,
    dim: int,
    target: Boundaries,
) -> list[Any]:
    """Blocks sharded along ``dim``, sorted along it into blocks with the boundaries ``target``."""
    moved = [jnp.moveaxis(local, dim, -1) for local in locals]
    others = moved[0].shape[:-1]
    rows = tuple(x.reshape(math.prod(others), x.shape[-1]) for x in moved)
    comm = call.mesh.subcomm(source.spec[dim])
    if comm.size * _largest_block(source) <= GATHERED:
        results = sort_gathered(rows, num_keys, comm, source.counts(dim), target)
    else:
        results = sort_blocks(rows, num_keys, comm, target)
    return [jnp.moveaxis(y.reshape(*others, y.shape[-1]), -1, dim) for y in results]


@rule("top_k")
def top_k(call: Call, value: Value, *, k: int, axis: int = -1, **params: Any) -> Sequence[Value]:
    axis %= value.ndim
    source = _without_axes_on(value.layout(call.mesh), axis)
    local = value.take(region_of(call.mesh, source))
    parts = source.parts(axis)
    results: Sequence[Any]
    if parts == 1:
        results, spec = _largest(local, k, axis), source.spec
    elif k * parts <= max(source.counts(axis)[0], GATHERED):
        results = _largest_of_candidates(call, local, k, axis, source)
        spec = tuple(() if dim == axis else axes for dim, axes in enumerate(source.spec))
    else:
        key = ~ordered_bits(lax.stop_gradient(local))
        index = lax.broadcasted_iota(jnp.int32, local.shape, axis) + _start(call, source, axis)
        results = _sort_sharded(call, [key, local, index], 1, source, axis, offsets(k, parts))[1:]
        spec = source.spec
    target = layout(call.shape, call.mesh.axes, spec)
    return [Placed(result, target) for result in results]


def _largest(local: Any, k: int, axis: int) -> tuple[Any, Any]:
    if k * math.prod(local.shape) == 0:  # a constant would not depend on the operand
        nothing = lax.slice_in_dim(local, 0, k, axis=axis)
        return nothing, jnp.zeros(nothing.shape, jnp.int32)
    return lax.top_k(local, k, axis=axis)


def _largest_of_candidates(
    call: Call, local: Any, k: int, axis: int, source: Layout
) -> tuple[Any, Any]:
    """The largest among the largest of every block, which are gathered."""
    comm = call.mesh.subcomm(source.spec[axis])
    counts = tuple(min(k, count) for count in source.counts(axis))

    def gathered(x: Any) -> Any:
        return on_axis(lambda x: allgather_p.bind(x, comm=comm, counts=counts), x, axis)

    values, index = _largest(local, counts[comm.rank], axis)
    candidates, indices = gathered(values), gathered(index + _start(call, source, axis))
    largest, chosen = _largest(candidates, k, axis)
    return largest, jnp.take_along_axis(indices, chosen, axis=axis)


def _start(call: Call, source: Layout, dim: int) -> Any:
    return jnp.asarray(source.box(call.mesh.coordinates)[dim][0], jnp.int32)


@rule("approx_top_k")
def approx_top_k(
    call: Call, value: Value, *, k: int, reduction_dimension: int, is_max_k: bool, **params: Any
) -> Sequence[Value]:
    def exact(x: Any) -> Any:
        if is_max_k:
            return lax.top_k(x, k, axis=reduction_dimension)
        values, indices = lax.top_k(-x, k, axis=reduction_dimension)
        return -values, indices

    closed = jax.make_jaxpr(exact)(jax.ShapeDtypeStruct(value.shape, value.dtype))
    return evaluate(call.mesh, closed, [value])
