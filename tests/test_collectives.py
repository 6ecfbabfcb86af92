"""Collectives on local arrays: values, gradients, batching, bad input."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpi4py import MPI
from oracle import assert_same, random_array

import jpi

OPS = {"SUM": jnp.sum, "PROD": jnp.prod, "MAX": jnp.max, "MIN": jnp.min}
RUN = {"eager": lambda f: f, "jax.jit": jax.jit, "jpi.jit": jpi.jit}


def everyones(shape, dtype=np.float32):
    """What the ranks hold, stacked; each test's own part is that of its rank."""
    return np.stack([random_array(shape, dtype, seed=rank) for rank in range(jpi.size())])


@pytest.mark.parametrize("run", RUN)
@pytest.mark.parametrize("op", OPS)
def test_allreduce_reduces(op, run):
    for shape in [(), (3,), (0,), (2, 3)]:
        stacked = everyones(shape)
        fun = RUN[run](lambda x: jpi.allreduce(x, getattr(MPI, op)))
        assert_same(fun(stacked[jpi.rank()]), OPS[op](jnp.asarray(stacked), axis=0))


@pytest.mark.parametrize("dtype", ["int8", "uint32", "float16", "bfloat16", "complex64"])
@pytest.mark.parametrize("op", OPS)
def test_allreduce_keeps_the_dtype(op, dtype):
    stacked = everyones((4,)).astype(jnp.dtype(dtype))
    expected = OPS[op](jnp.asarray(stacked), axis=0).astype(stacked.dtype)
    assert_same(jpi.allreduce(stacked[jpi.rank()], getattr(MPI, op)), expected)


@pytest.mark.parametrize("op", OPS)
def test_allreduce_differentiates(op):
    stacked = everyones((5,))
    stacked[:, 1] = 2.0  # a tie
    stacked[0, 2] = 0.0  # one zero factor
    stacked[:, 3] = 0.0  # all of them
    weights = random_array((5,), seed=50)

    def local(x):
        return jnp.sum(weights * jpi.allreduce(x, getattr(MPI, op)))

    def together(stacked):
        return jnp.sum(weights * OPS[op](stacked, axis=0))

    expected = jax.grad(together)(jnp.asarray(stacked))[jpi.rank()]
    for transform in (jax.grad(local), jax.jit(jax.grad(local)), jpi.jit(jax.grad(local))):
        assert_same(transform(stacked[jpi.rank()]), expected)


@pytest.mark.parametrize("in_axes", [0, 1, 2])
def test_batches_are_one_call(in_axes):
    stacked = everyones((2, 3, 4))
    mine = stacked[jpi.rank()]
    total = jax.vmap(jpi.allreduce, in_axes=in_axes)(mine)
    assert_same(total, np.moveaxis(stacked.sum(0), in_axes, 0))
    gathered = jax.vmap(jpi.allgather, in_axes=in_axes)(mine)
    assert_same(gathered, np.moveaxis(stacked, in_axes + 1, 0))
    jaxpr = str(jax.make_jaxpr(jax.vmap(jpi.allgather, in_axes=in_axes))(mine))
    assert jaxpr.count("jpi_allgather") == 1


def test_allgather_stacks_and_its_transpose_takes_the_own_block():
    stacked = everyones((3, 2))
    weights = random_array(stacked.shape, seed=9)
    assert_same(jpi.allgather(stacked[jpi.rank()]), stacked)
    gradient = jax.grad(lambda x: jnp.sum(weights * jpi.allgather(x)))(stacked[jpi.rank()])
    assert_same(gradient, weights[jpi.rank()])


def test_allgatherv_takes_uneven_rows():
    counts = [2 * rank for rank in range(jpi.size())]
    blocks = [random_array((n, 3), seed=rank) for rank, n in enumerate(counts)]
    assert_same(jpi.allgatherv(blocks[jpi.rank()], counts), np.concatenate(blocks))


BAD = {
    "op": (lambda: jpi.allreduce(1.0, "sum"), TypeError, "`op` of allreduce must be an mpi4py operation"),
    "op for the dtype": (
        lambda: jpi.allreduce(jnp.ones(2), MPI.BAND).block_until_ready(),
        Exception,
        "allreduce",
    ),
    "number of counts": (
        lambda: jpi.allgatherv(jnp.ones(2), [2] * (jpi.size() + 1)),
        ValueError,
        "one number >= 0 per rank",
    ),
    "negative counts": (
        lambda: jpi.allgatherv(jnp.ones(2), [-1] * jpi.size()),
        ValueError,
        "one number >= 0 per rank",
    ),
    "rows": (lambda: jpi.allgatherv(jnp.ones(2), [3] * jpi.size()), ValueError, "3 rows on rank"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_an_error_on_every_rank(case):
    call, error, words = BAD[case]
    with pytest.raises(error, match=words):
        call()
