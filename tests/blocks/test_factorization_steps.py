"""The steps of factorizations: all of them on one rank give the factors, on a CPU and by XLA."""

import jax
import numpy as np
import pytest
from support.matrices import positive
from support.oracle import assert_same, random_array

from jpi._blocks import cholesky_steps, lu_steps, signed_lu
from jpi._blocks.cholesky_steps import eliminate, factor_block, mark_failed
from jpi._blocks.lu_steps import apply_panel, factor_panel

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
    q[1] = np.eye(6)  # LAPACK does not reflect these columns
    for is_last_row in (False, True):
        signs, factors = signed_lu.signed_lu(q, is_last_row)
        assert_same(signed_lu._by_xla(q, is_last_row=is_last_row), [factors, signs])
        lower, upper = np.tril(factors, -1) + np.eye(6), np.triu(factors)
        last = int(is_last_row and dtype == "float32")
        difference = lower @ upper + np.eye(6) * signs[:, None]
        assert_same(difference[0, :, : 6 - last], q[0, :, : 6 - last])
        assert_same(factors[1], np.zeros((6, 6), dtype))
