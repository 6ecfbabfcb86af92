"""Scans over sharded rows, which fetch them a block at a time or run where they are."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from support.native_log import calls_during
from support.oracle import assert_same, both, check, is_plain, random_array, spmd

import jpi
import jpi.numpy


def recurrent(x, w, **options):
    return lax.scan(lambda c, r: (jnp.tanh(c @ w + r), c * r.sum()), jnp.ones(4), x, **options)


def several(x, w):
    def step(c, row):
        x, first, number, i, positive = row
        return jnp.where(positive, jnp.tanh(c + x * i), c / 2) + first, (c * number, i, positive)

    integers = jnp.round(x).astype(jnp.int32)
    rows = x, x[:, 0], integers, jnp.arange(len(x)), x > 0
    return lax.scan(step, jnp.ones(4), rows, reverse=True)


def keys(x, w):
    def step(c, row):
        key, x = row
        return c + jax.random.normal(key, (4,)) * x, (c, key)

    split = jax.random.split(jax.random.key(0), len(x))
    end, (carries, kept) = lax.scan(step, jnp.ones(4), (split, x))
    return end, carries, jax.random.key_data(kept)


def passed_on(x, w):
    return lax.scan(lambda c, r: (c, jnp.tanh(r @ c["w"])), {"w": w, "n": w.sum()}, x)


def descent(x, w):
    def step(w, batch):
        return w - 0.1 * jax.grad(lambda w: jnp.mean(jnp.tanh(batch @ w) ** 2))(w), w.sum()

    return lax.scan(step, w, x.reshape(-1, 1, 4))


PROGRAMS = {
    "reverse": lambda x, w: recurrent(x, w, reverse=True),
    "unroll": lambda x, w: recurrent(x, w, unroll=3),
    "several": several,
    "keys": keys,
    "carry in blocks": lambda x, w: lax.scan(lambda c, r: (c * r.sum() / 9 + x, c * r), 2 * x, x),
    "carry passed on": passed_on,
    "parts of the steps": descent,
    "remat": lambda x, w: lax.scan(jax.checkpoint(lambda c, r: (jnp.sin(c + r), c)), w[0], x),
    "results are rows": lambda x, w: recurrent(recurrent(x, w)[1], w),
    "in a loop": lambda x, w: lax.fori_loop(
        0, 2, lambda i, c: lax.scan(lambda c, r: (jnp.sin(c @ w + r), None), c, x)[0], jnp.ones(4)
    ),
    "of many": lambda x, w: jax.vmap(lambda s: recurrent(s * x, w))(jnp.arange(2.0)),
}


@pytest.mark.sweep(3)
def test_values_and_gradients_are_those_of_one_process():
    cases = [(random_array((n, 4)), random_array((4, 4))) for n in (7, 1)]
    check({name: on_rows(f) for name, f in PROGRAMS.items()}, cases)


def on_rows(function):
    """A function of sharded rows and of plain weights."""
    return lambda numpy, x, w: spmd(function)(numpy, x, jpi.gather(w))


def test_no_rows():
    x = jpi.numpy.asarray(np.zeros((0, 4), np.float32))
    end, stacked = jpi.spmd(recurrent)(x, jnp.eye(4))
    assert_same((end, stacked), recurrent(jnp.zeros((0, 4)), jnp.eye(4)))
    assert is_plain(end) and stacked.spec == x.spec


def test_rows_sharded_over_one_axis_of_a_mesh():
    shape = (2, jpi.size() // 2) if jpi.size() % 2 == 0 else (1, jpi.size())
    mesh = jpi.make_mesh(shape, ("a", "b"))
    cases = [(random_array((7, 4)), random_array((4, 4)))]
    for spec in (jpi.P("a", "b"), jpi.P(("b", "a"))):
        check(on_rows(recurrent), cases, spec, mesh)


def test_rows_sharded_in_different_dimensions():
    x, y = random_array((7, 4)), random_array((7, 2))
    for specs in ((None, jpi.P(None, "ranks")), (jpi.P(None, "ranks"), None)):
        program = spmd(lambda x, y: lax.scan(lambda c, r: (c + r[0], r[1] * c[0]), x[0], (x, y)))
        assert_same(*both(program, (x, y), specs))


def test_a_block_of_rows_is_one_message():
    x = jpi.numpy.asarray(random_array((3 * jpi.size() + 1, 4)))

    def scan(x):
        def step(c, row):
            return jnp.tanh(c + row[0] * row[1]), c.sum()

        return lax.scan(step, jnp.ones(4), (x, x[:, 0]))

    closed = jax.make_jaxpr(lambda x: jpi.spmd(scan)(x)[0])(x)
    largest = max(v.aval.size for e in closed.jaxpr.eqns for v in e.outvars)
    assert largest <= -(-x.shape[0] // jpi.size()) * 4  # the largest block
    run = jpi.jit(jpi.spmd(scan))
    end, sums = run(x)
    assert is_plain(end) and sums.spec == jpi.P("ranks")
    calls, _ = calls_during(lambda: run(x))
    assert [name for name, *_ in calls] == ["bcast"] * jpi.size() * (jpi.size() > 1)


def test_a_carry_that_is_passed_on_needs_no_message():
    x = jpi.numpy.asarray(random_array((7, 4)))
    run = jpi.jit(jpi.spmd(passed_on))
    _, stacked = run(x, jnp.eye(4))
    assert stacked.spec == x.spec
    calls, _ = calls_during(lambda: run(x, jnp.eye(4)))
    assert calls == []


def test_large_rows_are_sharded_themselves():
    x = jpi.numpy.asarray(np.ones((4, 2**17), np.float32))
    _, sums = jpi.spmd(lambda x: lax.scan(lambda c, r: (c + r, c), x[0], x))(x)
    assert sums.spec == jpi.P(None, "ranks")
