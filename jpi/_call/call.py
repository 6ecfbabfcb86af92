"""Calling a function written for global arrays on distributed ones.

`call` traces the function on the global types, then evaluates the jaxpr on the shards. Under a JAX
trace this happens inline. An eager call is compiled once per function, static arguments, types and
layouts, and the compiled local function is cached.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Generic, ParamSpec, TypeVar, overload

import jax

from jpi._call.arguments import flatten, is_sharded, unflatten
from jpi._call.closure import as_global, is_tracing_globally
from jpi._call.eager import INTEGERS_TOO, NUMBERS, call_eagerly
from jpi._call.inline import inline
from jpi._call.target import Target, common_target
from jpi._jax import names as _jax
from jpi._jax.tracebacks import api


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

    Plain arrays among the arguments are values that every rank holds. Without a ``target``, a call
    that has no distributed argument is a plain call of ``fun``.

    What is traced and what is static: arrays, floats and complex numbers are traced (one compiled
    function serves all their values), and so are integers with ``trace_integers``; everything else
    is static. Where ``fun`` refuses that, all numbers are static, and where it refuses this too,
    plain arrays as well, which may be shapes, axes or counts. So an error that remains is the one
    that ``fun`` raises for the same arguments on one device.
    """
    leaves, tree = flatten(args, kwargs)
    if target is None and not any(map(is_sharded, leaves)):
        return fun(*args, **kwargs)
    try:
        if _jax.trace_state_clean():
            numbers = INTEGERS_TOO if trace_integers else NUMBERS
            return call_eagerly(fun, tree, leaves, target, numbers)
        if is_tracing_globally():
            args, kwargs = unflatten(tree, [as_global(x) if is_sharded(x) else x for x in leaves])
            return fun(*args, **kwargs)
        return inline(fun, tree, leaves, target)
    except (TypeError, ValueError) as error:
        if any(map(functools.partial(_is_block, leaves), leaves)):
            error.add_note(_BLOCK)
        raise


_BLOCK = (
    "One of the arguments has the shape of this rank's block of another. Where it is a block "
    "(x.shard), make it the array with jpi.from_shard, or compute on blocks with jpi.map_shards."
)


def _is_block(leaves: Sequence[Any], block: Any) -> bool:
    """Whether an argument has the shape of this rank's block of another, and not that of all."""
    if is_sharded(block) or not getattr(block, "shape", ()):
        return False
    return any(is_sharded(x) and x.shape != block.shape == x._shard.shape for x in leaves)


Functions = TypeVar("Functions", bound=tuple)
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
ResultOnly = TypeVar("ResultOnly", covariant=True)


class Spmd(Generic[Parameters, ResultOnly]):  # mypy infers no lambda for a protocol
    """A function by `jpi.spmd`: it also takes distributed arrays where the original takes arrays,
    and then has them in its results."""

    @overload
    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> ResultOnly: ...
    @overload
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...


@overload
def spmd(fun: Functions, *, out_spec: Any = None) -> Functions: ...
@overload
def spmd(
    fun: Callable[Parameters, Result], *, out_spec: Any = None
) -> Spmd[Parameters, Result]: ...
@overload
def spmd(
    *, out_spec: Any = None
) -> Callable[[Callable[Parameters, Result]], Spmd[Parameters, Result]]: ...
@api
def spmd(fun: Any = None, *, out_spec: Any = None) -> Any:
    """``fun``, written for arrays on one device, as a function of distributed arrays.

    Args:
        fun: the function: a method or a module that can be called will do, and so will a NamedTuple
            of functions, such as an optimiser of optax. Without it, the result is a decorator.
        out_spec: one spec for the layout of all its results; by default each keeps the layout in
            which it is computed. A sum over ranks that is wanted in blocks is a reduce-scatter.

    The function may be any function of JAX arrays: a model, a loss, a function of another library.
    Its arguments and results are trees of arrays and of anything else: strings, None, objects.
    It is traced on the global shapes and evaluated on the shards. As with `jax.jit`, it is traced
    once per combination of types and static arguments, so it must not depend on changing state.

    Example: ``jpi.spmd(jax.nn.relu)(x)``; ``optimizer = jpi.spmd(optax.lamb(1e-3))``
    """
    if fun is None:
        return functools.partial(spmd, out_spec=out_spec)
    if isinstance(fun, tuple) or not callable(fun):
        return _each_spmd(fun, out_spec)
    is_tree = not jax.tree_util.all_leaves([fun])  # it holds arrays, which are arguments too

    @api
    @functools.wraps(fun, updated=())
    def distributed(*args: Any, **kwargs: Any) -> Any:
        function, args = (_applied, (fun, *args)) if is_tree else (fun, args)
        if out_spec is None or is_tracing_globally():
            return call(function, args, kwargs)
        leaves = jax.tree.leaves((args, kwargs), is_leaf=is_sharded)
        if not any(map(is_sharded, leaves)):
            raise TypeError(
                f"`out_spec` needs a DistArray among the arguments; got {out_spec!r} for plain "
                "arrays, which have no mesh. Make one with jpi.numpy.asarray."
            )
        target = replace(common_target(leaves), spec=hashable_spec(out_spec))
        return call(function, args, kwargs, target=target)

    return distributed


def _each_spmd(functions: Any, out_spec: Any) -> Any:
    if not hasattr(functions, "_fields"):
        raise TypeError(
            f"`fun` of spmd must be a function or a NamedTuple of functions; got {functions!r}. "
            "Call spmd on each function."
        )
    return type(functions)(*(spmd(f, out_spec=out_spec) if callable(f) else f for f in functions))


def _applied(fun: Callable, *args: Any, **kwargs: Any) -> Any:
    return fun(*args, **kwargs)
