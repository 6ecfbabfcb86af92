"""Partitions of the ranks, for any number of them; the oracle visits every rank."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jpi._mpi.partition import divides, finer, is_whole, joined, partition


@st.composite
def pairs(draw):
    number = draw(st.integers(1, 12))
    labels = st.lists(st.integers(0, 5), min_size=number, max_size=number)
    return [partition(np.array(draw(labels))) for _ in range(2)]


def sets(a):
    return {frozenset(np.flatnonzero(a.parts == part).tolist()) for part in set(a.parts.tolist())}


@given(pairs())
def test_the_ranks_of_a_finer_part_share_a_part_of_both(pair):
    a, b = map(sets, pair)
    assert sets(finer(*pair)) == {x & y for x in a for y in b if x & y}


@given(pairs())
def test_joined_parts_are_those_that_meet_in_a_group(pair):
    parts, groups = sets(pair[0]), sets(pair[1])
    for group in groups:
        together = frozenset().union(*(part for part in parts if part & group))
        parts = {part for part in parts if not part & group} | {together}
    assert sets(joined(*pair)) == parts


@given(pairs())
def test_a_group_is_divided_if_it_has_ranks_of_two_parts(pair):
    parts, groups = map(sets, pair)
    assert divides(*pair) == any(sum(bool(part & group) for part in parts) > 1 for group in groups)
    assert is_whole(pair[0]) == (len(parts) == 1)


@given(pairs())
def test_equal_partitions_are_one(pair):
    a, _ = pair
    assert partition(-a.parts) is a


def test_the_partitions_of_16384_ranks_meet():
    ranks = np.arange(16384)
    rows, columns = partition(ranks // 128), partition(ranks % 128)
    assert is_whole(joined(rows, columns)) and divides(rows, columns)
    assert len(set(finer(rows, columns).parts.tolist())) == 16384
