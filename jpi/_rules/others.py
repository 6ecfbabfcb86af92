"""Primitives without a rule: those of other libraries, by their own implementation."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from jpi._evaluation.evaluate import evaluate
from jpi._evaluation.fallback import fall_back
from jpi._evaluation.registry import ANY_OTHER, Call, rule
from jpi._evaluation.values import Value
from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._rules._global_derivative import differentiated_globally
from jpi._rules._local import traced


@rule(ANY_OTHER)
def others(call: Call, *values: Value, **params: Any) -> list[Value]:
    """The implementation of the primitive, evaluated by the rules if that is possible."""
    if call.primitive.name.startswith("jpi_"):
        raise TypeError(
            f"`{call.primitive.name[4:]}` is for this rank's own arrays; got an array of shape "
            f"{call.shape} in a function of global arrays, such as that of jpi.spmd, where every "
            "array is whole. Use jax.numpy there, or call the function without jpi.spmd."
        )
    closed = _implementation(call, values)
    if closed is None:
        return fall_back(call, values)
    if not all(
        any(jnp.issubdtype(x.dtype, jnp.inexact) for x in xs) for xs in (values, call.results)
    ):
        return evaluate(call.mesh, closed, values)

    def bind(*arrays: Any) -> list[Any]:
        return jaxprs.apply_primitive(call.primitive, arrays, call.params)

    return differentiated_globally(call.mesh, closed, bind, values)


def _implementation(call: Call, values: tuple[Value, ...]) -> _jax.ClosedJaxpr | None:
    """The implementation traced on the global types; None if it is opaque."""
    implementation = jaxprs.implementation(call.primitive, call.params)
    if implementation is None:
        return None
    try:
        closed = traced(implementation, values)
    except Exception:  # it works on values, as a call of another language does
        return None
    inside = jaxprs.equations_within(closed.jaxpr)
    return None if any(e.primitive is call.primitive for e in inside) else closed
