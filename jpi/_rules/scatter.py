"""scatter and its variants: each update is applied in its block, or sent to the block's rank."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Placed, Value, pending, placed_as, region_of
from jpi._jax import jaxprs
from jpi._layout.layout import Axes
from jpi._primitives.routing import Op, deliver
from jpi._rules._addressed_rows import AddressedRows, padded, trimmed
from jpi._rules._windows import index_array, known_starts, updated
from jpi._rules.gather import block_of_indices

OPS: dict[str, Op] = {
    "scatter": "set",
    "scatter-add": "add",
    "scatter_add": "add",
    "scatter-sub": "add",
    "scatter_sub": "add",
    "scatter-mul": "mul",
    "scatter_mul": "mul",
    "scatter-min": "min",
    "scatter_min": "min",
    "scatter-max": "max",
    "scatter_max": "max",
}


@rule(*OPS)
def scatter(
    call: Call,
    operand: Value,
    indices: Value,
    updates: Value,
    *,
    dimension_numbers: Any,
    **params: Any,
) -> Value:
    if near := _updated(call, operand, indices, updates, dimension_numbers):
        return near
    result = _scattered(call, operand, indices, updates, dimension_numbers)
    if operand.is_replicated:
        return result
    # A loop may carry the result in the place of the operand.
    return placed_as(result, call.mesh, operand.layout(call.mesh))


def _updated(
    call: Call, operand: Value, indices: Value, updates: Value, numbers: Any
) -> Value | None:
    """The result as a view, if there is one window, and the program says where."""
    inserted, dims = numbers.inserted_window_dims, numbers.scatter_dims_to_operand_dims
    inside = [dim for dim in range(operand.ndim) if dim not in inserted]
    if len(inside) != updates.ndim or _applies_function(call):
        return None  # there are batches
    sizes = [1] * operand.ndim
    for dim, n in zip(inside, updates.shape, strict=True):
        sizes[dim] = n
    starts = known_starts(indices, dims, operand.shape, sizes, call.params["mode"])
    if starts is None:
        return None

    def apply(block: Any, window: Any, at: Sequence[int]) -> Any:
        return call.bind(block, index_array(at, dims), window)

    return updated(call, operand, updates, starts, inside, apply)


def _scattered(
    call: Call, operand: Value, indices: Value, updates: Value, dimension_numbers: Any
) -> Value:
    windows = _windows(operand, updates, dimension_numbers)
    labels = list(range(updates.ndim))
    entries = windows.agreed(operand, (updates, labels), (indices, windows.index_labels()))
    over = windows.addressed_axes(operand)
    moving = call.mesh.ordered(*(entries[dim] for dim in windows.loose))
    windowed = [dim for dim in windows.named if dim not in windows.batch]
    is_sum = OPS[call.primitive.name] == "add"
    if moving and is_sum and not over and not any(entries[dim] for dim in windowed):
        if not windows.addressed or _size(operand) <= _size(updates):
            return _summed(call, operand, indices, updates, windows, entries, moving)
    if not moving or not windows.addressed or _applies_function(call):
        still = [() if dim in windows.loose else entry for dim, entry in enumerate(entries)]
        return _local(call, operand, indices, updates, windows, still, over)
    return _delivered(call, operand, indices, updates, windows, entries, over)


def _windows(operand: Value, updates: Value, numbers: Any) -> AddressedRows:
    inside = [
        dim
        for dim in range(operand.ndim)
        if dim not in numbers.inserted_window_dims and dim not in numbers.operand_batching_dims
    ]
    sizes = [1] * operand.ndim
    for dim, outer in zip(inside, numbers.update_window_dims, strict=True):
        sizes[dim] = updates.shape[outer]
    return AddressedRows(
        operand.shape,
        tuple(sizes),
        tuple(numbers.inserted_window_dims),
        dict(
            zip(numbers.scatter_indices_batching_dims, numbers.operand_batching_dims, strict=True)
        ),
        tuple(numbers.scatter_dims_to_operand_dims),
        updates.shape,
        tuple(numbers.update_window_dims),
    )


def _size(value: Value) -> int:
    return math.prod(value.shape)


def _applies_function(call: Call) -> bool:
    """Whether it stores a function of the old elements instead of the updates."""
    jaxpr = call.params.get("update_jaxpr")
    if OPS[call.primitive.name] != "set" or jaxpr is None:
        return False
    return jaxprs.outputs(jaxpr)[0] is not jaxprs.inputs(jaxpr)[1]


def _blocks(
    call: Call,
    operand: Value,
    indices: Value,
    updates: Value,
    windows: AddressedRows,
    entries: Sequence[Axes],
    block: Any,
) -> tuple[Any, Any, Any]:
    """The operands, where the primitive itself can be applied to their blocks."""
    mesh, outer = call.mesh, windows.outer_layout(call.mesh, entries)
    index = indices.layout(mesh).with_spec(block_of_indices(windows, indices, entries))
    return windows.padded(
        operand.take(region_of(mesh, block, outer.axes)),
        indices.take(region_of(mesh, index, outer.axes)),
        updates.take(region_of(mesh, outer, block.axes)),
    )


def _summed(
    call: Call,
    operand: Value,
    indices: Value,
    updates: Value,
    windows: AddressedRows,
    entries: Sequence[Axes],
    moving: Axes,
) -> Value:
    """Every rank sums its updates; one rank adds the operand."""
    block = windows.operand_layout(call.mesh, entries)
    x, i, y = _blocks(call, operand, indices, updates, windows, entries, block)
    is_first = jnp.full(x.shape, call.mesh.subcomm(moving).rank == 0)
    x = lax.select(is_first, x, jnp.zeros_like(x))
    total = trimmed(call.bind(x, i, y), block.block_shape(call.mesh.coordinates))
    return pending(total, call.mesh, moving, block)


def _local(
    call: Call,
    operand: Value,
    indices: Value,
    updates: Value,
    windows: AddressedRows,
    entries: Sequence[Axes],
    over: Axes,
) -> Value:
    """Every rank applies the updates that are inside its block."""
    mesh = call.mesh
    if not over:
        block = windows.operand_layout(mesh, entries)
        x, i, y = _blocks(call, operand, indices, updates, windows, entries, block)
        return Placed(trimmed(call.bind(x, i, y), block.block_shape(mesh.coordinates)), block)
    first = _first(windows, operand)
    block = windows.operand_layout(mesh, entries, first, over)
    outer = windows.outer_layout(mesh, entries)
    x, owner, offset, inside = windows.named_in(mesh, operand, indices, outer, block, first)
    y = windows.named_rows(updates.take(region_of(mesh, outer, block.axes)))
    is_own = _is_kept(call, windows, owner == mesh.subcomm(over).rank, inside)
    rows = padded(x, [0])
    offset = jnp.where(is_own, offset, rows.shape[0]).reshape(-1, 1)
    result = call.bind(
        rows,
        offset,
        y,
        dimension_numbers=lax.ScatterDimensionNumbers(tuple(range(1, y.ndim)), (0,), (0,)),
        mode=lax.GatherScatterMode.FILL_OR_DROP,
        indices_are_sorted=False,
    )
    result = trimmed(result, x.shape)
    return Placed(windows.from_rows(result, first, block, mesh), block)


def _first(windows: AddressedRows, operand: Value) -> int:
    """The one addressed dimension to shard: the largest, of the sharded ones if any are."""
    return max(windows.addressed, key=lambda dim: (bool(operand.spec[dim]), operand.shape[dim]))


def _is_kept(call: Call, windows: AddressedRows, condition: Any, inside: Any) -> Any:
    """Where the ``condition`` on a name holds, and its window is not dropped."""
    if call.params["mode"] == lax.GatherScatterMode.CLIP:
        return condition
    more = condition.ndim - inside.ndim
    return condition & inside.reshape(*inside.shape, *[1] * more)


def _delivered(
    call: Call,
    operand: Value,
    indices: Value,
    updates: Value,
    windows: AddressedRows,
    entries: Sequence[Axes],
    over: Axes,
) -> Value:
    """Every rank sends its updates to the ranks that own their rows."""
    mesh, op = call.mesh, OPS[call.primitive.name]
    present = mesh.ordered(*(entries[dim] for dim in windows.loose))
    over = (*over, *(name for name in present if name not in over))
    missing = tuple(name for name in over if not any(name in entry for entry in entries))
    widest = windows.loose[0]
    entries = [(*e, *missing) if dim == widest else e for dim, e in enumerate(entries)]
    first = _first(windows, operand)
    block = windows.operand_layout(mesh, entries, first, over)
    outer = windows.outer_layout(mesh, entries)
    x, owner, offset, inside = windows.named_in(mesh, operand, indices, outer, block, first)
    y = windows.named_rows(updates.take(region_of(mesh, outer, block.axes)))
    owner = jnp.where(_is_kept(call, windows, jnp.ones(owner.shape, bool), inside), owner, -1)
    if "sub" in call.primitive.name:
        y = -y
    unique = call.params["unique_indices"]
    comm = mesh.subcomm(over)
    result = deliver(x, y, owner.reshape(-1), offset.reshape(-1), comm, op, unique)
    return Placed(windows.from_rows(result, first, block, mesh), block)
