"""Primitives of other libraries, evaluated by their own implementations; never gathered."""

import equinox.internal as eqxi
import jax
import jax.numpy as jnp
import pytest
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir
from support.oracle import check, random_array, spmd

import jpi
import jpi.numpy

pytestmark = pytest.mark.sweep(2)

ROWS = (7, 2, 0)

# The solution of y + y^3 = x by a loop that JAX cannot transpose, with a derivative of its own.
root_p = Primitive("root")
tangent_p = Primitive("tangent_of_root")


def _newton(x):
    step = lambda y: y - (y + y**3 - x) / (1 + 3 * y**2)  # noqa: E731
    y, _ = jax.lax.while_loop(lambda s: s[1] < 20, lambda s: (step(s[0]), s[1] + 1), (x, 0))
    return y


def _divided(t, y):
    """A division, by a loop that JAX cannot transpose."""
    turn = lambda s: (t / (1 + 3 * y**2), s[1] + 1)  # noqa: E731
    return jax.lax.while_loop(lambda s: s[1] < 1, turn, (t, 0))[0]


for primitive, implementation in ((root_p, _newton), (tangent_p, _divided)):
    primitive.def_impl(implementation)
    primitive.def_abstract_eval(lambda x, *others: x)
    mlir.register_lowering(primitive, mlir.lower_fun(implementation, multiple_results=False))


def _jvp_of_root(primals, tangents):
    y = root_p.bind(*primals)
    return y, tangent_p.bind(*tangents, y)


def _jvp_of_tangent(primals, tangents):
    (t, y), (dt, dy) = primals, map(ad.instantiate_zeros, tangents)
    return tangent_p.bind(t, y), tangent_p.bind(dt - 6 * y * dy * tangent_p.bind(t, y), y)


ad.primitive_jvps[root_p] = _jvp_of_root
ad.primitive_jvps[tangent_p] = _jvp_of_tangent
ad.primitive_transposes[tangent_p] = lambda ct, t, y: [tangent_p.bind(ct, y), None]
batching.primitive_batchers[root_p] = lambda xs, dims: (root_p.bind(*xs), dims[0])


def root(x):
    return root_p.bind(x)


@jax.custom_jvp
def solved(x):
    return _newton(x)


@solved.defjvp
def _jvp_of_solved(primals, tangents):
    y = solved(*primals)
    return y, tangent_p.bind(*tangents, y)


def looped(kind):
    def run(x):
        step = lambda c: (jnp.sin(c[0]) * c[0].sum(0), c[1] + 1)  # noqa: E731
        return eqxi.while_loop(lambda c: c[1] < 3, step, (x, 0), max_steps=4, kind=kind)[0]

    return run


FUNCTIONS = {
    "its own derivative": lambda x: root_p.bind(x) * x.sum(0),
    "a tangent by a primitive": lambda x: solved(x) * x.sum(0),
    "checkpointed loop": looped("checkpointed"),
    "bounded loop": looped("bounded"),
    "nondifferentiable backward": lambda x: x * eqxi.nondifferentiable_backward(x > 0),
    "unvmap": lambda x: jnp.where(eqxi.unvmap_any(x > 0), x, 2 * x),
}


@pytest.fixture(autouse=True)
def no_fallback(monkeypatch):
    monkeypatch.setattr(jpi.config, "fallback", "error")


@pytest.mark.parametrize("spec", [None, jpi.P(None, "ranks")], ids=str)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_and_gradients_are_those_of_one_process(name, spec):
    check(spmd(FUNCTIONS[name]), [(random_array((n, 4)),) for n in ROWS], spec)


def loss(x):
    return (jax.numpy.cos(root_p.bind(x)) * jax.numpy.arange(7.0)[:, None]).sum()


def gradient_of_gradient(function, numpy):
    return jax.grad(lambda x: numpy.sum(numpy.sin(jax.grad(function)(x))))


def exact(x):
    """The same solution by a formula, which JAX can differentiate again and again."""
    a = jnp.cbrt(x / 2 + jnp.sqrt(x**2 / 4 + 1 / 27))
    return a - 1 / (3 * a)


def test_second_derivatives_around_and_inside_of_spmd():
    x = random_array((7, 4))

    def same(x):
        return (jnp.cos(exact(x)) * jnp.arange(7.0)[:, None]).sum()

    expected = gradient_of_gradient(same, jnp)(jnp.asarray(x))
    distributed = jpi.numpy.asarray(x)
    around = jpi.jit(gradient_of_gradient(jpi.spmd(loss), jpi.numpy))
    inside = jpi.spmd(gradient_of_gradient(loss, jnp))
    for function in (around, inside):
        actual = function(distributed)
        assert jnp.allclose(actual.gather(), expected, rtol=1e-3, atol=1e-3)


def test_batches_and_tangents():
    x, t = random_array((3, 7)), random_array((3, 7), seed=1)
    columns = jpi.P(None, "ranks")
    tangent = jax.vmap(lambda x, t: jax.jvp(jpi.spmd(root), (x,), (t,))[1])
    x, t = (jpi.numpy.asarray(y, spec=columns) for y in (x, t))
    derivative = 1 / (1 + 3 * exact(x.gather()) ** 2)
    assert jnp.allclose(jpi.jit(tangent)(x, t).gather(), t.gather() * derivative, atol=1e-4)


def test_what_must_not_be_differentiated_says_so():
    x = jpi.numpy.asarray(random_array((7,)))
    with pytest.raises(RuntimeError, match="a message"):
        jax.grad(jpi.spmd(lambda x: eqxi.nondifferentiable_backward(x, msg="a message").sum()))(x)


def test_conjugate_gradients_of_lineax_stay_without_a_matrix():
    lineax = pytest.importorskip("lineax")
    x = random_array((7,)) ** 2 + 1

    def solve(x):
        shape = jax.eval_shape(lambda: x)
        tag = lineax.positive_semidefinite_tag
        operator = lineax.FunctionLinearOperator(lambda v: x * v + x * (x @ v), shape, tag)
        solution = lineax.linear_solve(operator, jnp.sin(x), lineax.CG(1e-6, 1e-6))
        return (solution.value**2).sum()

    actual = jpi.jit(jax.value_and_grad(jpi.spmd(solve)))(jpi.numpy.asarray(x))
    value, gradient = jax.value_and_grad(solve)(jnp.asarray(x))
    assert jnp.allclose(actual[0], value, rtol=1e-3)
    assert jnp.allclose(actual[1].gather(), gradient, rtol=1e-3, atol=1e-4)


@pytest.mark.filterwarnings("ignore:A JAX array is being set as static")
def test_an_operator_of_lineax_that_refers_to_a_distributed_array():
    lineax = pytest.importorskip("lineax")
    matrix = jpi.numpy.asarray(2 * jnp.eye(7))
    b = random_array((7,))

    def solve(b):
        shape = jax.eval_shape(lambda: b)
        tag = lineax.positive_semidefinite_tag
        operator = lineax.FunctionLinearOperator(lambda v: matrix @ v, shape, tag)
        return lineax.linear_solve(operator, b, lineax.CG(1e-6, 1e-6)).value

    assert jnp.allclose(jpi.spmd(solve)(jpi.numpy.asarray(b)).gather(), b / 2, atol=1e-5)
    with pytest.raises(TypeError, match=r"jpi\.spmd"):
        solve(jpi.numpy.asarray(b))
