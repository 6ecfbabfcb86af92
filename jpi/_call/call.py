"""Calling a function written for global arrays on distributed ones.

`call` traces the function on the global types, then evaluates the jaxpr on the shards. Under a
JAX trace that happens inline; eagerly it is compiled once per function, static arguments, types
and layouts, and the compiled local function is cached.
"""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import jax

from jpi._call.inline import (
    ARRAYS,
    NEEDS_VALUES,
    Static,
    Target,
    common_target,
    flatten,
    global_type,
    inline,
    is_sharded,
    keep,
    on_gathered_values,
    rebuild,
)
from jpi._call.sharded import Sharded
from jpi._config import config
from jpi._evaluation.evaluate import trace_global
from jpi._jax import names as _jax
from jpi._ordered.compile import compile_threaded

_NUMBERS = (float, complex)


def hashable_spec(spec: Any) -> Any:
    return tuple(spec) if isinstance(spec, list) else spec


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
    leaves, tree = flatten(args, kwargs)
    if target is None and not any(map(is_sharded, leaves)):
        return fun(*args, **kwargs)
    if not _jax.trace_state_clean():
        return inline(fun, tree, leaves, target)
    return _eager(fun, tree, leaves, target, (*_NUMBERS, int) if trace_integers else _NUMBERS)


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
        elif isinstance(x, ARRAYS):
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
        return inline(fun, tree, leaves, target)
    if program is None:
        program = _compile(fun, tree, kinds, target, leaves)
        keep(_programs, key, program)
    return program(dynamic)


def _compile(
    fun: Callable, tree: Any, kinds: Sequence[Any], target: Target | None, leaves: Sequence[Any]
) -> Callable[[Sequence[Any]], Any]:
    """What an eager call runs on its dynamic arguments."""
    traced = [x for x, kind in zip(leaves, kinds, strict=True) if not isinstance(kind, Static)]
    is_static = tuple(kind if isinstance(kind, Static) else None for kind in kinds)
    try:
        function = trace_global(
            functools.partial(rebuild, fun, tree, is_static), [global_type(x) for x in traced]
        )
    except NEEDS_VALUES:
        if not all(isinstance(x, ARRAYS) for x in traced):
            return lambda dynamic: _eager(fun, tree, _refill(kinds, dynamic), target, ())
        return lambda dynamic: on_gathered_values(fun, tree, _refill(kinds, dynamic), target)
    if function.static:
        return lambda dynamic: inline(fun, tree, _refill(kinds, dynamic), target)
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
        result = inline(fun, tree, _refill(kinds, dynamic), target)
        leaves, self._tree = jax.tree.flatten(result, is_leaf=is_sharded)
        self._places = [(type(x), x._mesh, x._layout) if is_sharded(x) else None for x in leaves]
        return [x._shard if is_sharded(x) else x for x in leaves]

    def __call__(self, dynamic: Sequence[Any]) -> Any:
        results = self._run(dynamic)
        if self._tree == _LEAF:  # without a list, for speed
            return _placed(results[0], self._places[0])
        leaves = [_placed(x, place) for x, place in zip(results, self._places, strict=True)]
        return jax.tree.unflatten(self._tree, leaves)


def _placed(x: Any, place: Any) -> Any:
    return x if place is None else place[0](x, place[1], place[2])


_LEAF = jax.tree.structure(0)
_programs: OrderedDict[Any, Callable[[Sequence[Any]], Any]] = OrderedDict()


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
        target = replace(common_target(leaves), spec=hashable_spec(out_spec))
        return call(fun, args, kwargs, target=target)

    return distributed
