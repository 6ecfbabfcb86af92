"""Communicators and meshes."""

import jax.numpy as jnp
import pytest
from mpi4py import MPI

import jpi


def test_one_communicator_has_one_comm():
    assert jpi.Comm(MPI.COMM_WORLD) is jpi.Comm() is jpi.Comm(jpi.Comm())
    assert len({jpi.Comm(), jpi.Comm(MPI.COMM_WORLD)}) == 1
    assert (jpi.Comm().rank, jpi.Comm().size) == (jpi.rank(), jpi.size())


def test_messages_of_the_user_do_not_meet_ours(comm):
    dup = comm.Dup()
    request = dup.irecv(source=(dup.rank - 1) % dup.size, tag=0)
    total = jpi.allreduce(jnp.arange(3.0), comm=dup)
    dup.send("mine", dest=(dup.rank + 1) % dup.size, tag=0)
    assert request.wait() == "mine"
    assert total.tolist() == [0.0, dup.size, 2.0 * dup.size]
    dup.Free()


def test_a_freed_communicator_is_an_error():
    dup = MPI.COMM_WORLD.Dup()
    held = jpi.Comm(dup)
    program = jpi.jit(lambda x: jpi.allreduce(x, comm=held))
    program(jnp.ones(2)).block_until_ready()
    dup.Free()
    with pytest.raises(ValueError, match="COMM_NULL"):
        jpi.allreduce(jnp.ones(2), comm=dup)
    with pytest.raises(ValueError, match="was freed"):
        jpi.allreduce(jnp.ones(3), comm=held)
    with pytest.raises(Exception, match="freed"):
        program(jnp.ones(2)).block_until_ready()


@pytest.mark.mpi(min_size=2)  # two groups
def test_an_intercommunicator_is_an_error():
    color = jpi.rank() % 2
    half = MPI.COMM_WORLD.Split(color)
    inter = half.Create_intercomm(0, MPI.COMM_WORLD, 1 - color)
    with pytest.raises(ValueError, match="intercommunicator"):
        jpi.Comm(inter)
    inter.Free()
    half.Free()


@pytest.mark.parametrize("value", [3, "world", None.__class__])
def test_what_is_no_communicator_is_an_error(value):
    with pytest.raises(TypeError, match="must be an mpi4py communicator"):
        jpi.allreduce(jnp.ones(2), comm=value)


def test_ranks_stand_row_major_in_a_mesh():
    mesh = jpi.make_mesh((jpi.size(), 1), ("x", "y"))
    assert mesh is jpi.make_mesh([jpi.size(), 1], ["x", "y"], MPI.COMM_WORLD)
    assert mesh.coordinates == {"x": jpi.rank(), "y": 0}
    assert mesh.shape == {"x": jpi.size(), "y": 1}
    assert mesh.subcomm(("x",)).rank == jpi.rank()
    assert mesh.subcomm(("y",)).size == 1


@pytest.mark.ranks(4)
def test_subcommunicators_follow_the_order_of_the_axes():
    mesh = jpi.make_mesh((2, 2), ("x", "y"))
    x, y = mesh.coordinates["x"], mesh.coordinates["y"]
    assert (x, y) == divmod(jpi.rank(), 2)
    assert mesh.subcomm(("x",)).rank == x
    assert mesh.subcomm(("y",)).rank == y
    assert mesh.subcomm(("y", "x")).rank == 2 * y + x


@pytest.mark.parametrize(
    "shape,names,words",
    [
        ((jpi.size() + 1,), ("x",), "must be a grid of all"),
        ((jpi.size(), 0), ("x", "y"), "must be a grid of all"),
        ((jpi.size(),), ("x", "y"), "one different name per axis"),
        ((jpi.size(), 1), ("x", "x"), "one different name per axis"),
    ],
)
def test_a_mesh_that_does_not_fit_is_an_error(shape, names, words):
    with pytest.raises(ValueError, match=words):
        jpi.make_mesh(shape, names)


def test_use_mesh_sets_the_mesh_of_new_arrays():
    mesh = jpi.make_mesh((1, jpi.size()), ("x", "y"))
    with jpi.use_mesh(mesh):
        assert jpi.numpy.zeros((3, 4)).mesh is mesh
    assert jpi.numpy.zeros((3, 4)).mesh.axis_names == ("ranks",)
    with pytest.raises(TypeError, match=r"must be a jpi\.Mesh"), jpi.use_mesh("x"):
        pass
