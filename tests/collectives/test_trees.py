"""Collectives of trees: the same as of each array, in one message for each dtype."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpi4py import MPI
from support.native_log import calls_during

import jpi

pytestmark = pytest.mark.sweep

RANK, SIZE = jpi.rank(), jpi.size()


def tree(rows=()):
    base = {
        "w": np.arange(6, dtype=np.float32).reshape(2, 3) + RANK,
        "b": (np.float32(3 * RANK), np.ones((0, 2), np.float32)),
        "n": [np.array([RANK, 2], np.int32), None],
    }
    return jax.tree.map(lambda x: jnp.broadcast_to(x, (*rows, *jnp.shape(x))), base)


CASES = {
    "allreduce": (jpi.allreduce, ()),
    "allreduce MAX": (lambda x: jpi.allreduce(x, op=MPI.MAX), ()),
    "reduce": (lambda x: jpi.reduce(x, MPI.SUM, 0), ()),
    "bcast": (lambda x: jpi.bcast(x, SIZE - 1), ()),
    "scan": (lambda x: jpi.scan(x, MPI.SUM), ()),
    "exscan": (lambda x: jpi.exscan(x, MPI.SUM), ()),
    "allgather": (jpi.allgather, ()),
    "gather": (lambda x: jpi.gather(x, 0), ()),
    "alltoall": (jpi.alltoall, (SIZE,)),
    "reduce_scatter": (lambda x: jpi.reduce_scatter(x, MPI.SUM), (SIZE,)),
    "spread": (lambda x: jpi.spread(jpi.bcast(x, 0)), ()),
}


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "jit"])
@pytest.mark.parametrize("name", CASES)
def test_a_tree_is_as_each_of_its_arrays(name, compiled):
    function, rows = CASES[name]
    x = tree(rows)
    expected = jax.tree.map(function, x)
    actual = (jpi.jit(function) if compiled else function)(x)
    assert jax.tree.structure(actual) == jax.tree.structure(expected)
    for a, b in zip(jax.tree.leaves(actual), jax.tree.leaves(expected), strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_array_equal(a, b)


def test_arrays_of_one_dtype_travel_in_one_message():
    x = tree()
    calls, _ = calls_during(lambda: jpi.allreduce(x))
    assert [name for name, *_ in calls] == ["allreduce"] * 2


def test_the_gradient_of_a_tree_is_that_of_its_arrays():
    def loss(reduce, x):
        return sum(jnp.sum(y**2) for y in jax.tree.leaves(reduce(x)) if y.dtype == jnp.float32)

    x = {k: v for k, v in tree().items() if k != "n"}
    actual = jax.grad(lambda x: loss(jpi.allreduce, x))(x)
    expected = jax.grad(lambda x: loss(lambda x: jax.tree.map(jpi.allreduce, x), x))(x)
    for a, b in zip(jax.tree.leaves(actual), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(a, b)


def test_a_list_of_numbers_is_one_array():
    np.testing.assert_array_equal(jpi.allreduce([1.0, 2.0]), [SIZE, 2.0 * SIZE])
    assert jpi.allgather([[1], [2]]).shape == (SIZE, 2, 1)


def test_a_distributed_array_is_refused():
    with pytest.raises(TypeError, match=r"own array; got a DistArray.* x\.shard"):
        jpi.allreduce({"x": jpi.numpy.arange(4.0)})
