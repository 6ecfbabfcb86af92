"""Independent reductions of a program travel together; their results are those of each alone."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from harness.ranks import RANK, SIZE
from jax import lax
from support.native_log import calls_during
from support.oracle import assert_same, random_array

import jpi
import jpi.numpy

X = random_array((7, 3))
DEPTH = 25
PARAMETERS = {
    f"layer {i}": (random_array((3, 3), seed=i), np.zeros(3, np.float32)) for i in range(DEPTH)
}


def model(numpy, parameters, x):
    for weights, bias in parameters.values():
        x = numpy.tanh(x @ weights + bias)
    return numpy.mean(x**2)


def reductions(run, *args):
    """The allreduces of a compiled program, and its results."""
    run(*args)
    log, results = calls_during(lambda: run(*args))
    return [call for call in log if call[0] == "allreduce"], results


def test_gradient_of_many_leaves_is_one_message():
    def with_gradient(parameters, x):
        return jax.value_and_grad(lambda p: model(jpi.numpy, p, x))(parameters)

    calls, results = reductions(jpi.jit(with_gradient), PARAMETERS, jpi.numpy.asarray(X))
    assert len(calls) == 1
    expected = jax.value_and_grad(lambda p: model(jnp, p, X))(PARAMETERS)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, 1e-4, 1e-6), results, expected)


PROGRAMS = {
    "independent sums": (1, lambda n, x: (n.sum(x), n.sum(x * x), n.sum(x, axis=0))),
    "sums of two dtypes": (2, lambda n, x: (n.sum(x), n.sum(x > 0))),
    "a sum and a maximum": (2, lambda n, x: (n.sum(x), n.max(x))),
    "a sum of what needs a sum": (2, lambda n, x: [n.sum((x - n.mean(x)) ** 2)]),
    "two pairs": (2, lambda n, x: (n.var(x[:, :2]), n.var(x[:, 1:]))),
    "another collective between": (3, lambda n, x: (n.sum(x), n.cumsum(x, axis=0), n.sum(x * x))),
    "large arrays": (2, lambda n, x: (n.sum(x[:, :1] * n.ones(1 << 15), axis=0), n.sum(x))),
    "no elements": (1, lambda n, x: (n.sum(x[:0], axis=0), n.sum(x, axis=0))),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_results_and_number_of_messages(name):
    most, program = PROGRAMS[name]
    calls, results = reductions(jpi.jit(lambda x: program(jpi.numpy, x)), jpi.numpy.asarray(X))
    assert len(calls) <= most
    for result, expected in zip(results, program(jnp, X), strict=True):
        assert_same(result, expected)


def test_sums_in_a_loop_travel_together():
    def step(numpy, x):
        def turn(_, state):
            a, b = state
            return numpy.mean(x * b), numpy.mean(numpy.sin(x + a))

        return lax.fori_loop(0, 4, turn, (jnp.float32(1), jnp.float32(2)))

    calls, results = reductions(jpi.jit(lambda x: step(jpi.numpy, x)), jpi.numpy.asarray(X))
    assert len(calls) == 4
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, 1e-4, 1e-6), results, step(jnp, X))


def test_a_rank_may_use_a_result_alone():
    seen = []

    def program(x):
        first = jpi.numpy.sum(x)
        if RANK == SIZE - 1:
            jax.debug.callback(lambda value: seen.append(float(value)), first)
        return first, jpi.numpy.sum(x * x)

    calls, results = reductions(jpi.jit(program), jpi.numpy.asarray(X))
    assert len(calls) == 1 and bool(seen) == (RANK == SIZE - 1)
    np.testing.assert_allclose(results, (X.sum(), (X * X).sum()), rtol=1e-5)


def test_calls_of_the_user_stay_as_they_are():
    def program(x):
        total = jpi.allreduce(x)
        return total, jpi.allreduce(total if RANK == 0 else x)

    calls, (total, second) = reductions(jpi.jit(program), jnp.float32(1 + RANK))
    assert len(calls) == 2
    np.testing.assert_allclose(total, SIZE * (SIZE + 1) / 2)
    np.testing.assert_allclose(second, 2 * total - 1)


def test_effects_keep_their_order():
    seen = []

    def program(x):
        first = jpi.numpy.sum(x)
        note = lambda value: seen.append(int(value))  # noqa: E731
        jax.experimental.io_callback(note, None, 1 + 0 * first.astype(int), ordered=True)
        jax.experimental.io_callback(note, None, 2, ordered=True)
        return first + jpi.numpy.sum(x * x)

    jpi.jit(program)(jpi.numpy.asarray(X))
    jax.effects_barrier()
    assert seen == [1, 2]
