"""Triangular systems by all ranks together: every form of the primitive, and its derivatives."""

import itertools

import jax
import numpy as np
import pytest
from jax import lax
from support.matrices import layouts
from support.oracle import assert_same, check, random_array

import jpi
import jpi.numpy

pytestmark = [pytest.mark.usefixtures("distributed"), pytest.mark.sweep]

NAMES = ("left_side", "lower", "transpose_a", "conjugate_a", "unit_diagonal")
FORMS = [
    dict(zip(NAMES, values, strict=True)) for values in itertools.product([False, True], repeat=5)
]


def triangle(size, dtype=np.complex128):
    return random_array((size, size), dtype, 3) / 3 + 2 * np.eye(size)


@pytest.mark.parametrize("mesh, spec", layouts(), ids=str)
def test_every_form_equals_jax(mesh, spec):
    count = 1 if spec == jpi.P("ranks") else 20  # few and many right-hand sides

    def solved(a, left, right):
        return [
            lax.linalg.triangular_solve(a, left if form["left_side"] else right, **form)
            for form in FORMS
        ]

    with jax.enable_x64(True):
        arrays = triangle(7), random_array((7, count), np.complex128)
        arrays = (*arrays, np.ascontiguousarray(arrays[1].T))
        placed = [jpi.numpy.asarray(x, spec=spec, mesh=mesh) for x in arrays]
        assert_same(jpi.jit(jpi.spmd(solved))(*placed), solved(*arrays))


@pytest.mark.parametrize("count", [1, 13], ids=["few", "many"])
def test_gradients_equal_jax(count):
    def solved(m, a, b):
        solve = lambda a, b: lax.linalg.triangular_solve(a, b, left_side=True, lower=True)  # noqa: E731
        return (jpi.spmd(solve) if m is jpi.numpy else solve)(a, b)

    with jax.enable_x64(True):
        arrays = [triangle(5), random_array((5, count), np.complex128)]
        check(solved, [arrays], jpi.P("ranks"))


def test_batches_and_few_rows_equal_jax():
    def solved(pairs):
        return [lax.linalg.triangular_solve(a, b, left_side=True) for a, b in pairs]

    with jax.enable_x64(True):
        pairs = [
            (np.stack([triangle(5)] * 2), random_array((2, 5, 3), np.complex128)),
            (triangle(1), random_array((1, 3), np.complex128)),
            (triangle(2), random_array((2, 9), np.complex128)),
            (triangle(5), random_array((5, 0), np.complex128)),
        ]
        placed = [
            [jpi.numpy.asarray(x, spec=jpi.P(*[None] * (x.ndim - 2), "ranks")) for x in pair]
            for pair in pairs
        ]
        assert_same(jpi.jit(jpi.spmd(solved))(placed), solved(pairs))
