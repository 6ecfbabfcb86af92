"""Which rows pad a block, in each mode of padding."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jpi._layout.padding import _row_numbers

NUMPY_MODES = {"periodic": "wrap", "constant": "constant", "reflect": "reflect", "edge": "edge"}


@given(st.integers(1, 6), st.integers(0, 20), st.sampled_from(tuple(NUMPY_MODES)))
def test_rows_beyond_the_array_are_those_of_numpy(size, width, mode):
    outside = {"constant_values": -1} if mode == "constant" else {}
    numbers = np.pad(np.arange(size), width, NUMPY_MODES[mode], **outside)
    np.testing.assert_array_equal(
        _row_numbers(np.arange(-width, size + width), size, mode), numbers
    )
