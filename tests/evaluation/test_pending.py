"""Sums over ranks with a sharded result are reduce-scatters, with the same values and gradients."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.native_log import calls_during
from support.oracle import assert_same, is_plain, random_array

import jpi
import jpi.numpy

CUT = jpi.P(None, "ranks")
FUNCTIONS = {
    "matmul": jnp.matmul,
    "scaled": lambda a, b: -(a @ b) / 3 * 2.0,
    "with bias": lambda a, b: a @ b + jnp.sum(a),
    "used twice": lambda a, b: (lambda y: y * jnp.sum(y))(a @ b),
    "sum": lambda a, b: jnp.sum(a[:, :, None] * b[None], axis=1),
    "mean": lambda a, b: jnp.mean(a[:, :, None] * b[None], axis=1),
}


def operands(rows, inner, columns):
    a, b = random_array((rows, inner)), random_array((inner, columns), seed=1)
    return a, b, jpi.numpy.asarray(a, spec=CUT), jpi.numpy.asarray(b)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("sizes", [(4, 5, 6), (3, 2, 1)], ids=str)
def test_values_and_gradients_are_those_of_one_process(name, sizes):
    fun = FUNCTIONS[name]
    a, b, dist_a, dist_b = operands(*sizes)
    weights = random_array((sizes[0], sizes[2]), seed=2)

    def loss(numpy, fun):
        def run(a, b):
            y = fun(a, b)
            return numpy.sum(y * weights), y

        return jax.value_and_grad(run, argnums=(0, 1), has_aux=True)

    expected = loss(jnp, fun)(a, b)
    specs = jpi.P("ranks", None), CUT, jpi.P(None, None)
    actual = jpi.jit(
        lambda a, b: [loss(jpi.numpy, jpi.spmd(fun, out_spec=spec))(a, b) for spec in specs]
    )(dist_a, dist_b)
    for spec, result in zip(specs, actual, strict=True):
        assert_same(result, expected, what=f"{name} as {spec}")
        y = result[0][1]
        assert is_plain(y) if spec == jpi.P(None, None) else y.spec == spec


def names_during(run):
    return [name for name, *_ in calls_during(run)[0]]


@pytest.mark.parametrize("name", ["matmul", "scaled", "sum", "mean"])
def test_the_sum_is_taken_in_blocks(name):
    *_, a, b = operands(4, 5, 6)
    calls = names_during(lambda: jpi.spmd(FUNCTIONS[name], out_spec=jpi.P("ranks"))(a, b))
    assert calls[-1:] == ["reduce_scatter"] and "allreduce" not in calls
    calls = names_during(lambda: a @ b)
    assert calls == ["allreduce"]


def test_operands_that_lie_in_blocks_make_it_one():
    *_, a, b = operands(4, 5, 6)
    c = jpi.numpy.asarray(random_array((4, 6)))
    calls, y = calls_during(lambda: jpi.spmd(lambda a, b, c: a @ b + c)(a, b, c))
    assert [name for name, *_ in calls] == ["reduce_scatter"] and y.spec == jpi.P("ranks", None)


def test_out_spec_needs_a_distributed_array():
    with pytest.raises(TypeError, match="`out_spec` needs a DistArray"):
        jpi.spmd(jnp.add, out_spec=jpi.P())(np.ones(3), np.ones(3))
