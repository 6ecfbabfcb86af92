"""Plain vectors go in, plain vectors come out: loops and solvers beside distributed data."""

import jax
import jax.numpy
import numpy as np
import optax
import pytest
from support.oracle import assert_same, is_plain, random_array

import jpi
import jpi.numpy as jnp

pytestmark = pytest.mark.sweep

TRANSFORMS = {"eager": lambda f: f, "jax.jit": jax.jit, "jpi.jit": jpi.jit}


def is_array(x):
    return isinstance(x, jpi.DistArray)


A, B = random_array((7, 3), seed=5), random_array((7,), seed=6)


def step_with(numpy, features, targets):
    return lambda w: w - 0.05 * (features.T @ (features @ w - targets))


def solved(numpy, features, targets):
    matvec = lambda v: features.T @ (features @ v) + 0.1 * v  # noqa: E731
    return matvec, features.T @ targets


def custom_gradient(numpy, features, targets, w):
    @jax.custom_vjp
    def loss(w):
        return numpy.sum((features @ w - targets) ** 2)

    loss.defvjp(
        lambda w: (loss(w), w), lambda w, g: (2 * g * (features.T @ (features @ w - targets)),)
    )
    return jax.grad(loss)(w)


def linear_solve(numpy, features, targets, w):
    matvec, b = solved(numpy, features, targets)
    cg = jax.scipy.sparse.linalg.cg
    return jax.lax.custom_linear_solve(
        matvec, b, lambda matvec, b: cg(matvec, b, tol=1e-7)[0], symmetric=True
    )


PLAIN = {
    "fori_loop": lambda m, x, y, w: jax.lax.fori_loop(0, 5, lambda _, w: step_with(m, x, y)(w), w),
    "scan": lambda m, x, y, w: jax.lax.scan(
        lambda w, _: (step_with(m, x, y)(w), None), w, length=5
    )[0],
    "while_loop": lambda m, x, y, w: jax.lax.while_loop(
        lambda c: c[1] < 5, lambda c: (step_with(m, x, y)(c[0]), c[1] + 1), (w, 0)
    )[0],
    "cond": lambda m, x, y, w: jax.lax.cond(w.sum() < 99, step_with(m, x, y), lambda w: w, w),
    "cg": lambda m, x, y, w: jax.scipy.sparse.linalg.cg(*solved(m, x, y), tol=1e-7)[0],
    "cg from a start": lambda m, x, y, w: jax.scipy.sparse.linalg.cg(
        *solved(m, x, y), x0=w, tol=1e-7
    )[0],
    "gmres": lambda m, x, y, w: jax.scipy.sparse.linalg.gmres(*solved(m, x, y), tol=1e-7)[0],
    "custom_vjp": custom_gradient,
    "custom_linear_solve": linear_solve,
    "norm": lambda m, x, y, w: jax.numpy.linalg.norm(x.T @ y),
    "tree": lambda m, x, y, w: jax.tree.map(lambda w, u: w + u, w, step_with(m, x, y)(w)),
    "optimizer": lambda m, x, y, w: optax.apply_updates(
        w, optax.lamb(0.1).update(step_with(m, x, y)(w), optax.lamb(0.1).init(w), w)[0]
    ),
}


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("name", PLAIN)
def test_plain_vectors_stay_plain(name, transform):
    w = jax.numpy.asarray(random_array((3,), seed=7))
    run = TRANSFORMS[transform](lambda x, y, w: PLAIN[name](jnp, x, y, w))
    actual = run(jnp.asarray(A), jnp.asarray(B), w)
    expected = PLAIN[name](jax.numpy, jax.numpy.asarray(A), jax.numpy.asarray(B), w)
    assert isinstance(actual, jax.Array) and not is_array(actual)
    np.testing.assert_allclose(actual, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", ["cg", "bicgstab", "gmres"])
def test_solvers_of_jpi_take_plain_vectors(name):
    matvec, b = solved(jnp, jnp.asarray(A), jnp.asarray(B))
    solve = getattr(__import__("jpi.scipy.sparse.linalg", fromlist=[name]), name)
    expected = np.linalg.solve(A.T @ A + 0.1 * np.eye(3), A.T @ B)
    for x0 in (None, jax.numpy.zeros(3)):
        x, _ = solve(matvec, b, x0=x0, tol=1e-7)
        assert not is_array(x)
        np.testing.assert_allclose(x, expected, rtol=1e-3, atol=1e-4)


def test_gather_takes_trees_and_keeps_them():
    tree = jpi.gather({"x": jnp.asarray(A), "rest": [jax.numpy.ones(2), 3.0, None]})
    assert all(map(is_plain, jax.tree.leaves(tree)))
    assert_same(tree, {"x": A, "rest": [jax.numpy.ones(2), jax.numpy.asarray(3.0), None]})
