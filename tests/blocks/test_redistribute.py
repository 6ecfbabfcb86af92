"""Redistribution between any two layouts: equal blocks, transposes, fewest bytes and calls."""

import functools
import itertools
import math

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpi4py import MPI
from support.layouts import layouts_of, meshes, shapes
from support.native_log import calls_during
from support.oracle import is_plain, random_array, whole

import jpi
import jpi.numpy
from jpi._blocks.redistribute import redistribute
from jpi._layout.layout import layout
from jpi._layout.transfer import moving_axes
from jpi._mpi.library import native

COMM = jpi.Comm()
GRIDS = {1: [(1, 1)], 2: [(2, 1)], 3: [(3, 1)], 4: [(2, 2), (4, 1)], 6: [(2, 3)]}[COMM.size]
SPECS = [
    (), ("x",), (None, "x"), ("y",), ("x", "y"), ("y", "x"), (("x", "y"),), (None, ("y", "x")),
    (None, None, "x"),
]  # fmt: skip


def box_of(cut):
    return tuple(slice(*span) for span in cut.box(cut.coordinates_of(COMM.rank)))


def put(x, cut):
    """`x` in the layout `cut`, without communication: plain, if no axis shards it."""
    names, sizes = zip(*cut.mesh_axes, strict=True)
    block = jax.numpy.asarray(x[box_of(cut)])
    mesh = jpi.make_mesh(sizes, names)
    return block if cut.is_replicated else jpi.DistArray(block, mesh, cut)


def moved_to(x, spec, mesh):
    """`x`, sharded or plain, in another layout."""
    return jpi.numpy.asarray(x, spec=spec, mesh=mesh) if is_plain(x) else x.redistribute(spec, mesh)


def assert_placed(x, cut):
    """Checks that `x` has the layout `cut`."""
    assert is_plain(x) == cut.is_replicated
    assert is_plain(x) or (x.spec == spec_of(cut) and x.mesh.axes == cut.mesh_axes)


def block_of(x):
    return x if is_plain(x) else x.shard


def spec_of(cut):
    return jpi.P(*(axes or None for axes in cut.spec))


def bytes_of(call, source, target):
    """The bytes that a logged call sends; an allgather is logged with what one other rank gets."""
    name, *_, nbytes = call
    others = math.prod(source.sizes[axis] for axis in moving_axes(source, target)) - 1
    return nbytes * others if name == "allgather" else nbytes


def fewest_elements(source, target):
    """The number of elements that ranks need and do not hold, summed over the ranks."""
    numbers = np.arange(math.prod(source.shape)).reshape(source.shape)
    total = 0
    for old, new in zip(source.coordinates(), target.coordinates(), strict=True):
        held, wanted = (
            set(numbers[tuple(slice(*span) for span in cut.box(place))].flat)
            for cut, place in ((source, old), (target, new))
        )
        total += len(wanted - held)
    return total


@st.composite
def moves(draw):
    shape = draw(shapes)
    return tuple(draw(layouts_of(shape, draw(meshes(COMM.size)))) for _ in range(2))


@settings(max_examples=40)
@given(moves())
def test_any_two_layouts(pair):
    source, target = pair
    with jax.enable_x64(True):
        x, w = (random_array(source.shape, np.float64, seed) for seed in (0, 1))
        here, there = put(x, source), put(w, target)
        names, sizes = zip(*target.mesh_axes, strict=True)
        mesh = jpi.make_mesh(sizes, names)
        calls, y = calls_during(lambda: moved_to(here, spec_of(target), mesh))
        np.testing.assert_array_equal(block_of(y), x[box_of(target)])
        assert_placed(y, target)
        assert len(calls) <= 1
        sent = COMM.mpi.allreduce(sum(bytes_of(call, source, target) for call in calls))
        assert sent == 8 * fewest_elements(source, target)

        back = jax.vjp(lambda x: moved_to(x, spec_of(target), mesh), here)[1](there)[0]
        assert_placed(back, source)
        np.testing.assert_allclose(
            np.vdot(whole(y), w), np.vdot(x, whole(back)), rtol=1e-12, atol=1e-12
        )


@pytest.mark.parametrize("shape", [(6, 4, 2), (5, 3, 1), (1, 0, 2)], ids=str)
def test_all_pairs_in_one_program(shape):
    x = random_array(shape)
    for grid in GRIDS:
        mesh = jpi.make_mesh(grid, ("x", "y"))
        sources = [jpi.numpy.asarray(x, spec=spec, mesh=mesh) for spec in SPECS]
        moved = jpi.jit(lambda sources: [[moved_to(s, t, mesh) for t in SPECS] for s in sources])(  # noqa: B023
            sources
        )
        names = itertools.product(SPECS, SPECS)
        for (source, target), y in zip(names, itertools.chain.from_iterable(moved), strict=True):
            np.testing.assert_array_equal(
                block_of(y), x[box_of(mesh.layout(shape, target))], f"{grid} {source} -> {target}"
            )


def test_forward_and_reverse_derivatives_in_jax_jit():
    x, t = random_array((5, 6)), random_array((5, 6), seed=1)
    rows, tangent = jpi.numpy.asarray(x), jpi.numpy.asarray(t)
    columns = jpi.P(None, "ranks")
    y, dy = jax.jit(lambda x, t: jax.jvp(lambda x: (x**2).redistribute(columns) ** 2, (x,), (t,)))(
        rows, tangent
    )
    np.testing.assert_allclose(whole(y), x**4, rtol=1e-5)
    np.testing.assert_allclose(whole(dy), 4 * x**3 * t, rtol=1e-4)
    gradient = jax.grad(lambda x: ((x**2).redistribute(columns) * tangent).sum())
    np.testing.assert_allclose(whole(jax.jit(gradient)(rows)), 2 * x * t, rtol=1e-5)


def test_nothing_is_called_where_nothing_changes_or_blocks_are_cut():
    x = jax.numpy.asarray(random_array((6, 4)))
    calls, _ = calls_during(lambda: [jpi.numpy.asarray(x, spec=s) for s in (None, jpi.P())])
    assert calls == []
    rows = jpi.numpy.asarray(x, spec=jpi.P("ranks"))
    assert rows.redistribute(jpi.P("ranks")).shard is rows.shard
    other = jpi.make_mesh((COMM.size, 1), ("a", "b"))
    assert rows.redistribute(jpi.P(("a", "b")), other).shard is rows.shard
    calls, _ = calls_during(lambda: rows.redistribute(jpi.P(None, "ranks")))
    assert [name for name, *_ in calls] == ["alltoallw"] * (COMM.size > 1)
    calls, _ = calls_during(lambda: rows.redistribute(jpi.P()))
    assert [name for name, *_ in calls] == ["allgather"] * (COMM.size > 1)


@pytest.mark.ranks(4)
def test_the_smallest_communicator_exchanges():
    mesh = jpi.make_mesh((2, 2), ("x", "y"))
    x = jpi.numpy.asarray(random_array((4, 4, 4)), spec=jpi.P("x", "y"), mesh=mesh)
    calls, _ = calls_during(lambda: x.redistribute(jpi.P("x", None, "y")))
    assert [(name, comm) for name, comm, *_ in calls] == [("alltoallw", mesh.subcomm(("y",)).index)]


@pytest.mark.parametrize("in_axis,out_axis", [(1, 2), (2, 0)])
def test_batches_move_together(in_axis, out_axis):
    x = random_array((5, 3, 4))
    fun = jax.vmap(
        lambda x: x.redistribute(jpi.P(None, "ranks")), in_axes=in_axis, out_axes=out_axis
    )
    calls, y = calls_during(lambda: fun(jpi.numpy.asarray(x)))
    assert [name for name, *_ in calls] == ["alltoallw"] * (COMM.size > 1)
    np.testing.assert_array_equal(whole(y), np.moveaxis(x, in_axis, out_axis))


@pytest.mark.parametrize("dtype", ["bool", "int8", "float16", "bfloat16", "complex64"])
def test_every_dtype_moves(dtype):
    x = jax.numpy.asarray(random_array((5, 4)) > 0 if dtype == "bool" else random_array((5, 4)))
    y = jpi.numpy.asarray(x.astype(dtype)).redistribute(jpi.P(None, "ranks"))
    assert y.dtype == dtype
    np.testing.assert_array_equal(whole(y), np.asarray(x.astype(dtype)))


@pytest.mark.parametrize("limit", [1, 5, 2**31 - 1])
def test_large_blocks_move_as_datatypes(limit):
    x = random_array((7, 6, 5))
    mesh = ((("ranks", COMM.size),),)
    cuts = [layout(x.shape, *mesh, spec) for spec in ((("ranks",),), ((), ("ranks",)))]
    cuts.append(layout(x.shape, *mesh, ((), (), ("ranks",))))
    jpi.wait()
    native.set_count_limit(limit)
    try:
        for source, target in itertools.permutations(cuts, 2):
            run = jpi.jit(functools.partial(redistribute, comm=COMM, source=source, target=target))
            np.testing.assert_array_equal(run(x[box_of(source)]), x[box_of(target)])
        jpi.wait()
    finally:
        native.set_count_limit(2**31 - 1)


def test_a_mesh_over_other_ranks_is_an_error():
    x = jpi.numpy.zeros((4,))
    other = jpi.make_mesh((1,), ("one",), comm=MPI.COMM_SELF)
    if COMM.size > 1:
        with pytest.raises(ValueError, match="`mesh` must be over the array's communicator"):
            x.redistribute(jpi.P(), other)
