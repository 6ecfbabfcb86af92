"""Gradients equal those of one process, at kinks too and under nested transforms."""

import jax
import numpy as np
import pytest
from support.oracle import ROWS, assert_same, check, is_plain, random_array

import jpi
import jpi.numpy

pytestmark = pytest.mark.sweep

TRANSFORMS = {
    "grad": jax.grad,
    "jax.jit of grad": lambda f: jax.jit(jax.grad(f)),
    "jpi.jit of grad": lambda f: jpi.jit(jax.grad(f)),
    "grad of jpi.jit": lambda f: jax.grad(jpi.jit(f)),
    "grad of remat": lambda f: jax.grad(jax.checkpoint(f)),
    "hessian": jax.hessian,
    "jacfwd": jax.jacfwd,
    "value_and_grad": jax.value_and_grad,
    "jvp": lambda f: lambda w: jax.jvp(f, (w,), (w + 1,)),
    "linearize": lambda f: lambda w: jax.linearize(f, w)[1](w + 1),
}


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_least_squares_in_replicated_weights(transform):
    w = random_array((7,), seed=3)
    for rows in (1000, 2, 0):
        features, labels = random_array((rows, 7)), random_array((rows,), seed=1)

        def loss(m, features, labels):
            return lambda w: m.mean((features @ w - labels) ** 2)

        distributed = loss(jpi.numpy, jpi.numpy.asarray(features), jpi.numpy.asarray(labels))
        actual = TRANSFORMS[transform](distributed)(jax.numpy.asarray(w))
        expected = TRANSFORMS[transform](loss(jax.numpy, features, labels))(jax.numpy.asarray(w))
        assert_same(actual, expected, what=str(rows))


def test_gradient_with_respect_to_a_shard_is_a_shard():
    x = jpi.numpy.asarray(random_array((7, 4)))
    gradient = jax.grad(lambda x: (x**2).sum())(x)
    assert isinstance(gradient, jpi.DistArray)
    assert gradient.spec == x.spec
    np.testing.assert_allclose(gradient.shard, 2 * x.shard, rtol=1e-6)


def test_gradient_with_respect_to_what_every_rank_holds_is_the_same_everywhere(comm):
    w = jpi.replicate(jpi.numpy.asarray(random_array((4,))))
    x = jpi.numpy.asarray(random_array((7, 4)))
    gradient = jax.grad(lambda w: ((x * w) ** 2).sum())(w)
    assert is_plain(gradient)
    assert_same(gradient, 2 * np.sum(random_array((7, 4)) ** 2, 0) * random_array((4,)))
    everyones = comm.allgather(np.asarray(gradient).tobytes())
    assert len(set(everyones)) == 1


POINTS = {
    "ties of max": (lambda m, x: m.max(x, axis=0), [[1, 2, 2], [1, 2, 0], [0, 2, 2], [1, 0, 2]]),
    "ties of all": (lambda m, x: x.max() * 3 + x.min(), [[1, 1, 1]] * 7),
    "product with a zero": (lambda m, x: m.prod(x, axis=0), [[2, 0], [3, 4], [5, 0], [7, 1]]),
    "relu at 0": (
        lambda m, x: (jpi.spmd(jax.nn.relu) if m is jpi.numpy else jax.nn.relu)(x),
        [[0, 1], [-1, 0], [0, 0], [2, 0]],
    ),
    "logaddexp at infinities": (
        lambda m, x: m.logaddexp(x, -x),
        [[np.inf, 1], [-np.inf, 0], [0, np.inf], [2, 0]],
    ),
    "logaddexp with an infinite scalar": (lambda m, x: m.logaddexp(x, -np.inf), [[0, 1]] * 5),
    "sinc at 0": (lambda m, x: m.sinc(x), [[0, 1], [1, 0], [0, 0]]),
    "where hides nan": (lambda m, x: m.where(x > 0, m.sqrt(m.where(x > 0, x, 1)), 0), [[0, 4]] * 5),
}


@pytest.mark.parametrize("name", POINTS)
def test_points_where_the_rule_decides(name):
    fun, point = POINTS[name]
    check(fun, [[np.array(point, np.float32)]])


@pytest.mark.parametrize("name", ["ties of max", "product with a zero"])
def test_second_derivatives_where_the_rule_decides(name):
    fun, point = POINTS[name]

    def curvature(m, x):
        def slope(scale):
            return (fun(m, x * scale) ** 2).sum()

        return jax.grad(jax.grad(slope))(jax.numpy.float32(1.5))

    x = np.array(point, np.float32)
    assert_same(curvature(jpi.numpy, jpi.numpy.asarray(x)), curvature(jax.numpy, x))


def test_complex_gradients_follow_jax():
    x = random_array((7, 3), np.complex64)
    check(lambda m, x: m.abs(x @ x.T.conj()) ** 2, [[x]])
    check(lambda m, x: m.prod(x, axis=0), [[x]])


def test_custom_vjp_keeps_its_derivative():
    @jax.custom_vjp
    def clipped(x, w):
        return (x * w).sum(0)

    def forward(x, w):
        return clipped(x, w), (x, w)

    def backward(residuals, cotangent):
        x, _ = residuals
        return jax.numpy.clip(x * cotangent, -1, 1), (x * cotangent * 100).sum(0)

    clipped.defvjp(forward, backward)
    fun = lambda m, x, w: (jpi.spmd(clipped) if m is jpi.numpy else clipped)(x, w)  # noqa: E731
    check(fun, [[random_array((n, 3)), random_array((3,), seed=1)] for n in ROWS])


def test_spmd_of_remat_and_custom_jvp_differentiates():
    model = jax.checkpoint(lambda x: jax.nn.relu(jax.numpy.sin(x) @ jax.numpy.ones((4, 3))))
    fun = lambda m, x: (jpi.spmd(model) if m is jpi.numpy else model)(x)  # noqa: E731
    check(fun, [[random_array((n, 4))] for n in ROWS])


@pytest.mark.parametrize("in_axes,out_axes", [(1, 0), (1, 1), (-1, -1), (2, 0)])
def test_vmap_over_an_unsharded_axis(in_axes, out_axes):
    x = random_array((5, 3, 3))

    def fun(m):
        return jax.vmap(lambda x: x * 2 - m.mean(x, axis=0), in_axes=in_axes, out_axes=out_axes)

    actual = fun(jpi.numpy)(jpi.numpy.asarray(x))
    assert_same(actual, fun(jax.numpy)(x))
    compiled = jpi.jit(fun(jpi.numpy))(jpi.numpy.asarray(x))
    assert compiled.spec == actual.spec
    assert_same(compiled, fun(jax.numpy)(x))


def test_vmap_of_grad_and_of_weights():
    x = random_array((5, 4))
    w = random_array((3, 4), seed=1)
    gradients = lambda m, x: jax.vmap(jax.grad(lambda w: m.mean((x @ w) ** 2)))(w)  # noqa: E731
    assert_same(gradients(jpi.numpy, jpi.numpy.asarray(x)), gradients(jax.numpy, x))


def test_vmap_over_a_sharded_axis_is_an_error():
    x = jpi.numpy.asarray(random_array((4, 3)))
    with pytest.raises(ValueError, match="must be unsharded to be mapped over"):
        jax.vmap(lambda row: row * 2)(x)
    with pytest.raises(ValueError, match="must be unsharded to be looped over"):
        jax.lax.map(lambda row: row * 2, x)


def test_scan_carries_a_distarray_and_stacks_its_results():
    x = random_array((5, 3))

    def run(m, x):
        def step(x, _):
            x = x - 0.1 * m.mean(x, axis=0)
            return x, x

        return jax.lax.scan(step, x, None, length=3)

    actual = jpi.jit(lambda x: run(jpi.numpy, x))(jpi.numpy.asarray(x))
    assert_same(actual, run(jax.numpy, jax.numpy.asarray(x)))
    assert actual[1].shape == (3, 5, 3)
    assert_same(
        jax.grad(lambda x: (run(jpi.numpy, x)[0] ** 2).sum())(jpi.numpy.asarray(x)),
        jax.grad(lambda x: (run(jax.numpy, x)[0] ** 2).sum())(jax.numpy.asarray(x)),
    )
