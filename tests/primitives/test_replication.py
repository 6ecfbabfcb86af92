"""With ``jpi.config.check = "full"``: values used as the same on every rank are."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from harness.ranks import RANK, SIZE
from mpi4py import MPI
from support.oracle import assert_same, check, random_array

import jpi
import jpi.numpy

several = pytest.mark.mpi(min_size=2)  # one rank is the same as itself
X = random_array((7, 3))
MISTAKE = "a replicated value must be the same on every rank; it differs"


@pytest.fixture(autouse=True)
def full(monkeypatch):
    monkeypatch.setattr(jpi.config, "check", "full")


def test_values_and_gradients_are_those_without():
    table = {
        "product": lambda m, x, w: m.tanh(x @ w),
        "sum": lambda m, x, w: x * m.sum(x * w[:, 0]),
        "mean": lambda m, x, w: (x - m.mean(x, axis=0)) / m.std(x),
        "sort": lambda m, x, w: m.sort(x, axis=0)[::2] * w[0],
    }
    check(table, [(random_array((n, 3)), random_array((3, 3), seed=1)) for n in (12, 7, 2, 0)])


def test_rounding_is_no_difference():
    for dtype, step in {"float32": 1e-6, "bfloat16": 1e-2, "float16": 1e-3}.items():
        w = jnp.asarray(random_array((5,)) * (1 + step * RANK / SIZE), dtype)
        assert_same(jpi.spread(w), w)


def test_special_values_are_equal_to_themselves():
    w = jnp.array([np.nan, np.inf, -np.inf, -0.0 if RANK else 0.0, 1.0])
    assert_same(jpi.spread(w), w)


MISTAKES = {
    "a plain array": lambda x, w: x @ w,
    "a plain array, compiled": lambda x, w: jpi.jit(lambda w: (x @ w).sum())(w),
    "a plain array, jax.jit": lambda x, w: jax.jit(lambda w: (x @ w).sum())(w),
    "data of one rank": lambda x, w: jpi.numpy.asarray(np.asarray(w)),
    "a JAX array of one rank": lambda x, w: jpi.numpy.asarray(w),
    "a number": lambda x, w: x * w[0],
    "an integer": lambda x, w: jpi.spread(jnp.int32(RANK)),
    "a truth value": lambda x, w: jpi.spread(jnp.array(RANK == 0)),
    "a complex number": lambda x, w: jpi.spread(1j * w),
    "NaN on one rank": lambda x, w: jpi.spread(jnp.where(RANK == 0, jnp.nan, jnp.ones(2))),
    "a cotangent of a sum": lambda x, w: jax.grad(lambda x: jpi.numpy.sum(x) * w[1])(x),
    "a cotangent of a sum, compiled": lambda x, w: jpi.jit(
        jax.grad(lambda x: jpi.numpy.sum(x * x) * jnp.arange(1.0, 1 + SIZE)[RANK])
    )(x),
    "a cotangent of a gathered array": lambda x, w: jax.grad(
        lambda x: jnp.sum(x.gather() ** 2) * w[1]
    )(x),
    "a cotangent": lambda x, w: jax.grad(lambda v: jpi.allreduce(v * v, op=MPI.SUM) * w[1])(2.0),
}


@several
@pytest.mark.parametrize("case", MISTAKES)
def test_value_that_differs_is_an_error_with_its_line(case):
    x = jpi.numpy.asarray(X)
    w = jnp.array([1.0, 2.0, 3.0]) * (1 + RANK)
    with pytest.raises(Exception, match=MISTAKE) as error:
        jax.block_until_ready(jax.tree.leaves(MISTAKES[case](x, w)))
    assert "test_replication.py:" in str(error.value)


@several
def test_parts_of_a_mesh_are_compared_along_its_axes():
    if SIZE % 2:
        pytest.skip("for an even number of ranks")
    mesh = jpi.make_mesh((SIZE // 2, 2), ("a", "b"))
    x = jpi.numpy.asarray(X, spec=jpi.P("a"), mesh=mesh)
    assert_same(x + jpi.numpy.asarray(X, spec=jpi.P(None, "b"), mesh=mesh), 2 * X)
