"""The steps that find eigenvalues of D + r z z^T: on a CPU as by XLA, and right."""

import jax
import numpy as np
import pytest

from jpi._blocks import secular_steps, secular_vectors
from jpi._blocks.secular_steps import Poles, exact_sum, order, roots, weights
from jpi._blocks.secular_vectors import EIGEN, LEFT, RIGHT, Vectors

pytestmark = pytest.mark.sweep(1)  # no rank meets another one

SIZE = 22  # it is not a multiple of the lanes


def problem(name, dtype):
    """d, r and z of two matrices."""
    draw = np.random.default_rng(3)
    d, z = draw.uniform(0, 1, (2, SIZE)), draw.normal(size=(2, SIZE)) / 5
    if name == "equal poles":
        d[:, ::2] = d[:, :1]
    if name == "zeros of z":
        z[:, ::3] = 0
    return d.astype(dtype), np.array([0.5, 2], dtype), z.astype(dtype)


def solved(d, r, z, order, roots, weights):
    poles, z, place = order(Poles(d, 0 * d), z)
    found = roots(poles, r, z, 0, SIZE)
    parts = [roots(poles, r, z, start, 2) for start in (0, SIZE - 2)]
    exact = weights(poles, z, found, 0, SIZE)
    return poles, z, place, found, exact, parts, weights(poles, z, found, SIZE - 2, 2)


def order_by_xla(poles, z):
    high, low, z, place = secular_steps._order_by_xla(*poles, z)
    return Poles(high, low), z, place


def roots_by_xla(poles, r, z, start, count):
    return secular_steps._roots_by_xla(*poles, r, z, start=start, count=count)


def weights_by_xla(poles, z, found, start, count):
    return secular_steps._weights_by_xla(*poles, z, found, start=start, count=count)


NATIVE, BY_XLA = (order, roots, weights), (order_by_xla, roots_by_xla, weights_by_xla)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["random", "equal poles", "zeros of z"])
@pytest.mark.parametrize("steps", [NATIVE, BY_XLA], ids=["native", "XLA"])
def test_roots_are_eigenvalues(steps, name, dtype):
    d, r, z = problem(name, dtype)
    with jax.enable_x64(dtype == np.float64):
        results = jax.jit(lambda d, r, z: solved(d, r, z, *steps))(d, r, z)
    poles, ordered, place, found, exact, parts, last = jax.tree.map(np.asarray, results)
    limit = 50 * np.finfo(dtype).eps
    for i in range(2):
        np.testing.assert_allclose(poles.high[i][place[i]], d[i], 0, limit)
        np.testing.assert_allclose(ordered[i][place[i]], z[i], 0, limit)
        matrix = np.diag(d[i].astype(np.float64)) + r[i] * np.outer(z[i], z[i].astype(np.float64))
        values = np.linalg.eigvalsh(matrix)
        np.testing.assert_allclose(found[i, 0] + found[i, 2], values, 0, limit)
        np.testing.assert_allclose(exact[i], ordered[i] * np.sqrt(r[i]), 0, limit)
        np.testing.assert_array_equal(parts[0][i], found[i, :, :2])
        np.testing.assert_array_equal(parts[1][i], found[i, :, -2:])
        np.testing.assert_array_equal(last[i], exact[i, -2:])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", [EIGEN, LEFT, RIGHT])
def test_products_with_the_vectors_are_those_by_xla(kind, dtype):
    d, r, z = problem("random", dtype)
    draw = np.random.default_rng(1)
    pairs = draw.normal(size=(2, 2, 5, SIZE // 2)).astype(dtype)
    turn = np.array([[0.6, 0.8], [0.8, -0.6]], dtype)
    with jax.enable_x64(dtype == np.float64):
        poles, _, place, found, exact, _, _ = solved(d, r, z, *NATIVE)
        vectors = Vectors(poles, exact, found, place)
        result = jax.jit(lambda x: vectors.after(x, kind, turn))(pairs)
        args = (pairs, *poles, exact, found, place, turn)
        params = {"kind": kind, "wanted": result.shape[1:]}
        expected = secular_vectors._product_by_xla(*args, **params)
        many = jax.vmap(lambda x: vectors.after(x, kind, turn))(np.stack([pairs, -pairs]))
        some = vectors.after(pairs, kind, turn, (7, SIZE - 1))
        none = vectors.after(pairs[:, :, 5 if kind == LEFT else 3 :], kind, turn)
    limit = 100 * np.finfo(dtype).eps
    np.testing.assert_allclose(result, expected.reshape(result.shape), limit, limit)
    np.testing.assert_allclose(some, result[:, :7, : SIZE - 1], limit, limit)
    np.testing.assert_array_equal(many, np.stack([result, -result]))
    np.testing.assert_array_equal(
        none, result[:, result.shape[1] :] if kind == LEFT else result[:, -2:]
    )


def test_numbers_that_are_not_finite_end():
    d, r, z = problem("random", np.float64)
    d[0, 3], z[1, 4] = np.nan, np.inf
    with jax.enable_x64(True):
        for steps in NATIVE, BY_XLA:
            *_, found, exact, _, _ = solved(d, r, z, *steps)
            assert not np.isfinite(np.asarray(found)).all()
            assert not np.isfinite(np.asarray(exact)).all()


def test_a_sum_has_its_rounding_error():
    high, low = exact_sum(np.float32(1), np.float32(1e-9))
    assert (high, low) == (1, np.float32(1e-9))
