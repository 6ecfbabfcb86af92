"""Arrays in memory of their own, which XLA would not give them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._jax import names as _jax
from jpi._mpi.library import native

_LARGE = 1 << 22  # bytes: the memory of a smaller array is not new

_unwritten_p = _jax.Primitive("jpi_unwritten")
_as_made_p = _jax.Primitive("jpi_as_made")


def is_large(length: int, x: Any) -> bool:
    """Whether it takes long to fill the memory of so many arrays like ``x``, as it is new."""
    is_plain = getattr(x.dtype, "kind", "none") in "fciu"  # not a key, not packed
    return is_plain and length * math.prod(x.shape) * x.dtype.itemsize >= _LARGE


def unwritten(shape: Sequence[int], dtype: Any, number: int) -> Any:
    """An array that the program overwrites, with any numbers in it.

    Args:
        number: another one for each array of this type: XLA takes equal calls for one.
    """
    return _unwritten_p.bind(np.int32(number), shape=tuple(shape), dtype=np.dtype(dtype))


def as_made(x: Any) -> Any:
    """``x``, which XLA stores, and does not compute again in each loop that reads it."""
    return _as_made_p.bind(x)


def _register(
    primitive: Any,
    elsewhere: Callable[..., Any],
    aliases: Mapping[int, int],
) -> None:
    """A primitive that the native side computes on a CPU, and ``elsewhere`` on other devices."""
    target = primitive.name
    jax.ffi.register_ffi_target(target, native.local_targets()[target], platform="cpu")
    on_cpu = jax.ffi.ffi_lowering(target, operand_output_aliases=dict(aliases))
    primitive.def_impl(elsewhere)
    mlir = _jax.mlir
    mlir.register_lowering(primitive, mlir.lower_fun(elsewhere, multiple_results=False))
    mlir.register_lowering(primitive, lambda ctx, x, **params: on_cpu(ctx, x), platform="cpu")


_unwritten_p.def_abstract_eval(lambda number, shape, dtype: jax.core.ShapedArray(shape, dtype))
_as_made_p.def_abstract_eval(lambda x: x)
_register(_unwritten_p, lambda number, shape, dtype: jnp.zeros(shape, dtype), {})
_register(_as_made_p, lambda x: x, {0: 0})
_jax.ad.deflinear2(_as_made_p, lambda cotangent, x: [cotangent])
_jax.batching.primitive_batchers[_as_made_p] = lambda xs, dims: (as_made(*xs), dims[0])
