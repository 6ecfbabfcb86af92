"""Dense linear algebra: batches of matrices, tall matrices sharded by rows, gathered operands."""

import jax
import numpy as np
import pytest
from jax.scipy.linalg import solve_triangular
from support.oracle import assert_same, check, is_plain, random_array

import jpi
import jpi.numpy

pytestmark = pytest.mark.sweep(3)


def positive(m, x):
    return m.matmul(x, m.swapaxes(x, -1, -2)) + 3 * jax.numpy.eye(x.shape[-2])


def triangular(m, matrix, rhs):
    solve = jpi.spmd(solve_triangular) if m is jpi.numpy else solve_triangular
    return solve(matrix, rhs, lower=True)


BATCH = {
    "cholesky": lambda m, x: m.linalg.cholesky(positive(m, x)),
    "eigvalsh": lambda m, x: m.linalg.eigvalsh(positive(m, x)),
    "qr": lambda m, x: list(m.linalg.qr(positive(m, x))),
    "triangular": lambda m, x: triangular(m, positive(m, x), x),
}


@pytest.mark.parametrize("spec", [None, jpi.P(None, "ranks")], ids=str)
def test_batches_stay_sharded_and_equal_jax_numpy(spec):
    check(BATCH, [[random_array((5, 3, 3), seed=1)], [random_array((4, 2, 2), seed=2)]], spec)


WITH_GATHER = {
    "svdvals": lambda m, x: m.linalg.svdvals(positive(m, x)),
    "norms": lambda m, x: m.linalg.norm(positive(m, x), ord="nuc", axis=(-2, -1)),
    "solve": lambda m, x: m.linalg.solve(positive(m, x), x),
    "inv": lambda m, x: m.linalg.inv(positive(m, x)),
    "slogdet": lambda m, x: m.linalg.slogdet(positive(m, x))[1],
}


@pytest.mark.fallback_allowed  # permutations and some derivatives in JAX are gathers
@pytest.mark.parametrize("shape", [(5, 3, 3), (7, 7)], ids=str)
def test_what_gathers_on_the_way_equals_jax_numpy(shape):
    check(WITH_GATHER, [[random_array(shape, seed=1) / 3]])


TALL = {
    "qr": lambda m, x: list(m.linalg.qr(x)),
    "pinv": lambda m, x: m.linalg.pinv(x),
    "lstsq": lambda m, x: m.linalg.lstsq(x, x.sum(1))[0],
    "svdvals": lambda m, x: [m.linalg.svdvals(x), m.linalg.cond(x), m.linalg.norm(x, ord=2)],
}


@pytest.mark.fallback_allowed  # a derivative in JAX selects diagonals by a gather
def test_tall_matrices_sharded_by_rows_equal_jax_numpy():
    check(TALL, [[random_array((22, 3), seed=1)]])


@pytest.mark.parametrize("dtype", [np.float32, np.complex64])
@pytest.mark.parametrize("shape", [(22, 3), (16, 4), (13, 1)], ids=str)
def test_tall_factors_have_the_signs_of_lapack_and_no_rank_gathers(shape, dtype):
    for x in (random_array(shape, dtype, seed=1), np.eye(*shape, dtype=dtype)):
        q, r = jpi.numpy.linalg.qr(jpi.numpy.asarray(x))
        assert_same((q, r), tuple(jax.numpy.linalg.qr(x)))
        assert q.spec == jpi.P("ranks", None) and is_plain(r)


@pytest.mark.parametrize("wide", [False, True])
def test_singular_vectors_make_up_the_matrix(wide):
    x = random_array((22, 3), np.complex64, seed=1)
    x, spec = (x.T, jpi.P(None, "ranks")) if wide else (x, None)
    u, s, v = jpi.numpy.linalg.svd(jpi.numpy.asarray(x, spec=spec), full_matrices=False)
    assert (v if wide else u).spec == (spec or jpi.P("ranks", None))
    u, s, v = jpi.gather(u), jpi.gather(s), jpi.gather(v)
    np.testing.assert_allclose((u * s) @ v, x, atol=1e-5)
    np.testing.assert_allclose(u.conj().T @ u, np.eye(3), atol=1e-5)
    assert_same(s, jax.numpy.linalg.svdvals(x))


def test_gathering_a_large_matrix_is_an_error():
    x = jpi.numpy.asarray(random_array((6, 6)))
    if jpi.size() > 1:
        with pytest.raises(NotImplementedError, match="`eig` has no sharding rule"):
            jpi.numpy.linalg.eigvals(x)
