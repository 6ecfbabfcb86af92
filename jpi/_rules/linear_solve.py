"""custom_linear_solve, which keeps its derivative: that of the equation, not of the solver."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import jax
from jax import lax

from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Placed, Value
from jpi._jax.jaxprs import run as run_jaxpr
from jpi._layout.layout import Layout
from jpi._rules._global_derivative import transposed_globally
from jpi._rules._local import Local, Traced, placed, taken


@rule("custom_linear_solve")
def custom_linear_solve(
    call: Call, *values: Value, const_lengths: Any, jaxprs: Any, **params: Any
) -> list[Value]:
    mesh = call.mesh
    consts = iter([value.settle(mesh) for value in values[: sum(const_lengths)]])
    of_matvec, _, of_solve, of_transpose = (
        list(itertools.islice(consts, length)) for length in const_lengths
    )
    # Not settled: the identity, whose solution is the inverse, would be whole on every rank.
    given = values[sum(const_lengths) :]
    placements = [const.placement for const in of_solve] + [x.layout(mesh) for x in given]
    results = Traced(mesh, jaxprs.solve, placements).results
    unknowns = results[: len(given)]
    rhs = taken(mesh, given, unknowns)

    def local(
        closed: Any, consts: Sequence[Placed], results: list[Layout], is_operator: bool = False
    ) -> Callable:
        inputs = [*(c.placement for c in consts), *unknowns]
        body = Local(mesh, closed, inputs, lambda _: results)
        run: Callable = body
        if is_operator:  # rows of constants and of what it is linear in may be in one message
            run = transposed_globally(body, lambda *args: run_jaxpr(closed, args))
        return lambda blocks: run(*(c.local for c in consts), *blocks)

    def solver(closed: Any, consts: Sequence[Placed]) -> Callable:
        solve = local(closed, consts, results)

        def run(_: Callable, blocks: Sequence[Any]) -> Any:
            found = solve(blocks)
            return (found[: len(rhs)], found[len(rhs) :]) if has_aux else found

        return run

    has_aux = len(results) > len(given)
    solution = lax.custom_linear_solve(
        local(jaxprs.matvec, of_matvec, unknowns, is_operator=True),
        rhs,
        solver(jaxprs.solve, of_solve),
        jaxprs.transpose_solve and solver(jaxprs.transpose_solve, of_transpose),
        has_aux=has_aux,
    )
    return placed(jax.tree.leaves(solution), results)
