"""What JPI needs of JAX beyond its public names: imported here, and nowhere else."""

from __future__ import annotations

from typing import Any

import jax
from jax._src.ad_util import SymbolicZero as SymbolicZero
from jax._src.ad_util import Zero as Zero
from jax._src.config import trace_context as trace_context
from jax._src.core import abstract_token as abstract_token
from jax._src.core import eval_jaxpr as eval_jaxpr
from jax._src.core import trace_state_clean as trace_state_clean
from jax._src.effects import Effect as Effect
from jax._src.effects import control_flow_allowed_effects as control_flow_allowed_effects
from jax._src.effects import (
    custom_derivatives_allowed_effects as custom_derivatives_allowed_effects,
)
from jax._src.effects import lowerable_effects as lowerable_effects
from jax._src.effects import ordered_effects as ordered_effects
from jax._src.effects import remat_allowed_effects as remat_allowed_effects
from jax._src.interpreters import batching as batching
from jax._src.interpreters.mlir import TokenSet as TokenSet
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


def cotangents(results: Any) -> list[Any]:
    """The cotangents among what the backward function of a custom_vjp_call returns."""
    return results[0] if isinstance(results, tuple) else results  # newer JAX: (cotangents, logs)


def scan_counts(params: dict[str, Any]) -> tuple[int, int]:
    """How many constants and carries the operands of a scan begin with."""
    if "ft_in" in params:  # newer JAX
        consts, carry, _ = params["ft_in"].unpack()
        return len(consts), len(carry)
    return params["num_consts"], params["num_carry"]
