"""Reductions: each rank reduces its block, then the ranks along reduced dimensions combine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from jpi._blocks.over_axes import reduce_over, spread_over
from jpi._blocks.rows import on_axis
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Placed, Value, pending
from jpi._layout.layout import Axes, layout
from jpi._ordered.origins import with_origin
from jpi._primitives.moves import allgather_p
from jpi._rules._aligned import aligned, without

OPS = {
    "reduce_sum": "SUM",
    "reduce_prod": "PROD",
    "reduce_and": "BAND",
    "reduce_or": "BOR",
    "reduce_xor": "BXOR",
}


def _reduced(call: Call, value: Value, axes: Sequence[int]) -> tuple[Placed, Any, Axes]:
    """The operand placed, the layout of the result, and the mesh axes to reduce over."""
    placed = value.settle(call.mesh)
    spec = tuple(entry for dim, entry in enumerate(placed.spec) if dim not in axes)
    over = call.mesh.ordered(*(placed.spec[dim] for dim in axes))
    return placed, layout(call.shape, call.mesh.axes, spec), over


def _view(call: Call, value: Value, axes: Sequence[int]) -> Value | None:
    """The reduction of a view, as a view, if no rank needs rows of others for it."""
    if any(value.spec[dim] for dim in axes):
        return None
    labels, spec = without(value, axes)
    return aligned(call, [value], [labels], spec)


@rule(*OPS)
def reduce(call: Call, value: Value, *, axes: Sequence[int], **params: Any) -> Value:
    if near := _view(call, value, axes):
        return near
    placed, target, over = _reduced(call, value, axes)
    op = OPS[call.primitive.name]
    if op == "SUM":
        return pending(call.bind(placed.local), call.mesh, over, target)
    local = _with_factors(placed, axes) if op == "PROD" else placed.local
    return Placed(reduce_over(call.bind(local), call.mesh, over, op), target)


def _with_factors(placed: Placed, axes: Sequence[int]) -> Any:
    """The block, with a factor 1 added before it along the reduced dimensions that are sharded.

    JAX drops the derivative of an empty product, which does not depend on its operand: ranks with
    an empty block would not make the calls that the others make.
    """
    low = [int(dim in axes and bool(entry)) for dim, entry in enumerate(placed.spec)]
    one = jnp.ones((), placed.dtype)
    return lax.pad(placed.local, one, [(n, 0, 0) for n in low]) if any(low) else placed.local


@rule("reduce_max", "reduce_min")
def reduce_extremum(call: Call, value: Value, *, axes: Sequence[int], **params: Any) -> Value:
    if near := _view(call, value, axes):
        return near
    placed, target, over = _reduced(call, value, axes)
    if not over:
        return Placed(call.bind(placed.local), target)
    op = "MAX" if call.primitive.name == "reduce_max" else "MIN"

    def total(x: Any) -> Any:
        return reduce_over(jnp.sum(x, axis=tuple(axes)), call.mesh, over)

    @jax.custom_jvp
    @with_origin
    def extremum(x: Any) -> Any:
        return reduce_over(call.bind(x), call.mesh, over, op)

    @extremum.defjvp
    def tangent(primals: Any, tangents: Any) -> tuple[Any, Any]:
        # All elements equal to the extremum share it equally, over all ranks, as in jax.numpy.
        (x,), (t,) = primals, tangents
        y = extremum(x)
        attains = x == jnp.expand_dims(spread_over(y, call.mesh, over), tuple(axes))
        share = total(jnp.where(attains, t, jnp.zeros_like(t)))
        return y, share / total(attains.astype(share.dtype))

    return Placed(extremum(placed.local), target)


@rule("argmax", "argmin")
def arg_extremum(
    call: Call, value: Value, *, axes: Sequence[int], index_dtype: Any, **params: Any
) -> Value:
    placed, target, over = _reduced(call, value, axes)
    if not over:
        return Placed(call.bind(placed.local), target)
    (dim,) = axes
    comm = call.mesh.subcomm(placed.spec[dim])
    start = placed.placement.offsets(dim)[comm.rank]
    local = lax.stop_gradient(placed.local)
    if local.shape[dim] == 0:  # an empty block offers the worst value, with the largest index
        # It depends on the block, so that `vmap` maps it on this rank as on the others.
        widths = [(0, int(k == dim), 0) for k in range(local.ndim)]
        local = lax.pad(local, _worst(call.primitive.name, local.dtype), widths)
    index = jnp.expand_dims(call.bind(local), dim)
    best = jnp.take_along_axis(local, index, axis=dim)

    def gathered(x: Any) -> Any:
        return allgather_p.bind(x, comm=comm, counts=(1,) * comm.size)

    values = on_axis(gathered, best, dim)
    indices = on_axis(gathered, index + jnp.asarray(start, index_dtype), dim)
    winner = jnp.expand_dims(call.bind(values), dim)
    chosen = jnp.take_along_axis(indices, winner, axis=dim)
    return Placed(lax.squeeze(chosen, [dim]), target)


def _worst(name: str, dtype: Any) -> Any:
    reducer: Callable = lax.reduce_max if name == "argmax" else lax.reduce_min
    return reducer(jnp.zeros((0,), dtype), axes=(0,))
