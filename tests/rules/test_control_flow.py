"""Loops and branches in functions of global arrays, and around DistArrays."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from support.native_log import calls_during
from support.oracle import assert_same, both, check, random_array, spmd

import jpi
import jpi.numpy

pytestmark = pytest.mark.sweep(2)


def nested(x):
    def rows(c, row):
        return c + 0.1 * row.sum(), row * c.sum()

    def step(i, c):
        end, rescaled = lax.scan(rows, c[1], c[0])
        return 0.1 * rescaled, end

    return lax.fori_loop(0, 2, step, (x, jnp.ones(4)))


LOOPS = {
    "fori": lambda x: lax.fori_loop(0, 3, lambda i, x: x + 0.1 * x.sum(0) * i, x),
    "scan over rows": lambda x: lax.scan(lambda c, r: (c + r * r.sum(), 2 * c), jnp.zeros(4), x),
    "reverse": lambda x: lax.scan(lambda c, r: (c / 2 + r, c.sum()), jnp.ones(4), x, reverse=True),
    "no operand": lambda x: lax.scan(lambda c, _: (jnp.sin(c), c.sum(1)), x, None, length=3),
    "start adopts the cut": lambda x: lax.fori_loop(0, 3, lambda i, c: c + x, jnp.zeros_like(x)),
    "starts adopt the cut in turn": lambda x: lax.fori_loop(
        0, 3, lambda i, c: (c[1], c[0] + x), (jnp.zeros_like(x), jnp.ones_like(x))
    ),
    "never settles": lambda x: lax.fori_loop(0, 3, lambda i, c: jnp.tanh(c.T), x @ x.T),
    "map": lambda x: lax.map(lambda row: row * row.sum(), x),
    "map with the number of the row": lambda x: lax.map(
        lambda row: jnp.cumsum(row[0]) * row[1], (x, jnp.arange(len(x)))
    ),
    "map that needs the others": lambda x: lax.map(lambda row: row * (x @ row).sum(), x),
    "remat": lambda x: lax.scan(
        jax.checkpoint(lambda c, r: (jnp.tanh(c + r @ (x.T @ x)), c.sum())), jnp.zeros(4), x
    ),
    "custom derivative": lambda x: lax.fori_loop(0, 2, lambda i, c: jax.nn.relu(c) + x / 2, x),
    "nested": nested,
}
BRANCHES = {
    "cond": lambda x: lax.cond(x.sum() > 0, lambda x: 2 * x, lambda x: -x, x),
    "one is constant": lambda x: lax.cond(
        x.sum() > 1e9, lambda x: x + x.sum(0), lambda x: jnp.ones_like(x), x
    ),
    "layouts differ": lambda x: lax.cond(
        x.sum() > 1e9, lambda x: x @ x.T, lambda x: (x @ x.T).T, x
    ),
    "switch": lambda x: lax.switch(2, [jnp.sin, lambda x: 2 * x, lambda x: x + x.sum(0)], x),
    "in a loop": lambda x: lax.fori_loop(
        0, 3, lambda i, c: lax.cond(i == 1, lambda c: c * x, lambda c: c + x.sum(0), c), x
    ),
}
WHILE = {
    "until": lambda x: lax.while_loop(lambda c: (c**2).sum() > 1e-2, lambda c: c / 2, x),
    "sum": lambda x: lax.while_loop(
        lambda s: s[0] < 4, lambda s: (s[0] + 1, s[1] + x.sum(0)), (0, jnp.zeros(4))
    )[1],
    "each row its own": lambda x: jax.vmap(
        lambda row: lax.while_loop(lambda c: c.sum() > 0.1, lambda c: c / 2, row)
    )(jnp.abs(x)),
}
ROWS = (7, 2, 0)
COLUMNS = jpi.P(None, "ranks")


@pytest.mark.parametrize("spec", [None, COLUMNS], ids=str)
@pytest.mark.parametrize("name", LOOPS | BRANCHES)
def test_values_and_gradients_are_those_of_one_process(name, spec):
    cases = [(random_array((n, 4)),) for n in ROWS]
    check(spmd((LOOPS | BRANCHES)[name]), cases, spec)


@pytest.mark.parametrize("spec", [None, COLUMNS], ids=str)
def test_while_loops_give_values_and_tangents_of_one_process(spec):
    def of(fun, x):
        return fun(x), jax.jvp(fun, (x,), (2 * x,))[1]

    def all_of(x):
        return [of(fun, x) for fun in WHILE.values()]

    for n in ROWS:
        assert_same(*both(spmd(all_of), [random_array((n, 4))], [spec]), what=f"{n}")


def test_a_mesh_of_two_axes():
    shape = (2, jpi.size() // 2) if jpi.size() % 2 == 0 else (1, jpi.size())
    mesh = jpi.make_mesh(shape, ("a", "b"))
    table = {name: spmd(LOOPS[name]) for name in ("fori", "scan over rows", "never settles")}
    check(table, [(random_array((7, 4)),)], jpi.P("a", "b"), mesh)


def test_a_loop_keeps_its_carry_in_blocks():
    x = jpi.numpy.asarray(random_array((7, 4)))
    for name in ("fori", "start adopts the cut"):
        assert jpi.spmd(LOOPS[name])(x).spec == jpi.P("ranks", None)
    assert jpi.spmd(LOOPS["map"])(x).spec == x.spec


def test_a_start_that_would_be_large_is_made_in_blocks():
    n = 10**6

    def count(x):
        return lax.fori_loop(0, 3, lambda i, c: c + i, jnp.zeros(n)) + x.sum()

    x = jpi.numpy.asarray(np.ones(3, np.float32))
    closed = jax.make_jaxpr(lambda x: jpi.spmd(count)(x).shard)(x)
    assert max(v.aval.size for e in closed.jaxpr.eqns for v in e.outvars) <= -(-n // jpi.size())


def test_collectives_of_a_body_run_once_per_turn():
    x = jpi.numpy.asarray(random_array((7, 4)))
    run = jpi.jit(jpi.spmd(lambda x: lax.fori_loop(0, 3, lambda i, c: c / 2 + x.sum(0), x)))
    run(x)
    calls, _ = calls_during(lambda: run(x))
    assert [name for name, *_ in calls] == ["allreduce"] * 3


def test_independent_turns_run_where_their_rows_are():
    x = jpi.numpy.asarray(random_array((7, 4)))
    scale = random_array((4,))

    def loss(scale, x):
        rows = lax.map(lambda row: jnp.tanh(row @ row) * row * scale, x)
        return (rows**2).sum()

    run = jpi.jit(jax.value_and_grad(jpi.spmd(loss)))
    actual = run(scale, x)
    assert_same(actual, jax.value_and_grad(loss)(jnp.asarray(scale), x.gather()))
    calls, _ = calls_during(lambda: run(scale, x))
    assert [name for name, *_ in calls] == ["allreduce"]  # of the value and the gradient


def newton(numpy, x):
    """A user's solver with DistArrays as its state."""

    def step(state):
        turn, y = state
        return turn + 1, y - (y**3 - x) / (3 * y**2)

    def unfinished(state):
        return (state[0] < 50) & (numpy.max(numpy.abs(state[1] ** 3 - x)) > 1e-4)

    return lax.while_loop(unfinished, step, (0, numpy.ones_like(x)))[1]


DIRECT = {
    "scan": lambda m, x: lax.scan(lambda c, k: (c * k + x, m.sum(c)), x, jnp.arange(3.0)),
    "fori": lambda m, x: lax.fori_loop(0, 3, lambda i, c: c + i * m.sum(c, axis=0), x),
    "cond": lambda m, x: lax.cond(m.sum(x) > 0, lambda x: x + 1, lambda x: -x, x),
    "switch": lambda m, x: lax.switch(1, [lambda x: x, lambda x: x * m.sum(x)], x),
    "map": lambda m, x: lax.map(lambda k: k * x, jnp.arange(3.0)),
    "remat": lambda m, x: jax.checkpoint(lambda x: m.sin(x) * m.sum(x))(x),
}


@pytest.mark.parametrize("spec", [None, COLUMNS], ids=str)
def test_control_flow_around_distarrays(spec):
    cases = [(random_array((n, 4)),) for n in ROWS]
    check(DIRECT, cases, spec)
    assert_same(*both(newton, [np.abs(random_array((7, 4))) + 0.5], [spec]))


@pytest.mark.parametrize("level", ["trace", "full"])
def test_remat_keeps_complex_results_of_collectives(level, monkeypatch):
    monkeypatch.setattr(jpi.config, "check", level)

    def waves(m, x):
        y = m.fft.ifft(x, axis=0)
        return m.abs(m.fft.fft(y * y, axis=0)) ** 2 + m.sum(y * y).real

    check(lambda m, x: jax.checkpoint(lambda x: waves(m, x))(x), [(random_array((7, 4)),)])


@pytest.mark.ranks(3)
def test_errors_say_what_to_do():
    x = jpi.numpy.asarray(random_array((7, 4)))
    with pytest.raises(ValueError, match=r"must be unsharded .*x\.redistribute\(spec\)"):
        lax.scan(lambda c, row: (c, row), 0.0, x)
    with pytest.raises(ValueError, match=r"must be unsharded .*x\.redistribute\(spec\)"):
        lax.map(lambda row: row, x)
