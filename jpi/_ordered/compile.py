"""Functions compiled with their collectives in order: `jit`, JPI's own functions, and `wait`.

A compiled function takes the first token and returns the last one, so that `wait` knows when every
collective of this process has finished.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import weakref
from collections.abc import Callable, Sequence
from typing import Any, overload

import jax
import numpy as np

from jpi import _config
from jpi._jax import in_progress, jaxprs, runtime_tokens
from jpi._jax import names as _jax
from jpi._jax.argument_names import named_after
from jpi._jax.callers import line_of_function
from jpi._jax.modes import in_own_modes
from jpi._jax.settings import compile_for
from jpi._jax.tracebacks import api, hide_frames
from jpi._mpi import comm as _comm
from jpi._ordered.analysis import require_same
from jpi._ordered.declared import claimed_p
from jpi._ordered.effect import is_ordered, twins
from jpi._ordered.operands import compare_operands
from jpi._ordered.origins import boundary, calling_token, new_token
from jpi._ordered.programs import Size, clearing, comm_of, programs, return_memory
from jpi._ordered.signatures import Compiled, Parameters, Result
from jpi._ordered.tokens import thread_tokens

_last_token: list[Any] = [None]


results_of: list[Callable[[Callable, Any], None]] = []  # get what `jit` gives, if all is compared


def remember(token: Any) -> None:
    """Keep the token of the latest call, for `wait`: programs finish in calling order."""
    if token is not None:
        _last_token[0] = token


class _Traced:
    """What is known of a function once it is traced; until then it may have collectives."""

    def __init__(self) -> None:
        self.has_collectives = True
        self.size = Size()


def _threaded(
    fun: Callable, traced: _Traced | None = None, is_of_user: bool = False
) -> Callable[..., tuple[Any, Any]]:
    """``fun`` without our effect, as a function of a token and its arguments: ``(results, token)``.

    The token is None if ``fun`` has no collectives. ``traced`` gets what is found. What a function
    of the user gets is compared.
    """

    @functools.wraps(fun)
    @boundary
    def threaded(*args: Any, jpi_token: Any = None, **kwargs: Any) -> Any:
        if jax.config.jax_disable_jit:
            return fun(*args, **kwargs), None
        leaves, tree = jax.tree.flatten((args, kwargs))
        dynamic = [i for i, leaf in enumerate(leaves) if isinstance(leaf, _jax.Tracer)]

        def run(*values: Any) -> Any:
            full = list(leaves)
            for i, value in zip(dynamic, values, strict=True):
                full[i] = value
            args, kwargs = jax.tree.unflatten(tree, full)
            return fun(*args, **kwargs)

        values = [leaves[i] for i in dynamic]
        trace = jax.make_jaxpr(named_after(run, fun, args, kwargs, values), return_shape=True)
        closed, shapes = trace(*values)
        require_same(closed)
        if is_of_user:
            compare_operands(closed, _given(tree, dynamic), line_of_function(fun))
        first = new_token() if jpi_token is None else jpi_token
        token, results = thread_tokens(closed)(first, *values)
        has_collectives = is_ordered(jaxprs.effects(closed))
        if traced is not None:
            traced.has_collectives = has_collectives
            traced.size.operations = jaxprs.count(closed)
        results = jax.tree.unflatten(jax.tree.structure(shapes), results)
        return results, token if has_collectives else None

    return threaded


def _given(tree: Any, places: Sequence[int]) -> list[Any] | None:
    """Some leaves of the arguments, which have this tree, in the call that JAX traces."""
    arguments = in_progress.arguments()
    leaves, found = jax.tree.flatten(arguments)
    return [leaves[i] for i in places] if found == tree else None


_analysed: weakref.WeakSet[Any] = weakref.WeakSet()


def analyse(program: Any) -> None:
    """Analyse a program that `jax.jit` compiles, the first time that it is given here.

    Errors: see `require_same`.
    """
    if program is None or program in _analysed:
        return
    if not _is_threaded(program):  # else it was analysed before it got its tokens
        require_same(program)
        compare_operands(program, in_progress.operands(), jaxprs.function_of(program))
    _analysed.add(program)


def _is_threaded(program: _jax.ClosedJaxpr) -> bool:
    threaded = set(twins.values())
    return any(e.primitive in threaded for e in jaxprs.equations_within(program.jaxpr))


def _lower_claimed(_: Any, x: Any, **params: Any) -> list[Any]:
    analyse(in_progress.program())  # a program without collectives has claims too
    return [x]


_jax.mlir.register_lowering(claimed_p, _lower_claimed)


def compile_threaded(fun: Callable, **options: Any) -> tuple[Callable, Size]:
    """``fun``, a function of JPI, compiled by `jax.jit` without our effect; and its size.

    Many lines of a user's program call one compiled function: the token holds the line.
    """
    traced = _Traced()
    compiled = jax.jit(_threaded(fun, traced), **options)

    def run(*args: Any, **kwargs: Any) -> Any:
        token = calling_token() if traced.has_collectives else _nowhere()
        results, token = compiled(*args, jpi_token=token, **kwargs)
        remember(token)
        return results

    return run, traced.size


@functools.cache
def _nowhere() -> jax.Array:
    """The token of a call that makes no collectives."""
    return new_token()


def compiled_when_eager(fun: Callable, **options: Any) -> Callable:
    """``fun``, a function of JPI, compiled as one executable unless a transform is tracing it.

    Its keyword-only parameters are static; ``options`` are those of `jax.jit`.
    """
    parameters = inspect.signature(fun).parameters.values()
    static = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
    inner = in_own_modes(fun)

    @functools.wraps(fun)
    def call(*args: Any, **kwargs: Any) -> Any:
        if not _jax.trace_state_clean():
            return inner(*args, **kwargs)
        leaves, tree = jax.tree.flatten((args, kwargs))
        key = inner, tree, tuple(map(_kind, leaves))
        run = programs.find(key)
        if run is None:
            run, size = compile_threaded(inner, static_argnames=static, **options)
            programs.keep(key, run, size, comm_of((*args, *kwargs.values())))
        return run(*args, **kwargs)

    return call


def _kind(x: Any) -> Any:
    """What a program depends on of an argument: the type of an array, a static value."""
    return (x.shape, x.dtype) if isinstance(x, jax.Array | np.ndarray) else (type(x), x)


@overload
def jit(fun: Callable[Parameters, Result], **options: Any) -> Compiled[Parameters, Result]: ...
@overload
def jit(
    **options: Any,
) -> Callable[[Callable[Parameters, Result]], Compiled[Parameters, Result]]: ...
@api
def jit(fun: Callable | None = None, **options: Any) -> Any:
    """``fun`` compiled, with its collectives in program order at no extra cost per call.

    Use it wherever you would use `jax.jit`, which gives the same results but pays for JAX's
    handling of ordered effects (some 300 us) at every call. Under another transform or inside
    another jit it is `jax.jit`. ``jpi.jit(f).lower(x).compile()`` compiles ahead of time.

    Args:
        fun: the function to compile; without it, the result is a decorator:
            ``@jpi.jit(static_argnames="steps")``.
        options: those of `jax.jit`.
    """
    if fun is None:
        return functools.partial(jit, **options)
    compiled, inner = jax.jit(_threaded(fun, is_of_user=True), **options), jax.jit(fun, **options)

    @functools.wraps(inner)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:  # not `api`: one more call in Python costs 2 % here
            if not _jax.trace_state_clean():
                return inner(*args, **kwargs)
            results, token = compiled(*args, **kwargs)
        except Exception as error:
            hide_frames(error)
            raise
        remember(token)
        if _config.config.check == "full":
            for note in results_of:
                note(fun, results)
        return results

    def clear() -> None:
        compiled.clear_cache()
        inner.clear_cache()

    call.lower = lambda *args, **kwargs: _Stage(compiled.lower(*args, **kwargs))  # type: ignore
    call.eval_shape, call.clear_cache = inner.eval_shape, clear  # type: ignore[attr-defined]
    return call


class _Stage:
    """A stage of the compilation ahead of time of a function by `jit`: one of `jax.stages`."""

    def __init__(self, stage: Any) -> None:
        self._stage = stage

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stage, name)

    def compile(self, *args: Any, **kwargs: Any) -> _Stage:
        return _Stage(self._stage.compile(*args, **kwargs))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        results, token = self._stage(*args, **kwargs)
        remember(token)
        return results


@api
def wait() -> None:
    """Return when every collective that this process has started has finished.

    Errors: that of the last collective, if it failed; raised once.
    """
    runtime_tokens.barrier()
    token, _last_token[0] = _last_token[0], None
    if token is not None:
        token.block_until_ready()


def clear_caches() -> None:
    """Drop every compiled program of this rank, those of JAX too, and give the memory back.

    The next call of each function compiles it again. Nothing is communicated; calls in flight
    finish first.
    """
    wait()
    for clear in clearing:
        clear()
    jax.clear_caches()
    return_memory()


def settle() -> None:
    """As `wait`, but a failure is not raised yet: by `wait`, or where a result is used."""
    with contextlib.suppress(Exception):
        runtime_tokens.barrier()
    if (token := _last_token[0]) is not None:
        with contextlib.suppress(Exception):
            token.block_until_ready()


def is_settled() -> bool:
    """Whether the last collective of this process has finished."""
    return _last_token[0] is None or bool(_last_token[0].is_ready())


_comm.finishing.append(wait)  # else calls that have not begun yet would fail


def _follow_settings() -> None:
    compile_for((_config.config.fallback, _config.config.linalg))


_follow_settings()
_config.after_change.append(_follow_settings)
_config.before_change.append(settle)  # else they would run with the new level, and not on all ranks
