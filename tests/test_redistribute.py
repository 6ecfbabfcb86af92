"""Any layout to any layout: equal blocks, transposes, and no call where none is needed."""

import itertools

import jax
import numpy as np
import pytest
from oracle import random_array, whole

import jpi
import jpi.numpy
from jpi._mpi import native

GRIDS = {1: [(1, 1)], 2: [(2, 1), (1, 2)], 3: [(3, 1)], 4: [(2, 2), (4, 1)]}
SPECS = [
    (), ("x",), (None, "x"), ("y",), (None, "y"), ("x", "y"), ("y", "x"), (("x", "y"),),
    (None, ("y", "x")), (None, None, "x"),
]  # fmt: skip
PAIRS = list(itertools.product(SPECS, SPECS))


def expected_block(x, mesh, spec):
    box = mesh.layout(x.shape, spec).box(mesh.coordinates)
    return x[tuple(slice(*span) for span in box)]


@pytest.mark.parametrize("shape", [(6, 4, 2), (5, 3, 1), (1, 0, 2)], ids=str)
def test_blocks_are_those_of_numpy(shape):
    x = random_array(shape)
    for grid in GRIDS.get(jpi.size(), [(jpi.size(), 1)]):
        mesh = jpi.make_mesh(grid, ("x", "y"))
        sources = [jpi.numpy.asarray(x, spec=spec, mesh=mesh) for spec in SPECS]
        moved = jpi.jit(lambda sources: [[s.redistribute(t) for t in SPECS] for s in sources])(
            sources
        )
        for (source, target), y in zip(PAIRS, itertools.chain.from_iterable(moved), strict=True):
            np.testing.assert_array_equal(
                y.shard, expected_block(x, mesh, target), err_msg=f"{grid} {source} -> {target}"
            )


@pytest.mark.parametrize("shape", [(6, 4, 2), (5, 3, 1)], ids=str)
def test_the_transpose_passes_the_dot_test(shape):
    x, y = random_array(shape), random_array(shape, seed=1)
    for grid in GRIDS.get(jpi.size(), [(jpi.size(), 1)]):
        mesh = jpi.make_mesh(grid, ("x", "y"))

        def pulled(sources, targets):
            return [
                jax.vjp(lambda s, t=t: s.redistribute(t.spec), s)[1](t)[0]
                for s, t in itertools.product(sources, targets)
            ]

        sources = [jpi.numpy.asarray(x, spec=spec, mesh=mesh) for spec in SPECS]
        targets = [jpi.numpy.asarray(y, spec=spec, mesh=mesh) for spec in SPECS]
        for (source, target), back in zip(PAIRS, jpi.jit(pulled)(sources, targets), strict=True):
            assert back.spec == mesh_spec(mesh, source, x.ndim)
            # redistribution is the identity on global arrays, and so is its transpose
            np.testing.assert_array_equal(whole(back), y, err_msg=f"{grid} {source} -> {target}")


def mesh_spec(mesh, spec, ndim):
    return jpi.numpy.zeros((1,) * ndim, spec=spec, mesh=mesh).spec


def test_nothing_is_called_where_nothing_changes_or_blocks_are_cut():
    x = jpi.numpy.asarray(random_array((6, 4)), spec=jpi.P())
    jpi.wait()
    native.log_start(10)
    x.redistribute(jpi.P("ranks")).block_until_ready()
    y = x.redistribute(jpi.P())
    y.block_until_ready()
    assert native.log_take() == []
    rows = x.redistribute(jpi.P("ranks"))
    rows.redistribute(jpi.P(None, "ranks")).block_until_ready()
    jpi.wait()
    assert [name for name, *_ in native.log_take()] == ["alltoallv"]
    native.log_start(0)


def test_batches_move_together():
    x = random_array((5, 3, 4))
    fun = jax.vmap(lambda x: x.redistribute(jpi.P(None, "ranks")), in_axes=1, out_axes=2)
    y = fun(jpi.numpy.asarray(x))
    assert y.spec == jpi.P(None, "ranks", None)
    np.testing.assert_array_equal(whole(y), np.moveaxis(x, 1, 2))
