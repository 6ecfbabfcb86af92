"""Matrices in cyclic blocks: the part of each rank, and the way back, from any layout."""

import jax
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from mpi4py import MPI
from support.layouts import layouts_of, meshes
from support.native_log import calls_during
from support.oracle import random_array

import jpi
import jpi.numpy
from jpi._blocks.cyclic import from_cyclic, grid_over, to_cyclic

COMM = MPI.COMM_WORLD


@st.composite
def cases(draw):
    """A layout of matrices, the axes of the grid, its shape, and the size of its blocks."""
    mesh_axes = draw(meshes(COMM.size))
    batch = draw(st.lists(st.integers(0, 2), max_size=1))
    shape = (*batch, draw(st.integers(0, 9)), draw(st.integers(0, 9)))
    cut = draw(layouts_of(shape, mesh_axes))
    names = tuple(name for name, _ in mesh_axes if not any(name in axes for axes in cut.spec[:-2]))
    size = int(np.prod([cut.sizes[name] for name in names]))
    rows = draw(st.sampled_from([n for n in range(1, size + 1) if size % n == 0]))
    widths = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    return cut, names, (rows, size // rows), widths


def block_of(x, cut):
    return x[tuple(slice(*span) for span in cut.box(cut.coordinates_of(COMM.rank)))]


def held(cyclic, part):
    return [n for n in range(cyclic.size) if cyclic.owner(n // cyclic.width) == part]


@settings(max_examples=30)
@given(cases())
def test_any_layout_becomes_cyclic_and_comes_back(case):
    cut, names, parts, widths = case
    x = random_array(cut.shape)
    mesh = jpi.make_mesh([n for _, n in cut.mesh_axes], [name for name, _ in cut.mesh_axes])
    grid = grid_over(mesh, names, cut.shape, parts, widths)
    local = jax.numpy.asarray(block_of(x, cut))
    calls, cyclic = calls_during(lambda: jpi.jit(lambda x: to_cyclic(x, cut, grid))(local))
    assert [name for name, *_ in calls] == ["alltoallv"] * (grid.comm.size > 1)
    row, column = grid.place
    boxes = [slice(*span) for span in cut.box(cut.coordinates_of(COMM.rank))[:-2]]
    expected = x[(*boxes, slice(None), held(grid.columns, column))]
    np.testing.assert_array_equal(cyclic, expected[..., held(grid.rows, row), :])
    calls, back = calls_during(lambda: jpi.jit(lambda x: from_cyclic(x, grid, cut))(cyclic))
    assert [name for name, *_ in calls] == ["alltoallv"] * (grid.comm.size > 1)
    np.testing.assert_array_equal(back, local)
