"""Evaluating a function of global arrays on their shards, in the current trace.

The function is traced once on the global types, and the rules evaluate its jaxpr. Where the shape
of a result depends on values, the function runs on values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import compress
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi import _rules  # noqa: F401  (registers the rules)
from jpi._call.arguments import (
    ARRAYS,
    Static,
    flatten,
    global_type,
    is_sharded,
    of_dynamic,
    require_one_comm,
    unflatten,
)
from jpi._call.by_values import NEEDS_VALUES, by_values
from jpi._call.in_program import at_once, late, value_of, view_in
from jpi._call.sharded import LATE, Sharded
from jpi._call.shown import shown
from jpi._call.target import Target, common_target
from jpi._evaluation.evaluate import evaluate
from jpi._evaluation.fallback import record_fallback
from jpi._evaluation.tracing import GlobalFunction, trace_global
from jpi._evaluation.values import (
    Deferred,
    Value,
    given_by_all,
    given_to_all,
    moved_to,
    region_of,
    replicated,
)
from jpi._evaluation.views import take_all
from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._jax.modes import own_modes
from jpi._jax.statics import mixed, of_text
from jpi._layout.layout import Layout
from jpi._mpi.comm import Comm
from jpi._mpi.given import compare_given
from jpi._mpi.mesh import Mesh
from jpi._ordered.compile import results_of
from jpi._ordered.declared import claimed, is_declaring
from jpi._ordered.origins import purpose, with_operands
from jpi._ordered.programs import Size, programs
from jpi._rules.closed_over import refers_to_tracers

GIVEN = "a plain array in an operation on a mesh"
_RESULT = "a result that every rank holds"


def _traced(
    fun: Callable, tree: Any, is_static: Sequence[Static | None], dynamic: Sequence[Any]
) -> GlobalFunction:
    """``fun`` traced on the global types of its arguments, from the cache if it is there."""
    types = list(map(global_type, dynamic))
    shown = tuple((s.shape, s.dtype, s.weak_type) for s in types)
    key: Any = ("traced", fun, tree, is_static, shown, _jax.trace_context())
    try:
        traced = programs.find(key)
    except TypeError:  # an unhashable static argument
        key = traced = None
    if traced is None:
        traced = trace_global(of_dynamic(fun, tree, is_static, types), types)
        # A function that refers to values of a transform in progress must not outlive it.
        if key and not refers_to_tracers(traced.closed):
            programs.keep(key, traced, Size(False, jaxprs.count(traced.closed)))
    return traced


def inline(
    fun: Callable,
    tree: Any,
    leaves: Sequence[Any],
    given: Target | None,
    *,
    is_compared: bool = False,
) -> Any:
    """``fun`` of the arguments, on their shards.

    Args:
        is_compared: whether the ranks have compared the arrays that the program gives as the same.
    """
    target = given or common_target(leaves)
    traced, dynamic = _traced_with(fun, tree, leaves, _is_array)
    if isinstance(traced, Exception) and not all(map(_has_no_value, dynamic)):
        # perhaps on the values of plain arrays, which every rank has
        traced, dynamic = _traced_with(fun, tree, list(map(_as_counts, leaves)), _has_no_value)
    if isinstance(traced, NEEDS_VALUES):
        return by_values(fun, tree, leaves, given, traced)
    if isinstance(traced, Exception):
        raise traced
    if not _jax.trace_state_clean():  # else the eager call has compared them
        compare_given(GIVEN, _plain_values(leaves), target.mesh.comm)
    if traced.constants and not is_compared:
        compare_constants(traced.constants, target.mesh.comm)
    values = [_value(target.mesh, x) for x in dynamic]
    made_by = mixed(traced.statics, *(x._made_by for x in dynamic if is_sharded(x)))
    name = getattr(fun, "__name__", "a function")
    types = list(map(global_type, dynamic))
    words = shown(fun, tree, leaves)

    line = _jax.current_source().traceback

    @contextmanager
    def aim() -> Iterator[None]:
        with _jax.user_context(line), purpose(name, types, made_by, words):
            yield

    with own_modes(), purpose(name, types, made_by, words), with_operands(made_by):
        results = evaluate(target.mesh, traced.closed, values)
        likes = {x.shape: x._layout for x in reversed(dynamic) if is_sharded(x)}
        made = _handed_out(target, results, likes, aim)
    mark_made(made, made_by)
    return traced.assemble(made)


def compare_constants(arrays: Sequence[Any], comm: Comm) -> None:
    """Raise if arrays that a function refers to differ between ranks."""
    compare_given("an array that a function refers to", arrays, comm, "constants")


def mark_made(results: Sequence[Any], made_by: int) -> None:
    """Note what has made these results: where they are operands, all ranks must have the same."""
    for place, x in enumerate(results):
        if is_sharded(x):
            x._made_by = mixed(made_by, place)


def _mark_results(fun: Callable, results: Any) -> None:
    """Note which function of the user has made its results."""
    made = jax.tree.leaves(results, is_leaf=is_sharded)
    mark_made(made, of_text(getattr(fun, "__qualname__", "")))


results_of.append(_mark_results)


def _traced_with(
    fun: Callable, tree: Any, leaves: Sequence[Any], is_traced: Callable[[Any], bool]
) -> tuple[GlobalFunction | Exception, list[Any]]:
    """``fun`` traced in some of its arguments, or why it cannot be; and these arguments."""
    is_static = tuple(None if is_traced(x) else Static(x) for x in leaves)
    dynamic = [x for x, static in zip(leaves, is_static, strict=True) if static is None]
    try:
        return _traced(fun, tree, is_static, dynamic), dynamic
    except Exception as error:
        return error, dynamic


def _is_array(x: Any) -> bool:
    return isinstance(x, ARRAYS)


def _has_no_value(x: Any) -> bool:
    return isinstance(x, Sharded | _jax.Tracer)


def _as_counts(x: Any) -> Any:
    """``x``, as a NumPy array if it may be a shape or a list of axes or counts.

    A part of an array of JAX is a tracer while JAX traces, even if the array has values.
    """
    is_plain = isinstance(x, jax.Array) and not _has_no_value(x)
    if not is_plain or x.ndim > 1 or not jnp.issubdtype(x.dtype, jnp.integer):
        return x
    return np.asarray(x)


def _plain_values(leaves: Sequence[Any]) -> list[Any]:
    """The plain arrays with values among arguments that a transform traces."""
    values = [_jax.value_of(x) for x in leaves if not is_sharded(x)]
    return [x for x in values if isinstance(x, ARRAYS)]


def _value(mesh: Mesh, x: Any) -> Value:
    if is_sharded(x):
        value = value_of(x)
        if x._mesh == mesh:
            return value
        require_one_comm(x, mesh)
        return moved_to(mesh, value)
    x = x if isinstance(x, jax.Array) else jnp.asarray(x)
    return given_by_all(mesh, claimed(x, mesh, mesh.axis_names, GIVEN))


def _handed_out(
    target: Target,
    values: Sequence[Value],
    likes: Mapping[tuple[int, ...], Layout],
    aim: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> list[Any]:
    mesh = target.mesh
    placements = [_placement(target, value, likes) for value in values]
    views = list(map(view_in, values, placements))
    is_now = [view is None for view in views]
    regions = [region_of(mesh, chosen) for chosen in compress(placements, is_now)]
    locals = iter(take_all(mesh, list(compress(values, is_now)), regions))
    together = list(filter(None, views))
    results = [
        late(target.kind, view, aim, together)
        if view
        else _result(target, value, next(locals), chosen)
        for value, view, chosen in zip(values, views, placements, strict=True)
    ]
    for x in filter(is_sharded, results):
        is_traced = x._local is LATE or isinstance(x._local, _jax.Tracer)
        x._is_computed = is_declaring() and is_traced
    return results


def _placement(target: Target, value: Value, likes: Mapping[tuple[int, ...], Layout]) -> Layout:
    if not value.shape:
        return value.layout(target.mesh)
    if target.spec is not None:
        return target.mesh.layout(value.shape, target.spec)
    if isinstance(value, Deferred) and value.is_replicated and value.shape in likes:
        return likes[value.shape]  # such as an optimiser's zeros for an array of weights
    return value.layout(target.mesh)


def _result(target: Target, value: Value, local: Any, placement: Layout) -> Any:
    if placement.is_replicated:
        mesh = target.mesh
        return given_to_all(mesh, claimed(local, mesh, mesh.axis_names, _RESULT))
    return at_once(target.kind, value, local, target.mesh, placement)


def on_gathered_values(
    fun: Callable, tree: Any, leaves: Sequence[Any], target: Target | None
) -> Any:
    """``fun`` where the shape of the result depends on values.

    The values are those of plain arrays, which every rank has, or of distributed arrays, which are
    gathered.
    """
    try:
        return inline(fun, tree, leaves, target)
    except NEEDS_VALUES:
        if target is not None:
            raise
    record_fallback(
        getattr(fun, "__name__", repr(fun)), sum(x.nbytes for x in leaves if is_sharded(x))
    )
    return call_gathered(fun, *unflatten(tree, leaves))


def call_gathered(fun: Callable, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """``fun(*args, **kwargs)`` on gathered arrays; the results are replicated."""
    leaves, tree = flatten(args, kwargs)
    target = common_target(leaves)
    args, kwargs = unflatten(tree, [x.gather() if is_sharded(x) else x for x in leaves])
    return jax.tree.map(
        lambda y: (
            _handed_out(target, [replicated(target.mesh, y)], {})[0]
            if isinstance(y, jax.Array)
            else y
        ),
        fun(*args, **kwargs),
    )
