"""Products with the last rows and columns of a matrix, on a CPU and by XLA."""

import jax
import numpy as np
import pytest
from support.oracle import assert_same, random_array

from jpi._blocks import trailing
from jpi._blocks.trailing import subtract_trailing, trailing_product

pytestmark = pytest.mark.sweep(1)  # no rank meets another one

TYPES = ("float32", "float64", "complex64", "complex128")
FIRST = [(0, 0), (2, 3), (6, 1), (1, 5), (6, 5)]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("is_left", [False, True])
def test_trailing_parts_are_multiplied(dtype, is_left):
    with jax.enable_x64(True):
        a, x = random_array((6, 5), dtype), random_array((6 if is_left else 5,), dtype, seed=1)
        on_cpu = jax.jit(lambda first: trailing_product(a, x, first, is_left=is_left))
        for row, column in FIRST:
            expected = np.zeros(5 if is_left else 6, dtype)
            if is_left:
                expected[column:] = x[row:] @ a[row:, column:]
            else:
                expected[row:] = a[row:, column:] @ x[column:]
            first = np.array([row, column])
            assert_same(on_cpu(first), expected)
            assert_same(trailing._product_by_xla(a, x, first, is_left=is_left), expected)


@pytest.mark.parametrize("dtype", TYPES)
def test_products_are_subtracted_from_trailing_parts(dtype):
    with jax.enable_x64(True):
        c, a, b = (random_array(shape, dtype) for shape in ((6, 5), (6, 2), (5, 2)))
        for row, column in FIRST:
            expected = c.copy()
            expected[row:, column:] -= a[row:] @ np.conj(b[column:].T)
            first = np.array([row, column])
            assert_same(jax.jit(subtract_trailing)(c, a, b, first), expected)
            assert_same(trailing._subtract_by_xla(c, a, b, first), expected)


def test_a_batch_has_parts_of_its_own():
    c, a, b = (random_array((2, *shape), "float32") for shape in ((6, 5), (6, 2), (5, 2)))
    first = np.array([[1, 2], [4, 0]])
    x = random_array((2, 5), "float32")
    for f, operands in ((trailing_product, (c, x, first)), (subtract_trailing, (c, a, b, first))):
        expected = [f(*one) for one in zip(*operands, strict=True)]
        assert_same(jax.vmap(f)(*operands), np.stack(expected))
    by_xla = trailing._subtract_by_xla(c, a, b, first)
    assert_same(jax.vmap(subtract_trailing)(c, a, b, first), by_xla)
    by_xla = trailing._product_by_xla(c, x, first, is_left=False)
    assert_same(jax.vmap(trailing_product)(c, x, first), by_xla)
