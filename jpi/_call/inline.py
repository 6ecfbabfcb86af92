"""Evaluating a function of global arrays on their shards, in the trace that there is.

The function is traced on the global types, once, and its jaxpr is evaluated by the rules. Where
the shape of a result depends on values, it runs on values.
"""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jpi import _rules  # noqa: F401  (registers the rules)
from jpi._call.sharded import Sharded
from jpi._evaluation.evaluate import (
    GlobalFunction,
    evaluate,
    record_fallback,
    replicated,
    trace_global,
)
from jpi._evaluation.values import Placed, Value, region_of
from jpi._jax import names as _jax
from jpi._mpi.comm import Mesh
from jpi._ordered.origins import purpose

ARRAYS = (Sharded, jax.Array, np.ndarray, np.generic)
_LEAVES = (*ARRAYS, int, float, complex, str, type, type(None), np.dtype)
_CACHE_SIZE = 4096
NEEDS_VALUES = (
    jax.errors.ConcretizationTypeError,
    jax.errors.TracerArrayConversionError,
    jax.errors.TracerIntegerConversionError,
    jax.errors.NonConcreteBooleanIndexError,
)
# How to call, on distributed arrays, a function whose result's shape depends on their values.
on_values: dict[Callable, Callable] = {}
_traces: OrderedDict[Any, GlobalFunction] = OrderedDict()


@dataclass(frozen=True)
class Target:
    """Where the results of a call go: ``spec`` None leaves each in the layout it has."""

    kind: type[Sharded]
    mesh: Mesh
    spec: Any = None


class Static(NamedTuple):
    """An argument that is part of the program; True, 1 and 1.0 are different ones."""

    type: type
    value: Any


def is_sharded(x: Any) -> bool:
    return isinstance(x, Sharded)


def flatten(args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[Sequence[Any], Any]:
    """The leaves of the arguments, and how to put them together again."""
    leaves = (*args, *kwargs.values())
    for x in leaves:  # a loop, as a generator takes 4 % of a small eager call
        if not isinstance(x, _LEAVES):
            break
    else:  # the commonest calls, without the cost of a tree
        return leaves, tuple(kwargs)
    return jax.tree.flatten((tuple(args), kwargs), is_leaf=is_sharded)


def unflatten(tree: Any, leaves: Sequence[Any]) -> tuple[Sequence[Any], dict[str, Any]]:
    if not isinstance(tree, tuple):
        return jax.tree.unflatten(tree, leaves)
    count = len(leaves) - len(tree)  # of the positional ones; the others' names are the tree
    return leaves[:count], dict(zip(tree, leaves[count:], strict=True))


def keep(cache: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    cache[key] = value
    if len(cache) > _CACHE_SIZE:
        cache.popitem(last=False)


def rebuild(fun: Callable, tree: Any, is_static: Sequence[Static | None], *dynamic: Any) -> Any:
    values = iter(dynamic)
    leaves = [next(values) if static is None else static.value for static in is_static]
    args, kwargs = unflatten(tree, leaves)
    return fun(*args, **kwargs)


def global_type(x: Any) -> jax.ShapeDtypeStruct:
    """The global type of an argument."""
    local = jax.typeof(x._shard if is_sharded(x) else x)
    weak = getattr(local, "weak_type", False)
    shape = x.shape if is_sharded(x) else local.shape
    return jax.ShapeDtypeStruct(shape, local.dtype, weak_type=weak)


def _traced(
    fun: Callable, tree: Any, is_static: Sequence[Static | None], dynamic: Sequence[Any]
) -> GlobalFunction:
    """``fun`` traced on the global types of its arguments, from the cache where it is there."""
    types = list(map(global_type, dynamic))
    shown = tuple((s.shape, s.dtype, s.weak_type) for s in types)
    key: Any = (fun, tree, is_static, shown, _jax.trace_context())
    try:
        traced = _traces.get(key)
    except TypeError:  # an unhashable static argument
        key = traced = None
    if traced is None:
        traced = trace_global(functools.partial(rebuild, fun, tree, is_static), types)
        # A function that refers to values of a transform in progress must not outlive it.
        if key and not any(isinstance(x, _jax.Tracer) for x in traced.closed.consts):
            keep(_traces, key, traced)
    return traced


def inline(fun: Callable, tree: Any, leaves: Sequence[Any], given: Target | None) -> Any:
    target = given or common_target(leaves)
    try:
        traced, dynamic = _traced_with(fun, tree, leaves, lambda x: isinstance(x, ARRAYS))
    except NEEDS_VALUES:
        try:  # of plain arrays, it may be: every rank has those
            traced, dynamic = _traced_with(
                fun, tree, leaves, lambda x: isinstance(x, Sharded | _jax.Tracer)
            )
        except NEEDS_VALUES as error:
            return _by_values(fun, tree, leaves, given, error)
    values = [_value(target.mesh, x) for x in dynamic]
    with purpose(getattr(fun, "__name__", "a function"), map(global_type, dynamic)):
        results = evaluate(target.mesh, traced.closed, values)
        return traced.assemble([_result(target, value) for value in results])


def _traced_with(
    fun: Callable, tree: Any, leaves: Sequence[Any], is_traced: Callable[[Any], bool]
) -> tuple[GlobalFunction, list[Any]]:
    """``fun`` traced in some of its arguments, and these."""
    is_static = tuple(None if is_traced(x) else Static(type(x), x) for x in leaves)
    dynamic = [x for x, static in zip(leaves, is_static, strict=True) if static is None]
    return _traced(fun, tree, is_static, dynamic), dynamic


def common_target(leaves: Sequence[Any]) -> Target:
    arrays = [x for x in leaves if is_sharded(x)]
    return Target(type(arrays[0]), common_mesh(arrays, "one operation"))


def common_mesh(arrays: Sequence[Sharded], operation: str) -> Mesh:
    """The mesh of all ``arrays``, of which there is at least one."""
    for x in arrays:
        if x._mesh != arrays[0]._mesh:
            raise ValueError(
                f"the arrays of {operation} must lie on one mesh; got {arrays[0]._mesh} and "
                f"{x._mesh}. Move one with x.redistribute(spec, mesh)."
            )
    return arrays[0]._mesh


def _value(mesh: Mesh, x: Any) -> Value:
    return Placed(x._shard, x._layout) if is_sharded(x) else replicated(mesh, jnp.asarray(x))


def _result(target: Target, value: Value) -> Any:
    if not value.shape:
        return value.replicate(target.mesh)
    if target.spec is None:
        placed = value.settle(target.mesh)
        return target.kind(placed.local, target.mesh, placed.placement)
    chosen = target.mesh.layout(value.shape, target.spec)
    return target.kind(value.take(region_of(target.mesh, chosen)), target.mesh, chosen)


def on_gathered_values(
    fun: Callable, tree: Any, leaves: Sequence[Any], target: Target | None
) -> Any:
    """``fun`` where the shape of the result depends on values: those of plain arrays, which every
    rank has, or those of distributed ones, which are gathered."""
    try:
        return inline(fun, tree, leaves, target)
    except NEEDS_VALUES:
        if target is not None:
            raise
    record_fallback(
        getattr(fun, "__name__", repr(fun)), sum(x.nbytes for x in leaves if is_sharded(x))
    )
    return call_gathered(fun, *unflatten(tree, leaves))


def _by_values(
    fun: Callable, tree: Any, leaves: Sequence[Any], given: Target | None, error: Exception
) -> Any:
    """``fun``, whose result's shape depends on values, as `on_values` says; or the ``error`` that
    it raised for want of them."""
    if fun not in on_values or given is not None:
        raise error
    args, kwargs = unflatten(tree, leaves)
    try:  # outside of a compiled function the arrays have values, in a derivative too
        return on_values[fun](*args, **kwargs)
    except NEEDS_VALUES:
        raise error from None


def call_gathered(fun: Callable, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """``fun(*args, **kwargs)`` on gathered arrays; the results are replicated."""
    leaves, tree = flatten(args, kwargs)
    target = common_target(leaves)
    args, kwargs = unflatten(tree, [x.gather() if is_sharded(x) else x for x in leaves])
    return jax.tree.map(
        lambda y: _result(target, replicated(target.mesh, y)) if isinstance(y, jax.Array) else y,
        fun(*args, **kwargs),
    )
