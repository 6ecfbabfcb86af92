"""Program order: in all control flow, without effects after threading, as in the native log."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from support.native_log import calls_during
from support.oracle import assert_same

import jpi
from jpi._jax import names as _jax
from jpi._ordered import effect, origins, tokens


def total(x):
    return jpi.allreduce(x)


def in_scan(x):
    return lax.scan(lambda c, y: (total(c) / jpi.size() + y, total(c)), x, jnp.arange(3.0))


def in_while(x):
    return lax.while_loop(
        lambda c: jnp.max(total(c)) < 40.0 * jpi.size(), lambda c: c + total(jnp.ones(2)), x
    )


def in_cond(x):
    return lax.cond(total(x)[0] > 1e9, lambda x: total(x) * 2, lambda x: x - total(x + 1), x)


def in_fori(x):
    return lax.fori_loop(0, 3, lambda i, x: total(x) / jpi.size() + i, x)


def in_remat(x):
    return jax.grad(lambda x: jnp.sum(jax.checkpoint(lambda x: jnp.sin(total(x)))(x)))(x)


def in_custom_vjp(x):
    @jax.custom_vjp
    def f(x):
        return total(x) ** 2

    f.defvjp(lambda x: (f(x), x), lambda x, t: (t * total(x),))
    return f(x), jax.grad(lambda x: f(x).sum())(x)


def in_linear_solve(x):
    matvec = lambda v: 3.0 * total(v) / jpi.size()  # noqa: E731
    solve = lambda b: jax.scipy.sparse.linalg.cg(matvec, b)[0]  # noqa: E731
    return solve(x), jax.grad(lambda b: solve(b).sum())(x)


def in_nested_jit(x):
    inner = jax.jit(lambda x: total(x) + 1)
    return inner(inner(x) * 0.1)


def in_vmapped_cond(x):
    return jax.vmap(lambda x: lax.cond(x > 0, lambda: total(x), lambda: total(2 * x)))(x)


def in_vmapped_while(x):
    def loop(c):
        return lax.while_loop(lambda c: c < 4, lambda c: c * 1.5 + total(c) / jpi.size(), c)

    return jax.vmap(loop)(x)


PROGRAMS = [
    in_scan, in_while, in_cond, in_fori, in_remat, in_custom_vjp, in_linear_solve, in_nested_jit,
    in_vmapped_cond, in_vmapped_while,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_threading_keeps_values_and_removes_effects(program):
    x = jnp.array([1.0, 2.0])
    closed = jax.make_jaxpr(program)(x)
    assert effect.is_ordered(closed.effects)
    threaded = jax.make_jaxpr(tokens.thread_tokens(closed))(origins.new_token(), x)
    assert not threaded.effects
    assert_same(jpi.jit(program)(x), jax.jit(program)(x))


def test_jit_passes_options_and_keywords():
    @functools.partial(jpi.jit, static_argnames="power")
    def fun(x, power, *, scale=1.0):
        return total(x**power) * scale

    assert fun(jnp.array(3.0), 2, scale=2.0) == 18.0 * jpi.size()
    assert fun(jnp.array(3.0), power=1) == 3.0 * jpi.size()
    assert (
        jpi.jit(lambda tree: {"sum": total(tree["x"])})({"x": jnp.array(1.0)})["sum"] == jpi.size()
    )


def logged(call):
    """The operations and element counts that the native layer ran, in order."""
    return [(name, count) for name, _, count, _, _ in calls_during(call)[0]]


@pytest.mark.parametrize("compile", [jpi.jit, jax.jit], ids=["jpi.jit", "jax.jit"])
def test_independent_calls_run_in_program_order(compile):
    @compile
    def program(xs):
        results = []
        for i, x in enumerate(xs):
            if jpi.rank() % 2:  # work on some ranks only
                x = jnp.sin(jnp.cos(x) @ jnp.ones((x.size, x.size))) * 0 + x
            results.append(total(x) if i % 3 else jpi.allgather(x))
        return results[::-1]

    xs = [jnp.full((n,), float(n)) for n in (5, 3, 8, 1, 2, 7, 6, 4)]
    expected = [("allreduce" if i % 3 else "allgather", x.size) for i, x in enumerate(xs)]
    program(xs)
    for _ in range(20):
        assert logged(lambda: program(xs)) == expected


@pytest.mark.parametrize("compile", [jpi.jit, jax.jit], ids=["jpi.jit", "jax.jit"])
def test_equal_unused_and_invariant_calls_are_neither_merged_dropped_nor_hoisted(compile):
    @compile
    def program(x):
        total(x)
        y = total(x) + total(x)
        return lax.fori_loop(0, 3, lambda i, y: y + total(x), y)

    program(jnp.ones(2))
    assert logged(lambda: program(jnp.ones(2))) == [("allreduce", 2)] * 6


def test_eager_calls_keep_order_without_waiting():
    xs = [jnp.full((n,), 1.0) for n in (1000, 1, 100, 10)]
    assert logged(lambda: [total(x) for x in xs]) == [("allreduce", x.size) for x in xs]


def test_collectives_inside_unknown_primitives_are_an_error():
    primitive = _jax.Primitive("unknown")
    primitive.def_effectful_abstract_eval(lambda x: (x, {effect.ordered}))
    with pytest.raises(NotImplementedError, match="`unknown` has no token-threading rule"):
        jpi.jit(primitive.bind)(np.float32(1.0))


def test_a_program_for_another_platform_is_an_error_that_says_what_to_do():
    traced = jax.jit(total).trace(jnp.arange(4.0))
    with pytest.raises(NotImplementedError, match=r"is for cuda.*JAX_PLATFORMS=cpu"):
        traced.lower(lowering_platforms=("cuda",))
