"""Blocks that go around the parts in turn: arithmetic, compared with lists of positions."""

from hypothesis import given
from hypothesis import strategies as st

from jpi._layout.cyclic import Cyclic

cyclics = st.builds(Cyclic, st.integers(0, 20), st.integers(1, 7), st.integers(1, 5))


def positions(cyclic, part):
    return [n for n in range(cyclic.size) if cyclic.owner(n // cyclic.width) == part]


@given(cyclics, st.data())
def test_parts_hold_their_blocks_in_order(cyclic, data):
    stop = data.draw(st.integers(0, cyclic.size))
    start = data.draw(st.integers(0, stop))
    pieces = list(cyclic.pieces(start, stop))
    assert [n for _, span in pieces for n in range(*span)] == list(range(start, stop))
    for part in range(cyclic.parts):
        own = positions(cyclic, part)
        assert cyclic.count(part) == len(own)
        wanted = [n for n in own if start <= n < stop]
        assert own[slice(*cyclic.held(part, start, stop))] == wanted
        assert [n for k, span in pieces if k == part for n in range(*span)] == wanted


@given(cyclics)
def test_blocks_cover_all_positions(cyclic):
    assert [n for block in cyclic.blocks for n in range(*block)] == list(range(cyclic.size))
    assert all(0 < stop - start <= cyclic.width for start, stop in cyclic.blocks)
