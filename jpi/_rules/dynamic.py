"""dynamic_slice and dynamic_update_slice: windows that begin where the data says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from jpi._evaluation.evaluate import evaluate
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Placed, Value, agree, region_of
from jpi._layout.layout import Axes, layout
from jpi._rules._windows import Starts, clipped, updated
from jpi._rules.slice import strided

_CLIP = lax.GatherScatterMode.CLIP


@rule("dynamic_slice")
def dynamic_slice(call: Call, operand: Value, *starts: Value, slice_sizes: Sequence[int]) -> Value:
    if (at := _known(operand, starts, slice_sizes)) is not None:
        return strided(call.mesh, call.results[0], operand, at, (1,) * operand.ndim)
    entries = _passing(operand, slice_sizes)
    if entries is None:
        numbers = lax.GatherDimensionNumbers(
            tuple(range(operand.ndim)), (), tuple(range(operand.ndim))
        )
        return _composed(
            call,
            lambda x, *i: lax.gather(x, _stacked(i), numbers, slice_sizes, mode=_CLIP),
            operand,
            *starts,
        )
    target = layout(call.shape, call.mesh.axes, tuple(entries))
    x = operand.take(region_of(call.mesh, layout(operand.shape, call.mesh.axes, tuple(entries))))
    sizes = target.block_shape(call.mesh.coordinates)
    return Placed(call.bind(x, *_replicated(call, starts), slice_sizes=sizes), target)


@rule("dynamic_update_slice")
def dynamic_update_slice(call: Call, operand: Value, update: Value, *starts: Value) -> Value:
    if (at := _known(operand, starts, update.shape)) is not None:
        near = updated(
            call, operand, update, at, range(operand.ndim), lambda x, y, i: call.bind(x, y, *i)
        )
        if near:
            return near
    if _passing(operand, update.shape) is None or _passing(update, operand.shape) is None:
        numbers = lax.ScatterDimensionNumbers(
            tuple(range(operand.ndim)), (), tuple(range(operand.ndim))
        )
        return _composed(
            call,
            lambda x, y, *i: lax.scatter(
                x, _stacked(i), y, numbers, unique_indices=True, mode=_CLIP
            ),
            operand,
            update,
            *starts,
        )
    labels = [dim if n == update.shape[dim] else None for dim, n in enumerate(operand.shape)]
    axes = agree((operand, labels), (update, labels))
    spec = tuple(axes.get(dim, ()) for dim in range(operand.ndim))
    target = layout(call.shape, call.mesh.axes, spec)
    x = operand.take(region_of(call.mesh, target))
    y = update.take(region_of(call.mesh, layout(update.shape, call.mesh.axes, spec), target.axes))
    return Placed(call.bind(x, y, *_replicated(call, starts)), target)


def _known(operand: Value, starts: Sequence[Value], sizes: Sequence[int]) -> Starts | None:
    """Where the window starts, if the program says it."""
    if any(start.known is None for start in starts) or not any(operand.spec):
        return None
    ends = [n - size for n, size in zip(operand.shape, sizes, strict=True)]
    return clipped([int(start.known) for start in starts], ends)


def _passing(value: Value, sizes: Sequence[int]) -> list[Axes] | None:
    """The axes of a value, if the window is the whole operand along all sharded dimensions."""
    is_passing = all(
        n == m for n, m, axes in zip(value.shape, sizes, value.spec, strict=True) if axes
    )
    return list(value.spec) if is_passing else None


def _replicated(call: Call, starts: Sequence[Value]) -> list[Any]:
    return [start.replicate(call.mesh) for start in starts]


def _stacked(starts: Sequence[Any]) -> Any:
    return jnp.stack([jnp.asarray(start, jnp.int32) for start in starts])


def _composed(call: Call, function: Callable, *values: Value) -> Value:
    types = [jax.ShapeDtypeStruct(value.shape, value.dtype) for value in values]
    (result,) = evaluate(call.mesh, jax.make_jaxpr(function)(*types), values)
    return result
