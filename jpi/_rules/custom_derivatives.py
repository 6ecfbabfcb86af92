"""Functions with their own derivative, which is kept: custom_jvp and custom_vjp.

The function and its rules are traced on the global types, and run on this rank's blocks as the
function and the rules of a local custom_jvp or custom_vjp.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._evaluation.evaluate import evaluate
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Placed, Value
from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._layout.layout import Layout
from jpi._rules._local import Local, placed, settle_alike, taken, traced


@rule("custom_jvp_call")
def custom_jvp_call(call: Call, *values: Value, call_jaxpr: Any, **params: Any) -> list[Value]:
    operands = settle_alike(call.mesh, values)
    body = Local(call.mesh, call_jaxpr, [x.placement for x in operands])
    run = jax.custom_jvp(body)
    _, differentiate = jaxprs.subfunctions(call.primitive, call.params)
    count = len(call.results)

    @run.defjvp
    def tangent(primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        moving = [i for i, x in enumerate(primals) if _is_inexact(x)]

        def global_rule(*args: Any) -> list[Any]:
            given = list(args[: len(operands)])
            rates = [_no_tangent(x.shape) for x in given]
            for i, rate in zip(moving, args[len(operands) :], strict=True):
                rates[i] = rate
            results = differentiate(*given, *rates)
            return [*results[:count], *map(_instantiated, results[count:], results[:count])]

        both = [*operands, *(operands[i] for i in moving)]
        local = Local(
            call.mesh,
            traced(global_rule, both),
            [x.placement for x in both],
            lambda given: (body.results or given[:count]) * 2,
        )
        results = local(*primals, *(tangents[i] for i in moving))
        body.results = local.results[:count]
        rates = [
            r if _is_inexact(y) else _no_tangent(y.shape)
            for y, r in zip(results[:count], results[count:], strict=True)
        ]
        return results[:count], rates

    return body.place(run(*(operand.local for operand in operands)))


@rule("custom_vjp_call", "custom_vjp_call_jaxpr")
def custom_vjp_call(
    call: Call, *values: Value, call_jaxpr: Any, out_trees: Callable, **params: Any
) -> list[Value]:
    operands = settle_alike(call.mesh, values)
    body = Local(call.mesh, call_jaxpr, [x.placement for x in operands])
    run = jax.custom_vjp(body)
    _, global_forward, global_backward = jaxprs.subfunctions(call.primitive, call.params)
    rules = _Rules(body, operands, global_forward, global_backward, out_trees)
    run.defvjp(rules.forward, rules.backward)
    return body.place(run(*(operand.local for operand in operands)))


class _Rules:
    """The rules of a custom_vjp on blocks, from those on global arrays."""

    def __init__(
        self,
        body: Local,
        operands: Sequence[Placed],
        global_forward: Callable,
        global_backward: Callable,
        out_trees: Callable,
    ) -> None:
        self._body, self._operands, self._out_trees = body, operands, out_trees
        self._global_forward, self._global_backward = global_forward, global_backward
        self._residuals: list[Layout] = []

    def forward(self, *blocks: Any) -> tuple[Any, Any]:
        body = self._body

        def function(*args: Any) -> Any:
            return self._global_forward(*(x for arg in args for x in (arg, True)))

        given = placed(blocks, body.inputs)
        results = evaluate(body.mesh, traced(function, self._operands), given)
        *_, positions = self._out_trees()
        kept = positions.count(None)
        body.results = body.results or [value.layout(body.mesh) for value in results[kept:]]
        own = iter(value.settle(body.mesh) for value in results[:kept])
        residuals = [next(own) if i is None else given[i].settle(body.mesh) for i in positions]
        self._residuals = [residual.placement for residual in residuals]
        return taken(body.mesh, results[kept:], body.results), [x.local for x in residuals]

    def backward(self, residuals: Sequence[Any], cotangents: Sequence[Any]) -> tuple[Any, ...]:
        body = self._body
        inputs = placed([*residuals, *cotangents], [*self._residuals, *body.results])

        def function(*args: Any) -> list[Any]:
            results = jaxprs.cotangents(self._global_backward(*args))
            return list(map(_instantiated, results, self._operands))

        results = evaluate(body.mesh, traced(function, inputs), inputs)
        blocks = taken(body.mesh, results, body.inputs)
        return tuple(
            block if _is_inexact(operand) else None
            for block, operand in zip(blocks, self._operands, strict=True)
        )


def _is_inexact(x: Any) -> bool:
    return jnp.issubdtype(x.dtype, jnp.inexact)


def _no_tangent(shape: tuple[int, ...]) -> Any:
    return np.broadcast_to(np.zeros((), jax.dtypes.float0), shape)


def _instantiated(tangent: Any, like: Any) -> Any:
    """A symbolic zero as an array; integers, which have no tangent, get a placeholder."""
    is_zero = isinstance(tangent, _jax.Zero | _jax.SymbolicZero)
    if not is_zero and tangent.dtype != jax.dtypes.float0:
        return tangent
    return jnp.zeros(like.shape, like.dtype if _is_inexact(like) else jnp.float32)
