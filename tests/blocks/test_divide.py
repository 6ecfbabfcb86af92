"""Eigenvalues and singular values of tridiagonal and bidiagonal matrices, divided and joined."""

import jax
import numpy as np
import pytest
from harness.ranks import COMM

import jpi
from jpi._blocks.divide import eigenpairs
from jpi._blocks.divide_bidiagonal import singular_vectors
from jpi._blocks.secular import modified
from jpi._blocks.secular_steps import Poles

pytestmark = pytest.mark.sweep

SIZES = [1, 70, 130]  # of no, one and two divisions


def matrices(n):
    """The numbers on the diagonal and beside it, in ways that are hard to tell apart."""
    draw = np.random.default_rng(n)
    fall = 10.0 ** -np.linspace(0, 20, n)
    low_rank = np.where(np.arange(n) < n // 3, draw.normal(size=n), 0)
    return {
        "random": (draw.normal(size=n), draw.normal(size=n)),
        "zeros": (np.zeros(n), np.zeros(n)),
        "equal": (np.ones(n), np.zeros(n)),
        "constant": (-np.ones(n), np.ones(n)),
        "zero diagonal": (np.zeros(n), np.ones(n)),
        "falling": (fall, -fall),
        "rising": (fall[::-1], fall[::-1]),
        "low rank": (low_rank, low_rank),
        "repeated": (np.repeat(draw.normal(size=n), 4)[:n], 1e-9 * draw.normal(size=n)),
        "huge": (1e30 * draw.normal(size=n), 1e30 * draw.normal(size=n)),
    }


def collected(rows, n):
    whole = np.empty((n, n), rows.dtype)
    for rank, part in enumerate(COMM.allgather(np.asarray(rows))):
        whole[rank :: COMM.size] = part[: len(range(rank, n, COMM.size)), :n]
    return whole.astype(np.float64)


def assert_orthogonal(vectors, eps):
    error = abs(vectors.T @ vectors - np.eye(len(vectors))).max()
    assert error < 100 * eps


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", SIZES)
def test_errors_are_those_of_rounding(n, dtype):
    comm, eps = jpi.numpy.zeros(jpi.size()).mesh.comm, np.finfo(dtype).eps
    with jax.enable_x64(dtype == np.float64):
        eigen = jpi.jit(lambda d, e: eigenpairs(d, e, comm))
        singular = jpi.jit(lambda d, e: singular_vectors(d, e, comm))
        alone = jpi.jit(lambda d, e: singular_vectors(d, e, comm, has_rows=False)[0])
        for name, (d, e) in matrices(n).items():
            d, e = d.astype(dtype), e[: n - 1].astype(dtype)
            upper = np.diag(d).astype(np.float64) + np.diag(e.astype(np.float64), 1)
            limit = 200 * eps * (np.linalg.norm(upper, 2) or 1)

            values, rows = eigen(d, e)
            vectors, whole = collected(rows, n), np.triu(upper) + np.triu(upper, 1).T
            assert_orthogonal(vectors, eps)
            np.testing.assert_allclose(values, np.linalg.eigvalsh(whole), 0, limit, err_msg=name)
            np.testing.assert_allclose(
                vectors * np.asarray(values) @ vectors.T, whole, 0, limit, err_msg=name
            )

            values, left, right = singular(d, e)
            expected = np.linalg.svd(upper, compute_uv=False)[::-1]
            left, right = collected(left, n), collected(right, n)
            assert_orthogonal(left, eps)
            assert_orthogonal(right, eps)
            np.testing.assert_allclose(values, expected, 0, limit, err_msg=name)
            np.testing.assert_allclose(alone(d, e), values, 0, limit, err_msg=name)
            np.testing.assert_allclose(
                left * np.asarray(values) @ right.T, upper, 0, limit, err_msg=name
            )


def test_ranks_that_round_differently_find_the_same_vectors():
    comm, n = jpi.numpy.zeros(jpi.size()).mesh.comm, 130
    rounded = 1 + comm.rank * np.finfo(np.float64).eps
    with jax.enable_x64(True):
        for d, e in matrices(n).values():
            d, e = d * rounded, e[: n - 1] / rounded
            values, rows = jpi.jit(lambda d, e: eigenpairs(d, e, comm))(d, e)
            assert_orthogonal(collected(rows, n), np.finfo(np.float64).eps)
            assert_same_on_all_ranks(values)
            values, *both = jpi.jit(lambda d, e: singular_vectors(d, e, comm))(d, e)
            for rows in both:
                assert_orthogonal(collected(rows, n), np.finfo(np.float64).eps)
            assert_same_on_all_ranks(values)


def test_ranks_that_round_differently_find_the_same_roots():
    size = 12  # a multiple of 1 to 4 ranks
    comm, draw = jpi.numpy.zeros(jpi.size()).mesh.comm, np.random.default_rng(4)
    d, z = (draw.normal(size=(2, size)) * (1 + comm.rank * 1e-15) for _ in range(2))
    with jax.enable_x64(True):
        solve = jpi.jit(lambda d, z: modified(Poles(d, 0 * d), np.ones(2), z, comm))
        assert_same_on_all_ranks(*jax.tree.leaves(solve(d, z)))


def assert_same_on_all_ranks(*arrays):
    parts = COMM.allgather([np.asarray(x).tobytes() for x in arrays])
    assert all(part == parts[0] for part in parts)
