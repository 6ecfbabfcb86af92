"""Sorting the numbers that a rank holds, along their last dimension.

On a CPU a function of ours sorts integers (native/sorting/sort.h), or one of NumPy: XLA compares
them two by two, which takes ten times as long. Numbers of any other type are sorted by their
integer keys. Elsewhere the keys are sorted by XLA.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jpi._blocks.keys import have_one_key, keys_of, numbers_of, ordered_bits, with_one_nan
from jpi._blocks.numpy_sorts import sorts
from jpi._blocks.search import search
from jpi._jax import names as _jax
from jpi._jax.modes import run_compiled
from jpi._mpi.library import native

native.set_sorts(*sorts())
jax.ffi.register_ffi_target("jpi_sort", native.local_targets()["jpi_sort"], platform="cpu")

sort_keys_p = _jax.Primitive("jpi_sort_keys")
sort_keys_p.multiple_results = True


@functools.partial(jax.custom_jvp, nondiff_argnums=(1,))
def sort_local(operands: Sequence[Any], num_keys: int) -> list[Any]:
    """``jax.lax.sort(operands, num_keys=num_keys)``, stable."""
    return sort_rows(operands, num_keys)


@sort_local.defjvp
def _tangent(num_keys: int, primals: Any, tangents: Any) -> tuple[Any, Any]:
    (operands,), (rates,) = primals, tangents
    places = lax.broadcasted_iota(jnp.int32, operands[0].shape, operands[0].ndim - 1)
    *results, places = sort_local((*operands, places), num_keys)

    def moved(rate: Any, y: Any) -> Any:
        if not jnp.issubdtype(y.dtype, jnp.inexact):
            return np.zeros(y.shape, jax.dtypes.float0)
        return _taken(rate, places)

    return results, list(map(moved, rates, results))


def sort_rows(operands: Sequence[Any], num_keys: int) -> list[Any]:
    """As `sort_local`, without a derivative."""
    if any(jax.dtypes.canonicalize_dtype(x.dtype) != x.dtype for x in operands):
        return list(lax.sort(operands, num_keys=num_keys))  # JAX has no integers of this size now
    if len(operands) == 1 and have_one_key(operands[0]):
        x = operands[0]
        if not jnp.issubdtype(x.dtype, jnp.floating):
            numbers = _coded(x)
            (y,) = sort_keys_p.bind(numbers, has_places=False, dtype=numbers.dtype)
            return [y if numbers is x else numbers_of(y, x.dtype)]
        ordered, has_negative_zero = sort_in_total_order(x)
        by_places = lambda _: _by_places(x)  # noqa: E731
        return [lax.cond(has_negative_zero, by_places, lambda y: numbers_of(y, x.dtype), ordered)]
    places = _places([key for x in operands[:num_keys] for key in keys_of(x)])
    return [_taken(x, places) for x in operands]


def sort_in_total_order(x: Any) -> tuple[Any, Any]:
    """The ordered bits of real numbers, sorted, and whether there is a negative zero.

    It goes before a positive one here, but `jax.lax.sort` keeps the order of both.
    """
    zero = ordered_bits(jnp.full((), -0.0).astype(x.dtype))
    (ordered,) = sort_keys_p.bind(_coded(x), has_places=False, dtype=zero.dtype)
    return ordered, jnp.issubdtype(x.dtype, jnp.floating) and _contains(ordered, zero)


def _coded(x: Any) -> Any:
    """``x``, or its ordered bits if the native side does not find them."""
    return x if are_coded(x.dtype) else ordered_bits(x)


def are_coded(dtype: Any) -> bool:
    """Whether the native side finds the keys of numbers of this type, which have one key."""
    return jnp.issubdtype(dtype, jnp.floating) or dtype.kind in "iu"


def _contains(ordered: Any, key: Any) -> Any:
    """Whether one of the sorted rows has this key."""
    if not ordered.size:
        return jnp.array(False)
    rows = ordered.reshape(-1, ordered.shape[-1])
    value = jnp.full((len(rows), 1), key)
    low = jnp.zeros(value.shape, jnp.int32)
    first, last = (search(rows, value, low, low + rows.shape[1], above) for above in (False, True))
    return jnp.any(first < last)


def _by_places(x: Any) -> Any:
    return _taken(x, _places(keys_of(x)))


def _places(keys: Sequence[Any]) -> Any:
    """Where the sorted numbers are, by keys of which the first counts most."""
    *others, last = keys
    places = _places_of(last)
    for key in reversed(others):
        places = _taken(places, _places_of(_taken(key, places)))
    return places


def _places_of(key: Any) -> Any:
    return sort_keys_p.bind(key, has_places=True, dtype=key.dtype)[1]


def _taken(x: Any, places: Any) -> Any:
    return jnp.take_along_axis(x, places, axis=-1, mode="promise_in_bounds")


run_compiled(sort_keys_p, "has_places", "dtype")


# Sorts numbers by their keys, and gives them, or the keys if that is the `dtype`.
@sort_keys_p.def_abstract_eval
def _types(x: Any, *, has_places: bool, dtype: Any) -> list[Any]:
    return [x.update(dtype=dtype), x.update(dtype=jnp.dtype("int32"))][: 1 + has_places]


def _batch(operands: Sequence[Any], dims: Sequence[int], **params: Any) -> tuple[list[Any], Any]:
    results = sort_keys_p.bind(jnp.moveaxis(operands[0], dims[0], 0), **params)
    return results, [0] * len(results)


def _sort_by_xla(x: Any, *, has_places: bool, dtype: Any) -> Sequence[Any]:
    keys = ordered_bits(with_one_nan(x) if jnp.issubdtype(x.dtype, jnp.floating) else x)
    places = [lax.broadcasted_iota(jnp.int32, keys.shape, keys.ndim - 1)][: int(has_places)]
    ordered, *places = lax.sort([keys, *places], num_keys=1)
    return [ordered if dtype == keys.dtype else numbers_of(ordered, dtype), *places]


def _lower_for_cpu(ctx: Any, x: Any, **params: Any) -> Any:
    return jax.ffi.ffi_lowering("jpi_sort")(ctx, x)


_jax.batching.primitive_batchers[sort_keys_p] = _batch
_jax.mlir.register_lowering(sort_keys_p, _jax.mlir.lower_fun(_sort_by_xla, multiple_results=True))
_jax.mlir.register_lowering(sort_keys_p, _lower_for_cpu, platform="cpu")
