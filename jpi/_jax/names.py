"""What JPI needs of JAX beyond its public names: imported here, and nowhere else."""

from __future__ import annotations

import importlib
from typing import Any

import jax
import jax.numpy as jnp
from jax._src import ad_checkpoint
from jax._src.ad_util import SymbolicZero as SymbolicZero
from jax._src.ad_util import Zero as Zero
from jax._src.config import trace_context as trace_context
from jax._src.core import abstract_token as abstract_token
from jax._src.core import eval_jaxpr as eval_jaxpr
from jax._src.core import set_current_trace as set_current_trace
from jax._src.core import trace_state_clean as trace_state_clean
from jax._src.effects import Effect as Effect
from jax._src.effects import control_flow_allowed_effects as control_flow_allowed_effects
from jax._src.effects import (
    custom_derivatives_allowed_effects as custom_derivatives_allowed_effects,
)
from jax._src.effects import lowerable_effects as lowerable_effects
from jax._src.effects import ordered_effects as ordered_effects
from jax._src.effects import partial_eval_kept_effects as partial_eval_kept_effects
from jax._src.effects import remat_allowed_effects as remat_allowed_effects
from jax._src.interpreters import batching as batching
from jax._src.interpreters.ad import JVPTrace as JVPTrace
from jax._src.interpreters.ad import JVPTracer as JVPTracer
from jax._src.interpreters.ad import LinearizeTrace as LinearizeTrace
from jax._src.interpreters.ad import LinearizeTracer as LinearizeTracer
from jax._src.interpreters.mlir import TokenSet as TokenSet
from jax._src.interpreters.partial_eval import DynamicJaxprTracer as DynamicJaxprTracer
from jax._src.lib import xla_client
from jax._src.source_info_util import is_user_filename as is_user_filename
from jax._src.source_info_util import user_context as user_context
from jax.extend.core import ClosedJaxpr as ClosedJaxpr
from jax.extend.core import Jaxpr as Jaxpr
from jax.extend.core import JaxprEqn as JaxprEqn
from jax.extend.core import Literal as Literal
from jax.extend.core import Primitive as Primitive
from jax.interpreters import ad as ad
from jax.interpreters import mlir as mlir
from jax.tree_util import GetAttrKey as GetAttrKey
from jax.tree_util import register_pytree_with_keys as register_pytree_with_keys

Tracer = jax.core.Tracer
code_location = xla_client.Traceback.code_addr2location  # (line, column, ...) of an instruction
gamma_of_one = importlib.import_module(jax.random.gamma.__module__)._gamma_one


def bind_equation(equation: JaxprEqn, *operands: Any) -> list[Any]:
    """The results of applying the primitive of ``equation`` to ``operands``."""
    return apply_primitive(equation.primitive, operands, equation.params)


def apply_primitive(primitive: Primitive, operands: Any, params: dict[str, Any]) -> list[Any]:
    """The results, always a list, of a primitive with the parameters found in a jaxpr."""
    bind_params = primitive.get_bind_params(params)
    if isinstance(bind_params, tuple):  # older JAX: (functions, parameters)
        functions, bind_params = bind_params
        results = primitive.bind(*functions, *operands, **bind_params)
    else:
        results = primitive.bind(*operands, **bind_params)
    return list(results) if primitive.multiple_results else [results]


def subfunctions(primitive: Primitive, params: dict[str, Any]) -> tuple[Any, ...]:
    """The functions (call, derivative rules) of a custom_jvp_call or custom_vjp_call."""
    bind_params = primitive.get_bind_params(params)
    return tuple(bind_params[0] if isinstance(bind_params, tuple) else bind_params["subfuns"])


def generator_of(dtype: Any) -> Any:
    """The generator of random numbers for keys of ``dtype``, as functions on the data of a key."""
    return dtype._impl


def cotangents(results: Any) -> list[Any]:
    """The cotangents among what the backward function of a custom_vjp_call returns."""
    return results[0] if isinstance(results, tuple) else results  # newer JAX: (cotangents, logs)


def scan_counts(params: dict[str, Any]) -> tuple[int, int]:
    """How many constants and carries the operands of a scan begin with."""
    if "ft_in" in params:  # newer JAX
        consts, carry, _ = params["ft_in"].unpack()
        return len(consts), len(carry)
    return params["num_consts"], params["num_carry"]


def zero_tangent(value: Any) -> Zero:
    """The symbolically zero tangent of a value."""
    return Zero(jax.typeof(value).to_tangent_aval())


class AlwaysDifferentiated(Primitive):
    """A primitive that takes part in every differentiation of the function that holds it.

    JAX leaves out the derivative of an operation whose own operands are constant. What a rank
    receives depends on other ranks: a constant operand here says nothing, and if one rank left
    the derivative out and another did not, one of them would wait for ever.
    """

    def bind_with_trace(self, trace: Any, args: Any, *rest: Any) -> Any:
        return super().bind_with_trace(trace, _with_tangent(trace, args), *rest)


def _with_tangent(trace: Any, args: Any) -> Any:
    """``args``, the last of them with a zero that is not symbolic if none has a tangent."""
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


def _keep_complex_numbers() -> None:
    """Let `jax.checkpoint` keep complex results of collectives.

    It keeps what a collective gives, as that is not to be computed twice, and rounds it to its own
    precision; there it would take complex numbers for real ones, and raise TypeError.
    """
    round_kept = getattr(ad_checkpoint, "_insert_reduce_precision", None)
    if round_kept is None:
        return

    def round_real(jaxpr: Any, count: int) -> Any:
        results, kept = jaxpr.outvars[: len(jaxpr.outvars) - count], jaxpr.outvars[-count:]
        real = [v for v in kept if not _is_complex(v)]
        if not count or len(real) == count:
            return round_kept(jaxpr, count)
        rounded = round_kept(jaxpr.replace(outvars=[*results, *real]), len(real))
        return rounded.replace(outvars=jaxpr.outvars)

    ad_checkpoint._insert_reduce_precision = round_real


def _is_complex(variable: Any) -> bool:
    return jnp.issubdtype(getattr(variable.aval, "dtype", bool), jnp.complexfloating)


_keep_complex_numbers()
