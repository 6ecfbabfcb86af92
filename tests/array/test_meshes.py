"""Arrays on different meshes over the same ranks."""

import jax
import pytest
from mpi4py import MPI
from support.oracle import assert_same, random_array

import jpi
import jpi.numpy as jnp


def make():
    return jnp.asarray(random_array((7, 4)))


TOGETHER = {
    "operator": lambda m, x, row: x * row,
    "from the left": lambda m, x, row: row - x,
    "product": lambda m, x, row: x @ row,
    "concatenate": lambda m, x, row: m.concatenate([row, x[0], m.zeros(2)]),
    "created": lambda m, x, row: x + m.arange(4.0),
    "mask": lambda m, x, row: x.T[row > 0],
    "set": lambda m, x, row: x.at[1].set(row),
}


@pytest.mark.parametrize("name", TOGETHER)
def test_arrays_of_different_meshes_work_together_on_that_of_the_larger(name):
    mesh = jpi.make_mesh((1, jpi.size()), ("x", "y"))
    both = random_array((7, 4)), random_array((4,))
    x, row = jnp.asarray(both[0], mesh=mesh, spec=("y",)), jnp.asarray(both[1])
    use, expected = TOGETHER[name], TOGETHER[name](jax.numpy, *map(jax.numpy.asarray, both))
    actual = use(jnp, x, row)
    assert_same(actual, expected)
    assert name == "concatenate" or actual.mesh == mesh
    if name != "mask":
        assert_same(jpi.jit(lambda x, row: use(jnp, x, row))(x, row), expected)


def test_a_gradient_is_on_the_mesh_of_its_array():
    mesh = jpi.make_mesh((jpi.size(), 1), ("x", "y"))
    both = random_array((7, 4)), random_array((4,))
    x, row = jnp.asarray(both[0], mesh=mesh), jnp.asarray(both[1])
    expected = jax.grad(lambda x, r: jax.numpy.sum((x * r) ** 2), (0, 1))(*both)
    gradient = jax.grad(lambda x, r: jnp.sum((x * r) ** 2), (0, 1))(x, row)
    assert_same(gradient, expected)
    assert [g.mesh for g in gradient] == [x.mesh, row.mesh]


@pytest.mark.mpi(min_size=2)
def test_arrays_of_different_ranks_are_an_error():
    alone = jpi.make_mesh((1,), ("ranks",), comm=MPI.COMM_SELF)
    other = jnp.asarray(random_array((7, 4)), mesh=alone)
    words = (
        rf"must be on the same ranks; got arrays on `MPI_COMM_WORLD` \({jpi.size()} ranks\) and on "
        r"`MPI_COMM_SELF` \(1 rank\)\. .* outside of `with jpi\.use_mesh\(mesh\):` is on all ranks"
    )
    with pytest.raises(ValueError, match=words):
        make() + other
    with pytest.raises(ValueError, match=words):
        jpi.map_shards(jax.numpy.add, make(), other)
