"""Functions whose result's shape depends on values, for calls outside of `jax.jit`.

`jax.numpy` computes them for a static shape if it gets the size. So the size is computed first, on
distributed arrays, and the function is called again with it. A function that takes elements out of
an array is a selection by a mask (`masks`).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._array.masks import positions, select
from jpi._call.by_values import on_values
from jpi._call.call import call
from jpi._call.inline import call_gathered
from jpi._call.sharded import Sharded


def _sized(*functions: Callable, keyword: str = "size") -> Callable[[Callable], Callable]:
    """Register the decorated function as the size of the result of ``functions``.

    They get the size as their argument ``keyword``; it has those of their other arguments that it
    needs.
    """

    def register(size: Callable) -> Callable:
        for function in functions:
            on_values[function] = _with_size(function, size, keyword)
        return size

    return register


def _with_size(function: Callable, size: Callable, keyword: str) -> Callable:
    needed = inspect.signature(size).parameters
    signature = inspect.signature(function)

    def with_size(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs).arguments
        try:
            found = int(call(size, (), {name: given[name] for name in needed if name in given}))
        except (TypeError, ValueError):
            _check(function, *args, **{**kwargs, keyword: 1})
            raise
        if found or keyword != "size":
            return call(function, args, {**kwargs, keyword: found})
        # jax.numpy does not accept a size of 0: it gets arrays without elements.
        args, kwargs = jax.tree.map(
            _without_elements, (args, kwargs), is_leaf=lambda x: isinstance(x, Sharded)
        )
        return call_gathered(function, args, kwargs)

    return with_size


def _without_elements(x: Any) -> Any:
    if not isinstance(x, Sharded | jax.Array | np.ndarray) or not x.size:
        return x
    return call(_no_elements, (x,), {})


def _no_elements(x: Any) -> Any:
    return jnp.ravel(x)[:0]


def _by_value(*functions: Callable) -> Callable[[Callable], Callable]:
    """Register the decorated function of the same arguments as the one for distributed arrays."""

    def register(distributed: Callable) -> Callable:
        for function in functions:
            on_values[function] = distributed
        return distributed

    return register


def _check(function: Callable, *args: Any, **kwargs: Any) -> None:
    """Raise the errors of ``function`` for the shapes and types of its arguments."""
    types = [jax.ShapeDtypeStruct(x.shape, x.dtype) if isinstance(x, Sharded) else x for x in args]
    jax.eval_shape(functools.partial(function, **kwargs), *types)


def _as_mask(x: Any) -> Any:
    return x if x.dtype == bool else call(jnp.not_equal, (x, 0), {})


@_by_value(jnp.nonzero, jnp.where)
def _nonzero(a: Any, *, size: None = None, fill_value: Any = None) -> tuple[Any, ...]:
    return positions(_as_mask(a))


@_by_value(jnp.flatnonzero)
def _flatnonzero(a: Any, *, size: None = None, fill_value: Any = None) -> Any:
    return positions(call(jnp.ravel, (_as_mask(a),), {}))[0]


@_by_value(jnp.argwhere)
def _argwhere(a: Any, *, size: None = None, fill_value: Any = None) -> Any:
    return call(jnp.stack, (list(positions(_as_mask(a))),), {"axis": -1})


@_by_value(jnp.compress)
def _compress(
    condition: Any,
    a: Any,
    axis: int | None = None,
    *,
    size: None = None,
    fill_value: Any = 0,
    out: None = None,
) -> Any:
    _check(jnp.compress, condition, a, axis=axis, size=0, out=out)
    if axis is None:
        a, axis = call(jnp.ravel, (a,), {}), 0
    axis = range(a.ndim)[axis]
    length = a.shape[axis]
    if len(condition) > length and bool(call(_any_from, (condition, length), {})):
        raise ValueError("condition contains entries that are out of bounds")
    mask = call(_fitted, (condition, length), {})
    if isinstance(a, Sharded):
        return select(a, mask, axis)
    return call(jnp.take, (a, positions(mask)[0]), {"axis": axis})


def _any_from(condition: Any, start: int) -> Any:
    return jnp.any(condition[start:])


def _fitted(condition: Any, length: int) -> Any:
    """``condition`` as a mask of ``length`` elements: false beyond its end."""
    given = jnp.asarray(condition).astype(bool)[:length]
    return jnp.pad(given, (0, length - len(given)))


@_by_value(jnp.extract)
def _extract(condition: Any, arr: Any, *, size: None = None, fill_value: Any = 0) -> Any:
    return _compress(call(jnp.ravel, (condition,), {}), call(jnp.ravel, (arr,), {}))


@_by_value(jnp.delete)
def _delete(
    arr: Any, obj: Any, axis: int | None = None, *, assume_unique_indices: bool = False
) -> Any:
    if axis is None:
        arr, axis = call(jnp.ravel, (arr,), {}), 0
    axis = range(arr.ndim)[axis]
    length = arr.shape[axis]
    if obj.dtype == bool and obj.shape != (length,):
        jnp.delete(jnp.zeros(length), np.zeros(obj.shape, bool))  # raises its error
    kept = call(_not_deleted, (obj, length), {})
    return _compress(kept, arr, axis)


def _not_deleted(obj: Any, length: int) -> Any:
    if obj.dtype == bool:
        return ~obj
    return jnp.ones(length, bool).at[obj].set(False)


@_by_value(jnp.trim_zeros)
def _trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    ends = call(_nonzero_ends, (filt,), {})
    chosen = range(filt.ndim) if axis is None else np.atleast_1d(axis) % filt.ndim
    index = [slice(None)] * filt.ndim
    for dim in chosen:
        first, stop = map(int, ends[dim])
        front = first if "f" in trim.lower() else 0
        back = stop if "b" in trim.lower() else filt.shape[dim]
        index[dim] = slice(front, back) if stop else slice(0, 0)
    return filt[tuple(index)]


def _nonzero_ends(x: Any) -> list[tuple[Any, Any]]:
    """For each dimension the first position with a nonzero element, and one more than the last.

    Both are 0 if there is none.
    """
    ends = []
    for dim in range(x.ndim):
        mask = jnp.any(x != 0, axis=[k for k in range(x.ndim) if k != dim])
        place = jnp.arange(x.shape[dim])
        stop = jnp.max(jnp.where(mask, place + 1, 0), initial=0)
        ends.append((jnp.min(jnp.where(mask, place, stop), initial=x.shape[dim]), stop))
    return ends


@_by_value(jnp.choose)
def _choose(a: Any, choices: Any, out: None = None, mode: str = "raise") -> Any:
    if bool(call(_any_outside, (a, len(choices)), {})):
        jnp.choose(np.array([-1]), [0])  # raises its error
    return call(jnp.choose, (a, choices), {"mode": "clip"})


def _any_outside(a: Any, size: int) -> Any:
    return jnp.any((a < 0) | (a >= size))


@_sized(jnp.repeat, keyword="total_repeat_length")
def _repeated(a: Any, repeats: Any, axis: int | None = None) -> Any:
    size = a.size if axis is None else a.shape[axis]
    return jnp.sum(jnp.broadcast_to(repeats, (size,)))


@_sized(jnp.bincount, keyword="length")
def _bins(x: Any, minlength: int = 0) -> Any:
    largest = jnp.max(jnp.asarray(x, int), initial=-1)
    return jnp.maximum(largest + 1, minlength)


@_sized(
    jax.ops.segment_max,
    jax.ops.segment_min,
    jax.ops.segment_prod,
    jax.ops.segment_sum,
    keyword="num_segments",
)
def _segments(segment_ids: Any) -> Any:
    return jnp.max(segment_ids) + 1


@_sized(jnp.unique)
def _distinct(ar: Any, axis: int | None = None, equal_nan: bool = True) -> Any:
    if axis is None:
        return jnp.sum(_first_of_equals(jnp.sort(jnp.ravel(ar)), equal_nan))
    counts = jnp.unique(
        ar, return_counts=True, axis=axis, equal_nan=equal_nan, size=ar.shape[axis]
    )[1]
    return jnp.sum(counts > 0)


@_sized(jnp.unique_all, jnp.unique_counts, jnp.unique_inverse, jnp.unique_values)
def _distinct_values(x: Any) -> Any:
    return _distinct(x, equal_nan=False)


@_sized(jnp.union1d)
def _in_either(ar1: Any, ar2: Any) -> Any:
    return _distinct(jnp.concatenate([ar1, ar2], axis=None))


@_sized(jnp.setdiff1d)
def _in_first(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    x = jnp.ravel(ar1)
    if assume_unique:
        return jnp.sum(~jnp.isin(x, ar2))
    x = jnp.sort(x)
    return jnp.sum(_first_of_equals(x, equal_nan=True) & ~jnp.isin(x, ar2))


@_sized(jnp.setxor1d)
def _in_one(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    if not assume_unique:
        return _in_first(ar1, ar2) + _in_first(ar2, ar1)
    x = jnp.sort(jnp.concatenate([ar1, ar2], axis=None))
    first = _first_of_equals(x, equal_nan=False)
    return jnp.sum(first & jnp.append(first[1:], True))


@_sized(jnp.intersect1d)
def _in_both(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    if not assume_unique:
        return _distinct(ar1) - _in_first(ar1, ar2)
    return jnp.sum(~_first_of_equals(jnp.sort(jnp.concatenate([ar1, ar2], axis=None)), False))


def _first_of_equals(x: Any, equal_nan: bool) -> Any:
    """Where a sorted array differs from its previous element."""
    differs = x[1:] != x[:-1]
    if equal_nan and jnp.issubdtype(x.dtype, jnp.inexact):
        differs &= ~(jnp.isnan(x[1:]) & jnp.isnan(x[:-1]))
    return jnp.append(jnp.ones(min(len(x), 1), bool), differs)
