"""Factorizations in loops that are differentiated: every rank keeps its calls in the loop.

JAX moves out of a loop what does not depend on its state. So what a rank sends in a turn, even
nothing, must depend on what the others send.
"""

import jax
import numpy as np
import pytest
from support.oracle import assert_same, random_array

import jpi
import jpi.numpy as jnp
import jpi.scipy

pytestmark = pytest.mark.usefixtures("distributed")


def bodies(numpy, linalg):
    return {
        "factor": lambda fixed, x: numpy.linalg.cholesky(x) + fixed,
        "matrix that changes": lambda fixed, x: numpy.linalg.solve(x, fixed),
        "right side that changes": lambda fixed, x: fixed + numpy.linalg.solve(fixed, x),
        "vector": lambda fixed, x: x + 0.1 * numpy.linalg.solve(x, fixed[0])[:, None],
        "triangle that changes": lambda fixed, x: (
            fixed + linalg.solve_triangular(x, fixed, lower=True)
        ),
        "triangle": lambda fixed, x: fixed + linalg.solve_triangular(fixed, x, trans=1),
        "determinant": lambda fixed, x: fixed + 0.1 * x * numpy.linalg.slogdet(x)[1],
        "qr": lambda fixed, x: fixed + numpy.abs(numpy.linalg.qr(x)[1]),
    }


@pytest.mark.parametrize("size", [2, 7])
@pytest.mark.parametrize("name", bodies(jnp, jpi.scipy.linalg))
def test_gradients_of_loops_are_those_of_one_process(name, size):
    matrix = np.eye(size) * 4 + 0.1 * random_array((size, size), np.float64)
    matrix = matrix + matrix.T

    def program(numpy, linalg, fixed):
        def loss(scale):
            turn = lambda x, _: (fixed + 0.1 * scale * bodies(numpy, linalg)[name](fixed, x), None)  # noqa: E731
            return numpy.sum(numpy.sin(jax.lax.scan(turn, scale * fixed, None, length=3)[0]))

        return jax.grad(loss)(1.5)

    with jax.enable_x64(True):
        expected = program(jax.numpy, jax.scipy.linalg, jax.numpy.asarray(matrix))
        found = jpi.jit(lambda x: program(jnp, jpi.scipy.linalg, x))(jnp.asarray(matrix))
        assert_same(found, expected, looser=100)
