"""`jpi.numpy` and distributed arrays inside functions that JPI traces."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.oracle import assert_same, check, random_array

import jpi
import jpi.numpy

pytestmark = pytest.mark.sweep(2)

ROWS = (7, 2, 0)


def traced(m, function):
    """A function as users of each module write it."""
    return jpi.spmd(function) if m is jpi.numpy else function


CREATION = {
    "arange": lambda m, x: traced(m, lambda x: x.T * m.arange(float(len(x))))(x),
    "eye": lambda m, x: traced(m, lambda x: m.eye(len(x)) @ x)(x),
    "like": lambda m, x: traced(m, lambda x: m.zeros_like(x) + x.sum(0))(x),
    "asarray": lambda m, x: traced(m, lambda x: x * m.asarray(np.arange(4.0, dtype="f4")))(x),
    "apply_along_axis": lambda m, x: m.apply_along_axis(lambda v: v * m.arange(4.0), 1, x),
    "piecewise": lambda m, x: m.piecewise(
        x, [x > 1, x <= 1], [lambda v: v * 2, lambda v: m.full_like(v, 7)]
    ),
    "vectorize": lambda m, x: m.vectorize(lambda x: x * m.arange(3.0), signature="()->(n)")(x),
    "spmd in spmd": lambda m, x: traced(m, lambda x: traced(m, jnp.sin)(x) + m.ones(4))(x),
}
CLOSURE = {
    "an operator": lambda m, x, y: traced(m, lambda x: x * y)(x),
    "a sum": lambda m, x, y: traced(m, lambda x: x * m.sum(y))(x),
    "a method": lambda m, x, y: traced(m, lambda x: x + y.sum(0) + y[:1])(x),
    "a product": lambda m, x, y: traced(m, lambda x: (y.T @ x).sum(0) * x)(x),
    "remat": lambda m, x, y: traced(m, jax.checkpoint(lambda x: jnp.sin(y * x)))(x),
    "a loop": lambda m, x, y: traced(m, lambda x: jax.lax.fori_loop(0, 2, lambda i, c: c * y, x))(
        x
    ),
    "a branch": lambda m, x, y: traced(
        m, lambda x: jax.lax.cond(x.sum() > 1e9, lambda x: x, lambda x: x * y, x)
    )(x),
    "gather": lambda m, x, y: traced(
        m, lambda x: x + (y.gather() if isinstance(y, jpi.DistArray) else y)
    )(x),
}


@pytest.mark.parametrize("spec", [None, jpi.P(None, "ranks")], ids=str)
@pytest.mark.parametrize("name", CREATION)
def test_functions_of_jpi_numpy_are_those_of_jax_numpy(name, spec):
    check(CREATION[name], [(random_array((n, 4)),) for n in ROWS], spec)


@pytest.mark.parametrize("spec", [None, jpi.P(None, "ranks")], ids=str)
@pytest.mark.parametrize("name", CLOSURE)
def test_arrays_that_a_function_refers_to_are_global(name, spec):
    check(CLOSURE[name], [(random_array((n, 4)), random_array((n, 4), seed=1)) for n in ROWS], spec)


@pytest.mark.parametrize("compiled", [lambda f: f, jax.jit, jpi.jit])
def test_a_function_keeps_no_array_of_an_earlier_transform(compiled):
    y = jpi.numpy.asarray(random_array((7,)))
    held = {}
    function = jpi.spmd(lambda x: (x * held["y"]).sum())

    def loss(y):
        held["y"] = y
        return function(2 * y)

    for _ in range(2):
        gradient = compiled(jax.grad(loss))(y)
        np.testing.assert_allclose(gradient.gather(), 4 * y.gather(), rtol=1e-5)


def test_a_compiled_function_inside_and_outside_of_spmd():
    y = random_array((7,))
    shifted = jax.jit(lambda x: x + jpi.numpy.arange(7.0))
    for _ in range(2):
        actual = jpi.spmd(lambda y: shifted(y.sum()) * y)(jpi.numpy.asarray(y))
        assert_same(actual, (y.sum() + np.arange(7, dtype=np.float32)) * y)
        assert isinstance(shifted(1.0), jpi.DistArray)


@pytest.mark.ranks(2)
def test_arrays_on_another_mesh_are_an_error():
    mesh = jpi.make_mesh((1, 2), ("a", "b"))
    y = jpi.numpy.asarray(random_array((7,)), mesh=mesh, spec=jpi.P("b"))
    with pytest.raises(ValueError, match=r"on one mesh.*redistribute"):
        jpi.spmd(lambda x: x * y)(jpi.numpy.asarray(random_array((7,))))


def test_collectives_of_local_arrays_are_an_error():
    with pytest.raises(TypeError, match=r"`allreduce` is for this rank's own arrays.*jpi\.spmd"):
        jpi.spmd(lambda x: jpi.allreduce(x))(jpi.numpy.asarray(random_array((7,))))


def test_the_carry_of_a_loop_that_is_closed_over_is_refused_with_advice():
    x = jpi.numpy.arange(8.0)
    argument = "inside of jpi.spmd, make it an argument of the function"
    with pytest.raises(TypeError, match=argument):
        jpi.spmd(lambda k: jax.lax.fori_loop(0, 3, lambda i, c: c * k, x))(x)
    with pytest.raises(TypeError, match=argument):
        jpi.spmd(lambda v: jax.jvp(jnp.sin, (x,), (v,))[1])(x)
