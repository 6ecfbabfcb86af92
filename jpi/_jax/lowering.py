"""Lowering a primitive to a foreign function that takes and returns an ordering token.

`jax.ffi` publishes the call, but not how it gets the token of JAX's ordered effects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax

from jpi._jax.names import Effect, TokenSet, abstract_token


def operand_and_result(ctx: Any) -> tuple[Any, Any]:
    """The types of the first operand and the first result after the token."""
    return ctx.avals_in[1], ctx.avals_out[1]


def source(ctx: Any) -> tuple[Any, Any]:
    """The traceback and the stack of names of the equation that is lowered."""
    return ctx.traceback, ctx.name_stack


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
    return rule(ctx.replace(avals_in=ctx.avals_in[: len(operands)]), *operands, **attributes)


def with_token_of(ctx: Any, effect: Effect, lower: Callable[[Any, Any], Sequence[Any]]) -> Any:
    """The results of ``lower(context, token)``, which takes and returns the token of an effect."""
    inner = ctx.replace(
        avals_in=[abstract_token, *ctx.avals_in], avals_out=[abstract_token, *ctx.avals_out]
    )
    token, *values = lower(inner, ctx.tokens_in.get(effect))
    ctx.set_tokens_out(ctx.tokens_in.update_tokens(TokenSet({effect: token})))
    return values
