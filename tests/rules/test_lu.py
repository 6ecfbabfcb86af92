"""LU factors by all ranks together, and what is made of them: solve, inv, det and their kin."""

import jax
import jax.scipy.linalg
import numpy as np
import pytest
from jax import lax
from support.matrices import layouts
from support.oracle import assert_same, check, random_array, spmd

import jpi
import jpi.numpy

pytestmark = [pytest.mark.usefixtures("distributed"), pytest.mark.sweep]


def lu(x):
    return tuple(lax.linalg.lu(x))


MADE_OF_FACTORS = {
    "lu": spmd(lu),
    "solve": lambda m, x: m.linalg.solve(x, x[:2].T),
    "solve of a vector": lambda m, x: m.linalg.solve(x, x[0]),
    "inv": lambda m, x: m.linalg.inv(x),
    "det": lambda m, x: m.linalg.det(x),
    "slogdet": lambda m, x: tuple(m.linalg.slogdet(x)),
}


@pytest.mark.parametrize("mesh, spec", layouts(), ids=str)
def test_values_and_gradients_equal_jax_numpy(mesh, spec):
    dtype = np.complex128 if spec == jpi.P("ranks") else np.float64
    with jax.enable_x64(True):
        check(MADE_OF_FACTORS, [[random_array((7, 7), dtype, seed=1)]], spec, mesh)


def test_any_shape_equals_jax():
    shapes = [(12, 12), (9, 4), (4, 9), (2, 3), (1, 1), (0, 3), (2, 5, 5)]
    with jax.enable_x64(True):
        arrays = [random_array(shape, np.complex128, seed=2) for shape in shapes]
        specs = [jpi.P(*[None] * (len(shape) - 2), "ranks") for shape in shapes]
        placed = [jpi.numpy.asarray(x, spec=spec) for x, spec in zip(arrays, specs, strict=True)]
        actual = jpi.jit(lambda xs: [jpi.spmd(lu)(x) for x in xs])(placed)
        assert_same(actual, list(map(lu, arrays)))
        # A batch of as many matrices as ranks is sharded, not the matrices.
        pairs = [(x, y) for (x, *_), y in zip(actual, placed, strict=True) if y.ndim == 2]
        assert all(x.spec == y.spec for x, y in pairs)


def test_equal_numbers_and_zeros_give_the_pivots_of_lapack():
    rows = np.random.default_rng(0).integers(-1, 2, (8, 8))
    arrays = [x.astype(np.float32) for x in (rows, np.zeros((5, 5)), np.eye(6)[::-1])]
    placed = list(map(jpi.numpy.asarray, arrays))
    actual = jpi.jit(lambda xs: [jpi.spmd(lu)(x) for x in xs])(placed)
    assert_same(actual, list(map(lu, arrays)))


def test_the_modulus_of_lapack_chooses_complex_pivots():
    x = np.array([[3 + 3j, 1], [5, 2]], np.complex64)  # |3| + |3| is more than |5|
    assert_same(jpi.spmd(lu)(jpi.numpy.asarray(x)), lu(x))
    assert lu(x)[1][0] == 0


def test_a_singular_matrix_gives_what_is_not_finite():
    x = random_array((6, 6))
    x[:, 3] = 0
    shared = jpi.numpy.asarray(x)
    assert not np.isfinite(jpi.numpy.linalg.inv(shared).gather()).all()
    assert_same(jpi.numpy.linalg.slogdet(shared), jax.numpy.linalg.slogdet(x))


def test_nan_comes_to_an_end():
    x = random_array((6, 6))
    x[2, 2] = np.nan
    assert np.isnan(jpi.numpy.linalg.det(jpi.numpy.asarray(x)))


def test_second_derivatives_of_solve_equal_jax_numpy():
    x, y = random_array((5, 5), np.float64, 1), random_array((5,), np.float64, 2)

    def second(m, x, y):
        along = lambda s: m.sum(m.sin(m.linalg.solve(x + s * x**2, y)))  # noqa: E731
        return jax.grad(jax.grad(along))(0.1)

    with jax.enable_x64(True):
        actual = jpi.jit(lambda x, y: second(jpi.numpy, x, y))(*map(jpi.numpy.asarray, (x, y)))
        assert_same(actual, second(jax.numpy, x, y))


def test_systems_by_factors_equal_jax_scipy():
    x, y = random_array((6, 6), np.float64, 1), random_array((6, 3), np.float64, 2)

    def solved(x, y):
        factors = jax.scipy.linalg.lu_factor(x)
        triangle = jax.scipy.linalg.cho_factor(x @ x.T, lower=True)
        return [
            *(jax.scipy.linalg.lu_solve(factors, y, trans) for trans in (0, 1, 2)),
            jax.scipy.linalg.cho_solve(triangle, y),
            jax.scipy.linalg.solve(x @ x.T, y, assume_a="pos"),
        ]

    with jax.enable_x64(True):
        assert_same(jpi.spmd(solved)(*map(jpi.numpy.asarray, (x, y))), solved(x, y))


def test_a_setting_and_the_size_say_where_small_matrices_are_factored(monkeypatch):
    x = random_array((6, 6))
    expected = jax.numpy.linalg.inv(x)
    for setting in ("auto", "gathered", "distributed"):
        monkeypatch.setattr(jpi.config, "linalg", setting)
        assert_same(jpi.numpy.linalg.inv(jpi.numpy.asarray(x)), expected)
    with pytest.raises(ValueError, match="`linalg` must be 'auto'"):
        jpi.config.linalg = "here"


@pytest.mark.parametrize("compiler", [jax.jit, jpi.jit], ids=["jax.jit", "jpi.jit"])
def test_compiled_functions_follow_a_change_of_the_settings(compiler, monkeypatch):
    if jpi.size() == 1:
        pytest.skip("one rank gathers nothing")
    x = jpi.numpy.asarray(random_array((6, 6)))
    inverse, eigenvalues = map(compiler, (jpi.numpy.linalg.inv, jpi.numpy.linalg.eigvals))

    def calls():
        with jpi.profile() as profile:
            jax.block_until_ready(inverse(x).shard)
        return {name: cost.calls for name, cost in profile.total.items()}

    monkeypatch.setattr(jpi.config, "linalg", "gathered")
    gathered = calls()
    monkeypatch.setattr(jpi.config, "linalg", "distributed")
    assert calls() != gathered
    monkeypatch.setattr(jpi.config, "linalg", "gathered")
    assert calls() == gathered
    monkeypatch.setattr(jpi.config, "fallback", "silent")
    eigenvalues(x)
    monkeypatch.setattr(jpi.config, "fallback", "error")
    with pytest.raises(NotImplementedError, match="`eig` has no sharding rule"):
        eigenvalues(x)
