"""Communicators that are freed, and what belongs to them."""

import jax
import numpy as np
import pytest
from mpi4py import MPI

import jpi
import jpi.numpy as jnp

COMPILED = 1_000_000  # bytes that one program takes at least
MANY = 400  # MPICH has 2048 communicators, and one of ours is several of MPI's


def mesh_on(comm):
    return jpi.make_mesh((comm.size, 1), ("rows", "columns"), comm)


@pytest.fixture
def freed():
    """A mesh on a communicator that is freed, an array on it, and a program that used it."""
    comm = MPI.COMM_WORLD.Dup()
    mesh = mesh_on(comm)
    x = jnp.asarray(np.arange(6.0).reshape(3, 2), mesh=mesh)
    program = jpi.jit(lambda x: jnp.sum(x))
    assert program(x) == jnp.sum(x) == 15
    comm.Free()
    return mesh, x, program


USES = {
    "operation": lambda mesh, x, program: x + 1,
    "operation that was compiled": lambda mesh, x, program: jnp.sum(x),
    "gather": lambda mesh, x, program: x.gather(),
    "layout": lambda mesh, x, program: x.redistribute(jpi.P(None, "rows")),
    "gradient": lambda mesh, x, program: jax.grad(lambda w: jnp.sum(x * w))(2.0),
    "new array": lambda mesh, x, program: jnp.asarray(np.ones(3), mesh=mesh),
    "new mesh": lambda mesh, x, program: jpi.make_mesh(comm=mesh.comm),
    "collective": lambda mesh, x, program: jpi.allreduce(np.ones(2), comm=mesh.comm),
    "compiled function": lambda mesh, x, program: jax.block_until_ready(program(x)),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_use_after_the_end_is_an_error(freed, use):
    with pytest.raises(Exception, match="was freed"):
        use(*freed)
    assert jnp.sum(jnp.asarray(np.ones(5))) == 5


def test_many_communicators_can_be_made_and_freed():
    for _ in range(MANY):
        comm = MPI.COMM_WORLD.Dup()
        mesh = mesh_on(comm)
        jnp.asarray(np.ones(4), mesh=mesh)
        assert mesh.subcomm(("rows", "columns")).reversed.rank == comm.size - 1 - comm.rank
        comm.Free()


def test_programs_and_meshes_go_with_their_communicator():
    from jpi._mpi.comm import live
    from jpi._mpi.mesh import meshes
    from jpi._ordered.programs import programs

    jnp.sum(jnp.asarray(np.ones(4)))
    before = len(live), len(meshes)
    indices = set()
    for size in (3, 3, 4):
        comm = MPI.COMM_WORLD.Dup()
        indices.add(jpi.Comm(comm).index)
        x = jnp.asarray(np.full(size, 2.0), mesh=mesh_on(comm))
        before_use = programs.nbytes
        assert jnp.sum(x) == 2 * size and jpi.allreduce(np.ones(2), comm=comm)[0] == jpi.size()
        assert programs.nbytes > before_use + COMPILED
        comm.Free()
        assert programs.nbytes < before_use + COMPILED
    assert (len(live), len(meshes)) == before
    assert len(indices) == 3  # a program could still name the old one


def test_calls_in_flight_finish_before_the_communicator_ends():
    comm = MPI.COMM_WORLD.Dup()
    step = jpi.jit(lambda x: jpi.allreduce(x, comm=comm) / comm.size)
    x = jax.numpy.arange(100000.0)
    for _ in range(20):
        x = step(x)
    comm.Free()
    np.testing.assert_allclose(x, np.arange(100000.0))


@pytest.mark.ranks(4)
def test_meshes_of_one_shape_share_their_subcommunicators():
    one, other = (jpi.make_mesh((2, 2), names) for names in (("x", "y"), ("a", "b")))
    assert one.subcomm(("y",)) is other.subcomm(("b",)) is not other.subcomm(("a",))
    assert one.subcomm(("x", "y")) is one.comm is not one.subcomm(("y", "x"))


def test_axes_of_one_rank_need_no_communicator_of_their_own():
    mesh = jpi.make_mesh((jpi.size(), 1), ("x", "y"))
    assert mesh.subcomm(("x",)) is mesh.comm
    assert mesh.subcomm(("y",)).size == 1
