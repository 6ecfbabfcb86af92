"""The steps of factorizations: all of them on one rank give the factors, on a CPU and by XLA."""

import jax
import numpy as np
import pytest
from support.matrices import positive
from support.oracle import assert_same, random_array

from jpi._blocks import cholesky_steps, lu_steps, reflection_steps
from jpi._blocks.cholesky_steps import eliminate, factor_block, mark_failed
from jpi._blocks.lu_steps import apply_panel, factor_panel
from jpi._blocks.reflection_steps import (
    factor_rows,
    load_reflections,
    make_units,
    store_reflections,
)
from jpi._blocks.signed_lu import signed_lu

pytestmark = pytest.mark.sweep(1)  # no rank meets another one

TYPES = ("float32", "float64", "complex64", "complex128")
SPANS = [(0, 3), (3, 6), (6, 8)]


def cholesky(x, factor_block, eliminate):
    infos = []
    for start, stop in SPANS:
        x, panel, info = factor_block(x, box=(start, stop, start, stop))
        diagonal = tuple((*span, *span) for span in SPANS if span[0] >= stop)
        x = eliminate(x, panel, first=stop, diagonal=diagonal)
        infos.append(info)
    return x, infos


@pytest.mark.parametrize("dtype", TYPES)
def test_the_steps_give_the_cholesky_factor(dtype):
    with jax.enable_x64(True):
        x = positive((2, 8, 8), dtype)
        x[1, 4, 4] = -1
        steps = [
            (factor_block, eliminate),
            (cholesky_steps._factor_by_xla, cholesky_steps._eliminate_by_xla),
        ]
        for factor, below in steps:
            found, infos = jax.jit(cholesky, static_argnums=(1, 2))(x, factor, below)
            assert_same(np.tril(found[0]), np.linalg.cholesky(x[0]))
            assert [[bool(i) for i in info] for info in infos][:2] == [
                [False, False],
                [False, True],
            ]


def test_matrices_that_failed_are_nan():
    x = random_array((2, 3, 3), np.complex64)
    expected = x.copy()
    expected[1] = np.nan
    assert_same(mark_failed(x, np.array([0, 5], np.int32)), expected)
    assert_same(cholesky_steps._mark_by_xla(x, np.array([0, 5], np.int32)), expected)


def lu(x, factor_panel, apply_panel, width):
    height, pivots = x.shape[-2], []
    for start in range(0, min(x.shape[-2:]), width):
        stop = min(start + width, x.shape[-1])
        own = (start, height, start, stop)
        x, message = factor_panel(x, box=own)
        x = apply_panel(x, message, own=own, columns=stop - start)
        count = min(height - start, stop - start)
        pivots.append(jax.numpy.real(message[..., -count:]).astype("int32") + start)
    return x, jax.numpy.concatenate(pivots, -1)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", [(2, 8, 8), (7, 4), (4, 9)], ids=str)
def test_the_steps_give_the_lu_factors(shape, dtype):
    with jax.enable_x64(True):
        x = random_array(shape, dtype)
        factors, pivots, _ = jax.lax.linalg.lu(x)
        by_xla = lu_steps._factor_by_xla, lu_steps._apply_by_xla
        for steps in ((factor_panel, apply_panel), by_xla):
            found = jax.jit(lu, static_argnums=(1, 2, 3))(x, *steps, 3)
            assert_same(found, (factors, pivots))


@pytest.mark.parametrize("dtype", ["float32", "complex64"])
def test_the_signed_factors_are_those_of_the_difference(dtype):
    q = np.linalg.qr(random_array((2, 6, 6), dtype))[0]
    q[1] = np.eye(6)
    for is_last_row in (False, True):
        signs, factors = signed_lu(q, is_last_row)
        lower, upper = np.tril(factors, -1) + np.eye(6), np.triu(factors)
        last = int(is_last_row and dtype == "float32")
        difference = lower @ upper + np.eye(6) * signs[:, None]
        assert_same(difference[0, :, : 6 - last], q[0, :, : 6 - last])
        assert_same(factors[1], np.diag([2] * (6 - last) + [0] * last).astype(dtype))


def reflections_of_two_ranks(x, steps, width):
    """V and T of the first panel, of ranks that hold each second row, and the panel's R."""
    factor, store, load = steps
    shares = [x[..., rank::2, :] for rank in range(2)]
    box = (0, shares[0].shape[-2], 1, 1 + width)
    held = -(-width // 2)
    factors = [factor(share, box=box) for share in shares]
    stacked = jax.numpy.concatenate([r for _, r in factors], -2)
    whole, r = factor(stacked, box=(0, *stacked.shape[-2:-1], 0, width))
    own = jax.numpy.split(whole, 2, -2)
    tops = [q[..., :held, :] @ x for (q, _), x in zip(factors, own, strict=True)]
    tops = jax.numpy.concatenate(tops, -2)
    results = []
    for rank in range(2):
        place = {"box": box, "rank": rank, "ranks": 2}
        stored, matrix = store(
            shares[rank], tops, factors[rank][0], own[rank], r, **place, is_last_row=False
        )
        results.append((stored, load(stored, **place), matrix))
    return results


@pytest.mark.parametrize("dtype", TYPES)
def test_the_steps_give_the_reflections_of_a_panel(dtype):
    with jax.enable_x64(True):
        x = random_array((2, 12, 7), dtype)
        x[1, :, 1:5] = np.eye(12, 4)  # LAPACK does not reflect these columns, but the steps do
        by_native = factor_rows, store_reflections, load_reflections
        by_xla = (
            reflection_steps._factor_by_xla,
            reflection_steps._store_by_xla,
            reflection_steps._load_by_xla,
        )
        geqrf = np.linalg.qr(x[..., 1:5], mode="r")
        geqrf[1] *= -1
        for steps in (by_native, by_xla):
            found = jax.jit(reflections_of_two_ranks, static_argnums=(1, 2))(x, steps, 4)
            (stored, vectors, matrix), (other, other_vectors, _) = found
            whole = np.zeros((2, 12, 4), dtype)
            whole[:, ::2], whole[:, 1::2] = vectors, other_vectors
            adjoint = np.conj(np.swapaxes(whole, -1, -2))
            panel = x[..., 1:5]
            reflected = panel - whole @ (np.conj(np.swapaxes(matrix, -1, -2)) @ (adjoint @ panel))
            assert_same(reflected[:, :4], geqrf, looser=10)
            assert_same(reflected[:, 4:], np.zeros_like(reflected[:, 4:]), looser=10)
            assert_same(np.triu(np.stack([stored, other], 2).reshape(2, 12, 7)[:, :4, 1:5]), geqrf)
            for share, one in ((stored, x[:, ::2]), (other, x[:, 1::2])):
                np.testing.assert_array_equal(share[..., [0, 5, 6]], one[..., [0, 5, 6]])


def test_the_columns_of_a_panel_become_those_of_the_identity_matrix():
    x, place = random_array((2, 5, 6)), {"box": (1, 5, 2, 5), "rank": 1, "ranks": 2}
    expected = x.copy()
    expected[..., 2:5] = 0
    expected[:, 1, 3] = 1  # the second row of the panel
    assert_same(make_units(x, **place), expected)
    assert_same(reflection_steps._units_by_xla(x, **place), expected)
