"""Orbax: a checkpoint of distributed arrays."""

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
