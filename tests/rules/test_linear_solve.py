"""The iterative solvers, on operators of distributed arrays, against a dense solve."""

import jax
import numpy as np
import pytest
from support.oracle import assert_same, random_array

import jpi
import jpi.numpy
from jpi.scipy.sparse.linalg import bicgstab, cg, gmres

pytestmark = pytest.mark.sweep(3)

ROWS = 13
SOLVERS = {"cg": cg, "bicgstab": bicgstab, "gmres": gmres}


def tridiagonal(shift):
    """The matrix of the stencil (-1, 2 + shift, -1) with zeros beyond the ends."""
    eye = jax.numpy.eye
    return (2 + shift) * eye(ROWS) - eye(ROWS, k=1) - eye(ROWS, k=-1)


def stencil(shift):
    """The same matrix as a function of distributed arrays."""

    def apply(x):
        return jpi.stencil(
            lambda p, s: (2 + s) * p[1:-1] - p[2:] - p[:-2], x, 1, "constant", args=(shift,)
        )

    return apply


def assert_close(actual, expected):
    actual = actual.gather() if isinstance(actual, jpi.DistArray) else actual
    scale = np.abs(np.asarray(expected)).max(initial=1.0)
    np.testing.assert_allclose(actual, expected, rtol=1e-3, atol=1e-3 * scale)


@pytest.mark.parametrize("name", SOLVERS)
def test_solutions_and_gradients_of_a_stencil_equal_those_of_the_matrix(name):
    b, weights = random_array((ROWS,), seed=1), random_array((ROWS,), seed=2)

    def loss(shift, b):
        x, _ = SOLVERS[name](stencil(shift), b, tol=1e-6)
        return jpi.numpy.sum(x * weights), x

    def dense(shift, b):
        x = jax.numpy.linalg.solve(tridiagonal(shift), b)
        return jax.numpy.sum(x * weights), x

    differentiate = jpi.jit(jax.value_and_grad(loss, argnums=(0, 1), has_aux=True))
    (_, x), (of_shift, of_b) = differentiate(0.3, jpi.numpy.asarray(b))
    (_, y), expected = jax.value_and_grad(dense, argnums=(0, 1), has_aux=True)(0.3, b)
    for actual, wanted in ((x, y), (of_shift, expected[0]), (of_b, expected[1])):
        assert_close(actual, wanted)


@pytest.mark.parametrize("spec", [None, jpi.P(None, "ranks"), jpi.P()], ids=str)
@pytest.mark.parametrize("name", SOLVERS)
def test_a_matrix_may_be_given_and_gets_a_gradient(name, spec):
    square = random_array((ROWS, ROWS), seed=3)
    matrix = (square @ square.T / ROWS + 2 * np.eye(ROWS)).astype(np.float32)
    if name != "cg":
        matrix = matrix + np.triu(square, 1) / 4
    b = random_array((ROWS,), seed=1)

    def total(solve, numpy, matrix, b):
        return numpy.sum(solve(matrix, b) ** 2)

    def by_steps(matrix, b):
        return SOLVERS[name](matrix, b, tol=1e-6)[0]

    gradient = jax.grad(lambda *args: total(by_steps, jpi.numpy, *args), argnums=(0, 1))
    arguments = jpi.numpy.asarray(matrix, spec=spec), jpi.numpy.asarray(b)
    expected = jax.grad(
        lambda *args: total(jax.numpy.linalg.solve, jax.numpy, *args), argnums=(0, 1)
    )(matrix, b)
    for actual, wanted in zip(jpi.jit(gradient)(*arguments), expected, strict=True):
        assert_close(actual, wanted)


@pytest.mark.parametrize("name", SOLVERS)
def test_trees_of_distributed_and_plain_arrays_are_vectors(name):
    parts = random_array((5, 2), seed=1), random_array((3,), seed=2)

    def apply(tree):
        x, y = tree
        return 3 * x + y.sum() * 0.1, 2 * y + jpi.numpy.sum(x) * 0.1

    b = jpi.numpy.asarray(parts[0]), jax.numpy.asarray(parts[1])
    x, info = jpi.jit(lambda b: SOLVERS[name](apply, b, tol=1e-6))(b)
    assert not info
    for actual, wanted in zip(apply(x), parts, strict=True):
        assert_close(actual, wanted)


@pytest.mark.parametrize("name", SOLVERS)
def test_a_good_preconditioner_and_guess_need_no_more_than_two_steps(name):
    diagonal = np.linspace(1, 50, ROWS, dtype=np.float32)
    b, scale = jpi.numpy.asarray(random_array((ROWS,), seed=1)), jpi.numpy.asarray(diagonal)
    found, _ = jpi.jit(
        lambda b: SOLVERS[name](lambda x: scale * x, b, tol=1e-5, maxiter=2, M=lambda x: x / scale)
    )(b)
    assert_close(found, b.gather() / diagonal)
    again, _ = jpi.jit(lambda b, x: SOLVERS[name](lambda x: scale * x, b, x, tol=1e-4, maxiter=0))(
        b, found
    )
    assert_close(again, b.gather() / diagonal)


def test_operators_that_do_not_fit_are_refused():
    b = jpi.numpy.ones(ROWS)
    with pytest.raises(ValueError, match="square matrix"):
        cg(jpi.numpy.ones((ROWS, 2)), b)
    with pytest.raises(ValueError, match="shapes of `b`"):
        cg(lambda x: jpi.numpy.expand_dims(x, 1), b)
    with pytest.raises(ValueError, match="solve_method"):
        gmres(lambda x: x, b, solve_method="other")


def test_products_with_a_hessian_of_rolls():
    """Rows of a constant and rows of what the solver multiplies travel in one message."""
    values = random_array((4 * jpi.size() + 1,)) + 1.0

    def step(u):
        def slope(u):
            return jax.grad(lambda u: jax.numpy.sum(jax.numpy.roll(u, 1) * u**3))(u)

        def operator(w):
            return jax.jvp(slope, (u,), (w,))[1] + 30 * w

        return jax.scipy.sparse.linalg.cg(operator, u)[0]

    def both(u):
        return step(u), jax.grad(lambda u: jax.numpy.sum(step(u) ** 2))(u)

    assert_same(jpi.spmd(both)(jpi.numpy.asarray(values)), jax.jit(both)(values), looser=1e3)
