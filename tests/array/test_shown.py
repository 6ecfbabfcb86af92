"""Static arguments in words."""

import numpy as np
import pytest

import jpi
from jpi._array.index import getitem, hashable_index
from jpi._call.arguments import flatten
from jpi._call.shown import shown


def words(fun, *args, **kwargs):
    leaves, tree = flatten(args, kwargs)
    return shown(fun, tree, leaves)


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (2, "index=2"),
        (np.s_[1:, None, ..., ::2], "index=[1:, None, ..., ::2]"),
        (np.arange(3), ""),
    ],
)
def test_an_index_is_shown_as_it_is_written(index, expected):
    x = jpi.numpy.ones((4, 3, 2))
    assert words(getitem, x, hashable_index(index)) == expected


def test_arguments_are_shown_by_name():
    x = jpi.numpy.ones(3)
    assert words(jpi.numpy.sum, x, 0, keepdims=True) == "axis=0, keepdims=True"
    assert words(jpi.numpy.einsum, "ij->i", x) == "'ij->i'"
    assert words(jpi.numpy.transpose, x, (np.int64(1), 0)) == "axes=[1, 0]"
    assert words(jpi.numpy.exp, x) == ""


def test_what_has_an_address_is_not_shown_and_long_words_are_short():
    assert words(lambda x, f: x, jpi.numpy.ones(3), f=object()) == ""
    assert words(lambda x: x, list(range(100))) == "x=[0, 1, 2, 3, 4, 5, 6, 7, ...]"
    assert len(words(lambda x: x, "a" * 1000)) == 40
