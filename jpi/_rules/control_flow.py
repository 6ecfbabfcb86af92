"""Loops and branches: they run on each rank's blocks, in layouts that do not change.

A body is traced on blocks before it runs, to find the layouts of its results. Every rank takes the
same branch and the same number of turns: predicates are computed from values that all ranks hold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from jpi._evaluation.evaluate import evaluate
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Deferred, Placed, Value, agree, region_of
from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._layout.layout import Axes, Layout, Spec, layout
from jpi._mpi.mesh import Mesh
from jpi._rules._local import Traced, placed, settle_alike, taken
from jpi._rules.closed_over import refers_to_arrays

_LARGE = 2**16  # larger arrays are not made on every rank for a loop


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
    values = _spread_out(call.mesh, values)
    num_consts, num_carry = jaxprs.scan_counts(params)
    if not num_carry and (over := _axes_of_rows(jaxpr, values[:num_consts], values[num_consts:])):
        return _row_by_row(
            call, jaxpr, values[:num_consts], values[num_consts:], over, reverse, unroll
        )
    consts = settle_alike(call.mesh, values[:num_consts])
    carry = values[num_consts : num_consts + num_carry]
    rows = [_with_whole_rows(call.mesh, value) for value in values[num_consts + num_carry :]]
    elements = [_element(x.placement) for x in rows]
    body, results = settled_loop(call.mesh, jaxpr, [x.placement for x in consts], carry, elements)
    kept = [x.local for x in consts]

    def step(carry: Any, x: Any) -> Any:
        given = body(*kept, *carry, *x)
        return given[:num_carry], given[num_carry:]

    end, stacked = lax.scan(
        step,
        taken(call.mesh, carry, results[:num_carry]),
        [x.local for x in rows],
        length=length,
        reverse=reverse,
        unroll=unroll,
    )
    placements = [*results[:num_carry], *(p.with_axis(0, length) for p in results[num_carry:])]
    return placed([*end, *stacked], placements)


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


@rule("while")
def while_loop(
    call: Call,
    *values: Value,
    cond_nconsts: int,
    cond_jaxpr: Any,
    body_nconsts: int,
    body_jaxpr: Any,
    **params: Any,
) -> list[Value]:
    values = _spread_out(call.mesh, values)
    if jaxprs.output_types(cond_jaxpr)[0].shape:
        cond_jaxpr, body_jaxpr = _with_one_predicate(cond_jaxpr, cond_nconsts, body_jaxpr)
        values = (*values[:cond_nconsts], *values)
        body_nconsts += cond_nconsts
    consts = settle_alike(call.mesh, values[: cond_nconsts + body_nconsts])
    asked, kept = consts[:cond_nconsts], consts[cond_nconsts:]
    carry = values[cond_nconsts + body_nconsts :]
    body, placements = settled_loop(call.mesh, body_jaxpr, [x.placement for x in kept], carry)

    def is_unfinished(carry: Any) -> Any:
        given = [*asked, *placed(carry, placements)]
        return evaluate(call.mesh, cond_jaxpr, given)[0].replicate(call.mesh)

    end = lax.while_loop(
        is_unfinished,
        lambda carry: body(*(x.local for x in kept), *carry),
        taken(call.mesh, carry, placements),
    )
    return placed(end, placements)


def _with_one_predicate(
    condition: _jax.ClosedJaxpr, num_consts: int, body: _jax.ClosedJaxpr
) -> tuple[_jax.ClosedJaxpr, _jax.ClosedJaxpr]:
    """A loop that `jax.vmap` made of many, with a predicate for each, as one with one predicate.

    It runs as long as any of them does; those that have ended keep their values. The constants of
    the condition are before those of the body.
    """
    count = len(jaxprs.input_types(condition)) - num_consts

    def is_unfinished(*operands: Any) -> Any:
        return jnp.any(jaxprs.run(condition, operands)[0])

    def step(*operands: Any) -> list[Any]:
        carry = operands[len(operands) - count :]
        (turns,) = jaxprs.run(condition, [*operands[:num_consts], *carry])
        given = jaxprs.run(body, operands[num_consts:])
        return [
            lax.select(lax.broadcast_in_dim(turns, x.shape, range(turns.ndim)), y, x)
            for x, y in zip(carry, given, strict=True)
        ]

    asked = jaxprs.input_types(condition)
    types = [*asked[:num_consts], *jaxprs.input_types(body)]
    return jax.make_jaxpr(is_unfinished)(*asked), jax.make_jaxpr(step)(*types)


@rule("cond")
def cond(call: Call, index: Value, *values: Value, branches: Any, **params: Any) -> list[Value]:
    operands = settle_alike(call.mesh, _spread_out(call.mesh, values))
    inputs = [x.placement for x in operands]
    offers = [Traced(call.mesh, branch, inputs) for branch in branches]
    results = [_best(results) for results in zip(*(o.offered for o in offers), strict=True)]
    bodies = [
        offer if offer.results == results else Traced(call.mesh, branch, inputs, lambda _: results)
        for offer, branch in zip(offers, branches, strict=True)
    ]
    chosen = lax.switch(index.replicate(call.mesh), bodies, *(x.local for x in operands))
    return placed(chosen, results)


def _best(offered: Sequence[tuple[Layout, int]]) -> Layout:
    """The layout for a result of several branches: the heaviest of the sharded ones decides."""
    return max(offered, key=lambda offer: (not offer[0].is_replicated, offer[1]))[0]


def settled_loop(
    mesh: Mesh,
    closed: _jax.ClosedJaxpr,
    consts: Sequence[Layout],
    carry: Sequence[Value],
    elements: Sequence[Layout] = (),
) -> tuple[Traced, list[Layout]]:
    """The body of a loop on blocks, and the layouts of its results.

    The carry leaves the body in the layout in which it enters. It gets the layout that the body
    gives it. If that never settles, it keeps the layout of its start; a replicated part of it then
    takes the first sharded layout it gets.
    """
    start = [value.layout(mesh) for value in carry]
    count = len(start)
    for better in (_more_parts, _first_sharded):
        own = start
        for _ in range(count + 1):

            def choose(given: list[Layout], own: list[Layout] = own, better: Any = better) -> Any:
                return [*map(better, own, given[:count]), *given[count:]]

            body = Traced(mesh, closed, [*consts, *own, *elements], choose)
            if body.results[:count] == own:
                return body, body.results
            own = body.results[:count]
    raise AssertionError("a part of a carry keeps its first sharded layout")


def _more_parts(own: Layout, given: Layout) -> Layout:
    return given if _parts(given) >= _parts(own) else own


def _first_sharded(own: Layout, given: Layout) -> Layout:
    return given if own.is_replicated else own


def _parts(placement: Layout) -> int:
    return math.prod(map(placement.parts, range(placement.ndim)))


def _spread_out(mesh: Mesh, values: Sequence[Value]) -> tuple[Value, ...]:
    """The values; large ones that are not made yet will be sharded over all ranks.

    A loop needs its operands made. On every rank, a whole one might exceed the memory.
    """
    return tuple(
        Deferred(v.shape, v.dtype, v.take, _sharded_over_all(mesh, v)) if _is_large(v) else v
        for v in values
    )


def _is_large(value: Value) -> bool:
    return isinstance(value, Deferred) and value.is_replicated and math.prod(value.shape) > _LARGE


def _sharded_over_all(mesh: Mesh, value: Value) -> Spec:
    chosen = max(range(value.ndim), key=lambda dim: (value.shape[dim] >= mesh.size, -dim))
    return tuple(mesh.axis_names if dim == chosen else () for dim in range(value.ndim))


def _with_whole_rows(mesh: Mesh, value: Value) -> Placed:
    """``value`` placed with unsharded rows, for a loop over the rows.

    If the rows were sharded, the first other dimension that is long enough is sharded instead; if
    there is none, the rows are gathered.
    """
    first, *others = value.spec
    spec: Spec = ((), *others)
    if first:
        parts = math.prod(dict(mesh.axes)[axis] for axis in first)
        for dim in range(1, value.ndim):
            if not spec[dim] and value.shape[dim] >= parts:
                spec = (*spec[:dim], first, *spec[dim + 1 :])
                break
    placement = layout(value.shape, mesh.axes, spec)
    return Placed(value.take(region_of(mesh, placement)), placement)


def _element(placement: Layout) -> Layout:
    return layout(placement.shape[1:], placement.mesh_axes, placement.spec[1:])
