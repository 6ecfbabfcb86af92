"""Eager calls, through a cache of compiled programs."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from jpi._call.arguments import ARRAYS, Static, global_type, is_sharded, rebuild
from jpi._call.by_values import NEEDS_VALUES
from jpi._call.cache import keep
from jpi._call.inline import GIVEN, inline, on_gathered_values
from jpi._call.sharded import Sharded
from jpi._call.target import Target, common_target
from jpi._config import config
from jpi._evaluation.tracing import trace_global
from jpi._mpi.given import compare_given
from jpi._ordered.compile import compile_threaded

NUMBERS = (float, complex, np.inexact)
INTEGERS_TOO = (*NUMBERS, int, np.integer)


def call_eagerly(
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
            kinds.append((x.kind, x._mesh, x._layout, x._shard.dtype))
            dynamic.append(x._shard)
        elif isinstance(x, ARRAYS):
            kinds.append((x.shape, x.dtype))
            dynamic.append(x)
        elif isinstance(x, numbers) and type(x) is not bool:
            kinds.append(type(x))
            dynamic.append(x)
        else:
            kinds.append(Static(x))
    key = (fun, tree, tuple(kinds), target, config.fallback, config.check)
    try:
        program = programs.get(key)
    except TypeError:  # an unhashable static argument
        return inline(fun, tree, leaves, target)
    if program is None:
        _compare_plain(kinds, leaves, target)
        program = _compile(fun, tree, kinds, target, leaves)
        keep(programs, key, program)
    return program(dynamic)


def _compare_plain(kinds: Sequence[Any], leaves: Sequence[Any], target: Target | None) -> None:
    """Compare the plain arrays and numbers among the traced arguments of a program's first call."""
    plain = [
        x
        for x, kind in zip(leaves, kinds, strict=True)
        if not is_sharded(x) and not isinstance(kind, Static)
    ]
    if plain:
        compare_given(GIVEN, plain, (target or common_target(leaves)).mesh.comm)


def _compile(
    fun: Callable, tree: Any, kinds: Sequence[Any], target: Target | None, leaves: Sequence[Any]
) -> Callable[[Sequence[Any]], Any]:
    """The compiled program of an eager call, a function of its dynamic arguments."""
    traced = [x for x, kind in zip(leaves, kinds, strict=True) if not isinstance(kind, Static)]
    is_static = tuple(kind if isinstance(kind, Static) else None for kind in kinds)
    try:
        function = trace_global(
            functools.partial(rebuild, fun, tree, is_static), [global_type(x) for x in traced]
        )
    except Exception as error:
        if not all(isinstance(x, ARRAYS) for x in traced):
            return lambda dynamic: call_eagerly(fun, tree, _refill(kinds, dynamic), target, ())
        if all(map(is_sharded, traced)) and not isinstance(error, NEEDS_VALUES):
            raise
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
        self._places = [(x.kind, x._mesh, x._layout) if is_sharded(x) else None for x in leaves]
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


programs: OrderedDict[Any, Callable[[Sequence[Any]], Any]] = OrderedDict()


def _refill(kinds: Sequence[Any], dynamic: Sequence[Any]) -> list[Any]:
    """The arguments of a call, from their kinds and the local arrays of the dynamic ones."""
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
