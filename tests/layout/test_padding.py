"""Which rows pad a block, in each mode of padding."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jpi._layout.layout import offsets
from jpi._layout.padding import _row_numbers, padding_plan

SHARED = ("constant", "edge", "reflect", "symmetric")
NUMPY_MODES = {"periodic": "wrap", **{mode: mode for mode in SHARED}}


@given(st.integers(1, 6), st.integers(0, 20), st.sampled_from(tuple(NUMPY_MODES)))
def test_rows_beyond_the_array_are_those_of_numpy(size, width, mode):
    outside = {"constant_values": -1} if mode == "constant" else {}
    numbers = np.pad(np.arange(size), width, NUMPY_MODES[mode], **outside)
    np.testing.assert_array_equal(
        _row_numbers(np.arange(-width, size + width), size, mode), numbers
    )


@st.composite
def paddings(draw):
    size, parts = draw(st.integers(0, 12)), draw(st.integers(1, 8))
    mode = draw(st.sampled_from(tuple(NUMPY_MODES) if size else ("constant",)))
    return offsets(size, parts), draw(st.integers(0, 14)), draw(st.integers(0, 14)), mode


def rows_of(runs):
    """The rows of each run, in order."""
    return [n for first, count, step in runs for n in range(first, first + count)[::step]]


@given(paddings())
def test_the_plans_of_all_ranks_fit_together_and_pad_the_array(padding):
    bounds, before, after, mode = padding
    x = np.arange(1, bounds.size + 1)
    padded = np.pad(x, (before, after), NUMPY_MODES[mode])
    plans = [padding_plan(bounds, rank, before, after, mode) for rank in range(bounds.parts)]
    sent = {}
    for rank, plan in enumerate(plans):
        rows = iter(x[bounds[rank] + np.array(rows_of(plan.sends), int)])
        for other, count in plan.send_counts:
            sent[rank, other] = [next(rows) for _ in range(count)]
    assert any(sent) <= plans[0].is_exchange
    assert len({plan.is_exchange for plan in plans}) == 1
    for rank, plan in enumerate(plans):
        received = [n for other, _ in plan.recv_counts for n in sent.pop((other, rank))]
        own = x[bounds[rank] : bounds[rank + 1]]
        pieces = {"own": own, "received": received}
        result = [
            0 if source == "outside" else pieces[source][n]
            for source, run in plan.pieces
            for n in rows_of([run])
        ]
        window = padded[bounds[rank] : bounds[rank + 1] + before + after]
        np.testing.assert_array_equal(result, window)
    assert not sent
