"""Unsigned integers that order as numbers of any type do."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import lax


def keys_of(x: Any) -> list[Any]:
    """Unsigned integers that, compared one after the other, order as `jax.lax.sort` does."""
    if jnp.issubdtype(x.dtype, jnp.complexfloating):
        return [*keys_of(lax.real(x)), *keys_of(lax.imag(x))]
    if jnp.issubdtype(x.dtype, jnp.floating):
        x = jnp.where(x == 0, jnp.zeros_like(x), x)  # zeros are equal, whatever their sign
        x = jnp.where(jnp.isnan(x), jnp.full_like(x, jnp.nan), x)  # all NaN are equal, and the last
    return [ordered_bits(x)]


def ordered_bits(x: Any) -> Any:
    """Unsigned integers that order as the real numbers ``x`` do, floats in their total order."""
    if jnp.issubdtype(x.dtype, jnp.floating):
        x = x if x.dtype.itemsize > 1 else x.astype(jnp.float16)
        unsigned, sign = _unsigned(x.dtype)
        bits = lax.bitcast_convert_type(x, unsigned)
        return jnp.where(bits & sign, ~bits, bits | sign)
    if x.dtype == bool or jnp.issubdtype(x.dtype, jnp.unsignedinteger):
        return x.astype(_unsigned(x.dtype)[0])
    unsigned, sign = _unsigned(x.dtype)
    return x.astype(unsigned) ^ sign  # a negative number wraps around


def floats_of(bits: Any, dtype: Any) -> Any:
    """The numbers whose ordered bits are ``bits``."""
    _, sign = _unsigned(dtype)
    return lax.bitcast_convert_type(jnp.where(bits & sign, bits ^ sign, ~bits), dtype)


def integers_of(bits: Any, dtype: Any) -> Any:
    """The integers or booleans whose ordered bits are ``bits``."""
    if not jnp.issubdtype(dtype, jnp.signedinteger):
        return bits.astype(dtype)
    signed = jnp.dtype(f"int{8 * jnp.dtype(dtype).itemsize}")
    return lax.bitcast_convert_type(bits ^ _unsigned(dtype)[1], signed).astype(dtype)


def _unsigned(dtype: Any) -> tuple[Any, Any]:
    """The unsigned integers of the size of ``dtype``, and their highest bit."""
    width = 8 * jnp.dtype(dtype).itemsize
    unsigned = jnp.dtype(f"uint{width}")
    return unsigned, jnp.asarray(1 << (width - 1), unsigned)
