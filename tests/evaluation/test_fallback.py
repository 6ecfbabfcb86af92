"""Primitives without a rule: they work, and warn or raise as the configuration says."""

import warnings

import jax
import numpy as np
import pytest
from support.oracle import assert_same, random_array

import jpi
import jpi.numpy
from jpi._call import eager
from jpi._evaluation import registry


@pytest.fixture
def fallback():
    """A function that sets `jpi.config.fallback` for one test; clears the records."""
    before = jpi.config.fallback
    jpi.fallbacks.clear()

    def choose(value):
        jpi.config.fallback = value

    yield choose
    jpi.config.fallback = before
    jpi.fallbacks.clear()


@pytest.fixture
def without_rules(monkeypatch):
    """Removes the rules of `cumsum` and `sort`."""
    # Drops the programs that were compiled with the rules:
    monkeypatch.setattr(eager, "programs", type(eager.programs)())
    for name in ("cumsum", "sort"):
        monkeypatch.delitem(registry.rules, name)


def cumulate(m, x):
    return m.cumsum(m.sort(x, axis=0), axis=0)


@pytest.mark.usefixtures("without_rules")
def test_a_fallback_is_warned_about_once_and_recorded(fallback):
    fallback("warn")
    x = random_array((7, 3))
    with pytest.warns(jpi.FallbackWarning, match=r"`cumsum` has no sharding rule"):
        actual = jpi.numpy.cumsum(jpi.numpy.asarray(x), axis=0)
    assert_same(actual, jax.numpy.cumsum(x, axis=0))
    assert jpi.fallbacks == {"cumsum": x.nbytes}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        jpi.numpy.cumsum(jpi.numpy.asarray(2 * x[:, 0]), axis=0)


@pytest.mark.usefixtures("without_rules")
def test_a_fallback_can_be_silent_or_an_error(fallback):
    x = random_array((7, 3))
    fallback("silent")
    assert_same(cumulate(jpi.numpy, jpi.numpy.asarray(x)), cumulate(jax.numpy, x))
    fallback("error")
    with pytest.raises(NotImplementedError, match="`sort` has no sharding rule"):
        jpi.numpy.sort(jpi.numpy.asarray(x), axis=0, stable=False)
    with pytest.raises(ValueError, match="must be 'warn', 'silent' or 'error'"):
        fallback("quiet")


@pytest.mark.usefixtures("without_rules")
def test_a_fallback_differentiates(fallback):
    fallback("silent")
    x, w = random_array((7, 3)), random_array((7, 3), seed=1)
    loss = lambda m: lambda x: m.sum(w * cumulate(m, x))  # noqa: E731
    expected = jax.grad(loss(jax.numpy))(jax.numpy.asarray(x))
    assert_same(jax.grad(loss(jpi.numpy))(jpi.numpy.asarray(x)), expected)
    assert_same(jpi.jit(jax.grad(loss(jpi.numpy)))(jpi.numpy.asarray(x)), expected)


def test_results_whose_shape_depends_on_values_are_computed_eagerly_only(fallback):
    fallback("error")
    x = np.array([3.0, 1.0, 3.0, 2.0, 1.0], np.float32)
    assert_same(jpi.numpy.unique(jpi.numpy.asarray(x)), jax.numpy.unique(x))
    assert_same(jpi.numpy.nonzero(jpi.numpy.asarray(x) > 1), jax.numpy.nonzero(x > 1))
    with pytest.raises(jax.errors.ConcretizationTypeError):
        jpi.jit(jpi.numpy.unique)(jpi.numpy.asarray(x))


def test_plain_arrays_stay_plain():
    assert isinstance(jpi.numpy.sin(jax.numpy.ones(3)), jax.Array)
    assert jpi.fallbacks == {}
