"""Slices and what is made of them: right at every edge of a block, with the fewest messages."""

import jax
import numpy as np
import pytest
from support.oracle import assert_same, random_array

import jpi
import jpi.numpy as jnp

pytestmark = pytest.mark.sweep

SIZE = jpi.size()
MESHES = [((SIZE,), "a", ("a",)), ((SIZE,), "a", (None, "a")), ((1, SIZE), "ab", ("a", "b"))]
MESHES += [((2, 2), "ab", ("a", "b")), ((2, 2), "ab", (("b", "a"),))] * (SIZE == 4)
SHAPES = [(12, 9), (7, 5), (3, 4)]


def inner(u):
    return 0.1 * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1])


def fields(m, state):
    moved = m.roll(state, 1, 1) - m.roll(state, -1, 2)
    moved = moved.at[1].add(moved[0] * state[2]).at[2].set(moved[1])
    return m.stack([moved[0] - m.roll(moved[2], 1, 0), m.zeros_like(moved[1])], axis=1)


PROGRAMS = {
    "heat": lambda m, u: u.at[1:-1, 1:-1].add(inner(u)),
    "heat twice": lambda m, u: PROGRAMS["heat"](m, PROGRAMS["heat"](m, u)),
    "set": lambda m, u: u.at[1:-1, 1:-1].set(inner(u)),
    "rolls": lambda m, u: m.roll(u, 1, 0) - m.roll(u, -2, 1) + m.roll(u, (1, 2), (0, 1)) * u,
    "corners": lambda m, u: u[2:, 2:] * u[:-2, :-2] + u[2:, :-2] * u[:-2, 2:],
    "around": lambda m, u: (
        m.roll(m.sin(m.roll(u, 1, 0)) * u - m.roll(u.at[0].add(1.0), 2, 0), -1, 0) + u[::-1]
    ),
    "around a plain array": lambda m, u: m.roll(u * m.arange(1.0, u.shape[0] + 1)[:, None], 1, 0),
    "edges": lambda m, u: u.at[0].set(u[1]).at[:, -1].multiply(2.0).at[-1, 0].add(u[0, -1]),
    "pads": lambda m, u: m.pad(u, ((2, 1), (0, 3)))[1:-2, 2:] ** 2,
    "edge pads": lambda m, u: (
        m.pad(u, 1, mode="edge")[2:, :-2] - m.pad(u, 1, mode="reflect")[:-2, 2:]
    ),
    "wrap": lambda m, u: m.pad(u, 1, mode="wrap")[:-2, 1:-1],
    "diff": lambda m, u: m.diff(u, axis=0)[:, 1:] + m.diff(u, axis=1)[1:],
    "gradient": lambda m, u: m.gradient(u, axis=0) * m.gradient(u, axis=1),
    "strides": lambda m, u: u[::2, 1::3] * u[1::2, ::3][: u[::2].shape[0]].sum(),
    "halves": lambda m, u: u[: u.shape[0] // 2] * 2 + u[u.shape[0] - u.shape[0] // 2 :],
    "joined": lambda m, u: m.concatenate([u[1:], 2 * u, u[:1]], axis=0)[1:],
    "chain": lambda m, u: u[1:][1:] - u[:-1][:-1] + u[1:-1],
    "where": lambda m, u: m.where(u[1:] > u[:-1], u[1:], 0.5),
    "sums": lambda m, u: (u[1:] * u[:-1]).sum(0) + m.max(u[:, 1:] - u[:, :-1]),
    "windows": lambda m, u: (
        jax.lax.dynamic_slice(u, (1, 0), (2, 3))
        if m is jax.numpy
        else jpi.lax.dynamic_slice(u, (1, 0), (2, 3))
    ),
    "plain": lambda m, u: u[1:] * np.arange(u.shape[1], dtype=np.float32) + u[:-1].T.T,
    "transposed": lambda m, u: (u[1:] - u[:-1]).T[1:] * m.swapaxes(u[1:] * u[:-1], 0, 1)[:-1],
    "fields": lambda m, u: fields(m, m.stack([u, 2 * u, u * u])),
    "a part of a stack": lambda m, u: (
        m.stack([u[1:], 2 * u[:-1]])[1] * m.roll(m.stack([u[1:], u[:-1] ** 2], axis=1), 1, 1)[:, 0]
    ),
    "new axes": lambda m, u: (
        (u[1:] * u[:-1])[:, None] + m.broadcast_to(u[1:], (2, 1, *u[1:].shape))
    ),
    "a stretched row": lambda m, u: (u[1:] - u[:-1]) * (u[:1] + 1.0) + u[1:, :1],
    "products": lambda m, u: (u[1:] + u[:-1]) @ u.T,
}


CASES = [(mesh, SHAPES[k % 3]) for k, mesh in enumerate(MESHES)]
CASES += [(MESHES[0], shape) for shape in SHAPES[1:]] * (SIZE == 3)  # they compile for long


def placed(mesh, values):
    grid, names, spec = mesh
    return jnp.asarray(values, spec=jpi.P(*spec), mesh=jpi.make_mesh(grid, tuple(names)))


@pytest.mark.parametrize(("mesh", "shape"), CASES, ids=str)
def test_values_and_gradients_are_those_of_one_process(mesh, shape):
    values = random_array(shape)
    weights = {
        name: random_array(np.shape(f(jax.numpy, jax.numpy.asarray(values))), seed=1)
        for name, f in PROGRAMS.items()
    }

    def total(m, u):
        return sum(m.sum(f(m, u) * weights[name]) for name, f in PROGRAMS.items())

    def both(m, u):
        results = [f(m, u) for f in PROGRAMS.values()]
        return results, jax.grad(lambda u: total(m, u))(u)

    expected, slope = jax.jit(lambda u: both(jax.numpy, u))(values)
    actual, own_slope = jpi.jit(lambda u: both(jnp, u))(placed(mesh, values))
    for name, a, e in zip(PROGRAMS, actual, expected, strict=True):
        assert_same(a, e, what=name)
    assert_same(own_slope, slope)


@pytest.mark.parametrize("mesh", MESHES[-2:], ids=str)
@pytest.mark.parametrize("name", ["heat", "edges"])
def test_transforms_of_spmd_programs_are_those_of_one_process(mesh, name):
    values, direction = random_array((9, 6)), random_array((9, 6), seed=1)
    f = lambda u: PROGRAMS[name](jax.numpy, u)  # noqa: E731

    def transformed(u, du):
        twice = lambda u: jax.numpy.sum(f(f(u)[: u.shape[0]]) ** 2)  # noqa: E731
        several = jax.vmap(f)(jax.numpy.stack([u, 2 * u]))
        return jax.jvp(f, (u,), (du,)), jax.grad(twice)(u), several, jax.checkpoint(f)(u)

    expected = jax.jit(transformed)(values, direction)
    operands = placed(mesh, values), placed(mesh, direction)
    assert_same(jpi.jit(jpi.spmd(transformed))(*operands), expected)


@pytest.mark.parametrize("mesh", MESHES, ids=str)
def test_eager_calls_give_balanced_results(mesh):
    values = random_array((11, 6))
    u = placed(mesh, values)
    assert_same(u[1:-1, 2:], values[1:-1, 2:])
    assert_same(jnp.roll(u, 3, 0), np.roll(values, 3, 0))
    assert_same(jnp.concatenate([u[:2], u]), np.concatenate([values[:2], values]))
    assert_same(jnp.pad(u, 2), np.pad(values, 2))


def heat(u):
    return PROGRAMS["heat"](jnp, u)


def coupled(fields):
    h, u = fields
    h = h.at[1:-1].add(u[2:] - u[:-2])
    return h, u.at[1:-1].add(h[2:] - h[:-2])


def advected(state):
    """Fields on a periodic square, in one array."""
    slopes = jnp.roll(state, -1, 0) - jnp.roll(state, 1, 0)
    moved = state + 0.1 * jnp.roll(slopes * state[:, :1], 1, 0)
    return moved.at[:, 1].add(jnp.tanh(moved[:, 0]))


# The program, how many exchanges each step makes, and how many rows of 16 bytes rank 0 sends.
STEPS = {
    "a field": (heat, 1, 1),
    "a field in spmd": (jpi.spmd(heat), 1, 1),
    "a periodic field": (advected, 1, 2),
    "fields in spmd": (jpi.spmd(coupled), 1, 1 + 2),  # for the second field, both of the first
    "fields": (coupled, 2, 1 + 1),  # the carry of a loop takes one field after another
}


def start_of(name):
    field = jnp.asarray(random_array((40, 4)))
    return (field, 2 * field) if "fields" in name else field


def sent_by_rank_0(run, start):
    """The calls and the bytes of each operation, when it runs again."""
    jax.block_until_ready(run(start))
    with jpi.profile() as costs:
        jax.block_until_ready(run(start))
    return {name: (cost.calls, cost.bytes) for name, cost in costs.ranks[0].items()}


@pytest.mark.parametrize("name", STEPS)
def test_a_loop_exchanges_the_halo_alone(name):
    step, exchanges, rows = STEPS[name]
    run = jpi.jit(lambda start: jax.lax.fori_loop(0, 3, lambda _, x: step(x), start))
    expected = {"alltoallv": (3 * exchanges, 3 * rows * 16)} if SIZE > 1 else {}
    assert sent_by_rank_0(run, start_of(name)) == expected


# The rows that rank 0 sends backward: of the cotangent, and of what it is multiplied with, which
# depends on what JAX keeps.
BACKWARD = {"a field": 1, "a periodic field": 2 + 2.5}


@pytest.mark.parametrize("name", BACKWARD)
@pytest.mark.parametrize("is_kept", [True, False])
def test_a_gradient_exchanges_the_halo_alone(name, is_kept):
    """Once forward and once backward, whether JAX keeps what the derivative needs or not."""
    step, exchanges, rows = STEPS[name]
    turn = step if is_kept else jax.checkpoint(step, prevent_cse=False)

    def total(start):
        last, _ = jax.lax.scan(lambda x, _: (turn(x), None), start, length=3)
        return jnp.sum(last**2)

    sent = sent_by_rank_0(jpi.jit(jax.grad(total)), start_of(name))
    calls, count = sent.pop("alltoallv", (0, 0))
    assert calls == (3 * 2 * exchanges if SIZE > 1 else 0)
    assert count <= 3 * (rows + BACKWARD[name]) * 16
    assert set(sent) <= {"allreduce"}


def test_a_view_is_computed_where_it_was_made():
    values = random_array((9, 4))

    def run(m, u):
        v = u[1:] - u[:-1]  # not asked for before the loop, and then by its body, and after it
        total = jax.lax.fori_loop(0, 3, lambda _, x: x + m.sum(v[1:] * x), 1.0)
        return total, jax.grad(lambda w: m.sum(v * w) ** 2)(2.0), v

    expected = jax.jit(lambda u: run(jax.numpy, u))(values)
    assert_same(jpi.jit(lambda u: run(jnp, u))(jnp.asarray(values)), expected)
    assert_same(jax.jit(lambda u: run(jnp, u))(jnp.asarray(values)), expected)


def test_a_view_in_a_program_has_a_type_and_a_text():
    seen = []

    def run(u):
        v = u[1:]
        seen.append((v.shape, v.dtype, v.weak_type, repr(v)))
        return v

    jpi.jit(run)(jnp.asarray(random_array((9, 4))))
    assert seen[0][:3] == ((8, 4), np.float32, False) and "not computed yet" in seen[0][3]


TWICE = {
    "heat": PROGRAMS["heat"],
    "gradient": PROGRAMS["gradient"],
    "rolls": PROGRAMS["rolls"],
    "two rows": lambda m, u: u[1:2, :-1] * u[2:3, 1:] + u[:1, 1:],
    "pads of rows": lambda m, u: m.pad(u, 1)[0:2] + m.pad(u, 1)[3:5] * m.pad(u, 1)[1:3],
}


@pytest.mark.parametrize("shape", [(4, 2), (7, 5)])
@pytest.mark.parametrize("program", TWICE)
def test_second_derivatives(program, shape):
    """Some ranks have no row of a term, but take part in the exchanges of its derivatives."""
    values, rate = (random_array(shape, np.float32, seed) for seed in (1, 2))

    def twice(m, x, rate):
        def loss(x):
            return m.sum(TWICE[program](m, x) ** 2)

        def slope(x):
            return m.sum(jax.grad(loss)(x) * rate)

        return jax.jvp(jax.grad(loss), (x,), (rate,))[1], jax.grad(slope)(x)

    expected = jax.jit(lambda x, t: twice(jax.numpy, x, t))(values, rate)
    shared = jnp.asarray(values), jnp.asarray(rate)
    for got, wanted in zip(jpi.jit(lambda x, t: twice(jnp, x, t))(*shared), expected, strict=True):
        assert_same(got, wanted)


WITH_CONSTANTS = {
    "a plain array": lambda m, u, v: m.roll(v * m.roll(u, 1, 0), 1, 0),
    "a choice": lambda m, u, v: u + m.roll(m.where(v > 0, u, m.roll(u, 1, 0)), 1, 0),
    "constants": lambda m, u, v: m.roll(u * m.where(u * m.roll(u, -1, 0) > 0.2, 1.5, v), 1, 0) * u,
}


@pytest.mark.parametrize("name", WITH_CONSTANTS)
def test_ranks_compare_alike_what_they_take_in_other_parts(name, monkeypatch):
    monkeypatch.setattr(jpi.config, "check", "full")
    values, plain = random_array((10,), np.float32), random_array((10,), np.float32, seed=1)

    def slopes(m, u, v):
        def loss(u, v):
            return m.sum(WITH_CONSTANTS[name](m, u, v) ** 2)

        return jax.grad(loss, (0, 1))(u, v), jax.grad(lambda u: m.sum(jax.grad(loss)(u, v) ** 2))(u)

    expected = jax.jit(lambda u, v: slopes(jax.numpy, u, v))(values, plain)
    found = jpi.jit(lambda u, v: slopes(jnp, u, v))(jnp.asarray(values), jax.numpy.asarray(plain))
    assert_same(found, expected)
