"""Finding places in the sorted rows that a rank holds: on a CPU by native/sorting/search.h.

XLA makes a loop of many small operations of it, each of which takes longer than the whole search.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from jpi._jax import names as _jax
from jpi._jax.modes import run_compiled
from jpi._mpi.library import native

jax.ffi.register_ffi_target("jpi_search", native.local_targets()["jpi_search"], platform="cpu")

search_p = _jax.Primitive("jpi_search")


def search(keys: Any, value: Any, low: Any, high: Any, is_above: bool) -> Any:
    """The first of the columns ``low:high`` with a key of at least ``value``, or above it.

    Args:
        keys: unsigned integers ``(rows, columns)``, sorted along each row from ``low`` to ``high``.
        value, low, high: arrays ``(rows, ...)`` that broadcast to the shape of ``value``.
    """
    bounds = (jnp.broadcast_to(bound, value.shape) for bound in (low, high))
    flat = (x.reshape(len(keys), -1) for x in (value, *bounds))
    return search_p.bind(keys, *flat, is_above=is_above).reshape(value.shape)


run_compiled(search_p, "is_above")


@search_p.def_abstract_eval
def _type(keys: Any, value: Any, low: Any, high: Any, *, is_above: bool) -> Any:
    return low


def _batch(operands: Sequence[Any], dims: Sequence[Any], *, is_above: bool) -> tuple[Any, int]:
    size = next(x.shape[d] for x, d in zip(operands, dims, strict=True) if d is not None)

    def first(x: Any, dim: int | None) -> Any:
        return jnp.broadcast_to(x, (size, *x.shape)) if dim is None else jnp.moveaxis(x, dim, 0)

    return search_p.bind(*map(first, operands, dims), is_above=is_above), 0


def _bisect(keys: Any, value: Any, low: Any, high: Any, *, is_above: bool) -> Any:
    def halve(_: Any, bounds: Any) -> Any:
        low, high = bounds
        middle = low + (high - low) // 2
        found = jnp.take_along_axis(keys, middle, axis=-1, mode="clip")
        is_before = (middle < high) & ((found <= value) if is_above else (found < value))
        return jnp.where(is_before, middle + 1, low), jnp.where(is_before, high, middle)

    return lax.fori_loop(0, keys.shape[-1].bit_length(), halve, (low, high))[0]


_jax.batching.primitive_batchers[search_p] = _batch
_jax.mlir.register_lowering(search_p, _jax.mlir.lower_fun(_bisect, multiple_results=False))
_jax.mlir.register_lowering(search_p, jax.ffi.ffi_lowering("jpi_search"), platform="cpu")
