"""The order of collectives: program order on every rank, without a token in the user's code.

Every collective primitive has an *ordered effect*, which JAX keeps in program order through each
of its transforms. An effect has a price at every call (JAX leaves its C++ dispatch path), so
`thread_tokens` turns a finished jaxpr into an effect-free one: each effectful equation becomes its
*twin*, which takes a token as its first operand and returns one as its first result. The token is
an ordinary array of one element, so that the data dependence alone keeps the order in XLA.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._jax.statics import mixed
from jpi._mpi.comm import after_free
from jpi._ordered.declared import declared
from jpi._ordered.effect import compositions, is_ordered, twins
from jpi._ordered.grouping import groups, together
from jpi._ordered.lifetime import free_operands
from jpi._ordered.memory import is_large, unwritten
from jpi._ordered.origins import Origin, origin, within
from jpi._ordered.programs import clearing

_threading: dict[str, Callable[..., tuple[Any, Sequence[Any]]]] = {}


def thread_tokens(
    closed: _jax.ClosedJaxpr, free: Sequence[bool] | None = None
) -> Callable[..., tuple[Any, list[Any]]]:
    """A function ``(token, *args) -> (token, results)`` equal to ``closed``, free of our effect.

    ``free`` holds for each argument whether nothing needs it afterwards (see `free_operands`).
    """
    return functools.partial(_run, closed, free)


def _run(
    closed: _jax.ClosedJaxpr, free: Sequence[bool] | None, token: Any, *args: Any
) -> tuple[Any, list[Any]]:
    if not is_ordered(jaxprs.effects(closed)):
        return token, jaxprs.run(closed, args)
    in_order = groups(closed.jaxpr)
    steps = [equation for group in in_order for equation in group]
    is_free = dict(zip(map(id, steps), free_operands(closed.jaxpr, steps, free), strict=True))

    def apply(equations: Sequence[_jax.JaxprEqn], operands: list[list[Any]]) -> Any:
        nonlocal token
        if len(equations) > 1:
            token, sums = _reduce_together(equations, token, [x for (x,) in operands])
            return [[y] for y in sums]
        (equation,) = equations
        if equation.primitive in declared:  # the analysis of the program has seen it
            return operands
        if not is_ordered(jaxprs.effects(equation)):
            return [jaxprs.bind_equation(equation, operands[0])]
        token, results = _thread_equation(equation, token, operands[0], is_free[id(equation)])
        return [results]

    results = jaxprs.walk_groups(closed, args, in_order, apply)
    return token, results


def _reduce_together(
    equations: Sequence[_jax.JaxprEqn], token: Any, operands: Sequence[Any]
) -> tuple[Any, list[Any]]:
    """Reductions with the same parameters, with one message for the operands of each dtype."""
    first, origins = equations[0], list(map(_origin, equations))
    common = origins[0]._replace(
        purpose=f"{origins[0].purpose} and {len(equations) - 1} more",
        statics=mixed(*(origin.statics for origin in origins)),
    )

    def reduce(x: Any) -> Any:
        nonlocal token
        token, y = twins[first.primitive].bind(
            token, x, in_place=True, origin=common, **first.params
        )
        return y

    results = together[first.primitive](reduce, operands)
    return token, results


def _thread_equation(
    equation: Any, token: Any, operands: list[Any], free: list[bool]
) -> tuple[Any, Sequence[Any]]:
    primitive = equation.primitive
    if primitive in twins:
        token, *results = twins[primitive].bind(
            token, *operands, in_place=free[0], origin=_origin(equation), **equation.params
        )
        return token, results
    if primitive in compositions:
        function = functools.partial(compositions[primitive], **equation.params)
        threaded = thread_tokens(jax.make_jaxpr(function)(*operands), free)
        with within(_origin(equation)):
            return threaded(token, *operands)
    if primitive.name not in _threading:
        raise NotImplementedError(
            f"a collective inside `{primitive.name}` has no token-threading rule in JPI. "
            "Compile the function that holds it with jax.jit instead of jpi.jit."
        )
    # A compiled callee serves many callers: it must not keep the origin of one of them.
    keeps_origin = primitive.name not in ("jit", "pjit")
    with within(_origin(equation)) if keeps_origin else contextlib.nullcontext():
        return _threading[primitive.name](token, operands, free, **equation.params)


def _origin(equation: Any) -> Origin:
    return origin(*jaxprs.source(equation))


def _threads(*names: str) -> Callable[[Callable], Callable]:
    def register(rule: Callable) -> Callable:
        _threading.update(dict.fromkeys(names, rule))
        return rule

    return register


@functools.lru_cache(maxsize=128)
def _compiled_callee(closed: _jax.ClosedJaxpr, name: str, free: tuple[bool, ...]) -> Callable:
    def callee(token: Any, *args: Any) -> tuple[Any, list[Any]]:
        with within(Origin()):  # many lines call it
            return thread_tokens(closed, free)(token, *args)

    callee.__name__ = name
    return jax.jit(callee)


clearing.append(_compiled_callee.cache_clear)
after_free.append(_compiled_callee.cache_clear)


@_threads("jit", "pjit")
def _jit(token: Any, operands: Any, free: Any, *, jaxpr: Any, name: str, **params: Any) -> Any:
    return _compiled_callee(jaxpr, name, tuple(free))(token, *operands)


@_threads("closed_call", "core_closed_call", "eval_jaxpr", "custom_jvp_call", "custom_vjp_call")
def _closed_call(token: Any, operands: Any, free: Any, *, call_jaxpr: Any, **params: Any) -> Any:
    return thread_tokens(call_jaxpr, free)(token, *operands)


@_threads("checkpoint", "remat", "remat2")
def _remat(
    token: Any,
    operands: Any,
    free: Any,
    *,
    jaxpr: Any,
    prevent_cse: Any,
    differentiated: bool,
    **params: Any,
) -> Any:
    if differentiated and prevent_cse:  # keep XLA from merging the recomputation with the original
        operands = lax.optimization_barrier(operands)
    return _run(_jax.ClosedJaxpr(jaxpr, ()), free, token, *operands)


@_threads("custom_linear_solve")
def _linear_solve(
    token: Any, operands: Any, free: Any, *, const_lengths: Any, jaxprs: Any, **params: Any
) -> Any:
    # const_lengths counts the constants of matvec, vecmat, solve, transpose_solve, in this order.
    start = const_lengths.matvec + const_lengths.vecmat
    consts = operands[start : start + const_lengths.solve]
    rhs = operands[start + const_lengths.solve + const_lengths.transpose_solve :]
    return thread_tokens(jaxprs.solve)(token, *consts, *rhs)


@_threads("cond")
def _cond(token: Any, operands: Any, free: Any, *, branches: Any, **params: Any) -> Any:
    index, *operands = operands
    runs = [thread_tokens(branch, free[1:]) for branch in branches]
    return lax.switch(index, runs, token, *operands)


@_threads("scan")
def _scan(
    token: Any,
    operands: Any,
    free: Any,
    *,
    jaxpr: Any,
    length: int,
    reverse: bool,
    unroll: int,
    **params: Any,
) -> Any:
    num_consts, num_carry = jaxprs.scan_counts(params)
    consts, carry = operands[:num_consts], operands[num_consts : num_consts + num_carry]
    run = thread_tokens(jaxpr, [i >= num_consts for i in range(len(operands))])

    types = jaxprs.output_types(jaxpr)[num_carry:]
    # JAX fills the memory of what a scan stacks with zeros before.
    stacks = {
        i: unwritten((length, *x.shape), x.dtype, i)
        for i, x in enumerate(types)
        if is_large(length, x)
    }

    def step(state: Any, x: Any) -> Any:
        token, carry, stacks, at = state
        token, results = run(token, *consts, *carry, *x)
        each = dict(enumerate(results[num_carry:]))
        stacks = {
            i: lax.dynamic_update_index_in_dim(stack, each.pop(i), at, 0)
            for i, stack in stacks.items()
        }
        return (token, results[:num_carry], stacks, at + (-1 if reverse else 1)), each

    (token, carry, stacks, _), others = lax.scan(
        step,
        (token, carry, stacks, np.int32(length - 1 if reverse else 0)),
        operands[num_consts + num_carry :],
        length=length,
        reverse=reverse,
        unroll=unroll,
    )
    stacked = {**stacks, **others}
    return token, [*carry, *(stacked[i] for i in range(len(types)))]


@_threads("while")
def _while(
    token: Any,
    operands: Any,
    free: Any,
    *,
    cond_nconsts: int,
    cond_jaxpr: Any,
    body_nconsts: int,
    body_jaxpr: Any,
    **params: Any,
) -> Any:
    # The condition may hold collectives, but a while condition returns only its predicate. So the
    # predicate is computed at the end of the body (and once before the loop) and carried. That of a
    # batched loop is an array: the loop runs while any is true, and changes what belongs to those.
    cond_consts = operands[:cond_nconsts]
    body_consts = operands[cond_nconsts : cond_nconsts + body_nconsts]
    carry = operands[cond_nconsts + body_nconsts :]
    is_batched = bool(jaxprs.output_types(cond_jaxpr)[0].ndim)
    condition = thread_tokens(cond_jaxpr)
    body = thread_tokens(body_jaxpr, [False] * body_nconsts + [not is_batched] * len(carry))

    def step(state: Any) -> Any:
        token, predicate, carry = state
        token, changed = body(token, *body_consts, *carry)
        if is_batched:
            changed = [_where(predicate, *pair) for pair in zip(changed, carry, strict=True)]
        token, (predicate,) = condition(token, *cond_consts, *changed)
        return token, predicate, changed

    token, (predicate,) = condition(token, *cond_consts, *carry)
    going_on = lambda state: jnp.any(state[1]) if is_batched else state[1]  # noqa: E731
    token, _, carry = lax.while_loop(going_on, step, (token, predicate, list(carry)))
    return token, carry


def _where(predicate: Any, x: Any, y: Any) -> Any:
    """``x`` where the predicate of a batched loop is true, else ``y``."""
    return lax.select(lax.broadcast_in_dim(predicate, x.shape, range(predicate.ndim)), x, y)
