"""Sets of ranks as integers."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from jpi._layout.masks import is_one, mask, members, runs, union
from jpi._layout.ranges import ranges, rank_words

some_ranks = st.sets(st.integers(0, 300))


@given(some_ranks)
def test_mask_has_the_ranks(ranks):
    assert members(mask(ranks)) == sorted(ranks)
    assert mask(ranks).bit_count() == len(ranks)
    assert is_one(mask(ranks)) == (len(ranks) == 1)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 3))
def test_mask_of_a_range_has_its_ranks(start, stop, step):
    assert mask(range(start, stop, step)) == mask(set(range(start, stop, step)))


@given(some_ranks)
def test_runs_are_as_long_as_they_can_be(ranks):
    found = runs(mask(ranks))
    assert [rank for run in found for rank in run] == sorted(ranks)
    assert all(one.stop < other.start for one, other in itertools.pairwise(found))


@given(st.lists(some_ranks))
def test_union_has_the_ranks_of_all(sets):
    assert members(union(map(mask, sets))) == sorted(set().union(*sets))


def test_ranks_in_words():
    assert ranges([0, 1, 5]) == "0-1, 5"
    assert ranges([]) == ""
    assert rank_words(mask([2])) == "rank 2"
    assert rank_words(mask([0, 1, 2, 7])) == "ranks 0-2, 7"
    scattered = rank_words(mask(range(0, 4096, 2)))
    assert scattered == "ranks 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, ... (2048 ranks)"
