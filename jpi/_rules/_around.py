"""Rows of one array, on around its end: what `roll`, and `pad` with the mode "wrap", consist of."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from jpi._evaluation.registry import Call
from jpi._evaluation.values import Value
from jpi._evaluation.views import FEW, SHARE, View, if_near, is_periodic, shifted
from jpi._layout.layout import Axes, Box, Spec
from jpi._layout.spans import Spanned


def around(call: Call, values: Sequence[Value], dimension: int, spec: Spec) -> View | None:
    """A concatenation as a view of one array, if its operands are consecutive rows of it.

    After the last row of a dimension, the first one follows. The view is not more than other
    numbers for the rows: a block with a margin at both ends has all that a step asks for.
    """
    pieces = [_rows(value, dimension) for value in values if value.shape[dimension]]
    if not pieces:
        return None
    base, first, _ = pieces[0]
    size = base.shape[dimension]
    follows = all(
        x is base and start == stop % size
        for (_, _, stop), (x, start, _) in itertools.pairwise(pieces)
    )
    if not follows or pieces[0][0].spec != spec or not is_periodic(base, dimension):
        return None
    length = call.shape[dimension]
    beyond, shift = min((max(-by, by + length - size, 0), by) for by in (first, first - size))

    def needs(part: Spanned) -> list[Spanned]:
        return [(*part[:dimension], part[dimension].moved(shift), *part[dimension + 1 :])]

    def build(box: Box, locals: Sequence[Any]) -> Any:
        return locals[0]

    periodic = [
        is_periodic(base, dim) and (dim != dimension or length == size) for dim in range(base.ndim)
    ]
    view = View(
        call.mesh, call.results[0], spec, [base], needs, build, periodic=periodic, wraps=beyond
    )
    return if_near(view) if view.wraps <= _most(size, spec[dimension]) else None


def _most(size: int, axes: Axes) -> int:
    """How many rows around an end may be added: `if_near` counts those of other ranks."""
    return size if axes else min(size, max(FEW, size // SHARE))


def _rows(value: Value, dimension: int) -> tuple[Value, int, int]:
    """The array of which ``value`` is rows along ``dimension``, the first row, and the last + 1."""
    if not isinstance(value, View) or value.rows_of is None:
        return shifted(value), 0, value.shape[dimension]
    base, starts = value.rows_of
    others = [dim for dim in range(value.ndim) if dim != dimension]
    if any(value.shape[dim] != base.shape[dim] for dim in others):
        return value, 0, value.shape[dimension]
    return base, starts[dimension], starts[dimension] + value.shape[dimension]
