"""gather: local where blocks hold whole windows; else rows are fetched from their owners."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._evaluation.evaluate import evaluate
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Placed, Value, pending, region_of
from jpi._layout.layout import Axes
from jpi._primitives.routing import fetch
from jpi._rules._addressed_rows import AddressedRows, padded, trimmed
from jpi._rules._local import traced
from jpi._rules._windows import known_starts


@rule("gather")
def gather(
    call: Call,
    operand: Value,
    indices: Value,
    *,
    dimension_numbers: Any,
    slice_sizes: Sequence[int],
    mode: Any,
    fill_value: Any,
    **params: Any,
) -> Value:
    numbers = dimension_numbers
    if (at := _slice_start(call, operand, indices)) is not None:
        return _sliced(call, operand, at)
    windows = AddressedRows(
        operand.shape,
        tuple(slice_sizes),
        tuple(numbers.collapsed_slice_dims),
        dict(zip(numbers.start_indices_batching_dims, numbers.operand_batching_dims, strict=True)),
        tuple(numbers.start_index_map),
        call.shape,
        tuple(numbers.offset_dims),
    )
    entries = windows.agreed(operand, (indices, windows.index_labels()))
    over = windows.addressed_axes(operand)
    if not over:
        return _local(call, operand, indices, windows, entries)
    first = _first(windows, operand)
    named = _over_named(call, windows, entries, over)
    result = _fetched if named else _picked
    entries = named or _without(entries, over)
    return result(call, operand, indices, windows, entries, first, over)


def _slice_start(call: Call, operand: Value, indices: Value) -> Sequence[int] | None:
    """Where the result starts if it is a slice, and the program says where."""
    numbers, sizes = call.params["dimension_numbers"], call.params["slice_sizes"]
    if numbers.operand_batching_dims or not any(operand.spec):
        return None
    dims, mode = numbers.start_index_map, call.params["mode"]
    return known_starts(indices, dims, operand.shape, sizes, mode)


def _sliced(call: Call, operand: Value, starts: Sequence[int]) -> Value:
    sizes, numbers = call.params["slice_sizes"], call.params["dimension_numbers"]

    def function(x: Any) -> Any:
        stops = [start + size for start, size in zip(starts, sizes, strict=True)]
        return lax.squeeze(lax.slice(x, starts, stops), numbers.collapsed_slice_dims)

    return evaluate(call.mesh, traced(function, [operand]), [operand])[0]


def _first(windows: AddressedRows, operand: Value) -> int:
    """The one addressed dimension to shard: the largest of the sharded ones."""
    return max(
        (dim for dim in windows.addressed if operand.spec[dim]), key=lambda dim: operand.shape[dim]
    )


def _local(
    call: Call, operand: Value, indices: Value, windows: AddressedRows, entries: Sequence[Axes]
) -> Value:
    mesh, target = call.mesh, windows.outer_layout(call.mesh, entries)
    block = windows.operand_layout(mesh, entries)
    index = block_of_indices(windows, indices, entries)
    x = operand.take(region_of(mesh, block, target.axes))
    sizes = list(windows.sizes)
    for dim in windows.whole:
        sizes[dim] = x.shape[dim]
    i = indices.take(region_of(mesh, indices.layout(mesh).with_spec(index), target.axes))
    x, i, _ = windows.padded(x, i)
    y = call.bind(x, i, slice_sizes=tuple(sizes))
    return Placed(trimmed(y, target.block_shape(mesh.coordinates)), target)


def block_of_indices(windows: AddressedRows, indices: Value, entries: Sequence[Axes]) -> Any:
    """The spec of the indices where the outer array has these entries."""
    return (*(entries[dim] for dim in windows.batch), ())


def _without(entries: Sequence[Axes], over: Axes) -> list[Axes]:
    return [tuple(name for name in entry if name not in over) for entry in entries]


def _over_named(
    call: Call, windows: AddressedRows, entries: Sequence[Axes], over: Axes
) -> list[Axes] | None:
    """The entries with all of ``over`` among the named dimensions; None if they are too small."""
    missing = tuple(n for n in over if not any(n in entries[dim] for dim in windows.named))
    if not missing:
        return list(entries)
    for dim in windows.loose:
        axes = (*entries[dim], *missing)
        if windows.outer[dim] >= math.prod(call.mesh.shape[name] for name in axes):
            return [axes if d == dim else entry for d, entry in enumerate(entries)]
    return None


def _fetched(
    call: Call,
    operand: Value,
    indices: Value,
    windows: AddressedRows,
    entries: Sequence[Axes],
    first: int,
    over: Axes,
) -> Value:
    """The result sharded over all axes of the addressed dimensions: each rank fetches its rows."""
    mesh, target = call.mesh, windows.outer_layout(call.mesh, entries)
    block = windows.operand_layout(mesh, entries, first, over)
    row = math.prod(operand.shape[dim] for dim in windows.whole) * operand.dtype.itemsize
    rows = math.prod(windows.outer[dim] for dim in windows.named) // block.parts(first)
    is_small = math.prod(operand.shape) * operand.dtype.itemsize <= rows * (4 + row)
    if is_small:  # all of it is fewer bytes than a rank would send and receive for its rows
        block = windows.operand_layout(mesh, entries)
    x, owner, offset, inside = windows.named_in(mesh, operand, indices, target, block, first)
    if is_small:
        y = _rows_at(x, offset.reshape(-1))
    else:
        y = fetch(x, owner.reshape(-1), offset.reshape(-1), mesh.subcomm(over))
    return Placed(_filled(call, windows, windows.from_named_rows(y, target, mesh), inside), target)


def _picked(
    call: Call,
    operand: Value,
    indices: Value,
    windows: AddressedRows,
    entries: Sequence[Axes],
    first: int,
    over: Axes,
) -> Value:
    """A few rows on all ranks, as the sum of the rows that each rank has."""
    mesh, target = call.mesh, windows.outer_layout(call.mesh, entries)
    block = windows.operand_layout(mesh, entries, first, over)
    x, owner, offset, inside = windows.named_in(mesh, operand, indices, target, block, first)
    is_own = (owner == mesh.subcomm(over).rank).reshape(-1)
    y = _rows_at(x, jnp.where(is_own, offset.reshape(-1), 0))
    y = jnp.where(is_own.reshape(-1, *[1] * (y.ndim - 1)), y, jnp.zeros_like(y))
    y = windows.from_named_rows(y, target, mesh)
    if not _is_filling(call):
        return _summed(call, y, over, target)
    total = _summed(call, y, over, target)
    return Placed(_filled(call, windows, total.local, inside), target)


def _summed(call: Call, y: Any, over: Axes, target: Any) -> Placed:
    ordered = call.mesh.ordered(over)
    if y.dtype.itemsize == 1 and jnp.issubdtype(y.dtype, jnp.inexact):  # MPI cannot add them
        bits = pending(lax.bitcast_convert_type(y, jnp.uint8), call.mesh, ordered, target)
        return Placed(lax.bitcast_convert_type(bits.local, y.dtype), target)
    return pending(y, call.mesh, ordered, target)


def _rows_at(x: Any, offset: Any) -> Any:
    """The rows of ``x`` at ``offset``; any rows where there are none."""
    return jnp.take(padded(x, [0]), offset, axis=0, mode="clip")


def _is_filling(call: Call) -> bool:
    return call.params["mode"] == lax.GatherScatterMode.FILL_OR_DROP


def _filled(call: Call, windows: AddressedRows, y: Any, inside: Any) -> Any:
    """``y`` with the fill value in the windows that are not ``inside``."""
    if not _is_filling(call):
        return y
    value = call.params["fill_value"]
    if value is None:
        value = _default_fill(y.dtype)
    inside = jnp.expand_dims(inside, windows.kept)
    return jnp.where(inside, y, jnp.asarray(value, y.dtype))


def _default_fill(dtype: Any) -> Any:
    if jnp.issubdtype(dtype, jnp.inexact):
        return jnp.nan
    if jnp.issubdtype(dtype, jnp.signedinteger):
        return jnp.iinfo(dtype).min
    return True if jnp.issubdtype(dtype, jnp.bool_) else jnp.iinfo(dtype).max
