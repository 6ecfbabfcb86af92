"""Which rows ranks compute with: arithmetic, compared with sets of rows."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from jpi._layout.layout import offsets
from jpi._layout.spans import Spans


@st.composite
def blocks(draw):
    """The size of a dimension, its boundaries, and the spans of its blocks."""
    size, parts = draw(st.integers(0, 12)), draw(st.integers(1, 5))
    bounds = offsets(size, parts)
    return size, bounds, Spans.blocks(bounds, draw(st.integers(0, parts - 1)))


def rows(spans):
    return [set(range(a, b)) for a, b in zip(spans.starts, spans.stops, strict=True)]


@given(blocks(), st.integers(-3, 3), st.integers(0, 6), st.integers(0, 6))
def test_spans_move_and_are_limited_as_their_rows(given_blocks, by, low, width):
    *_, spans = given_blocks
    high = low + width
    expected = [{n + by for n in block} & set(range(low, high)) for block in rows(spans)]
    assert rows(spans.moved(by).within(low, high)) == expected


@given(blocks(), st.integers(0, 3), st.integers(1, 3))
def test_strided_spans_hold_the_first_and_the_last_row(given_blocks, start, step):
    *_, spans = given_blocks
    for block, wide in zip(rows(spans), rows(spans.strided(start, step)), strict=True):
        taken = {start + step * n for n in block}
        assert wide == (set(range(min(taken), max(taken) + 1)) if taken else set())


@given(blocks(), st.integers(-4, 4))
def test_a_hull_is_the_shortest_span_with_both(given_blocks, by):
    size, bounds, spans = given_blocks
    other = spans.moved(by).within(0, size)
    hull = spans.hull(other)
    for a, b, both in zip(rows(spans), rows(other), rows(hull), strict=True):
        assert both == (set(range(min(a | b), max(a | b) + 1)) if a | b else set())
    assert hull.contains(spans) and hull.contains(other)
    foreign = [len(both - own) for both, own in zip(rows(hull), rows(spans), strict=True)]
    assert hull.foreign(bounds).tolist() == foreign


@given(blocks(), st.integers(-4, 4))
def test_what_a_rank_sends_is_what_the_other_receives(given_blocks, by):
    size, bounds, spans = given_blocks
    wanted = spans.moved(by).within(0, size)
    sent = {
        (own, rank, b - a)
        for own, (start, stop) in enumerate(itertools.pairwise(bounds))
        for rank, a, b in wanted.wanted_from(start, stop)
    }
    received = {
        (block, own, b - a)
        for own in range(len(bounds) - 1)
        for block, a, b in Spans(wanted.starts, wanted.stops, own).parts(bounds)
    }
    assert sent == received


@given(blocks(), st.data())
def test_images_are_the_rows_of_a_periodic_dimension(given_blocks, data):
    size, bounds, spans = given_blocks
    spans = spans.moved(data.draw(st.integers(-size, size)))
    images = spans.images(size)
    for own, *parts in zip(rows(spans), *map(rows, images), strict=True):
        assert [n for part in parts for n in sorted(part)] == [n % size for n in sorted(own)]
    own = rows(Spans.blocks(bounds, 0))
    around = [{n % size for n in mine} for mine in rows(spans)]
    foreign = [len(a - b) for a, b in zip(around, own, strict=True)]
    assert spans.foreign(bounds).tolist() == foreign
