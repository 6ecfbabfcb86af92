"""While loops and branches: they run on each rank's blocks, in layouts that do not change.

A body is traced on blocks before it runs, to find the layouts of its results. Every rank takes the
same branch and the same number of turns: predicates are computed from values that all ranks hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from jpi._evaluation.evaluate import evaluate
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Value
from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._layout.layout import Layout
from jpi._rules._local import Traced, placed, settle_alike, taken
from jpi._rules._loops import settled_loop, spread_out


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
    values = spread_out(call.mesh, values)
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
    operands = settle_alike(call.mesh, spread_out(call.mesh, values))
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
