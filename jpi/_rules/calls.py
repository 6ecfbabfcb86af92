"""Primitives that call another function: jit and remat."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp

from jpi._evaluation.evaluate import evaluate
from jpi._evaluation.fallback import fall_back
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Value
from jpi._jax import names as _jax
from jpi._rules._local import Local, settle_alike, traced


@rule("jit", "pjit")
def jit(call: Call, *values: Value, jaxpr: Any, **params: Any) -> list[Value]:
    return evaluate(call.mesh, jaxpr, values)


@rule("closed_call", "core_closed_call", "eval_jaxpr")
def closed_call(call: Call, *values: Value, call_jaxpr: Any, **params: Any) -> list[Value]:
    return evaluate(call.mesh, call_jaxpr, values)


@rule("call_hi_primitive")
def expanded(call: Call, *values: Value, **params: Any) -> list[Value]:
    """A function of JAX that newer versions keep as one primitive, expanded.

    Of real numbers it may have its own derivative, which the expansion would lose.
    """
    if any(jnp.issubdtype(result.dtype, jnp.inexact) for result in call.results):
        return fall_back(call, values)
    closed = traced(functools.partial(call.primitive.to_lojax, **params), values)
    return evaluate(call.mesh, closed, values)


@rule("checkpoint", "remat", "remat2")
def remat(
    call: Call, *values: Value, jaxpr: Any, prevent_cse: bool, policy: Any, **params: Any
) -> list[Value]:
    operands = settle_alike(call.mesh, values)
    body = Local(call.mesh, _jax.ClosedJaxpr(jaxpr, ()), [x.placement for x in operands])
    run = jax.checkpoint(body, prevent_cse=prevent_cse, policy=policy)
    return body.place(run(*(operand.local for operand in operands)))
