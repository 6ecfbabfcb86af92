"""The plan of an exchange, simulated with NumPy for any number of ranks, without starting one."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import visited_plans
from support.layouts import layouts_of, meshes, shapes

from jpi._layout.layout import layout
from jpi._layout.transfer import has_same_blocks, moving_axes, transfer


def block(x, cut, rank):
    return x[tuple(slice(*span) for span in cut.box(cut.coordinates_of(rank)))]


def part(x, box):
    return x[tuple(slice(*span) for span in box)]


def boxes(parts):
    """The box of each rank."""
    return {
        int(rank): tuple(map(tuple, box))
        for rank, box in zip(parts.ranks, parts.boxes.tolist(), strict=True)
    }


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
    axes = moving_axes(source, target)
    plans = [transfer(source, target, rank) for rank in range(ranks_of(source))]
    for rank, plan in enumerate(plans):
        old, new = block(x, source, rank), block(x, target, rank)
        received, moved = np.full(new.shape, -1), 0
        group = group_of(source, rank, axes)
        for place, box in boxes(plan.receives).items():
            sender, own_place = group[place], group.index(rank)
            message = part(block(x, source, sender), boxes(plans[sender].sends)[own_place])
            part(received, box)[...] = message
            moved += message.size if sender != rank else 0
        if new.size:
            np.testing.assert_array_equal(received, new)
        assert moved == len(set(new.flat) - set(old.flat))


@given(pairs())
def test_a_plan_is_that_found_by_visiting_every_rank(pair):
    assert moving_axes(*pair) == visited_plans.moving_axes(*pair)
    assert has_same_blocks(*pair) == visited_plans.has_same_blocks(*pair)
    for rank in range(ranks_of(pair[0])):
        plan = transfer(*pair, rank)
        assert (boxes(plan.sends), boxes(plan.receives)) == visited_plans.transfer(*pair, rank)
        assert plan.sends.numbers().shape == (len(plan.sends.ranks), 1 + 2 * pair[0].ndim)


GRIDS = ((("x", 16384),), (("x", 128), ("y", 128)), (("x", 16), ("y", 32), ("z", 32)))


def specs_of(grid):
    """Each axis alone on a dimension, all on one, and none."""
    names = tuple(name for name, _ in grid)
    places = itertools.permutations([*((name,) for name in names), *[()] * (3 - len(names))])
    return [*dict.fromkeys(places), (names, (), ()), ((), names[::-1], ()), ((), (), ())]


@pytest.mark.sweep(2)
@pytest.mark.parametrize("to", GRIDS, ids=str)
@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_the_plans_of_16384_ranks_agree_and_name_only_partners(grid, to):
    shape, ranks = (20_000, 1000, 300), 16384
    for spec, wanted in list(itertools.product(specs_of(grid), specs_of(to)))[::29]:
        source, target = layout(shape, grid, spec), layout(shape, to, wanted)
        axes = moving_axes(source, target)
        plan = transfer(source, target, rank := ranks // 3)
        if not math.prod(n for name, n in grid if name in axes) > 1:
            continue
        sizes = {name: n for name, n in grid if name in axes}
        new = target.box(target.coordinates_of(rank))
        widths = plan.receives.boxes[:, :, 1] - plan.receives.boxes[:, :, 0]
        assert (widths > 0).all() and len(set(plan.receives.ranks)) == len(plan.receives.ranks)
        assert widths.prod(axis=1).sum() == math.prod(stop - start for start, stop in new)
        for number in plan.receives.ranks[:: max(len(widths) // 3, 1)]:
            digits = np.unravel_index(number, tuple(sizes.values()))
            there = {**source.coordinates_of(rank), **dict(zip(sizes, digits, strict=True))}
            theirs = transfer(source, target, int(source.rank_of(there))).sends
            own = np.ravel_multi_index(
                [source.coordinates_of(rank)[name] for name in sizes], tuple(sizes.values())
            )
            sent = boxes(theirs)[int(own)]
            assert [b - a for a, b in sent] == list(widths[plan.receives.ranks == number][0])


def test_a_swap_along_one_axis_leaves_the_other_ranks_alone():
    mesh = (("x", 2), ("y", 3))
    source = layout((6, 6, 4), mesh, (("x",), ("y",), ()))
    target = layout((6, 6, 4), mesh, (("x",), (), ("y",)))
    assert moving_axes(source, target) == ("y",)
    assert not has_same_blocks(source, target)
    assert has_same_blocks(source, layout((6, 6, 4), (("all", 2), ("y", 3)), (("all",), ("y",))))
