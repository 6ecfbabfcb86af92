"""Products and triangular systems in parts of matrices, on a CPU and by XLA."""

import jax
import numpy as np
import pytest
from support.oracle import assert_same, random_array

import jpi
from jpi._blocks import parts
from jpi._blocks.parts import product, solve_triangle, substitute, subtract_product

pytestmark = pytest.mark.sweep(1)  # no rank meets another one

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
        boxes = (1, 4, 2, 5), (0, 3, 3, 7), (2, 6, 0, 3)
        assert_same(parts._subtract_by_xla(c, a, b, boxes=boxes), expected)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("is_adjoint", [False, True])
def test_parts_are_multiplied(dtype, is_adjoint):
    with jax.enable_x64(True):
        a, b = random_array((2, 5, 6), dtype), random_array((2, 9, 8), dtype)
        part = a[:, 1:4, 2:6]
        factor = np.conj(np.swapaxes(part, -1, -2)) if is_adjoint else part
        rows = slice(2, 2 + factor.shape[-1])
        expected = factor @ b[:, rows, 3:5]
        params = {"of_a": (slice(1, 4), slice(2, 6)), "of_b": (rows, slice(3, 5))}
        params["is_adjoint"] = is_adjoint
        assert_same(jax.jit(lambda a, b: product(a, b, **params))(a, b), expected)
        boxes = (0, factor.shape[-2], 0, 2), (1, 4, 2, 6), (2, rows.stop, 3, 5)
        assert_same(parts._product_by_xla(a, b, boxes=boxes, is_adjoint=is_adjoint), expected)
        none = product(
            a, b, of_a=(slice(0, 0), slice(0, 6)), of_b=(slice(0, 0), slice(0, 8)), is_adjoint=True
        )
        assert_same(none, np.zeros((2, 6, 8), dtype))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("lower", [False, True])
def test_triangular_systems_of_parts_are_solved(dtype, lower):
    with jax.enable_x64(True):
        x, t = (
            random_array((2, 6, 7), dtype),
            random_array((2, 5, 5), dtype) + 3 * np.eye(5, dtype=dtype),
        )
        corner = t[:, 1:4, 1:4]
        triangle = np.tril(corner) if lower else np.triu(corner)
        expected = x.copy()
        expected[:, 1:4, 2:5] = np.linalg.solve(triangle, x[:, 1:4, 2:5])
        params = {"lower": lower, "unit_diagonal": False}
        solve = jax.jit(
            lambda t, x: solve_triangle(t, x, of_t=(slice(1, 4),) * 2, of_x=PART, **params)
        )
        assert_same(solve(t, x), expected)
        boxes = (1, 4, 2, 5), (1, 4, 1, 4)
        assert_same(parts._solve_by_xla(x, t, boxes=boxes, **params), expected)


@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("unit", [False, True])
def test_rows_of_a_solution_are_found_panel_by_panel(lower, unit):
    t, x = random_array((2, 7, 7)) + 3 * np.eye(7, dtype=np.float32), random_array((2, 7, 4))
    triangle = np.tril(t) if lower else np.triu(t)
    if unit:
        triangle[:, range(7), range(7)] = 1
    spans = [(0, 3), (3, 5), (5, 7)]

    def solve(t, x, step):
        for start, stop in spans if lower else spans[::-1]:
            panel = t[:, start:stop, :stop] if lower else t[:, start:stop, start:]
            x = step(x, panel, start=start, lower=lower, unit_diagonal=unit)
        return x

    for step in (substitute, parts._substitute_by_xla):
        found = jax.jit(solve, static_argnums=2)(t, x, step)
        assert_same(found, np.linalg.solve(triangle, x), looser=100)


def test_operands_stay_as_they_are():
    x = jax.numpy.asarray(random_array((3, 3)))
    before = np.array(x)
    subtract_product(x, x, x)
    substitute(x, x, 0, lower=True, unit_diagonal=True)
    jpi.wait()
    np.testing.assert_array_equal(x, before)
