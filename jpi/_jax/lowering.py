"""Lowering a primitive to a foreign function that takes and returns an ordering token.

`jax.ffi` publishes the call, but not how it gets the token of JAX's ordered effects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jpi._jax.names import (
    Effect,
    TokenSet,
    abstract_token,
    hlo,
    ir,
    mlir,
    physical_aval,
)


def operand_and_result(ctx: Any) -> tuple[Any, Any]:
    """The types of the first operand and the first result after the token, as they are stored."""
    return physical_aval(ctx.avals_in[1]), physical_aval(ctx.avals_out[1])


def source(ctx: Any) -> tuple[Any, Any]:
    """The traceback and the stack of names of the equation that is lowered."""
    return ctx.traceback, ctx.name_stack


def device_count(ctx: Any) -> int:
    """The number of devices that the program which is lowered is for."""
    return getattr(ctx.module_context.axis_context, "num_devices", 1)


def platforms(ctx: Any) -> Sequence[str]:
    """The platforms that the program which is lowered is for."""
    return ctx.module_context.platforms


def call_native(
    ctx: Any,
    target: str,
    operands: Sequence[Any],
    attributes: Mapping[str, Any],
    aliases: Mapping[int, int],
) -> Sequence[Any]:
    """The results of a foreign function on ``operands``, the first operands of the context.

    Args:
        aliases: operand -> result for the operands whose buffers hold results.
    """
    rule = jax.ffi.ffi_lowering(target, has_side_effect=True, operand_output_aliases=dict(aliases))
    takes = list(map(physical_aval, ctx.avals_in[: len(operands)]))
    gives = list(map(physical_aval, ctx.avals_out))
    whole_takes, whole_gives = ([_whole_bytes(x) for x in types] for types in (takes, gives))
    inner = ctx.replace(avals_in=whole_takes, avals_out=whole_gives)
    results = rule(inner, *map(_converted, operands, takes, whole_takes), **attributes)
    return list(map(_converted, results, whole_gives, gives))


# XLA packs these, so a block of them may begin inside a byte: they travel as another type.
_TRAVELS_AS = {
    "int2": "int8",
    "int4": "int8",
    "uint2": "uint8",
    "uint4": "uint8",
    "float4_e2m1fn": "float16",
}


def _whole_bytes(x: Any) -> Any:
    """The type in which numbers of type ``x`` travel."""
    name = _TRAVELS_AS.get(getattr(getattr(x, "dtype", None), "name", ""))
    return x.update(dtype=jnp.dtype(name)) if name else x


def _converted(value: Any, source: Any, target: Any) -> Any:
    if source is target:
        return value
    return hlo.convert(
        ir.RankedTensorType.get(target.shape, mlir.dtype_to_ir_type(target.dtype)), value
    )


def with_token_of(ctx: Any, effect: Effect, lower: Callable[[Any, Any], Sequence[Any]]) -> Any:
    """The results of ``lower(context, token)``, which takes and returns the token of an effect."""
    inner = ctx.replace(
        avals_in=[abstract_token, *ctx.avals_in], avals_out=[abstract_token, *ctx.avals_out]
    )
    if effect not in ctx.tokens_in.effects():
        raise TypeError(
            "a collective of JPI is in a function that another library compiles in its own way, as "
            "some solvers do. Call the whole program, with the DistArray among its arguments, as "
            "jpi.spmd(function)(...)."
        )
    token, *values = lower(inner, ctx.tokens_in.get(effect))
    ctx.set_tokens_out(ctx.tokens_in.update_tokens(TokenSet({effect: token})))
    return values


def stored(value: Any, aval: Any) -> tuple[Any, Any, list[int]]:
    """The array that ``value`` transposes in the program that is lowered, and which of its
    dimensions each dimension of ``value`` is; ``value`` itself where it is no transpose.

    XLA reads an operand of a product where its untransposed array is in memory.
    """
    operation = getattr(value.owner, "operation", None)  # an argument belongs to a block
    if operation is None or operation.name != "stablehlo.transpose":
        return value, aval, list(range(aval.ndim))
    order = list(map(int, operation.attributes["permutation"]))
    shape = [aval.shape[order.index(dim)] for dim in range(aval.ndim)]
    inner, whole, inner_order = stored(operation.operands[0], aval.update(shape=tuple(shape)))
    return inner, whole, [inner_order[dim] for dim in order]
