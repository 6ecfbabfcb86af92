"""Functions with their own derivative, which is kept: custom_jvp and custom_vjp.

The function and its rules are traced on the global types, and run on this rank's blocks as the
function and the rules of a local custom_jvp or custom_vjp. Operands enter it as they are, and move
inside of it: so JAX knows which of them are perturbed, as it does on one process.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import jax

from jpi._evaluation.evaluate import evaluate
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Placed, Value
from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._layout.layout import Layout
from jpi._rules._local import Local, is_zero, placed, taken, traced


@rule("custom_jvp_call")
def custom_jvp_call(
    call: Call, *values: Value, call_jaxpr: Any, symbolic_zeros: bool, **params: Any
) -> list[Value]:
    operands = [value.settle(call.mesh) for value in values]
    body = Local(call.mesh, call_jaxpr, [x.placement for x in operands])
    run = jax.custom_jvp(body)
    _, differentiate = jaxprs.subfunctions(call.primitive, call.params)
    count = len(call.results)

    def tangent(primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        rates = _Rates(tangents, operands, symbolic_zeros)
        results_move: list[bool] = []

        def global_rule(*args: Any) -> list[Any]:
            given = args[: len(operands)]
            results = differentiate(*given, *rates.all_of(args[len(operands) :]))
            results_move[:] = [not is_zero(rate) for rate in results[count:]]
            return [*results[:count], *itertools.compress(results[count:], results_move)]

        def choose(given: list[Layout]) -> list[Layout]:
            own = body.results or given[:count]
            return [*own, *itertools.compress(own, results_move)]

        both = [*operands, *rates.moving(operands)]
        closed = traced(global_rule, both)
        local = Local(call.mesh, closed, [x.placement for x in both], choose)
        results = local(*primals, *rates.moving(tangents))
        body.results = local.results[:count]
        given = iter(results[count:])
        return results[:count], [
            next(given) if moves else _jax.symbolic_zero(y)
            for y, moves in zip(results[:count], results_move, strict=True)
        ]

    run.defjvp(tangent, symbolic_zeros=True)
    return body.place(run(*(operand.local for operand in operands)))


@rule("custom_vjp_call", "custom_vjp_call_jaxpr")
def custom_vjp_call(
    call: Call,
    *values: Value,
    call_jaxpr: Any,
    out_trees: Callable,
    symbolic_zeros: bool,
    **params: Any,
) -> list[Value]:
    operands = [value.settle(call.mesh) for value in values]
    body = Local(call.mesh, call_jaxpr, [x.placement for x in operands])
    run = jax.custom_vjp(body)
    rules = _Rules(call, body, operands, out_trees, symbolic_zeros)
    run.defvjp(rules.forward, rules.backward, symbolic_zeros=True)
    return body.place(run(*(operand.local for operand in operands)))


class _Rules:
    """The rules of a custom_vjp on blocks, from those on global arrays."""

    def __init__(
        self,
        call: Call,
        body: Local,
        operands: Sequence[Placed],
        out_trees: Callable,
        symbolic_zeros: bool,
    ) -> None:
        self._body, self._operands, self._results = body, operands, call.results
        self._out_trees, self._symbolic_zeros = out_trees, symbolic_zeros
        _, self._global_forward, self._global_backward = jaxprs.subfunctions(
            call.primitive, call.params
        )

    def forward(self, *primals: Any) -> tuple[Any, Any]:
        body = self._body

        def function(*args: Any) -> Any:
            pairs = zip(args, primals, strict=True)
            return self._global_forward(*(y for x, p in pairs for y in (x, p.perturbed)))

        given = placed([primal.value for primal in primals], body.inputs)
        results = evaluate(body.mesh, traced(function, self._operands), given)
        *_, positions = self._out_trees()
        kept = positions.count(None)
        body.results = body.results or [value.layout(body.mesh) for value in results[kept:]]
        own = iter(value.settle(body.mesh) for value in results[:kept])
        residuals = [next(own) if i is None else given[i].settle(body.mesh) for i in positions]
        return taken(body.mesh, results[kept:], body.results), _Residuals(residuals)

    def backward(self, residuals: _Residuals, cotangents: Sequence[Any]) -> tuple[Any, ...]:
        body = self._body
        rates = _Rates(cotangents, self._results, self._symbolic_zeros)
        inputs = [
            *residuals.traced,
            *placed(rates.moving(cotangents), rates.moving(body.results)),
        ]
        results_move: list[bool] = []

        def function(*args: Any) -> list[Any]:
            kept, moving = args[: len(residuals.traced)], args[len(residuals.traced) :]
            given = [*residuals.all_of(kept), *rates.all_of(moving)]
            results = jaxprs.cotangents(self._global_backward(*given))
            results_move[:] = [not is_zero(rate) for rate in results]
            return list(itertools.compress(results, results_move))

        results = evaluate(body.mesh, traced(function, inputs), inputs)
        placements = list(itertools.compress(body.inputs, results_move))
        blocks = iter(taken(body.mesh, results, placements))
        return tuple(next(blocks) if moves else None for moves in results_move)


class _Residuals:
    """What the forward rule keeps for the backward one: values, as a tree of their blocks."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = list(values)

    @property
    def traced(self) -> list[Any]:
        """Those that the backward rule is traced in; it may ask for the values of known numbers."""
        return [x for x in self.values if not _is_known(x)]

    def all_of(self, traced: Sequence[Any]) -> list[Any]:
        given = iter(traced)
        return [x.local if _is_known(x) else next(given) for x in self.values]


def _is_known(value: Placed) -> bool:
    return not value.shape and not isinstance(value.local, _jax.Tracer)


jax.tree_util.register_pytree_node(
    _Residuals,
    lambda kept: ([x.local for x in kept.values], tuple(x.placement for x in kept.values)),
    lambda placements, blocks: _Residuals(placed(list(blocks), placements)),
)


class _Rates:
    """Tangents or cotangents, some of which are known to be zero.

    Args:
        rates: those of blocks.
        arrays: the global arrays to which they belong.
        symbolic_zeros: whether a rule on global arrays wants to know which are zero.
    """

    def __init__(self, rates: Sequence[Any], arrays: Sequence[Any], symbolic_zeros: bool) -> None:
        self._moves = [not is_zero(rate) for rate in rates]
        self._arrays, self._symbolic_zeros = arrays, symbolic_zeros

    def moving(self, parallel: Sequence[Any]) -> list[Any]:
        """The elements of ``parallel`` at the places of those that are not zero."""
        return list(itertools.compress(parallel, self._moves))

    def all_of(self, moving: Sequence[Any]) -> list[Any]:
        """All of them on global arrays, from those that are not zero."""
        given = iter(moving)
        return [
            next(given) if moves else self._zero(like)
            for moves, like in zip(self._moves, self._arrays, strict=True)
        ]

    def _zero(self, like: Any) -> Any:
        zero = _jax.symbolic_zero(jax.ShapeDtypeStruct(like.shape, like.dtype))
        return zero if self._symbolic_zeros else _jax.instantiated(zero)
