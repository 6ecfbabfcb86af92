"""Primitives that the native side computes."""

import pytest

from jpi._blocks.local_primitives import register
from jpi._jax import names as _jax


def test_an_older_native_side_is_an_error_that_says_what_to_do():
    new = _jax.Primitive("jpi_of_a_later_version")
    with pytest.raises(ImportError, match=r"no `jpi_of_a_later_version`.*Build it again"):
        register(new, new.name, lambda x: x, types=lambda x: x)
