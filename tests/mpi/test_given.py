"""Data given as the same on every rank: compared once for each line of the program."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from harness.ranks import RANK
from support.oracle import assert_same

import jpi
import jpi.numpy

several = pytest.mark.mpi(min_size=2)  # one rank is the same as itself


def own(seed):
    return np.random.default_rng(seed).normal(size=(5, 2))


DIFFERENT = {
    "numbers drawn on each rank": lambda x: jpi.numpy.asarray(own(RANK)),
    "lists": lambda x: jpi.numpy.array([1, 2, RANK]),
    "shapes": lambda x: jpi.numpy.asarray(np.zeros(3 + RANK)),
    "dtypes": lambda x: jpi.numpy.asarray(np.zeros(3, [np.float32, np.int32][RANK % 2])),
    "JAX arrays": lambda x: jpi.numpy.asarray(jnp.full(4, RANK)),
    "truth values": lambda x: jpi.numpy.asarray(np.array([True, RANK == 0])),
    "16-bit floats": lambda x: jpi.numpy.asarray(jnp.full(4, RANK, jnp.bfloat16)),
    "an operand": lambda x: x * own(RANK),
    "a JAX array as operand": lambda x: x @ jnp.full((2, 2), RANK),
    "a keyword": lambda x: jpi.numpy.where(jnp.full((2,), RANK == 0), x, 0),
    "in a derivative": lambda x: jax.grad(lambda w: (x @ w).sum())(jnp.full(2, float(RANK))),
    "in jax.jit": lambda x: jax.jit(lambda x: x * own(RANK))(x),
    "asarray in jpi.jit": lambda x: jpi.jit(lambda: jpi.numpy.asarray(own(RANK)).sum())(),
    "an argument of spmd": lambda x: jpi.spmd(lambda x, w: x + w)(x, jnp.full((2,), RANK)),
}


@several
@pytest.mark.parametrize("case", DIFFERENT)
def test_data_that_differ_are_an_error_with_line_and_remedy(case):
    x = jpi.numpy.asarray(own(0))
    for _ in range(2):  # the line stays to be compared
        with pytest.raises(ValueError, match=r"same on every rank.*jpi\.from_shard") as error:
            DIFFERENT[case](x)
        assert "test_given.py:" in str(error.value)


def test_data_that_differ_by_rounding_only_are_the_same():
    w = own(0).astype(np.float32)
    w[0] = np.nan, np.inf
    x = w * np.float32(1 + 1e-6 * RANK)
    assert_same(jpi.numpy.asarray(x), w)
    assert_same(jpi.numpy.asarray(w) + x[0], w + w[0])


def test_a_line_is_compared_once():
    def make(data):
        return jpi.numpy.asarray(data)

    make(np.arange(4.0))
    assert make(np.full(4, float(RANK))).shape == (4,)


def test_the_comparison_can_be_switched_off(monkeypatch):
    monkeypatch.setattr(jpi.config, "check", "off")
    assert jpi.numpy.asarray(own(RANK)).shape == (5, 2)


@several
def test_large_data_are_compared_in_parts():
    data = np.zeros(2**22 + 5)
    data[: 2**16] = RANK
    with pytest.raises(ValueError, match="from_shard"):
        jpi.numpy.asarray(data)
    assert jpi.numpy.asarray(np.zeros(2**22 + 5)).shape == data.shape


def test_compiled_functions_of_local_arrays_may_get_different_data():
    x = jnp.full((3,), float(RANK))
    total = jpi.jit(lambda x: jpi.allreduce(x))(x)
    assert_same(total, np.full(3, sum(range(jpi.size())), np.float32))
    assert float(x.sum()) == 3 * RANK
