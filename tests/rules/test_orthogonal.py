"""qr, eigh and svd of matrices that no rank holds."""

import jax
import numpy as np
import pytest
from support.oracle import assert_same, check, random_array

import jpi
import jpi.numpy

pytestmark = pytest.mark.sweep

BY_COLUMNS = jpi.P(None, "ranks")


@pytest.fixture(autouse=True)
def distributed(monkeypatch):
    monkeypatch.setattr(jpi.config, "linalg", "distributed")


def adjoint(x):
    return np.conj(np.swapaxes(x, -1, -2))


def assert_unitary(x):
    np.testing.assert_allclose(adjoint(x) @ x, np.eye(x.shape[-1]), atol=2e-5)


def hermitian(x):
    return x + adjoint(x)


def whole(x):
    return np.asarray(jpi.gather(x))


@pytest.mark.parametrize(
    "shape, dtype, spec, mode",
    [
        ((7, 7), np.float32, None, "reduced"),
        ((5, 9), np.float32, BY_COLUMNS, "complete"),
        ((7, 5), np.complex64, BY_COLUMNS, "complete"),
        ((40, 45), np.float32, None, "reduced"),
        ((1, 1), np.complex64, None, "reduced"),
    ],
    ids=str,
)
def test_qr_has_the_signs_of_lapack(shape, dtype, spec, mode):
    x = random_array(shape, dtype, seed=1)
    actual = jpi.numpy.linalg.qr(jpi.numpy.asarray(x, spec=spec), mode=mode)
    assert_same(tuple(map(whole, actual)), tuple(jax.numpy.linalg.qr(x, mode=mode)))


def nearly(x, scale=1e-10):
    return x + scale * random_array(x.shape, np.float64, seed=3)


def rows_below(n, x):
    return x * (np.arange(len(x)) >= n)[:, None]


SQUARE, WIDE = random_array((10, 10), np.float64), random_array((7, 23), np.float64)
TRIANGULAR = np.triu(random_array((70, 70), np.float64)) + 3 * np.eye(70)
DEGENERATE = {
    "zeros": np.zeros((10, 10)),
    "ones": np.ones((7, 7)),
    "first row of zeros": rows_below(1, SQUARE),
    "centred": SQUARE - SQUARE.mean(1, keepdims=True),
    "upper half of zeros": rows_below(4, WIDE),
    "rank 2": WIDE[:, :2] @ WIDE[:2, :9],
}
REDUCED = {  # the signs are those of LAPACK
    "identity": np.eye(10),
    "triangular": TRIANGULAR,
    "nearly identity": nearly(np.eye(9)),
    "nearly triangular": nearly(TRIANGULAR[:9, :9]),
    "nearly triangular, wide": nearly(TRIANGULAR[:7, :9]),
    "triangular, tall": np.pad(TRIANGULAR[:10, :10], ((0, 1), (0, 0))),
    "triangular, complex": np.triu(random_array((9, 9), np.complex128)) + np.eye(9),
}


@pytest.mark.parametrize("case", DEGENERATE | REDUCED)
@pytest.mark.parametrize("mode", ["reduced", "complete"])
def test_qr_is_as_accurate_where_columns_depend_or_are_reduced_already(case, mode):
    a = (DEGENERATE | REDUCED)[case]
    with jax.enable_x64(True):
        q, r = map(whole, jpi.numpy.linalg.qr(jpi.numpy.asarray(a), mode=mode))
        expected = jax.numpy.linalg.qr(a, mode=mode)
    np.testing.assert_allclose(adjoint(q) @ q, np.eye(q.shape[1]), atol=1e-13)
    np.testing.assert_allclose(q @ r, a, atol=1e-13 * (1 + np.abs(a).max()))
    if case in REDUCED:
        columns = min(a.shape)
        for found, other in zip((q[:, :columns], r), expected, strict=True):
            np.testing.assert_allclose(found, other[..., : found.shape[-1]], atol=1e-9)


SYMMETRIC = {
    "random": hermitian(random_array((9, 9), seed=1)),
    "complex": hermitian(random_array((9, 9), np.complex64, seed=1)),
    "divided": hermitian(random_array((67, 67), seed=1)) / 10,
    "one value": np.eye(5, dtype=np.float32),
    "zeros": np.zeros((3, 3), np.float32),
    "one number": np.full((1, 1), 2, np.float32),
    "low rank": np.float32(np.outer(np.arange(70), np.arange(70)) / 1e5),
}


@pytest.mark.parametrize("name", SYMMETRIC)
def test_eigenvectors_are_unitary_and_values_in_order(name):
    x = SYMMETRIC[name]
    values, vectors = map(whole, jpi.numpy.linalg.eigh(jpi.numpy.asarray(x)))
    assert_same(values, np.linalg.eigvalsh(x))
    assert_unitary(vectors)
    np.testing.assert_allclose(x @ vectors, vectors * values, atol=5e-5)


@pytest.mark.parametrize(
    "shape, dtype, spec, full",
    [
        ((9, 9), np.float32, None, False),
        ((7, 5), np.complex64, BY_COLUMNS, True),
        ((5, 7), np.float32, None, False),
        ((1, 1), np.float32, None, True),
    ],
    ids=str,
)
def test_singular_vectors_are_unitary_and_make_up_the_matrix(shape, dtype, spec, full):
    x = random_array(shape, dtype, seed=2)
    u, s, v = map(whole, jpi.numpy.linalg.svd(jpi.numpy.asarray(x, spec=spec), full))
    assert_same(s, np.linalg.svd(x, compute_uv=False))
    assert u.shape[1] == (shape[0] if full else min(shape))
    assert_unitary(u)
    assert_unitary(adjoint(v))
    count = min(shape)
    np.testing.assert_allclose((u[:, :count] * s) @ v[:count], x, atol=2e-5)


def special(n):
    """Matrices whose eigenvalues or singular values are hard to tell apart, or differ by far."""
    x = random_array((n, n), np.float64)
    q = np.linalg.qr(x)[0]
    yield "random", x
    yield "ones", np.ones((n, n))
    yield "repeated", (q * np.repeat([1.0, 2, 3, 5], -(-n // 4))[:n]) @ q.T
    yield "graded", (q * 10.0 ** -np.linspace(0, 18, n)) @ q.T
    yield "huge", 1e150 * x
    yield "tiny", 1e-150 * x
    yield "blocks", np.kron(np.eye(n // 2), [[1, 2], [2, 1]])


@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
def test_special_matrices_are_decomposed_to_rounding(dtype):
    n, linalg = 70, jpi.numpy.linalg
    with jax.enable_x64(True):
        for name, x in special(n):
            x = x.astype(dtype)
            if dtype == np.complex128:
                x = x + 0.5j * np.triu(x, 1)
            a, limit = hermitian(x), 1e-13 * n * np.abs(x).max()
            values, vectors = map(whole, linalg.eigh(jpi.numpy.asarray(a)))
            np.testing.assert_allclose((vectors * values) @ adjoint(vectors), a, 0, limit, name)
            np.testing.assert_allclose(adjoint(vectors) @ vectors, np.eye(n), 0, 1e-12, name)
            u, s, v = map(whole, linalg.svd(jpi.numpy.asarray(x)))
            np.testing.assert_allclose((u * s) @ v, x, 0, limit, name)
            np.testing.assert_allclose(adjoint(u) @ u, np.eye(n), 0, 1e-12, name)
            np.testing.assert_allclose(v @ adjoint(v), np.eye(n), 0, 1e-12, name)


def test_singular_vectors_of_a_matrix_of_low_rank_are_unitary():
    x = random_array((9, 2), seed=1) @ random_array((2, 9), seed=2)
    u, _, v = map(whole, jpi.numpy.linalg.svd(jpi.numpy.asarray(x)))
    assert_unitary(u)
    assert_unitary(adjoint(v))


def test_what_is_not_finite_comes_to_an_end():
    x = jpi.numpy.asarray(np.full((6, 6), np.nan, np.float32))
    assert np.isnan(whole(jpi.numpy.linalg.eigvalsh(x))).all()
    assert np.isnan(whole(jpi.numpy.linalg.svdvals(x))).all()


DIFFERENTIABLE = {
    "qr": lambda m, x: list(m.linalg.qr(x)),
    "eigh": lambda m, x: m.linalg.eigh(x + x.T)[1] ** 2,
    "svdvals": lambda m, x: m.linalg.svdvals(x),
}


def test_gradients_are_those_of_jax_and_nothing_is_gathered():
    check(DIFFERENTIABLE, [[random_array((6, 6), seed=1)]])
