"""Copies and pickles: a rank saves its block, and loads it again."""

import copy
import pickle

import jax
import numpy as np
import pytest
from mpi4py import MPI
from support.launcher import run_python
from support.oracle import ROWS, assert_same, random_array

import jpi
import jpi.numpy as jnp

SPECS = jpi.P("ranks"), jpi.P(None, "ranks")


def test_a_copy_is_the_array_itself():
    x = jnp.asarray(random_array((7, 4)))
    assert copy.copy(x) is x
    assert copy.deepcopy({"x": [x]})["x"][0] is x


def grid():
    rows = 2 if jpi.size() % 2 == 0 else 1
    return jpi.make_mesh((rows, jpi.size() // rows), ("x", "y"))


@pytest.mark.parametrize("rows", ROWS)
def test_pickling_gives_the_array_back(rows):
    x = random_array((rows, 4))
    arrays = [jnp.asarray(x, spec=spec) for spec in SPECS]
    arrays += [jnp.asarray(x, spec=s, mesh=grid()) for s in (("x", "y"), (("y", "x"),))]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        for array, loaded in zip(arrays, pickle.loads(pickle.dumps(arrays, protocol)), strict=True):
            assert type(loaded) is jpi.DistArray
            assert loaded.mesh is array.mesh and loaded.spec == array.spec
            assert_same(loaded, x)
    assert_same(jnp.exp(loaded) - jnp.exp(array), np.zeros_like(x))


@pytest.mark.parametrize("dtype", ["bool", "int8", "bfloat16", "float16", "complex64"])
def test_pickling_keeps_the_dtype(dtype):
    x = random_array((7, 2), jax.numpy.dtype(dtype))
    assert_same(pickle.loads(pickle.dumps(jnp.asarray(x))), x)


def test_pickling_keeps_a_type_without_values():
    x = jax.eval_shape(lambda x: 2 * x, jnp.zeros((7, 4)))
    loaded = pickle.loads(pickle.dumps(x))
    assert (loaded.shape, loaded.dtype, loaded.spec) == (x.shape, x.dtype, x.spec)


def test_a_block_is_loaded_by_the_rank_that_saved_it():
    saved = MPI.COMM_WORLD.allgather(pickle.dumps(jnp.zeros((7, 4))))
    for rank, block in enumerate(saved):
        if rank == jpi.rank():
            pickle.loads(block)
            continue
        words = rf"pickled by rank {rank} of {jpi.size()}.*got rank {jpi.rank()}.*one file per rank"
        with pytest.raises(ValueError, match=words):
            pickle.loads(block)


def test_a_block_is_loaded_on_as_many_ranks_as_saved_it():
    restore, (block, axes, *rest) = jnp.zeros((7, 4)).__reduce__()
    more = (*axes, ("z", 3))
    words = rf"on {3 * jpi.size()} rank.*got {jpi.size()}\..*one file per rank.*x\.gather\(\)"
    with pytest.raises(ValueError, match=words):
        restore(block, more, *rest)


def test_only_arrays_on_all_ranks_in_their_order_are_pickled():
    x = jnp.asarray(random_array((7, 4)), mesh=mesh_on(MPI.COMM_WORLD.Dup()))
    loaded = pickle.loads(pickle.dumps(x))
    assert loaded.comm is jpi.Comm()
    assert_same(loaded, random_array((7, 4)))
    if jpi.size() > 1:
        for part in (
            MPI.COMM_WORLD.Split(0, -jpi.rank()),
            MPI.COMM_WORLD.Split(jpi.rank() % 2, 0),
        ):
            with pytest.raises(ValueError, match=r"all ranks of COMM_WORLD.*x\.gather\(\)"):
                pickle.dumps(jnp.zeros((7, 4), mesh=mesh_on(part)))


def mesh_on(comm):
    return jpi.make_mesh((comm.size,), ("ranks",), comm)


def test_a_freed_communicator_is_named_when_pickling():
    comm = MPI.COMM_WORLD.Dup()
    x = jnp.zeros((7, 4), mesh=mesh_on(comm))
    x.block_until_ready()
    comm.Free()
    with pytest.raises(ValueError, match="freed"):
        pickle.dumps(x)


def test_a_traced_array_is_not_pickled():
    with pytest.raises(jax.errors.ConcretizationTypeError, match="pickle"):
        jax.jit(lambda x: pickle.dumps(x))(jnp.zeros((7, 4)))


LOAD = """
import pathlib, pickle
tree = pickle.loads(pathlib.Path("0.pickle").read_bytes())
import jpi
assert tree["x"].spec == jpi.P("ranks") and tree["step"] == 3
assert (tree["x"] * 2).gather().tolist() == [0, 2, 4, 6, 8, 10, 12], tree["x"]
"""


@pytest.mark.ranks(1)
def test_another_run_loads_what_this_one_saved(tmp_path):
    (tmp_path / "0.pickle").write_bytes(pickle.dumps({"x": jnp.arange(7.0), "step": 3}))
    finished = run_python(None, "-c", LOAD, folder=tmp_path)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_a_pickle_names_public_places_only():
    text = pickle.dumps(jnp.asarray(random_array((7, 4))), protocol=0).decode("latin-1")
    assert "jpi._" not in text
