"""Cumulative reductions: each rank scans its block from the total of the earlier ranks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._blocks.prefixes import scan_over, sum_over
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Placed, Value

COMBINE: dict[str, Callable[[Any, Any], Any]] = {
    "cumsum": lax.add,
    "cumprod": lax.mul,
    "cummax": lax.max,
    "cummin": lax.min,
    "cumlogsumexp": jnp.logaddexp,
}


@rule(*COMBINE)
def cumulate(call: Call, value: Value, *, axis: int, reverse: bool, **params: Any) -> Value:
    placed = value.settle(call.mesh)
    own, combine = placed.placement, COMBINE[call.primitive.name]
    scanned, axes = call.bind(placed.local), own.spec[axis]
    if combine is lax.add:
        return Placed(sum_over(scanned, call.mesh, axes, axis, reverse), own)
    (scanned,) = scan_over(
        [scanned],
        lambda before, after: [combine(before[0], after[0])],
        call.mesh,
        axes,
        own.offsets(axis),
        axis,
        reverse,
    )
    return Placed(scanned, own)
