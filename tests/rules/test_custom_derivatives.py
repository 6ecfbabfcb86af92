"""Functions with a derivative of their own, inside `jpi.spmd`."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.custom_derivatives import SymbolicZero
from jax.experimental.ode import odeint
from support.oracle import assert_same, check, random_array, spmd

import jpi
import jpi.numpy

pytestmark = pytest.mark.sweep(2)

ROWS = (7, 2, 0)


def with_vjp(function, forward, backward, **options):
    run = jax.custom_vjp(function, **options)
    run.defvjp(forward, backward)
    return run


def of_a_constant(x):
    """The rules refer to an array of the program."""
    scales = np.arange(4, dtype=np.float32)
    run = with_vjp(
        lambda x: x * scales,
        lambda x: (x * scales, None),
        lambda _, ct: (3 * ct * scales,),
    )
    return run(x) ** 2


def of_integers(x):
    run = with_vjp(
        lambda x, i: x * i[:, None],
        lambda x, i: (x * i[:, None], i),
        lambda i, ct: (2 * ct * i[:, None], None),
    )
    return run(x, jnp.arange(len(x)))


def of_a_static_argument(x):
    run = with_vjp(
        lambda f, x: f(x),
        lambda f, x: (f(x), x),
        lambda f, x, ct: (2 * ct * f(x),),
        nondiff_argnums=(0,),
    )
    return run(jnp.sin, x)


def of_symbolic_zeros(x):
    def forward(x, y):
        assert x.perturbed and not y.perturbed
        return (x.value * y.value, y.value), y.value

    def backward(y, cts):
        assert isinstance(cts[1], SymbolicZero)
        return 5 * cts[0] * y, None

    run = jax.custom_vjp(lambda x, y: (x * y, y))
    run.defvjp(forward, backward, symbolic_zeros=True)
    return run(x, jnp.full_like(x, 2))[0] ** 2


def of_a_known_number(x):
    """The backward rule asks for the value of what the forward rule has kept."""
    run = with_vjp(
        lambda x: x.sum(0),
        lambda x: (x.sum(0), (x, True)),
        lambda r, ct: (r[0] * ct if r[1] else 0,),
    )
    return run(x)


def one_in_another(x):
    @jax.custom_jvp
    def inner(x):
        return jnp.sin(x)

    inner.defjvp(lambda x, t: (inner(*x), 3 * jnp.cos(*x) * t[0]))
    run = with_vjp(inner, lambda x: jax.vjp(inner, x), lambda vjp, ct: (2 * vjp(ct)[0],))
    return jax.checkpoint(run)(run(x) * x.sum(0))


def of_unperturbed_tangents(x):
    @jax.custom_jvp
    def run(x, y, i):
        return x * y * i[:, None], i

    def tangent(primals, tangents):
        x, y, i = primals
        assert isinstance(tangents[1], SymbolicZero)
        return run(x, y, i), (7 * tangents[0] * y * i[:, None], tangents[2])

    run.defjvp(tangent, symbolic_zeros=True)
    return run(x, jnp.full_like(x, 2), jnp.arange(len(x)))[0]


def ode(x):
    return odeint(lambda u, t, k: -k * u + u.mean(), x, jnp.linspace(0.0, 0.5, 3), 0.7)[-1]


FUNCTIONS = {
    f.__name__.replace("_", " "): f
    for f in (
        of_a_constant,
        of_integers,
        of_a_static_argument,
        of_symbolic_zeros,
        of_a_known_number,
        one_in_another,
        of_unperturbed_tangents,
    )
}


@pytest.mark.parametrize("spec", [None, jpi.P(None, "ranks")], ids=str)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_and_gradients_are_those_of_one_process(name, spec):
    check(spmd(FUNCTIONS[name]), [(random_array((n, 4)),) for n in ROWS], spec)


TRANSFORMS = {
    "grad": lambda f: jax.grad(f),
    "jax.jit of grad": lambda f: jax.jit(jax.grad(f)),
    "grad of jax.jit": lambda f: jax.grad(jax.jit(f)),
    "grad of grad": lambda f: jax.grad(lambda x: (jax.grad(f)(x) ** 2).sum()),
}


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_transforms_of_spmd(transform):
    x = random_array((7, 4))

    def loss(x):
        return sum((FUNCTIONS[name](x) ** 2).sum() for name in ("of a constant", "one in another"))

    actual = TRANSFORMS[transform](jpi.spmd(loss))(jpi.numpy.asarray(x))
    assert_same(actual, TRANSFORMS[transform](loss)(jnp.asarray(x)))


@pytest.mark.parametrize("transform", [jax.grad, lambda f: jax.jit(jax.grad(f))])
def test_the_adjoint_of_an_ordinary_differential_equation(transform):
    x = random_array((7,))
    actual = transform(jpi.spmd(lambda x: (ode(x) ** 2).sum()))(jpi.numpy.asarray(x))
    expected = jax.grad(lambda x: (ode(x) ** 2).sum())(jnp.asarray(x))
    np.testing.assert_allclose(actual.gather(), expected, rtol=1e-4)


def test_a_perturbed_value_that_a_custom_vjp_refers_to_is_the_error_of_jax():
    def loss(x):
        run = with_vjp(
            lambda y: (x * y).sum(), lambda y: ((x * y).sum(), None), lambda _, ct: (ct,)
        )
        return run(jnp.ones_like(x))

    with pytest.raises(Exception, match="closed-over value"):
        jax.grad(jpi.spmd(loss))(jpi.numpy.asarray(random_array((7,))))
