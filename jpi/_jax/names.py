"""Names of JAX that it does not publish, each with what its public interface lacks.

The rest of JPI takes them from here. Rarely used modules that JAX publishes (`jax.extend.core`,
`jax.interpreters`) are here too, so that only this file changes when they move.
"""

from __future__ import annotations

import importlib
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

# The tangent that is known to be zero, in derivative rules.
from jax._src.ad_util import SymbolicZero as SymbolicZero
from jax._src.ad_util import Zero as Zero

# The settings on which a traced function depends: no public key for a cache of traces.
from jax._src.config import trace_context as trace_context

# The type of an ordering token in a lowering: `jax.ffi` knows arrays only.
from jax._src.core import abstract_token as abstract_token

# The type that holds an array of random keys: a lowering gets the keys as integers.
from jax._src.core import physical_aval as physical_aval

# Binding in the trace below the current one: a rule for one trace needs it.
from jax._src.core import set_current_trace as set_current_trace
from jax._src.core import trace_ctx

# Whether any transform is tracing: JAX has no public function for it.
from jax._src.core import trace_state_clean as trace_state_clean

# Ordered effects: JAX's own debug.print and io_callback use them, others cannot define any.
from jax._src.effects import Effect as Effect
from jax._src.effects import control_flow_allowed_effects as control_flow_allowed_effects
from jax._src.effects import (
    custom_derivatives_allowed_effects as custom_derivatives_allowed_effects,
)
from jax._src.effects import lowerable_effects as lowerable_effects
from jax._src.effects import ordered_effects as ordered_effects
from jax._src.effects import partial_eval_kept_effects as partial_eval_kept_effects
from jax._src.effects import remat_allowed_effects as remat_allowed_effects

# `register_vmappable`, and the table of batching rules without a warning of deprecation.
from jax._src.interpreters import batching as batching

# The traces of differentiation: a primitive that always takes part must see which one binds it.
from jax._src.interpreters.ad import JVPTrace as JVPTrace
from jax._src.interpreters.ad import JVPTracer as JVPTracer
from jax._src.interpreters.ad import LinearizeTrace as LinearizeTrace
from jax._src.interpreters.ad import LinearizeTracer as LinearizeTracer
from jax._src.interpreters.mlir import TokenSet as TokenSet
from jax._src.interpreters.partial_eval import DynamicJaxprTracer as DynamicJaxprTracer

# From an instruction of a stored traceback to its line.
from jax._src.lib import xla_client

# Operations and types of a lowering: `jax.interpreters.mlir` has constants only.
from jax._src.lib.mlir import ir as ir
from jax._src.lib.mlir.dialects import hlo as hlo

# The class of `x.at[index]`: the methods of ours have its signatures.
from jax._src.numpy.array_methods import _IndexUpdateRef

# The line and the names of what is traced now, a context that sets those of the equations traced
# in it, and which frames are the user's.
from jax._src.source_info_util import current
from jax._src.source_info_util import is_user_filename as is_user_filename
from jax._src.source_info_util import user_context as user_context
from jax.extend.core import ClosedJaxpr as ClosedJaxpr
from jax.extend.core import Jaxpr as Jaxpr
from jax.extend.core import JaxprEqn as JaxprEqn
from jax.extend.core import Literal as Literal
from jax.extend.core import Primitive as Primitive
from jax.interpreters import ad as ad
from jax.interpreters import mlir as mlir
from jax.interpreters import partial_eval as partial_eval
from jax.tree_util import GetAttrKey as GetAttrKey
from jax.tree_util import register_pytree_with_keys as register_pytree_with_keys

Tracer = jax.core.Tracer
Updates = _IndexUpdateRef
current_source = current
code_location = xla_client.Traceback.code_addr2location  # (line, column, ...) of an instruction

# One draw of the gamma distribution for one key: `jax.random.gamma` does not take many keys.
gamma_of_one = importlib.import_module(jax.random.gamma.__module__)._gamma_one


def generator_of(dtype: Any) -> Any:
    """The generator of random numbers for keys of ``dtype``, as functions on the data of a key."""
    return dtype._impl


def zero_tangent(value: Any) -> Zero:
    """The symbolically zero tangent of a value."""
    return Zero(jax.typeof(value).to_tangent_aval())


def symbolic_zero(like: Any) -> SymbolicZero:
    """The zero tangent of ``like``, an array or its type, as custom rules take and give it."""
    aval = jax.typeof(like) if not isinstance(like, jax.ShapeDtypeStruct) else None
    aval = aval or jax.core.ShapedArray(like.shape, like.dtype)
    return SymbolicZero(aval.to_tangent_aval())


def instantiated(zero: SymbolicZero) -> Any:
    """A symbolic zero as an array."""
    if zero.dtype == jax.dtypes.float0:
        return np.zeros(zero.shape, jax.dtypes.float0)
    return jnp.zeros(zero.shape, zero.dtype)


def type_of(operand: Any) -> Any:
    """The type of an operand in a rule of differentiation, where it may have no value."""
    return operand.aval


def value_of(x: Any) -> Any:
    """``x``, or the array of a tracer of a derivative or of vmap; None in a compiled function."""
    x = innermost(x)
    return None if isinstance(x, DynamicJaxprTracer) else x


def innermost(x: Any) -> Any:
    """``x``, or what a tracer of a derivative or of vmap holds: an array, or a tracer of a program.

    None for other tracers.
    """
    while isinstance(x, Tracer) and not isinstance(x, DynamicJaxprTracer):
        x = x.primal if hasattr(x, "primal") else getattr(x, "val", None)
    return x


def current_trace() -> Any:
    """The trace that operations are recorded in now."""
    return trace_ctx.trace
