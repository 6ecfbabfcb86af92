"""custom_linear_solve, which keeps its derivative: that of the equation, not of the solver."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
from jax import lax

from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Placed, Value, region_of
from jpi._layout.layout import Layout
from jpi._rules._local import Local


@rule("custom_linear_solve")
def custom_linear_solve(
    call: Call, *values: Value, const_lengths: Any, jaxprs: Any, **params: Any
) -> list[Value]:
    mesh, start = call.mesh, 0
    constants: list[list[Placed]] = []
    for length in const_lengths:
        constants.append([value.settle(mesh) for value in values[start : start + length]])
        start += length
    of_matvec, _, of_solve, of_transpose = constants
    given = [value.settle(mesh) for value in values[start:]]
    placements = _layouts_of_results(call, jaxprs.solve, [*of_solve, *given])
    unknowns = placements[: len(given)]
    rhs = [
        Placed(value.take(region_of(mesh, placement)), placement)
        for value, placement in zip(given, unknowns, strict=True)
    ]

    def local(closed: Any, consts: Sequence[Placed], results: list[Layout]) -> Callable:
        body = Local(mesh, closed, [*consts, *rhs])
        return lambda blocks: body.run([*(c.local for c in consts), *blocks], results)

    def solver(closed: Any, consts: Sequence[Placed]) -> Callable:
        solve = local(closed, consts, placements)

        def run(_: Callable, blocks: Sequence[Any]) -> Any:
            results = solve(blocks)
            found, extra = results[: len(rhs)], results[len(rhs) :]
            return (found, extra) if has_aux else found

        return run

    has_aux = len(placements) > len(given)
    results = lax.custom_linear_solve(
        local(jaxprs.matvec, of_matvec, unknowns),
        [value.local for value in rhs],
        solver(jaxprs.solve, of_solve),
        jaxprs.transpose_solve and solver(jaxprs.transpose_solve, of_transpose),
        has_aux=has_aux,
    )
    return [
        Placed(x, placement)
        for x, placement in zip(jax.tree.leaves(results), placements, strict=True)
    ]


def _layouts_of_results(call: Call, closed: Any, operands: Sequence[Placed]) -> list[Layout]:
    """The layouts that the solver's results have as they come."""
    body = Local(call.mesh, closed, operands)
    jax.make_jaxpr(body)(*(operand.local for operand in operands))
    assert body.placements is not None
    return body.placements
