"""Jacobians and Hessians with respect to distributed arrays, and of distributed results."""

import jax
import pytest
from support.oracle import assert_same, both, random_array

import jpi
import jpi.numpy

pytestmark = pytest.mark.sweep(2)

JACOBIANS = {"jacfwd": jax.jacfwd, "jacrev": jax.jacrev}


def tanh_sum(w, x):
    return jax.numpy.tanh(x @ w)


def energy(x):
    return (jax.numpy.sin(x) * x.sum()).sum()


def traced(m, function):
    return jpi.spmd(function) if m is jpi.numpy else function


@pytest.mark.parametrize("rows", [7, 2, 0])
@pytest.mark.parametrize("name", JACOBIANS)
def test_jacobians_inside_of_spmd(name, rows):
    x, w = random_array((rows, 3)), random_array((3,))

    def run(m, x, y):
        jacobian = JACOBIANS[name]
        of_both = traced(m, jacobian(tanh_sum, argnums=(0, 1)))(w, x)
        return of_both, traced(m, jacobian(jax.numpy.cumsum))(y)

    assert_same(*both(run, [x, random_array((rows,))], [None, None]))


@pytest.mark.parametrize("rows", [7, 2, 0])
def test_hessians_inside_of_spmd(rows):
    run = lambda m, x: traced(m, jax.hessian(energy))(x)  # noqa: E731
    assert_same(*both(run, [random_array((rows,))], [None]))


def test_hessians_of_plain_weights_need_no_spmd():
    def run(m, x):
        return jax.hessian(lambda w: m.sum(m.tanh(x @ w)))(random_array((3,)))

    assert_same(*both(run, [random_array((7, 3))], [None]))


@pytest.mark.parametrize("transform", [*JACOBIANS.values(), jax.hessian])
def test_outside_of_spmd_the_error_says_what_to_write(transform):
    x, w = jpi.numpy.asarray(random_array((7, 3))), random_array((3,))
    for function, argument in ((lambda w: x @ w, w), (lambda x: (x * x).sum(), x)):
        for compiled in (lambda f: f, jax.jit, jpi.jit):
            with pytest.raises(TypeError, match=r"jpi\.spmd\(jax\.jacfwd\(f\)\)\(x\)"):
                compiled(transform(function))(argument)


def test_vmap_over_a_sharded_axis_names_spmd():
    x = jpi.numpy.asarray(random_array((7, 3)))
    with pytest.raises(ValueError, match=r"jpi\.spmd\(jax\.vmap\(f\)\)\(x\)"):
        jax.vmap(lambda row: row * 2)(x)
    actual = jpi.spmd(jax.vmap(lambda row: row * row.sum()))(x)
    assert_same(actual, x.gather() * x.gather().sum(1, keepdims=True))
