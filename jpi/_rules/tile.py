"""tile: the rows of an array, repeated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Deferred, Placed, Region, Value, region_of
from jpi._layout.layout import layout
from jpi._rules.concatenate import concatenate


@rule("tile")
def tile(call: Call, value: Value, *, reps: Sequence[int]) -> Value:
    if value.is_replicated:
        return Deferred(
            call.shape,
            call.dtype,
            lambda region: _tiled_region(value, reps, region),
            weight=value.weight,
        )
    placed = value.settle(call.mesh)
    for dim, count in enumerate(reps):
        if placed.spec[dim] and count != 1:
            placed = _tiled_along(call, placed, dim, count)
    rest = [1 if axes else count for axes, count in zip(placed.spec, reps, strict=True)]
    return Placed(jnp.tile(placed.local, rest), layout(call.shape, call.mesh.axes, placed.spec))


def _tiled_along(call: Call, placed: Placed, dim: int, count: int) -> Placed:
    """``placed``, repeated along a dimension that is sharded."""
    shape = tuple(n * count if k == dim else n for k, n in enumerate(placed.shape))
    if 1 < count < placed.placement.parts(dim):
        one = Call(call.mesh, None, {}, (jax.ShapeDtypeStruct(shape, placed.dtype),))
        return concatenate(one, *[placed] * count, dimension=dim).settle(call.mesh)
    # Every rank holds as much as the whole operand, so it needs all of the operand.
    axes = placed.spec[dim]
    whole = layout(
        placed.shape,
        call.mesh.axes,
        tuple(() if k == dim else entry for k, entry in enumerate(placed.spec)),
    )
    target = layout(shape, call.mesh.axes, placed.spec)
    local = placed.take(region_of(call.mesh, whole, axes))
    span = target.box(call.mesh.coordinates)[dim]
    return Placed(_cyclic(local, dim, span), target)


def _tiled_region(value: Value, reps: Sequence[int], region: Region) -> Any:
    box = tuple(
        span if count == 1 else (0, size)
        for span, count, size in zip(region.box, reps, value.shape, strict=True)
    )
    local = value.take(Region(region.mesh, value.shape, box, region.axes, None))
    for dim, (span, count) in enumerate(zip(region.box, reps, strict=True)):
        if count != 1:
            local = _cyclic(local, dim, span)
    return local


def _cyclic(local: Any, dim: int, span: tuple[int, int]) -> Any:
    """The rows ``span`` of endless repetitions of ``local`` along ``dim``."""
    size, (start, stop) = local.shape[dim], span
    if start == stop:
        return lax.slice_in_dim(local, 0, 0, axis=dim)
    first, count = start % size, stop - start
    copies = [1] * local.ndim
    copies[dim] = -(-(first + count) // size)
    return lax.slice_in_dim(jnp.tile(local, copies), first, first + count, axis=dim)
