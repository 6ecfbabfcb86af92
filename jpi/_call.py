"""Calling a function written for global arrays on distributed ones.

`call` traces the function on the global types, then evaluates the jaxpr on the shards. Under a
JAX trace that happens inline; eagerly it is compiled once per function, static arguments, types
and layouts, and the compiled local function is cached.
"""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi import _jax
from jpi import rules as _rules  # noqa: F401  (registers the rules)
from jpi._comm import Mesh
from jpi._config import config
from jpi._dispatch import GlobalFunction, evaluate, record_fallback, replicated, trace_global
from jpi._ordering import compile_threaded
from jpi._sharded import Sharded
from jpi._sites import purpose
from jpi._values import Placed, Value, region_of

_ARRAYS = (Sharded, jax.Array, np.ndarray, np.generic)
_NUMBERS = (float, complex)
_CACHE_SIZE = 4096
_NEEDS_VALUES = (
    jax.errors.ConcretizationTypeError,
    jax.errors.TracerArrayConversionError,
    jax.errors.TracerIntegerConversionError,
    jax.errors.NonConcreteBooleanIndexError,
)


@dataclass(frozen=True)
class Target:
    """Where the results of a call go: ``spec`` None leaves each in the layout it has."""

    kind: type[Sharded]
    mesh: Mesh
    spec: Any = None


@dataclass(frozen=True)
class Static:
    """An argument that is part of the program; True, 1 and 1.0 are different ones."""

    type: type
    value: Any


def hashable_spec(spec: Any) -> Any:
    return tuple(spec) if isinstance(spec, list) else spec


def is_sharded(x: Any) -> bool:
    return isinstance(x, Sharded)


def call(
    fun: Callable,
    args: Sequence[Any],
    kwargs: dict[str, Any],
    *,
    trace_integers: bool = False,
    target: Target | None = None,
) -> Any:
    """``fun(*args, **kwargs)`` for a function of global arrays, on distributed arrays.

    Plain arrays among the arguments are values that every rank holds. Python floats and complex
    numbers are traced (one compiled function serves all their values), and so are integers with
    ``trace_integers``; everything else is static. Results are distributed arrays, but for
    0-dimensional ones, which are plain `jax.Array`s. Without a ``target``, a call that has no
    distributed argument is a plain call of ``fun``.
    """
    leaves, tree = _flatten(args, kwargs)
    if target is None and not any(map(is_sharded, leaves)):
        return fun(*args, **kwargs)
    if not _jax.trace_state_clean():
        return _inline(fun, tree, leaves, target)
    return _eager(fun, tree, leaves, target, (*_NUMBERS, int) if trace_integers else _NUMBERS)


def _flatten(args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[Sequence[Any], Any]:
    if not kwargs and all(isinstance(x, _ARRAYS) for x in args):
        return args, None  # the commonest call, without the cost of a tree
    return jax.tree.flatten((tuple(args), kwargs), is_leaf=is_sharded)


def _unflatten(tree: Any, leaves: Sequence[Any]) -> tuple[Sequence[Any], dict[str, Any]]:
    return (leaves, {}) if tree is None else jax.tree.unflatten(tree, leaves)


def _eager(
    fun: Callable,
    tree: Any,
    leaves: Sequence[Any],
    target: Target | None,
    numbers: tuple[type, ...],
) -> Any:
    """The call through the cache of compiled programs; Python ``numbers`` are traced."""
    kinds: list[Any] = []
    dynamic: list[Any] = []
    for x in leaves:
        if isinstance(x, Sharded):
            kinds.append((type(x), x._mesh, x._layout, x._shard.dtype))
            dynamic.append(x._shard)
        elif isinstance(x, _ARRAYS):
            kinds.append((x.shape, x.dtype))
            dynamic.append(x)
        elif isinstance(x, numbers) and type(x) is not bool:
            kinds.append(type(x))
            dynamic.append(x)
        else:
            kinds.append(Static(type(x), x))
    key = (fun, tree, tuple(kinds), target, config.fallback, config.check)
    try:
        program = _programs.get(key)
    except TypeError:  # an unhashable static argument
        return _inline(fun, tree, leaves, target)
    if program is None:
        program = _compile(fun, tree, kinds, target, leaves)
        _keep(_programs, key, program)
    return program(dynamic)


def _compile(
    fun: Callable, tree: Any, kinds: Sequence[Any], target: Target | None, leaves: Sequence[Any]
) -> Callable[[Sequence[Any]], Any]:
    """What an eager call runs on its dynamic arguments."""
    traced = [x for x, kind in zip(leaves, kinds, strict=True) if not isinstance(kind, Static)]
    is_static = tuple(kind if isinstance(kind, Static) else None for kind in kinds)
    try:
        function = trace_global(
            functools.partial(_rebuild, fun, tree, is_static), [_type(x) for x in traced]
        )
    except _NEEDS_VALUES:
        if not all(isinstance(x, _ARRAYS) for x in traced):
            return lambda dynamic: _eager(fun, tree, _refill(kinds, dynamic), target, ())
        return lambda dynamic: _on_values(fun, tree, _refill(kinds, dynamic), target)
    if function.static:
        return lambda dynamic: _inline(fun, tree, _refill(kinds, dynamic), target)
    return Program(fun, tree, kinds, target)


class Program:
    """An eager call as one compiled function of local arrays."""

    def __init__(
        self, fun: Callable, tree: Any, kinds: Sequence[Any], target: Target | None
    ) -> None:
        self._source = fun, tree, kinds, target
        self._run = compile_threaded(self._local)
        self._tree: Any = None
        self._places: list[Any] = []

    def _local(self, dynamic: Sequence[Any]) -> list[Any]:
        fun, tree, kinds, target = self._source
        result = _inline(fun, tree, _refill(kinds, dynamic), target)
        leaves, self._tree = jax.tree.flatten(result, is_leaf=is_sharded)
        self._places = [(type(x), x._mesh, x._layout) if is_sharded(x) else None for x in leaves]
        return [x._shard if is_sharded(x) else x for x in leaves]

    def __call__(self, dynamic: Sequence[Any]) -> Any:
        results = self._run(dynamic)
        leaves = [
            x if place is None else place[0](x, place[1], place[2])
            for x, place in zip(results, self._places, strict=True)
        ]
        return leaves[0] if self._tree == _LEAF else jax.tree.unflatten(self._tree, leaves)


_LEAF = jax.tree.structure(0)
# How to call, on distributed arrays, a function whose result's shape depends on their values.
on_values: dict[Callable, Callable] = {}
_programs: OrderedDict[Any, Callable[[Sequence[Any]], Any]] = OrderedDict()
_traces: OrderedDict[Any, GlobalFunction] = OrderedDict()


def _keep(cache: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    cache[key] = value
    if len(cache) > _CACHE_SIZE:
        cache.popitem(last=False)


def _refill(kinds: Sequence[Any], dynamic: Sequence[Any]) -> list[Any]:
    """The arguments of a call, from their kinds and the dynamic ones' local arrays."""
    values = iter(dynamic)
    leaves = []
    for kind in kinds:
        if isinstance(kind, Static):
            leaves.append(kind.value)
        elif isinstance(kind, tuple) and len(kind) == 4:
            leaves.append(kind[0](next(values), kind[1], kind[2]))
        else:
            leaves.append(next(values))
    return leaves


def _rebuild(fun: Callable, tree: Any, is_static: Sequence[Static | None], *dynamic: Any) -> Any:
    values = iter(dynamic)
    leaves = [next(values) if static is None else static.value for static in is_static]
    args, kwargs = _unflatten(tree, leaves)
    return fun(*args, **kwargs)


def _type(x: Any) -> jax.ShapeDtypeStruct:
    """The global type of an argument."""
    local = jax.typeof(x._shard if is_sharded(x) else x)
    weak = getattr(local, "weak_type", False)
    shape = x.shape if is_sharded(x) else local.shape
    return jax.ShapeDtypeStruct(shape, local.dtype, weak_type=weak)


def _traced(
    fun: Callable, tree: Any, is_static: Sequence[Static | None], dynamic: Sequence[Any]
) -> GlobalFunction:
    """``fun`` traced on the global types of its arguments, from the cache where it is there."""
    types = list(map(_type, dynamic))
    shown = tuple((s.shape, s.dtype, s.weak_type) for s in types)
    key: Any = (fun, tree, is_static, shown, _jax.trace_context())
    try:
        traced = _traces.get(key)
    except TypeError:  # an unhashable static argument
        key = traced = None
    if traced is None:
        traced = trace_global(functools.partial(_rebuild, fun, tree, is_static), types)
        # A function that refers to values of a transform in progress must not outlive it.
        if key and not any(isinstance(x, _jax.Tracer) for x in traced.closed.consts):
            _keep(_traces, key, traced)
    return traced


def _inline(fun: Callable, tree: Any, leaves: Sequence[Any], given: Target | None) -> Any:
    target = given or _common_target(leaves)
    try:
        traced, dynamic = _traced_with(fun, tree, leaves, lambda x: isinstance(x, _ARRAYS))
    except _NEEDS_VALUES:
        try:  # of plain arrays, it may be: every rank has those
            traced, dynamic = _traced_with(
                fun, tree, leaves, lambda x: isinstance(x, Sharded | _jax.Tracer)
            )
        except _NEEDS_VALUES as error:
            return _by_values(fun, tree, leaves, given, error)
    values = [_value(target.mesh, x) for x in dynamic]
    with purpose(getattr(fun, "__name__", "a function"), map(_type, dynamic)):
        results = evaluate(target.mesh, traced.closed, values)
        return traced.assemble([_result(target, value) for value in results])


def _traced_with(
    fun: Callable, tree: Any, leaves: Sequence[Any], is_traced: Callable[[Any], bool]
) -> tuple[GlobalFunction, list[Any]]:
    """``fun`` traced in some of its arguments, and these."""
    is_static = tuple(None if is_traced(x) else Static(type(x), x) for x in leaves)
    dynamic = [x for x, static in zip(leaves, is_static, strict=True) if static is None]
    return _traced(fun, tree, is_static, dynamic), dynamic


def _common_target(leaves: Sequence[Any]) -> Target:
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


def _on_values(fun: Callable, tree: Any, leaves: Sequence[Any], target: Target | None) -> Any:
    """``fun`` where the shape of the result depends on values: those of plain arrays, which every
    rank has, or those of distributed ones, which are gathered."""
    try:
        return _inline(fun, tree, leaves, target)
    except _NEEDS_VALUES:
        if target is not None:
            raise
    record_fallback(
        getattr(fun, "__name__", repr(fun)), sum(x.nbytes for x in leaves if is_sharded(x))
    )
    return call_gathered(fun, *_unflatten(tree, leaves))


def _by_values(
    fun: Callable, tree: Any, leaves: Sequence[Any], given: Target | None, error: Exception
) -> Any:
    """``fun``, whose result's shape depends on values, as `on_values` says; or the ``error`` that
    it raised for want of them."""
    if fun not in on_values or given is not None:
        raise error
    args, kwargs = _unflatten(tree, leaves)
    try:  # outside of a compiled function the arrays have values, in a derivative too
        return on_values[fun](*args, **kwargs)
    except _NEEDS_VALUES:
        raise error from None


def call_gathered(fun: Callable, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """``fun(*args, **kwargs)`` on gathered arrays; the results are replicated."""
    leaves, tree = _flatten(args, kwargs)
    target = _common_target(leaves)
    args, kwargs = _unflatten(tree, [x.gather() if is_sharded(x) else x for x in leaves])
    return jax.tree.map(
        lambda y: _result(target, replicated(target.mesh, y)) if isinstance(y, jax.Array) else y,
        fun(*args, **kwargs),
    )


def spmd(fun: Callable, *, out_spec: Any = None) -> Callable:
    """``fun``, written for arrays on one device, as a function of distributed arrays.

    Args:
        fun: the function.
        out_spec: how its results shall lie, one spec for all; as they come by default. A sum over
            ranks that is wanted in blocks is a reduce-scatter.

    Any function of JAX arrays will do: a model, a loss, a function of another library. It is
    traced on the global shapes and evaluated on the shards. As with `jax.jit`, it is traced once
    per combination of types and static arguments, so it must not depend on changing state.

    Example: ``jpi.spmd(jax.nn.relu)(x)``
    """

    @functools.wraps(fun)
    def distributed(*args: Any, **kwargs: Any) -> Any:
        if out_spec is None:
            return call(fun, args, kwargs)
        leaves = jax.tree.leaves((args, kwargs), is_leaf=is_sharded)
        if not any(map(is_sharded, leaves)):
            raise TypeError(
                f"`out_spec` needs a DistArray among the arguments; got {out_spec!r} for plain "
                "arrays, which have no mesh. Make one with jpi.numpy.asarray."
            )
        target = replace(_common_target(leaves), spec=hashable_spec(out_spec))
        return call(fun, args, kwargs, target=target)

    return distributed
