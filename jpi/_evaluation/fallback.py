"""Primitives without a sharding rule: they run on gathered operands, and JPI counts them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence

from jpi._config import config
from jpi._evaluation.registry import Call
from jpi._evaluation.values import Placed, Value, replicated
from jpi._jax import jaxprs
from jpi._jax.callers import caller_level

fallbacks: dict[str, int] = {}


class FallbackWarning(UserWarning):
    """A primitive without a sharding rule gathered its operands on every rank."""


def fall_back(call: Call, operands: Sequence[Value]) -> list[Value]:
    """The results of a primitive on operands gathered on every rank, with a record of it."""
    gathered = sum(
        math.prod(operand.shape) * operand.dtype.itemsize
        for operand in operands
        if not isinstance(operand, Placed) or not operand.is_replicated
    )
    if gathered:
        record_fallback(call.primitive.name, gathered)
    locals = [operand.replicate(call.mesh) for operand in operands]
    results = jaxprs.apply_primitive(call.primitive, locals, call.params)
    return [replicated(call.mesh, result) for result in results]


def record_fallback(name: str, nbytes: int) -> None:
    """Record ``nbytes`` gathered because ``name`` has no rule, as `jpi.config.fallback` says."""
    if config.fallback == "error":
        raise NotImplementedError(
            f"`{name}` has no sharding rule, and `jpi.config.fallback` is 'error'. Set it to "
            f"'warn' or 'silent' to gather the operands ({nbytes} bytes) on every rank, or call "
            "x.gather() and use jax.numpy on the result."
        )
    if name not in fallbacks and config.fallback == "warn":
        warnings.warn(
            f"`{name}` has no sharding rule in JPI: its operands ({nbytes} bytes) are gathered on "
            "every rank, and it runs replicated. JPI warns once per primitive; "
            "`jpi.config.fallback` changes this, `jpi.fallbacks` lists all.",
            FallbackWarning,
            stacklevel=caller_level(),
        )
    fallbacks[name] = fallbacks.get(name, 0) + nbytes
