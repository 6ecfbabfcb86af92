"""Checkpoints of the states of other libraries; orbax with distributed arrays."""

import jax
import numpy as np
import pytest
from harness.ranks import RANK
from mpi4py import MPI
from support.clients import data

import jpi
import jpi.numpy


@pytest.fixture
def orbax():
    return pytest.importorskip("orbax.checkpoint")


def test_a_block_is_not_saved_as_the_array(orbax, tmp_path):
    tree = {"x": jpi.numpy.asarray(data(7, 3))}
    with pytest.raises(ValueError, match="DistArray"):
        orbax.PyTreeCheckpointer().save(tmp_path / str(RANK), tree)


def test_gathered_arrays_are_saved_by_one_rank(orbax, tmp_path):
    tree = {"x": jpi.numpy.asarray(data(7, 3)), "w": jax.numpy.ones(3)}
    path = MPI.COMM_WORLD.bcast(tmp_path) / "tree"
    whole = jpi.gather(tree)
    checkpointer = orbax.StandardCheckpointer()
    if RANK == 0:
        checkpointer.save(path, whole)
        checkpointer.wait_until_finished()
    MPI.COMM_WORLD.Barrier()
    loaded = checkpointer.restore(path, whole)
    np.testing.assert_array_equal(loaded["x"], data(7, 3))
    assert jpi.numpy.asarray(loaded["x"]).spec == tree["x"].spec


def test_states_of_flax_are_restored(tmp_path):
    nnx = pytest.importorskip("flax.nnx")
    linen = pytest.importorskip("flax.linen")
    folder = MPI.COMM_WORLD.bcast(tmp_path)

    def state(seed):
        model = nnx.BatchNorm(3, rngs=nnx.Rngs(seed)), nnx.Dropout(0.5, rngs=nnx.Rngs(seed))
        params = linen.Dense(2).init(jax.random.key(seed), data(7, 3))
        return [nnx.state(one) for one in model], params, jpi.numpy.asarray(data(7, 3) + seed)

    jpi.checkpoint.save(folder, 1, state(1))
    restored, expected = jpi.checkpoint.restore(folder, state(0)), state(1)
    assert jax.tree.structure(restored) == jax.tree.structure(expected)
    for x, y in zip(
        *(jax.tree.leaves(jpi.gather(t[1:])) for t in (restored, expected)), strict=True
    ):
        np.testing.assert_array_equal(x, y)
    for x, y in zip(*(jax.tree.leaves(t[0]) for t in (restored, expected)), strict=True):
        assert x.dtype == y.dtype and bool((x == y).all())
