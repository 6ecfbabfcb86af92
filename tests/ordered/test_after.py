"""Calls that wait until an array is computed, in every transform."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.native_log import calls_during

import jpi
from jpi._ordered.after import after
from jpi._ordered.tokens import thread_tokens


def program(x):
    y = jnp.sin(x)
    after(y)
    return y, jpi.allreduce(x)


def test_the_token_of_the_next_call_comes_from_it():
    x = jnp.ones(3)
    threaded = jax.make_jaxpr(thread_tokens(jax.make_jaxpr(program)(x)))(jnp.zeros(1, "uint32"), x)
    equations = threaded.jaxpr.eqns
    (waiting,) = (e for e in equations if e.primitive.name == "jpi_after_with_token")
    (reduction,) = (e for e in equations if e.primitive.name == "jpi_allreduce_with_token")
    (sine,) = (e for e in equations if e.primitive.name == "sin")
    assert reduction.invars[0] is waiting.outvars[0]
    assert waiting.invars[1] is sine.outvars[0]


@pytest.mark.parametrize("transform", [jpi.jit, jax.jit, jax.vmap, lambda f: f])
def test_results_and_calls_stay_as_they_are(transform):
    x = jnp.arange(6.0).reshape(2, 3)
    calls, (y, total) = calls_during(lambda: transform(program)(x))
    assert [name for name, *_ in calls] == ["allreduce"]
    np.testing.assert_allclose(y, jnp.sin(x))
    np.testing.assert_allclose(total, x * jpi.size())
