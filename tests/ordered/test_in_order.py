"""Arrays between two calls, in every transform."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.native_log import calls_during

import jpi
from jpi._ordered.in_order import in_order
from jpi._ordered.tokens import thread_tokens


def program(x):
    total = jpi.allreduce(x)
    y = in_order(jnp.sin(x))
    return y, jpi.allreduce(total)


def test_its_token_is_between_those_of_the_calls():
    x = jnp.ones(3)
    threaded = jax.make_jaxpr(thread_tokens(jax.make_jaxpr(program)(x)))(jnp.zeros(1, "uint32"), x)
    equations = threaded.jaxpr.eqns
    (between,) = (e for e in equations if e.primitive.name == "jpi_in_order_with_token")
    first, last = (e for e in equations if e.primitive.name == "jpi_allreduce_with_token")
    assert between.invars[0] is first.outvars[0]
    assert last.invars[0] is between.outvars[0]
    assert threaded.jaxpr.outvars[1] is between.outvars[1]


@pytest.mark.parametrize("transform", [jpi.jit, jax.jit, jax.vmap, lambda f: f])
def test_results_and_calls_stay_as_they_are(transform):
    x = jnp.arange(6.0).reshape(2, 3)
    calls, (y, total) = calls_during(lambda: transform(program)(x))
    assert [name for name, *_ in calls] == ["allreduce"] * 2
    np.testing.assert_allclose(y, jnp.sin(x), rtol=1e-6)
    np.testing.assert_allclose(total, x * jpi.size() ** 2)
