"""Primitives that call: jit, remat, and functions with a derivative of their own, which is kept."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._evaluation.evaluate import evaluate
from jpi._evaluation.fallback import fall_back
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Placed, Value
from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._layout.layout import Layout
from jpi._rules._local import Local, _take, _traced, settle_alike


@rule("jit", "pjit")
def jit(call: Call, *values: Value, jaxpr: Any, **params: Any) -> list[Value]:
    return evaluate(call.mesh, jaxpr, values)


@rule("closed_call", "core_closed_call")
def closed_call(call: Call, *values: Value, call_jaxpr: Any, **params: Any) -> list[Value]:
    return evaluate(call.mesh, call_jaxpr, values)


@rule("call_hi_primitive")
def expanded(call: Call, *values: Value, **params: Any) -> list[Value]:
    """A function of JAX's own that newer versions keep as one primitive, as what it stands for.

    One of real numbers may have a derivative of its own, which its expansion would lose.
    """
    if any(jnp.issubdtype(result.dtype, jnp.inexact) for result in call.results):
        return fall_back(call, values)
    closed = _traced(functools.partial(call.primitive.to_lojax, **params), values)
    return evaluate(call.mesh, closed, values)


@rule("checkpoint", "remat", "remat2")
def remat(
    call: Call, *values: Value, jaxpr: Any, prevent_cse: bool, policy: Any, **params: Any
) -> list[Value]:
    operands = settle_alike(call.mesh, values)
    body = Local(call.mesh, _jax.ClosedJaxpr(jaxpr, ()), operands)
    run = jax.checkpoint(body, prevent_cse=prevent_cse, policy=policy)
    return body.place(run(*(operand.local for operand in operands)))


@rule("custom_jvp_call")
def custom_jvp_call(call: Call, *values: Value, call_jaxpr: Any, **params: Any) -> list[Value]:
    operands = settle_alike(call.mesh, values)
    body = Local(call.mesh, call_jaxpr, operands)
    run = jax.custom_jvp(body)
    _, differentiate = jaxprs.subfunctions(call.primitive, call.params)

    @run.defjvp
    def tangent(primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        moving = [i for i, x in enumerate(primals) if jnp.issubdtype(x.dtype, jnp.inexact)]

        def global_rule(*args: Any) -> list[Any]:
            given = list(args[: len(operands)])
            rates = [_no_tangent(x.shape) for x in given]
            for i, rate in zip(moving, args[len(operands) :], strict=True):
                rates[i] = rate
            results = differentiate(*given, *rates)
            count = len(call.results)
            return [*results[:count], *map(_instantiated, results[count:], results[:count])]

        body_and_tangent = Local(
            call.mesh,
            _traced(global_rule, [*operands, *(operands[i] for i in moving)]),
            [*operands, *(operands[i] for i in moving)],
        )
        results = body_and_tangent.run(
            [*primals, *(tangents[i] for i in moving)],
            body.placements and body.placements * 2,
            copies=2,
        )
        count = len(call.results)
        body.placements = body_and_tangent.placements[:count]  # type: ignore[index]
        rates = [
            r if jnp.issubdtype(y.dtype, jnp.inexact) else _no_tangent(y.shape)
            for y, r in zip(results[:count], results[count:], strict=True)
        ]
        return results[:count], rates

    return body.place(run(*(operand.local for operand in operands)))


@rule("custom_vjp_call", "custom_vjp_call_jaxpr")
def custom_vjp_call(
    call: Call, *values: Value, call_jaxpr: Any, out_trees: Callable, **params: Any
) -> list[Value]:
    operands = settle_alike(call.mesh, values)
    body = Local(call.mesh, call_jaxpr, operands)
    run = jax.custom_vjp(body)
    _, global_forward, global_backward = jaxprs.subfunctions(call.primitive, call.params)
    residual_placements: list[Layout] = []

    def forward(*locals: Any) -> tuple[Any, Any]:
        def traced(*args: Any) -> Any:
            return global_forward(*(x for arg in args for x in (arg, True)))

        closed = _traced(traced, operands)
        results = evaluate(call.mesh, closed, body.wrap(locals))
        kept = len(results) - len(call.results)
        if body.placements is None:
            body.placements = [value.layout(call.mesh) for value in results[kept:]]
        outputs = [
            _take(call.mesh, v, p) for v, p in zip(results[kept:], body.placements, strict=True)
        ]
        own = iter(value.settle(call.mesh) for value in results[:kept])
        given = body.wrap(locals)
        residuals = [next(own) if i is None else given[i] for i in out_trees()[2]]
        residual_placements[:] = [residual.placement for residual in residuals]
        return outputs, [residual.local for residual in residuals]

    def backward(residuals: Sequence[Any], cotangents: Sequence[Any]) -> tuple[Any, ...]:
        assert body.placements is not None
        inputs = [
            Placed(x, placement)
            for x, placement in zip(
                [*residuals, *cotangents], [*residual_placements, *body.placements], strict=True
            )
        ]

        def traced(*args: Any) -> list[Any]:
            results = jaxprs.cotangents(global_backward(*args))
            return list(map(_instantiated, results, operands))

        results = evaluate(call.mesh, _traced(traced, inputs), inputs)
        return tuple(
            _take(call.mesh, value, operand.placement)
            if jnp.issubdtype(operand.dtype, jnp.inexact)
            else None
            for value, operand in zip(results, operands, strict=True)
        )

    run.defvjp(forward, backward)
    return body.place(run(*(operand.local for operand in operands)))


def _no_tangent(shape: tuple[int, ...]) -> Any:
    return np.broadcast_to(np.zeros((), jax.dtypes.float0), shape)


def _instantiated(tangent: Any, like: Any) -> Any:
    """A symbolic zero as an array; integers, which have no tangent, get a placeholder."""
    is_zero = isinstance(tangent, _jax.Zero | _jax.SymbolicZero)
    if not is_zero and tangent.dtype != jax.dtypes.float0:
        return tangent
    inexact = jnp.issubdtype(like.dtype, jnp.inexact)
    return jnp.zeros(like.shape, like.dtype if inexact else jnp.float32)
