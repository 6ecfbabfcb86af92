"""Eager calls, through a cache of compiled programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from jpi._call.arguments import ARRAYS, Static, global_type, is_sharded, of_dynamic
from jpi._call.by_values import NEEDS_VALUES
from jpi._call.inline import GIVEN, compare_constants, inline, mark_made, on_gathered_values
from jpi._call.sharded import Sharded
from jpi._call.target import Target
from jpi._config import config
from jpi._evaluation.tracing import GlobalFunction, trace_global
from jpi._evaluation.views import undifferentiated
from jpi._jax.statics import mixed, of_number
from jpi._mpi.given import compare_given
from jpi._ordered.compile import compile_threaded
from jpi._ordered.origins import with_operands
from jpi._ordered.programs import Size, programs

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
    plain: list[Any] = []
    for x in leaves:
        if isinstance(x, Sharded):
            mesh, shard = x._mesh, x._shard
            kinds.append((x.kind, mesh, x._layout, shard.dtype))
            dynamic.append(shard)
        elif isinstance(x, ARRAYS):
            kinds.append((x.shape, x.dtype))
            dynamic.append(x)
            plain.append(x)
        elif isinstance(x, numbers) and type(x) is not bool:
            kinds.append(type(x))
            dynamic.append(x)
        else:
            kinds.append(Static(x))
    # A program holds its function, so that no other one gets its id: JAX's ufuncs are slow to hash.
    function = id(fun) if type(fun) is jax.numpy.ufunc else fun
    key = (function, tree, tuple(kinds), target, config._chosen)
    comm = (target.mesh if target else mesh).comm
    if plain:  # whether the program is kept or not: another rank may have dropped its own
        compare_given(GIVEN, plain, comm)
    try:
        program = programs.find(key)
    except TypeError:  # an unhashable static argument
        return inline(fun, tree, leaves, target)
    if program is None:
        comm.require_live()
        program, size = _compile(fun, tree, kinds, target, leaves)
        programs.keep(key, program, size, comm)
    if getattr(program, "constants", None):  # whether the program is kept or not, as above
        compare_constants(program.constants, comm)
    return _noted(program, leaves, dynamic) if config.check == "full" else program(dynamic)


def _noted(program: Callable, leaves: Sequence[Any], dynamic: Sequence[Any]) -> Any:
    """The call of a program whose collectives, and results, know what their operands were made by.

    The ranks compare this, so it may differ only where the programs of the ranks differ.
    """
    operands = (x._made_by if is_sharded(x) else of_number(x) for x in leaves)
    made_by = mixed(getattr(program, "statics", 0), *operands)
    with with_operands(made_by):
        results = program(dynamic)
    mark_made(jax.tree.leaves(results, is_leaf=is_sharded), made_by)
    return results


def _compile(
    fun: Callable, tree: Any, kinds: Sequence[Any], target: Target | None, leaves: Sequence[Any]
) -> tuple[Callable[[Sequence[Any]], Any], Size]:
    """The compiled program of an eager call, a function of its dynamic arguments; and its size."""
    traced = [x for x, kind in zip(leaves, kinds, strict=True) if not isinstance(kind, Static)]
    is_static = tuple(kind if isinstance(kind, Static) else None for kind in kinds)

    def calling(other: Callable, *more: Any) -> tuple[Callable[[Sequence[Any]], Any], Size]:
        """A call of another function, which has compiled programs of its own."""
        size = Size(is_compiled=False)
        return lambda dynamic: other(fun, tree, _refill(kinds, dynamic), target, *more), size

    try:
        types = [global_type(x) for x in traced]
        function = trace_global(of_dynamic(fun, tree, is_static, types), types)
    except Exception as error:
        if not all(isinstance(x, ARRAYS) for x in traced):
            return calling(call_eagerly, ())
        if all(map(is_sharded, traced)) and not isinstance(error, NEEDS_VALUES):
            raise
        return calling(on_gathered_values)
    if function.static:
        return calling(inline)
    program = Program(fun, tree, kinds, target, function)
    return program, program.size


class Program:
    """An eager call as one compiled function of local arrays."""

    def __init__(
        self,
        fun: Callable,
        tree: Any,
        kinds: Sequence[Any],
        target: Target | None,
        traced: GlobalFunction,
    ) -> None:
        self.statics, self.constants = traced.statics, traced.constants
        self._source = fun, tree, kinds, target
        self._run, self.size = compile_threaded(self._local)
        self._tree: Any = None
        self._places: list[Any] = []

    def _local(self, dynamic: Sequence[Any]) -> list[Any]:
        fun, tree, kinds, target = self._source
        with undifferentiated.active():
            result = inline(fun, tree, _refill(kinds, dynamic), target, is_compared=True)
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
