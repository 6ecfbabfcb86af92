"""Unsigned integers that order as numbers of any type do."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax


def keys_of(x: Any) -> list[Any]:
    """Unsigned integers that, compared one after the other, order as `jax.lax.sort` does."""
    if jnp.issubdtype(x.dtype, jnp.complexfloating):
        return [*keys_of(lax.real(x)), *keys_of(lax.imag(x))]
    if jnp.issubdtype(x.dtype, jnp.floating):
        x = jnp.where(x == 0, jnp.zeros_like(x), x)  # zeros are equal, whatever their sign
        x = with_one_nan(x)
    return [ordered_bits(x)]


def with_one_nan(x: Any) -> Any:
    """The floats ``x``, of which all NaN are equal, and the last."""
    return jnp.where(jnp.isnan(x), jnp.full_like(x, jnp.nan), x)


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


def have_one_key(x: Any) -> bool:
    """Whether `numbers_of` gives the numbers ``x`` back, but for the signs of zeros and of NaN."""
    if jnp.issubdtype(x.dtype, jnp.complexfloating):
        return False
    if jax.dtypes.canonicalize_dtype(x.dtype) != x.dtype:
        return False  # JAX has no integers of this size now
    return not jnp.issubdtype(x.dtype, jnp.floating) or x.dtype.itemsize > 1


def numbers_of(bits: Any, dtype: Any) -> Any:
    """The real numbers whose ordered bits are ``bits``."""
    if jnp.issubdtype(dtype, jnp.floating):
        _, sign = _unsigned(dtype)
        return lax.bitcast_convert_type(jnp.where(bits & sign, bits ^ sign, ~bits), dtype)
    if not jnp.issubdtype(dtype, jnp.signedinteger):
        return bits.astype(dtype)
    signed = jnp.dtype(f"int{8 * jnp.dtype(dtype).itemsize}")
    return lax.bitcast_convert_type(bits ^ _unsigned(dtype)[1], signed).astype(dtype)


def _unsigned(dtype: Any) -> tuple[Any, Any]:
    """The unsigned integers of the size of ``dtype``, and their highest bit."""
    width = 8 * jnp.dtype(dtype).itemsize
    unsigned = jnp.dtype(f"uint{width}")
    return unsigned, jnp.asarray(1 << (width - 1), unsigned)
