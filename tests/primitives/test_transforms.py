"""Every collective through every transform of JAX, against the same transform of its reference."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpi4py import MPI
from support.control_flow import (
    in_cond,
    in_custom_vjp,
    in_fori,
    in_remat,
    in_scan,
    in_switch,
    in_while,
    plain,
)
from support.operations import DIFFERENTIABLE, RANK, SIZE
from support.oracle import assert_same, random_array

import jpi
from jpi._mpi.library import native

pytestmark = pytest.mark.sweep

BLOCK = (2,)
REVERSIBLE = [in_scan, in_cond, in_remat, in_custom_vjp]

# Sums represent the ops in all transforms; the others, which share one rule, are tested at
# zeros and ties. The slow tests cover the rest.
NAMES = [
    pytest.param(name, marks=pytest.mark.slow)
    if name.split()[-1] in ("PROD", "MAX", "MIN")
    else name
    for name in DIFFERENTIABLE
]


@pytest.fixture(autouse=True)
def same_calls():
    """Fails a test whose ranks called different collectives, even if the values are right."""
    native.log_start(10_000)
    yield
    jpi.wait()
    own = [name for name, *_ in native.log_take() if name not in ("send", "recv", "sendrecv")]
    native.log_start(0)
    assert len(set(map(tuple, MPI.COMM_WORLD.allgather(own)))) == 1


class Case:
    """An operation with the operands and tangents of all ranks."""

    def __init__(self, name, block=BLOCK, dtype=np.float32, batch=()):
        self.row = DIFFERENTIABLE[name]
        self.xs = self.data(1, block, dtype, batch)
        self.ts = self.data(2, block, dtype, batch)

    def data(self, seed, block, dtype, batch):
        def draw(rank):
            rank = 0 if self.row.takes_replicated else rank
            shape = (*batch, *self.row.shape(rank, block))
            return jnp.asarray(random_array(shape, dtype, 10 * seed + rank))

        return [draw(rank) for rank in range(SIZE)]

    def here(self, xs):
        return [self.row.call(xs[0])]

    def everywhere(self, xs):
        return self.row.reference(xs)

    def cotangents(self, ys):
        """A weight for each result; a replicated one counts once."""
        draw = lambda y, rank: jnp.asarray(random_array(y.shape, y.dtype, 100 + rank))  # noqa: E731
        if not self.row.is_replicated:
            return [draw(y, rank) for rank, y in enumerate(ys)]
        return [draw(ys[0], 0), *[jnp.zeros_like(y) for y in ys[1:]]]

    def own(self, values):
        return [values[RANK]]

    def own_cotangent(self, weights):
        return [weights[0 if self.row.is_replicated else RANK]]

    def own_gradient(self, gradients):
        """The gradient of a replicated operand, of which the reference has one copy per rank."""
        return [sum(gradients)] if self.row.takes_replicated else self.own(gradients)


def differentiated(program, run, weigh, *, custom=False):
    """Value, jvp and vjp of a program; no jvp through a custom_vjp."""

    def of(xs, ts):
        value, pullback = jax.vjp(lambda xs: program(run, xs), xs)
        (gradient,) = pullback(weigh(value))
        if custom:
            return value, gradient, None
        return value, gradient, jax.jvp(lambda xs: program(run, xs), (xs,), (ts,))[1]

    return of


def compare(case, program, compile):
    """Value, gradient and tangent of the program: (here, those of the reference)."""
    custom = program is in_custom_vjp
    everywhere = jax.jit(differentiated(program, case.everywhere, case.cotangents, custom=custom))
    value, gradient, tangent = everywhere(case.xs, case.ts)
    own = case.own_cotangent(case.cotangents(value))
    here = compile(differentiated(program, case.here, lambda ys: own, custom=custom))
    actual = here(case.own(case.xs), case.own(case.ts))
    expected = case.own(value), case.own_gradient(gradient), None if custom else case.own(tangent)
    return actual, expected, program.__name__


def check(*comparisons):
    """Compares after all programs have run, so that a failing rank does not block the others."""
    for comparison in comparisons:
        assert_same(*comparison)


@pytest.mark.sweep(2)
@pytest.mark.parametrize("name", NAMES)
def test_programs_have_the_values_and_derivatives_of_the_reference(name):
    case = Case(name)
    check(*[compare(case, program, jpi.jit) for program in REVERSIBLE])


@pytest.mark.slow
@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_counted_loops_and_switches_have_them_too(name):
    case = Case(name)
    check(*[compare(case, program, jpi.jit) for program in (plain, in_fori, in_switch)])


@pytest.mark.sweep(2)
@pytest.mark.parametrize("name", NAMES)
def test_derivatives_need_no_jit_of_ours(name):
    case = Case(name)
    check(*[compare(case, plain, compile) for compile in (lambda f: f, jax.jit)])


@pytest.mark.parametrize("name", NAMES)
def test_complex_derivatives_follow_jax(name):
    if name.split()[-1] not in ("MAX", "MIN"):  # jax.numpy has no derivative for these either
        check(compare(Case(name, dtype=np.complex64), plain, jpi.jit))


@pytest.mark.parametrize("name", NAMES)
def test_while_loops_keep_value_and_tangent(name):
    case = Case(name)

    def tangent_of(run):
        return lambda xs, ts: jax.jvp(lambda xs: in_while(run, xs), (xs,), (ts,))

    actual = jpi.jit(tangent_of(case.here))(case.own(case.xs), case.own(case.ts))
    value, tangent = jax.jit(tangent_of(case.everywhere))(case.xs, case.ts)
    assert_same(actual, (case.own(value), case.own(tangent)))


@pytest.mark.parametrize("name", NAMES)
def test_linearize_gives_the_tangent(name):
    case = Case(name)
    _, tangent = jax.jvp(case.everywhere, (case.xs,), (case.ts,))
    _, linear = jax.linearize(case.here, case.own(case.xs))
    assert_same(linear(case.own(case.ts)), case.own(tangent))


@pytest.mark.parametrize("name", NAMES)
def test_batches_are_one_call_along_any_axis(name):
    case = Case(name, batch=(3,))
    x, every = case.xs[RANK], jax.vmap(case.everywhere)(case.xs)[RANK]
    calls = len(collectives_of(case.row.call)(x[0]))
    results = [(jax.vmap(case.row.call, out_axes=-1)(x), jnp.moveaxis(every, 0, -1))]
    for axis in range(min(x.ndim for x in case.xs)):  # the root's may have one more
        moved, batched = jnp.moveaxis(x, 0, axis), jax.vmap(case.row.call, in_axes=axis)
        results.append((batched(moved), every))
        assert len(collectives_of(batched)(moved)) == calls
    check(*results)


def collectives_of(function):
    def of(*args):
        text = str(jax.make_jaxpr(function)(*args))
        return [line for line in text.splitlines() if " = jpi_" in line]

    return of


def shifted(run, xs, delta):
    return run([x + delta for x in xs])


@pytest.mark.sweep(2)
@pytest.mark.parametrize("name", NAMES)
def test_jacobians_are_those_of_all_ranks_together(name):
    case = Case(name)
    if case.row.gap:
        return
    x = case.xs[RANK]
    shift = jnp.zeros_like(x)
    call = lambda x: case.here([x])[0]  # noqa: E731

    # Forward: each basis vector is the tangent on all ranks at once. Reverse: the
    # cotangent of the results of all ranks at once; a replicated one counts once.
    forward = jax.jacfwd(lambda d: shifted(case.everywhere, case.xs, d)[RANK])(shift)
    results = 1 if case.row.is_replicated else SIZE
    reverse = jax.jacrev(lambda xs: sum(case.everywhere(xs)[:results]))(case.xs)

    def gradient(d):
        parts = lambda xs: [jnp.sum(jnp.tanh(y)) for y in case.everywhere(xs)]  # noqa: E731
        return case.own_gradient(
            jax.grad(lambda xs: sum(parts(xs)[:results]))([x + d for x in case.xs])
        )[0]

    hessian = jax.hessian(lambda x: jnp.sum(jnp.tanh(call(x))))
    check(
        (jpi.jit(jax.jacfwd(call))(x), forward, "jacfwd"),
        (jpi.jit(jax.jacrev(call))(x), case.own_gradient(reverse)[0], "jacrev"),
        (jpi.jit(hessian)(x), jax.jacfwd(gradient)(shift), "hessian"),
    )


@pytest.mark.parametrize("name", [name for name in DIFFERENTIABLE if name.split()[-1] in
                                  ("PROD", "MAX", "MIN")])  # fmt: skip
def test_derivatives_at_zeros_and_ties_are_those_of_numpy(name):
    case = Case(name, block=(6,))
    for rank, x in enumerate(case.xs):
        x = x.at[..., 1].set(0.0)  # every factor zero, and a tie
        x = x.at[..., 2].set(0.0 if rank == 0 else 2.0)
        case.xs[rank] = x.at[..., 3].set(1.5)
    check(compare(case, plain, jpi.jit))


def test_rank_that_does_not_use_a_result_still_takes_part():
    x = jnp.float32([1.0, 2.0]) * (RANK + 1)

    def loss(x):  # only the root uses its result
        total = jpi.reduce(x, MPI.SUM, 0)
        stack = jpi.gather(jnp.sin(x), 0)
        return jnp.sum(total**2) + jnp.sum(stack**3) if RANK == 0 else 0.0 * jnp.sum(x)

    def everywhere(xs):
        return jnp.sum(sum(xs) ** 2) + jnp.sum(jnp.sin(jnp.stack(xs)) ** 3)

    everyones = [jnp.float32([1.0, 2.0]) * (rank + 1) for rank in range(SIZE)]
    expected = jax.grad(everywhere)(everyones)[RANK]
    for compile in (lambda f: f, jax.jit, jpi.jit):
        assert_same(compile(jax.grad(loss))(x), expected)


@pytest.mark.mpi(min_size=2)
def test_message_into_a_constant_differentiates():
    """A received value depends on another rank, even if this rank's operand is constant."""
    x = jnp.float32([1.0, 2.0, 3.0])

    def loss(x):
        if RANK == 0:
            jpi.send(jnp.sin(x), 1, tag=3)
        y = jpi.recv(jnp.zeros(3)) if RANK == 1 else jnp.zeros(3)
        z = jpi.scatter(jnp.stack([x] * SIZE) if RANK == 0 else jnp.zeros(3), 0)
        return jnp.sum(y**2) + jnp.sum(z**3)

    z = 3.0 * SIZE * x**2 if RANK == 0 else 0 * x
    expected = z + (2 * jnp.sin(x) * jnp.cos(x) if RANK == 0 else 0)
    for run in (jax.grad(loss), jax.jit(jax.grad(loss)), jpi.jit(jax.grad(loss))):
        assert_same(run(x), expected)
    _, tangent = jpi.jit(lambda x: jax.jvp(loss, (x,), (jnp.ones(3),)))(x)
    own = jnp.sum(3 * x**2) + (jnp.sum(2 * jnp.sin(x) * jnp.cos(x)) if RANK == 1 else 0)
    assert_same(tangent, own)


def test_conjugate_gradients_solve_and_differentiate():
    parts = [random_array((4, 4), seed=rank) for rank in range(SIZE)]
    parts = [part @ part.T + np.eye(4, dtype=np.float32) for part in parts]
    b = random_array((4,), seed=77)

    def solve(part, b):  # the matrix is the sum of the ranks' parts
        matvec = lambda v: jpi.allreduce(part @ jpi.spread(v))  # noqa: E731
        return jnp.sum(jax.scipy.sparse.linalg.cg(matvec, b, tol=1e-7)[0] ** 2)

    def together(parts, b):
        return jnp.sum(jnp.linalg.solve(sum(parts), b) ** 2)

    value, (in_part, in_b) = jpi.jit(jax.value_and_grad(solve, (0, 1)))(parts[RANK], b)
    expected, (in_parts, expected_in_b) = jax.value_and_grad(together, (0, 1))(parts, b)
    np.testing.assert_allclose(value, expected, rtol=1e-4)
    np.testing.assert_allclose(in_b, expected_in_b, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(in_part, in_parts[RANK], rtol=1e-3, atol=1e-5)
