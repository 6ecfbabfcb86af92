"""How many exchanges a function makes: one where one is enough."""

import jax
import numpy as np
import pytest
from support.native_log import calls_during
from support.oracle import random_array

import jpi
import jpi.numpy as jnp

CASES = {
    "split": (lambda m, x: m.split(x, [3, 4, 11]), ["alltoallv"]),
    "split along axis 1": (lambda m, x: m.split(x.T, [3, 4, 11], axis=1), ["alltoallv"]),
    "concatenate": (lambda m, x: [m.concatenate([x, x[:5], x, x])], ["alltoallv"] * 2),
    "cumsum": (lambda m, x: [m.cumsum(x, axis=0)], ["exscan"]),
    "cumsum from the end": (lambda m, x: [jax.lax.cumsum(x, reverse=True)], ["exscan"]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_function_makes_as_many_exchanges_as_it_needs(name):
    call, expected = CASES[name]
    x = random_array((17, 2))
    run = jpi.jit(jpi.spmd(lambda x: call(jax.numpy, x)))
    calls, results = calls_during(lambda: run(jnp.asarray(x)))
    assert [kind for kind, *_ in calls] == (expected if jpi.size() > 1 else [])
    for y, wanted in zip(results, call(jax.numpy, jax.numpy.asarray(x)), strict=True):
        np.testing.assert_allclose(y.gather(), wanted, rtol=1e-5)
