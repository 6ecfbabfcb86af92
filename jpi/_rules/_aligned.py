"""Views whose rows come from the same rows of the operands, such as sums and transposes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from jax import lax

from jpi._evaluation.registry import Call
from jpi._evaluation.values import Value
from jpi._evaluation.views import View, beside, if_near, is_periodic
from jpi._layout.layout import Box, Spec
from jpi._layout.spans import Spanned, Spans

Labels = Sequence[int | None]  # for each dimension of an operand: that of the result


def aligned(
    call: Call,
    values: Sequence[Value],
    labels: Sequence[Labels],
    spec: Spec,
    build: Callable[[Box, Sequence[Any]], Any] | None = None,
) -> View | None:
    """The result as a view of operands that are views, if any is; None otherwise.

    Args:
        labels: for each operand. It is taken whole along dimensions with None, which must be
            unsharded or go to one of size 1.
        spec: of the result.
        build: see `View`; the primitive on the parts of the operands by default.
    """
    if not any(isinstance(value, View) for value in values):
        return None
    return view_of_aligned(call, values, labels, spec, build)


def view_of_aligned(
    call: Call,
    values: Sequence[Value],
    labels: Sequence[Labels],
    spec: Spec,
    build: Callable[[Box, Sequence[Any]], Any] | None = None,
) -> View | None:
    """The result as a view of the operands; see `aligned`."""
    operands = [
        beside(call.mesh, value, tuple(() if dim is None else spec[dim] for dim in dims))
        for value, dims in zip(values, labels, strict=True)
    ]

    def needs(part: Spanned) -> list[Spanned]:
        return [
            tuple(
                Spans.blocks((0, n), 0) if dim is None else part[dim]
                for dim, n in zip(dims, value.shape, strict=True)
            )
            for value, dims in zip(values, labels, strict=True)
        ]

    new = set(range(len(spec))).difference(*labels)  # dimensions that no operand has

    def bind(box: Box, locals: Sequence[Any]) -> Any:
        result = call.bind(*locals)
        for dim in new:
            result = lax.slice_in_dim(result, *box[dim], axis=dim)
        return result

    periodic = [dim not in new for dim in range(len(spec))]
    for value, dims in zip(values, labels, strict=True):
        for at, dim in enumerate(dims):
            if dim is not None and not is_periodic(value, at):
                periodic[dim] = False
    make = build or bind
    view = View(call.mesh, call.results[0], spec, operands, needs, make, periodic=periodic)
    return if_near(view)


def without(value: Value, dims: Sequence[int]) -> tuple[Labels, Spec]:
    """The labels of a value whose result lacks ``dims``, and the spec of the result."""
    kept = [dim for dim in range(value.ndim) if dim not in dims]
    labels = [kept.index(dim) if dim in kept else None for dim in range(value.ndim)]
    return labels, tuple(value.spec[dim] for dim in kept)


def sizes_of(box: Box) -> tuple[int, ...]:
    return tuple(stop - start for start, stop in box)
