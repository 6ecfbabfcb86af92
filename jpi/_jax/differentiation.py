"""Primitives that take part in every differentiation."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from jpi._jax.names import (
    DynamicJaxprTracer,
    JVPTrace,
    JVPTracer,
    LinearizeTrace,
    LinearizeTracer,
    Primitive,
    Zero,
    set_current_trace,
)


class AlwaysDifferentiated(Primitive):
    """A primitive that takes part in every differentiation of the function that holds it.

    JAX leaves out the derivative of an operation whose own operands are constant. But what a rank
    receives depends on other ranks, even if its own operand is constant. If one rank left the
    derivative out and another did not, they would deadlock.
    """

    def bind_with_trace(self, trace: Any, args: Any, *rest: Any) -> Any:
        return super().bind_with_trace(trace, _with_tangent(trace, args), *rest)


def _with_tangent(trace: Any, args: Any) -> Any:
    """``args``, the last with a zero that is not symbolic if none has a tangent."""
    tracer = {JVPTrace: JVPTracer, LinearizeTrace: LinearizeTracer}.get(type(trace))
    if tracer is None:
        return args
    pairs = [trace.to_primal_tangent_pair(x) for x in args]
    places = [i for i, x in enumerate(args) if jnp.issubdtype(x.dtype, jnp.inexact)]
    if not places or any(type(tangent) is not Zero for _, tangent in pairs):
        return args
    primal, _ = pairs[places[-1]]
    if tracer is JVPTracer:
        with set_current_trace(trace.parent_trace):
            zero = jnp.zeros(primal.shape, primal.dtype)
    else:
        zero = _linear_zero(trace.tangent_trace, primal)
    if zero is None:
        return args
    return [tracer(trace, primal, zero) if i == places[-1] else x for i, x in enumerate(args)]


def _linear_zero(trace: Any, like: Any) -> Any:
    """A zero that is linear in an input of ``trace``, which holds tangents; None without inputs."""
    for var in trace.frame.invars:
        if jnp.issubdtype(var.aval.dtype, jnp.inexact):
            with set_current_trace(trace):
                x = DynamicJaxprTracer(trace, var.aval, var)
                nothing = jnp.sum(jnp.real(jnp.ravel(x)[:0]))
                return jnp.broadcast_to(nothing.astype(like.dtype), like.shape)
    return None
