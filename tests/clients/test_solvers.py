"""Lineax, Optimistix, Diffrax, JAXopt: solvers of equations that hold distributed arrays."""

import jax
import jax.numpy as jnp
import pytest
from support.clients import assert_equal_trees, check, data, distributed

import jpi

X, Y, W = data(11, 4), data(11, seed=1), data(4, seed=2)


# ---- lineax ----


def solution(x, y):
    lx = pytest.importorskip("lineax")
    structure = jax.ShapeDtypeStruct((4,), jnp.float32)
    operator = lx.FunctionLinearOperator(
        lambda v: x.T @ (x @ v) + v, structure, lx.positive_semidefinite_tag
    )
    return lx.linear_solve(operator, x.T @ y, lx.CG(1e-6, 1e-6)).value


def test_lineax_in_spmd():
    check(solution, X, Y, sharded=[0, 1])
    check(lambda x, y: jnp.sum(solution(x, y) ** 2), X, Y, sharded=[0, 1], differentiated=[0, 1])


def test_lineax_outside_spmd_says_what_to_write():
    x, y = distributed(X, Y)
    with pytest.raises(TypeError, match=r"jpi\.spmd"):
        solution(x, y)
    assert_equal_trees(jpi.spmd(solution)(x, y), solution(X, Y))


def test_lineax_with_a_dense_matrix():
    lx = pytest.importorskip("lineax")

    def function(a, b):
        solver = lx.AutoLinearSolver(well_posed=True)
        return jnp.sum(lx.linear_solve(lx.MatrixLinearOperator(a), b, solver).value ** 2)

    a = data(4, 4) + 4 * jnp.eye(4)
    check(function, a, W, differentiated=[0, 1])


# ---- optimistix ----


def test_optimistix_fits_distributed_data():
    optx = pytest.importorskip("optimistix")

    def fit(loss):
        solver = optx.BFGS(rtol=1e-5, atol=1e-5)
        return optx.minimise(lambda w, _: loss(w), solver, jnp.zeros(4)).value

    x, y = distributed(X, Y)
    loss = lambda w, x, y: jnp.mean((x @ w - y) ** 2)  # noqa: E731
    expected = fit(lambda w: loss(w, X, Y))
    assert_equal_trees(fit(lambda w: jpi.spmd(loss)(w, x, y)), expected)


@pytest.mark.fallback_allowed  # the decomposition of the matrix
def test_optimistix_in_spmd():
    optx = pytest.importorskip("optimistix")

    def function(x, y):
        solver = optx.LevenbergMarquardt(rtol=1e-5, atol=1e-5)
        residuals = lambda w, args: args[0] @ w - args[1]  # noqa: E731
        return optx.least_squares(residuals, solver, jnp.zeros(4), args=(x, y)).value

    check(function, X, Y, sharded=[0, 1])


@pytest.mark.parametrize("search", ["root_find", "fixed_point"])
def test_optimistix_gradient_of_a_solution(search):
    optx = pytest.importorskip("optimistix")
    solvers = {"root_find": optx.Newton, "fixed_point": optx.FixedPointIteration}
    solver = solvers[search](rtol=1e-6, atol=1e-6)

    def loss(x, shift):
        def function(w, _):
            image = 0.3 * jnp.tanh(x.T @ (x @ w)) / len(x) + shift
            return w - image if search == "root_find" else image

        return jnp.sum(getattr(optx, search)(function, solver, jnp.zeros(4)).value ** 2)

    check(loss, X, jnp.arange(4.0), differentiated=[0, 1])


# ---- diffrax ----


@pytest.mark.parametrize("adjoint", ["RecursiveCheckpointAdjoint", "DirectAdjoint"])
def test_diffrax_in_spmd(adjoint):
    dfx = pytest.importorskip("diffrax")

    def function(u, k):
        end = dfx.diffeqsolve(
            dfx.ODETerm(lambda t, u, k: -k * u * jnp.mean(u**2)),
            dfx.Tsit5(),
            0.0,
            1.0,
            0.1,
            u,
            args=k,
            stepsize_controller=dfx.PIDController(rtol=1e-4, atol=1e-4),
            adjoint=getattr(dfx, adjoint)(),
            max_steps=64,
        )
        return jnp.sum(end.ys**2)

    check(function, data(7), jnp.float32(0.7), sharded=[0], differentiated=[0, 1])


# ---- jaxopt ----


def test_jaxopt_with_distributed_data():
    jaxopt = pytest.importorskip("jaxopt")
    loss = lambda w, x, y: jnp.mean((x @ w - y) ** 2)  # noqa: E731
    expected = jaxopt.LBFGS(fun=lambda w: loss(w, X, Y), maxiter=20).run(jnp.zeros(4)).params
    x, y = distributed(X, Y)
    solver = jaxopt.LBFGS(fun=lambda w: jpi.spmd(loss)(w, x, y), maxiter=20)
    assert_equal_trees(solver.run(jnp.zeros(4)).params, expected)
