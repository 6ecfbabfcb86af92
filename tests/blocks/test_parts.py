"""Products, triangular systems and swaps of rows in parts of matrices, on a CPU and by XLA."""

import jax
import numpy as np
import pytest
from support.oracle import assert_same, random_array

import jpi
from jpi._blocks import parts
from jpi._blocks.parts import product, solve_triangle, subtract_product, swap_rows

PART = slice(1, 4), slice(2, 5)
TYPES = ("float32", "float64", "complex64", "complex128")


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("batch", [(), (2,)], ids=str)
def test_products_of_parts_are_subtracted(dtype, batch):
    with jax.enable_x64(True):
        c, a, b = (random_array((*batch, *shape), dtype) for shape in ((6, 7), (5, 8), (9, 9)))
        of_a, of_b = (slice(0, 3), slice(3, 7)), (slice(2, 6), slice(0, 3))
        expected = c.copy()
        expected[..., 1:4, 2:5] -= a[..., 0:3, 3:7] @ b[..., 2:6, 0:3]
        params = {"of_c": PART, "of_a": of_a, "of_b": of_b}
        assert_same(jax.jit(lambda *xs: subtract_product(*xs, **params))(c, a, b), expected)
        turned = b.conj().swapaxes(-1, -2).copy()
        params |= {"of_b": of_b[::-1], "adjoint": True}
        assert_same(jax.jit(lambda *xs: subtract_product(*xs, **params))(c, a, turned), expected)
        boxes = (1, 4, 2, 5), (0, 3, 3, 7), (2, 6, 0, 3)
        assert_same(parts._subtract_by_xla(c, a, b, boxes=boxes, adjoint=False), expected)


@pytest.mark.parametrize("columns", [4, 0])
def test_parts_are_multiplied(columns):
    a, b = random_array((2, 5, 8), np.complex64), random_array((2, 9, 9), np.complex64)
    of_a, of_b = (slice(1, 3), slice(3, 3 + columns)), (slice(2, 5), slice(2, 2 + columns))
    expected = a[:, 1:3, of_a[1]] @ b[:, 2:5, of_b[1]].conj().swapaxes(-1, -2)
    run = jax.jit(lambda a, b: product(a, b, of_a=of_a, of_b=of_b, adjoint=True))
    assert_same(run(a, b), expected)
    first = a[:, 1:3, of_a[1]] @ b[:1, 2:5, of_b[1]].conj().swapaxes(-1, -2)
    assert_same(jax.vmap(run, (0, None))(a, b[0]), first)
    boxes = tuple((x.start, x.stop, y.start, y.stop) for x, y in (of_a, of_a, of_b))
    assert_same(parts._multiply_by_xla(a, b, boxes=boxes, adjoint=True), expected)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("right", [False, True])
def test_triangular_systems_of_parts_are_solved(dtype, lower, right):
    with jax.enable_x64(True):
        x, t = (
            random_array((2, 6, 7), dtype),
            random_array((2, 5, 5), dtype) + 3 * np.eye(5, dtype=dtype),
        )
        corner = t[:, 1:4, 1:4]
        triangle = np.tril(corner) if lower else np.triu(corner)
        expected = x.copy()
        if right:
            expected[:, 1:4, 2:5] @= np.linalg.inv(triangle.conj().swapaxes(-1, -2))
        else:
            expected[:, 1:4, 2:5] = np.linalg.solve(triangle, x[:, 1:4, 2:5])
        params = {"lower": lower, "unit_diagonal": False, "right_adjoint": right}
        solve = jax.jit(
            lambda t, x: solve_triangle(t, x, of_t=(slice(1, 4),) * 2, of_x=PART, **params)
        )
        assert_same(solve(t, x), expected)
        boxes = (1, 4, 2, 5), (1, 4, 1, 4)
        assert_same(parts._solve_by_xla(x, t, boxes=boxes, **params), expected)


def test_rows_are_swapped_one_after_the_other():
    x, pivots = random_array((2, 6, 3)), np.array([[2, 3, 2], [0, 1, 3]], np.int32)
    expected = x.copy()
    for matrix, own in zip(expected, pivots, strict=True):
        for i, pivot in enumerate(own):
            matrix[[2 + i, 2 + pivot]] = matrix[[2 + pivot, 2 + i]]
    assert_same(jax.jit(lambda *xs: swap_rows(*xs, 2))(x, pivots), expected)
    assert_same(parts._swap_by_xla(x, pivots, start=2), expected)


def test_operands_stay_as_they_are():
    x = jax.numpy.asarray(random_array((3, 3)))
    before = np.array(x)
    subtract_product(x, x, x)
    swap_rows(x, np.array([1], np.int32), 0)
    jpi.wait()
    np.testing.assert_array_equal(x, before)
