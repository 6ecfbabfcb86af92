"""The plan of an exchange, simulated with NumPy for any number of ranks, without starting one."""

import math

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from support.layouts import layouts_of, meshes, shapes

from jpi._layout.layout import layout
from jpi._layout.transfer import has_same_blocks, moving_axes, transfer


def block(x, cut, rank):
    return x[tuple(slice(*span) for span in cut.box(cut.coordinates_of(rank)))]


def part(x, box):
    return x[tuple(slice(*span) for span in box)]


def group_of(cut, rank, axes):
    """The ranks that differ from `rank` along `axes` only, in order."""
    here = cut.coordinates_of(rank)
    others = (cut.coordinates_of(other) for other in range(ranks_of(cut)))
    return [
        cut.rank_of(there)
        for there in others
        if all(there[name] == here[name] for name in here if name not in axes)
    ]


def ranks_of(cut):
    return math.prod(size for _, size in cut.mesh_axes)


@st.composite
def pairs(draw):
    number = draw(st.sampled_from([1, 2, 3, 4, 6, 8, 12]))
    shape = draw(shapes)
    return tuple(draw(layouts_of(shape, draw(meshes(number)))) for _ in range(2))


@given(pairs())
def test_every_rank_gets_its_new_block_and_nothing_that_it_holds(pair):
    source, target = pair
    x = np.arange(math.prod(source.shape)).reshape(source.shape)
    plans = [transfer(source, target, rank) for rank in range(ranks_of(source))]
    for rank, plan in enumerate(plans):
        old, new = block(x, source, rank), block(x, target, rank)
        received, moved = np.full(new.shape, -1), 0
        for place, sender in enumerate(group_of(source, rank, plan.axes)):
            own_place = group_of(source, sender, plan.axes).index(rank)
            message = part(block(x, source, sender), plans[sender].sends[own_place])
            part(received, plan.receives[place])[...] = message
            moved += message.size if sender != rank else 0
        if new.size:
            np.testing.assert_array_equal(received, new)
        assert moved == len(set(new.flat) - set(old.flat))


@given(pairs())
def test_what_nobody_moves_along_is_no_axis_of_the_exchange(pair):
    source, target = pair
    assume(moving_axes(source, target))
    plans = [transfer(source, target, rank) for rank in range(ranks_of(source))]
    for axis in plans[0].axes:  # along each axis some rank receives from another coordinate
        assert any(
            source.coordinates_of(sender)[axis] != source.coordinates_of(rank)[axis]
            for rank, plan in enumerate(plans)
            for place, sender in enumerate(group_of(source, rank, plan.axes))
            if math.prod(stop - start for start, stop in plan.receives[place])
        )


def test_a_swap_along_one_axis_leaves_the_other_ranks_alone():
    mesh = (("x", 2), ("y", 3))
    source = layout((6, 6, 4), mesh, (("x",), ("y",), ()))
    target = layout((6, 6, 4), mesh, (("x",), (), ("y",)))
    assert transfer(source, target, 0).axes == ("y",)
    assert not has_same_blocks(source, target)
    assert has_same_blocks(source, layout((6, 6, 4), (("all", 2), ("y", 3)), (("all",), ("y",))))
