"""Layout arithmetic, for any number of ranks, without starting one."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpi._layout.layout import Mapped, are_equal, counts, layout, offsets, overlaps
from jpi._layout.spec import normalize_spec

sizes = st.integers(0, 50)
parts = st.integers(1, 12)


@given(sizes, parts)
def test_blocks_are_balanced_and_the_larger_come_first(size, number):
    blocks = counts(offsets(size, number))
    assert len(blocks) == number and sum(blocks) == size
    assert max(blocks) - min(blocks) <= 1
    assert list(blocks) == sorted(blocks, reverse=True)


@given(sizes, parts, st.data())
def test_overlaps_count_each_position_once(size, number, data):
    start = data.draw(st.integers(0, size))
    stop = data.draw(st.integers(start, size))
    shared = [
        len(set(range(start, stop)) & set(range(a, b)))
        for a, b in itertools.pairwise(offsets(size, number))
    ]
    expected = [(block, count) for block, count in enumerate(shared) if count]
    assert list(overlaps(start, stop, offsets(size, number))) == expected


@given(sizes, parts, st.integers(0, 5), st.integers(1, 3))
def test_boundaries_are_sequences(size, number, start, factor):
    bounds = offsets(size, number)
    assert list(bounds) == [sum(counts(bounds)[:block]) for block in range(number + 1)]
    assert (bounds[-1], bounds[1:], len(bounds)) == (size, tuple(bounds)[1:], number + 1)
    scaled = Mapped(bounds, lambda b: start + factor * b)
    assert scaled[1:] == tuple(start + factor * b for b in bounds[1:])
    assert are_equal(bounds, tuple(bounds)) and are_equal(tuple(bounds), bounds)
    assert are_equal(scaled, bounds) == (list(scaled) == list(bounds))


@st.composite
def layouts(draw):
    mesh_axes = tuple(
        zip("xyz", draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)), strict=False)
    )
    shape = tuple(draw(st.lists(st.integers(0, 7), max_size=3)))
    names = draw(st.permutations([name for name, _ in mesh_axes]))
    spec = [[] for _ in shape]
    for name in names:
        dim = draw(st.integers(-1, len(shape) - 1))
        if dim >= 0:
            spec[dim].append(name)
    return layout(shape, mesh_axes, tuple(map(tuple, spec)))


@given(layouts())
def test_blocks_tile_the_array(cut):
    replicas = math.prod(n for name, n in cut.mesh_axes if name not in cut.axes)
    covered: dict[tuple[int, ...], int] = {}
    for coordinates in cut.coordinates():
        box = cut.box(coordinates)
        assert cut.block_shape(coordinates) == tuple(b - a for a, b in box)
        for index in itertools.product(*(range(a, b) for a, b in box)):
            covered[index] = covered.get(index, 0) + 1
    assert set(covered) == set(itertools.product(*map(range, cut.shape)))
    assert set(covered.values()) <= {replicas}


MESH = (("x", 2), ("y", 3))


@pytest.mark.parametrize(
    "spec,normal",
    [
        (None, ((), ())),
        ("x", (("x",), ())),
        (("x", "y"), (("x",), ("y",))),
        ((("y", "x"),), (("y", "x"), ())),
        ((None, "y"), ((), ("y",))),
    ],
)
def test_specs_are_normalized(spec, normal):
    assert normalize_spec(spec, 2, MESH) == normal


@pytest.mark.parametrize(
    "spec,error,words",
    [
        (("z",), ValueError, "must name axes of the mesh"),
        (("x", "x"), ValueError, "at most once"),
        ((None, None, "x"), ValueError, "at most one entry per dimension"),
        (("x", None, None), ValueError, "at most one entry per dimension"),
        ((1,), TypeError, "None, axis names or tuples"),
        (3, TypeError, "PartitionSpec"),
    ],
)
def test_bad_specs_are_errors(spec, error, words):
    with pytest.raises(error, match=words):
        normalize_spec(spec, 2, MESH)
