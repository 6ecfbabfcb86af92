"""Scans: a loop over the rows of arrays.

Independent turns run where their rows are. Otherwise every rank makes every turn: it gets the rows
a block at a time, or those of a large row which are its own columns.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from jax import lax

from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Placed, Value, agree, placed_as, region_of
from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._layout.layout import Axes, Layout, Spec, layout
from jpi._mpi.mesh import Mesh
from jpi._rules._local import placed, settle_alike, taken
from jpi._rules._loops import is_large, settled_loop, spread_out
from jpi._rules._row_blocks import over_blocks
from jpi._rules.closed_over import refers_to_arrays


@rule("scan")
def scan(
    call: Call,
    *values: Value,
    jaxpr: Any,
    length: int,
    reverse: bool,
    unroll: int,
    **params: Any,
) -> list[Value]:
    values = spread_out(call.mesh, values)
    num_consts, num_carry = jaxprs.scan_counts(params)
    given, rows = values[:num_consts], values[num_consts + num_carry :]
    # JAX has made a constant of a carry that the turns pass on.
    if not num_carry and (over := _axes_of_rows(jaxpr, given, rows)):
        return _row_by_row(call, jaxpr, given, rows, over, reverse, unroll)
    consts = settle_alike(call.mesh, given)
    carry = values[num_consts : num_consts + num_carry]
    placed_rows, over = _placed_rows(call.mesh, rows)
    elements = [_element(x.placement) for x in placed_rows]
    body, results = settled_loop(call.mesh, jaxpr, [x.placement for x in consts], carry, elements)
    held = [x.local for x in consts]

    def step(carry: Any, x: Any) -> Any:
        given = body(*held, *carry, *x)
        return given[:num_carry], given[num_carry:]

    def loop(start: Any, rows: Any, length: int) -> Any:
        turns = max(1, min(unroll, length))
        return lax.scan(step, start, rows, length=length, reverse=reverse, unroll=turns)

    start = taken(call.mesh, carry, results[:num_carry])
    whole = [placement.with_axis(0, length) for placement in results[num_carry:]]
    if over:
        dtypes = [result.dtype for result in call.results[num_carry:]]
        types = list(zip(whole, dtypes, strict=True))
        end, stacked = over_blocks(call.mesh, loop, over, start, placed_rows, types, reverse)
    else:
        end, locals = loop(start, [x.local for x in placed_rows], length)
        stacked = placed(locals, whole)
    return [*placed(end, results[:num_carry]), *stacked]


def _axes_of_rows(closed: _jax.ClosedJaxpr, consts: Sequence[Value], rows: Sequence[Value]) -> Axes:
    """The mesh axes over which to share independent turns of a loop; none if they need others."""
    if any(not x.is_replicated for x in consts) or any(any(x.spec[1:]) for x in rows):
        return ()
    if refers_to_arrays(closed):
        return ()
    return agree(*((x, [0, *[None] * (x.ndim - 1)]) for x in rows)).get(0, ())


def _row_by_row(
    call: Call,
    closed: _jax.ClosedJaxpr,
    consts: Sequence[Value],
    rows: Sequence[Value],
    over: Axes,
    reverse: bool,
    unroll: int,
) -> list[Value]:
    """A loop without carry: each rank makes the turns of its own rows, without communication."""
    mesh = call.mesh

    def sharded(shape: Sequence[int]) -> Layout:
        return layout(tuple(shape), mesh.axes, (over, *[()] * (len(shape) - 1)))

    kept = [x.take(region_of(mesh, x.layout(mesh).replicated(), over)) for x in consts]
    blocks = [x.take(region_of(mesh, sharded(x.shape))) for x in rows]
    _, results = lax.scan(
        lambda _, row: (None, jaxprs.run(closed, [*kept, *row])),
        None,
        blocks,
        reverse=reverse,
        unroll=max(1, min(unroll, blocks[0].shape[0])),
    )
    return placed(results, [sharded(result.shape) for result in call.results])


def _placed_rows(mesh: Mesh, rows: Sequence[Value]) -> tuple[list[Placed], Axes]:
    """Arrays placed for a loop over their rows, and the mesh axes that shard the rows, if any."""
    rows = [_with_whole_rows(mesh, x) if is_large(x.shape[1:]) else x for x in rows]
    labels = [[0, *((i, dim) for dim in range(1, x.ndim))] for i, x in enumerate(rows)]
    over = agree(*zip(rows, labels, strict=True)).get(0, ())
    return [_placed(mesh, x, over) for x in rows], over


def _placed(mesh: Mesh, value: Value, over: Axes) -> Placed:
    first, *others = value.spec
    kept = [tuple(axis for axis in axes if axis not in over) for axes in others]
    spec: Spec = (over if first or kept != others else (), *kept)
    placement = layout(value.shape, mesh.axes, spec)
    return Placed(value.take(region_of(mesh, placement)), placement)


def _with_whole_rows(mesh: Mesh, value: Value) -> Value:
    """``value`` with its first other dimension that is long enough sharded instead of the rows."""
    first, *others = value.spec
    parts = math.prod(dict(mesh.axes)[axis] for axis in first)
    for dim in range(1, value.ndim):
        if first and not value.spec[dim] and value.shape[dim] >= parts:
            spec = ((), *others[: dim - 1], first, *others[dim:])
            return placed_as(value, mesh, layout(value.shape, mesh.axes, spec))
    return value


def _element(placement: Layout) -> Layout:
    return layout(placement.shape[1:], placement.mesh_axes, placement.spec[1:])
