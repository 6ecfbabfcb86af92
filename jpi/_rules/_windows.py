"""Windows at known places: updates and slices which need only rows near a rank's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from jpi._evaluation.registry import Call
from jpi._evaluation.values import Value
from jpi._evaluation.views import View, beside, if_near, is_periodic
from jpi._layout.layout import Box
from jpi._layout.spans import Spanned
from jpi._primitives.moves import attach_p

Starts = tuple[int, ...]
Apply = Callable[[Any, Any, Starts], Any]


def known_starts(
    indices: Value,
    dims: Sequence[int],
    shape: Sequence[int],
    sizes: Sequence[int],
    mode: lax.GatherScatterMode,
) -> Starts | None:
    """Where the one window of a gather or scatter starts; None if the program does not say it.

    Args:
        indices: the starts along ``dims``.
        shape, sizes: of the operand and of the window.
    """
    if indices.known is None or indices.ndim != 1:
        return None
    starts = [0] * len(shape)
    for dim, start in zip(dims, np.asarray(indices.known).tolist(), strict=True):
        starts[dim] = start
    ends = [n - size for n, size in zip(shape, sizes, strict=True)]
    if mode == lax.GatherScatterMode.CLIP:
        return clipped(starts, ends)
    is_inside = all(0 <= start <= end for start, end in zip(starts, ends, strict=True))
    return tuple(starts) if is_inside else None


def clipped(starts: Sequence[int], ends: Sequence[int]) -> Starts:
    return tuple(min(max(start, 0), end) for start, end in zip(starts, ends, strict=True))


def updated(
    call: Call, operand: Value, updates: Value, starts: Starts, dims: Sequence[int], apply: Apply
) -> View | None:
    """``operand`` with one window changed, as a view; None if too many rows would move.

    Args:
        starts: where the window starts.
        dims: for each dimension of the updates, that of the operand; along others the window has
            one row.
        apply: computes ``apply(block, updates, starts)`` on a block.
    """
    mesh = call.mesh
    spec = tuple(operand.spec[dim] for dim in dims)
    if not updates.is_replicated and updates.spec != spec:
        return None
    sizes = [1] * operand.ndim
    for dim, n in zip(dims, updates.shape, strict=True):
        sizes[dim] = n

    is_whole = [size == n for size, n in zip(sizes, operand.shape, strict=True)]

    def needs(part: Spanned) -> list[Spanned]:
        inside = [
            part[d] if is_whole[d] else part[d].moved(-starts[d]).within(0, sizes[d]) for d in dims
        ]
        return [part, tuple(inside)]

    def build(box: Box, locals: Sequence[Any]) -> Any:
        block, window = locals
        stops = [start + size for start, size in zip(starts, sizes, strict=True)]
        is_met = all(
            (first < last) if whole else max(first, start) < min(last, stop)
            for (first, last), start, stop, whole in zip(box, starts, stops, is_whole, strict=True)
        )
        if not is_met:  # the derivative of the updates is taken on this rank too
            return attach_p.bind(block, jnp.ravel(window)[:0])
        at = tuple(
            0 if whole else max(start - first, 0)
            for start, (first, _), whole in zip(starts, box, is_whole, strict=True)
        )
        return apply(block, window, at)

    operands = [beside(mesh, operand, operand.spec), beside(mesh, updates, spec)]
    periodic = [whole and is_periodic(operand, dim) for dim, whole in enumerate(is_whole)]
    for at, dim in enumerate(dims):
        periodic[dim] = periodic[dim] and is_periodic(updates, at)
    view = View(mesh, call.results[0], operand.spec, operands, needs, build, periodic=periodic)
    return if_near(view)


def index_array(starts: Sequence[int], dims: Sequence[int]) -> Any:
    return jnp.array([starts[dim] for dim in dims], jnp.int32)
