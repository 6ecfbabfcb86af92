"""The signatures of the public functions: those of JAX, and ``spec`` and ``mesh``."""

import inspect

import jax
import numpy as np
import pytest
from support.oracle import assert_same

import jpi
import jpi.numpy as jnp
from namespace import TABLES, callables, module_of, public


def parameters(function):
    found = inspect.signature(function).parameters.values()
    return [(p.name, p.kind, p.default) for p in found if p.name not in ("spec", "mesh")]


@pytest.mark.parametrize("module", TABLES)
def test_names_and_defaults_are_those_of_jax(module):
    ours, theirs = module_of("jpi", module), module_of("jax", module)
    differing = {}
    for name in callables(theirs):
        try:
            expected = parameters(public(theirs)[name])
        except ValueError:  # it has no signature
            continue
        actual = parameters(public(ours)[name])
        if actual != expected:
            differing[name] = actual, expected
    assert differing == {}


LIKE = {
    "zeros": lambda m: m.zeros(shape=3, device=jax.devices()[0]),
    "like": lambda m: m.zeros_like(a=m.arange(3)),
    "linspace": lambda m: m.linspace(start=0, stop=1, num=5),
    "array": lambda m: m.array(object=[1, 2], dtype="f2"),
}


@pytest.mark.parametrize("name", LIKE)
def test_arguments_have_names(name):
    assert_same(LIKE[name](jnp), LIKE[name](jax.numpy))


def test_a_creation_function_says_where_its_array_is_placed():
    for function in (jnp.zeros, jnp.asarray, jnp.fft.fftfreq, jpi.random.normal):
        kinds = {p.name: p.kind for p in inspect.signature(function).parameters.values()}
        assert kinds["spec"] is kinds["mesh"] is inspect.Parameter.KEYWORD_ONLY


def test_the_namespace_describes_itself():
    info = jnp.zeros(3).__array_namespace__().__array_namespace_info__()
    assert info.capabilities() == jax.numpy.__array_namespace_info__().capabilities()
    assert jnp.__array_api_version__ == jax.numpy.__array_api_version__


def test_dlpack_is_refused_as_the_standard_says():
    x = jnp.arange(5)
    assert_same(jnp.from_dlpack(x), jax.numpy.arange(5))
    for export in (x.__dlpack__, lambda: np.from_dlpack(x)):
        with pytest.raises(BufferError, match=r"x\.gather\(\)"):
            export()


def test_a_misspelt_name_comes_with_the_right_one():
    with pytest.raises(AttributeError, match=r"'summ'. Did you mean 'sum'\?"):
        _ = jnp.summ
    with pytest.raises(AttributeError, match=r"'jpi' .* 'alreduce'. Did you mean 'allreduce'\?"):
        _ = jpi.alreduce
