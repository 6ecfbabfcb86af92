"""Compiled programs that use as the same on every rank what differs between ranks are refused."""

from pathlib import Path

import jax
import jax.numpy as jnp
import pytest
from harness.ranks import RANK, SIZE
from jax import lax
from jax.experimental.ode import odeint
from mpi4py import MPI
from support.oracle import assert_same, random_array

import jpi
import jpi.numpy
from jpi import P

pytestmark = pytest.mark.sweep

several = pytest.mark.mpi(min_size=2)  # one rank is the same as itself
X = random_array((7, 3))
W = random_array((3,), seed=1)
NEXT, BEFORE = (RANK + 1) % SIZE, (RANK - 1) % SIZE


def turns(start, bound, step):
    """A loop that adds ``step`` of its state to it while it is below ``bound``."""
    return lax.while_loop(lambda s: s < bound, lambda s: s + step(s), start)


def norm_of_halo(x, w):
    padded = jpi.halo(x, 1, axis=0)
    return jpi.allreduce(jnp.sum(padded**2)) * w[0]


def local_loop(x, w):
    """Each rank has its own number of turns, in which nothing is communicated."""
    own = turns(0.0, jnp.sum(x.shard**2), lambda s: s + 1.0)
    return jpi.allreduce(lax.stop_gradient(own)) * w[0]


def power_iteration(x, w):
    def step(v, _):
        v = x.T @ (x @ v)
        return v / jpi.numpy.sqrt((v * v).sum()), None

    return lax.scan(step, w, length=3)[0].sum()


RIGHT = {
    "a loss": lambda x, w: jpi.numpy.mean(jpi.numpy.tanh(x @ w) ** 2),
    "a function of jpi.spmd": lambda x, w: jpi.spmd(lambda x, w: jnp.sum(x @ w))(x, w),
    "an allreduce of blocks": lambda x, w: (x * jpi.allreduce(x.shard.sum()) * w).sum(),
    "an allgather of blocks": lambda x, w: (x * jpi.allgather(x.shard.sum())[0] * w).sum(),
    "a bcast of a block": lambda x, w: (x * jpi.bcast(x.shard.sum(), 0) * w).sum(),
    "a part of each rank": lambda x, w: jpi.allreduce(jnp.sum(x.shard * jpi.spread(w))),
    "map_shards": lambda x, w: jpi.map_shards(lambda b, w: b * w, x, w).sum(),
    "map_shards, with an allreduce": lambda x, w: (
        w * jpi.map_shards(lambda b: jpi.allreduce(b.sum(axis=0)), x, out_spec=P())
    ).sum(),
    "a halo": norm_of_halo,
    "a loop of each rank": local_loop,
    "a loop until convergence": lambda x, w: (
        lax.stop_gradient(turns(0.0, 2.0, lambda s: (x * x).mean() + 0.1)) * w[0]
    ),
    "a branch": lambda x, w: lax.cond(
        x.sum() > 0, lambda w: (x @ w).sum(), lambda w: (x * w).max(), w
    ),
    "a scan": power_iteration,
    "a loss that is computed again": jax.checkpoint(
        lambda x, w: (jpi.numpy.exp(-(jpi.numpy.mean(x @ w) ** 2)) + jpi.numpy.sum(x * w)).sum()
    ),
    "a loop of a plain argument": lambda x, w: lax.fori_loop(
        0, 3, lambda i, s: s + (x * s).mean(), w[0]
    ),
    "order only": lambda x, w: (
        w[0]
        * lax.stop_gradient(turns(0.0, 2.0, lambda s: 1 + 0 * x.shard.sum() + jpi.allreduce(s)))
    ),
    "rows": lambda x, w: (x[jnp.array([0, 2])] @ w).sum() + x[1, 0] * w[0],
    "sorted": lambda x, w: (jpi.numpy.sort(x, axis=0) @ w)[::2].sum(),
}


def own_bound(x, w):
    bound = x.shard.sum()  # the cause
    return turns(w[0], bound, lambda s: jpi.allreduce(s))


def own_step(x, w):
    own = x.shard[:1].sum()  # the cause
    return lax.scan(lambda c, _: (c + own, (x * c).mean()), w[0], length=2)[1].sum()


def own_branch(x, w):
    index = x.shard.sum() > 0  # the cause
    return lax.cond(index, lambda w: (x @ w).sum(), lambda w: w[0], w)


def passed_on(x, w):
    got = jpi.sendrecv(w[0], w[0], source=BEFORE, dest=NEXT)  # the cause
    return (x * got).sum()


def before(x, w):
    return (jpi.exscan(w[0], op=MPI.SUM) * x).sum()  # the cause


def spread_block(x, w):
    total = x.shard.sum()  # the cause
    return jpi.allreduce(jpi.spread(total) * w[0])


def plain_block(x, w):
    total = jax.jit(jnp.sum)(x.shard)  # the cause
    return (x * (total * w)).sum()


def mapped_result(x, w):
    def total(b):
        return b.sum(axis=0)

    return (jpi.map_shards(total, x, out_spec=P()) * w).sum()  # the cause


def closed_over(x, w):
    own = x.shard.sum()  # the cause
    return jpi.spmd(lambda x, w: jnp.sum(x @ w) * own)(x, w)


WRONG = {
    own_bound: "the predicate of a loop that communicates",
    own_step: "a plain array in an operation on a mesh",
    own_branch: "the predicate of a branch that communicates",
    passed_on: "a plain array in an operation on a mesh",
    before: "a plain array in an operation on a mesh",
    spread_block: "a value that meets the ranks' own data",
    plain_block: "a plain array in an operation on a mesh",
    mapped_result: "a block that several ranks hold",
    closed_over: "a plain array that a function of distributed arrays refers to",
}


def cause_of(function):
    code = function.__code__
    lines = Path(code.co_filename).read_text().splitlines()
    return next(
        n for n in range(code.co_firstlineno, len(lines)) if lines[n - 1].endswith("# the cause")
    )


MODES = {
    "jpi.jit": lambda f, x: jpi.jit(lambda w: f(x, w)),
    "jpi.jit, argument": lambda f, x: lambda w: jpi.jit(f)(x, w),
    "grad": lambda f, x: jpi.jit(jax.grad(lambda w: f(x, w))),
    "jax.jit inside": lambda f, x: jpi.jit(lambda w: jax.jit(lambda w: f(x, w))(w)),
    "jax.jit": lambda f, x: lambda w: jax.jit(f)(x, w),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", RIGHT)
def test_right_programs_are_accepted(case, mode):
    x = jpi.numpy.asarray(X)
    jax.block_until_ready(MODES[mode](RIGHT[case], x)(jnp.asarray(W)))


@several
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", WRONG)
def test_wrong_programs_are_refused_with_both_lines(case, mode):
    x = jpi.numpy.asarray(X)
    if mode == "grad" and case is own_bound:
        pytest.skip("JAX has no reverse-mode derivative of a while loop")
    with pytest.raises(TypeError, match="must be the same on every rank") as error:
        MODES[mode](case, x)(jnp.asarray(W))
    text = str(error.value)
    assert WRONG[case] in text
    assert f"test_varying.py:{cause_of(case)} in" in text.split("made of")[1]
    assert text.count("test_varying.py:") == 2


@several
def test_the_analysis_can_be_switched_off(monkeypatch):
    monkeypatch.setattr(jpi.config, "check", "off")
    x = jpi.numpy.asarray(X)
    assert jpi.jit(lambda w: plain_block(x, w))(jnp.asarray(W)).shape == ()


def test_blocks_of_no_elements_are_the_same():
    x = jpi.numpy.asarray(X[:0])
    jax.block_until_ready(
        jpi.jit(jax.grad(lambda w: ((x @ x.T).T @ (x @ w)).sum()))(jnp.asarray(W))
    )
    assert jpi.jit(lambda: x * x.shard.sum())().shape == x.shape


def test_local_programs_may_differ():
    """Plain arguments, and loops around messages, are each rank's own."""

    def ring(x):
        def step(state):
            x, i = state
            return jpi.sendrecv(x, x, source=BEFORE, dest=NEXT), i + 1

        return lax.while_loop(lambda s: (s[1] < SIZE) & (s[0] > -1), step, (x, 0))[0]

    if SIZE > 1:
        assert jpi.jit(ring)(jnp.float32(RANK)) == RANK
    assert jpi.jit(lambda x: jpi.allreduce(x))(jnp.float32(RANK)) == sum(range(SIZE))


@pytest.mark.mpi(min_size=2)
@pytest.mark.skipif(SIZE % 2, reason="a grid of two columns")
def test_a_sum_along_one_axis_of_a_mesh_still_varies_along_the_other():
    mesh = jpi.make_mesh((2, SIZE // 2), ("a", "b"))
    x = jpi.numpy.asarray(X, spec=P("a"), mesh=mesh)
    y = jpi.numpy.asarray(X, spec=P("a", "b"), mesh=mesh)
    right = {
        "products": lambda: (x @ y.T).sum() + (x * y).sum(axis=0).mean(),
        "a column": lambda: y * jpi.spmd(lambda y: jnp.sum(y, axis=1, keepdims=True))(y),
        "a mean": lambda: (x - x.mean(axis=0)).T @ y,
    }
    for program in right.values():
        jax.block_until_ready(jpi.jit(program)())
    along = mesh.subcomm(("b",))
    with pytest.raises(TypeError, match="same on every rank"):
        jpi.jit(lambda: x * jpi.allreduce(y.shard.sum(), comm=along))()


@pytest.mark.skipif(SIZE % 2, reason="a grid of two columns")
def test_sums_over_communicators_of_the_user_are_the_same():
    row, column = MPI.COMM_WORLD.Split(RANK // 2, RANK), MPI.COMM_WORLD.Split(RANK % 2, RANK)
    x = jpi.numpy.asarray(X)

    def total(x):
        part = jpi.allreduce(x.shard.sum(), comm=row)
        return (x * jpi.allreduce(part, comm=column)).sum()

    jax.block_until_ready(jpi.jit(total)(x))
    row.Free()
    column.Free()


def test_a_solver_that_hides_blocks_in_a_closure_is_refused():
    """The step size of an adaptive solver would differ: each rank would get its own gradient."""
    x = jpi.numpy.asarray(X)
    times = jnp.linspace(0.0, 1.0, 3)

    def loss(w, x):
        force = jax.grad(lambda w: jpi.numpy.mean(jpi.numpy.tanh(x @ w) ** 2))
        return jnp.sum(odeint(lambda w, t: -force(w), w, times)[-1] ** 2)

    for compile in (jpi.jit, jax.jit):
        gradient = compile(jax.grad(loss))
        if SIZE == 1:
            assert gradient(jnp.asarray(W), x).shape == W.shape
        else:
            with pytest.raises(TypeError, match=r"same on every rank.*test_varying.*jpi\.spmd"):
                gradient(jnp.asarray(W), x)


BRANCHES = {
    "a checkpoint": lambda m, u, w: (
        lambda c: jax.checkpoint(lambda c, w: m.sin(c * w[0] + w[1]))(c, w),
        lambda c: m.sin(c) * w[0],
    ),
    "a product": lambda m, u, w: (lambda c: m.sin(c * (w @ w)), lambda c: c * c),
}


@pytest.mark.parametrize("name", BRANCHES)
@pytest.mark.parametrize("predicate", [0, 1])
def test_branches_share_what_their_derivatives_need(name, predicate):
    """One keeps a plain array and another one a block, which have the same type."""
    values, plain = random_array((2 * jpi.size(),)), random_array((2,), seed=1)

    def slopes(m, u, w, t):
        def loss(u, w):
            return m.sum(jax.lax.cond(t > 0, *BRANCHES[name](m, u, w), u))

        def twice(u, w):
            return sum(m.sum(x**2) for x in jax.grad(loss, (0, 1))(u, w))

        return jax.grad(loss, (0, 1))(u, w), jax.grad(twice, (0, 1))(u, w)

    plain = jax.numpy.asarray(plain)
    expected = jax.jit(lambda *xs: slopes(jax.numpy, *xs))(values, plain, predicate)
    run = jpi.jit(lambda *xs: slopes(jpi.numpy, *xs))
    assert_same(run(jpi.numpy.asarray(values), plain, predicate), expected)
