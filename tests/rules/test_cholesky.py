"""The Cholesky factor by all ranks together: layouts, types, derivatives, matrices without one."""

import jax
import numpy as np
import pytest
from support.matrices import layouts, positive
from support.oracle import assert_same, check, random_array

import jpi
import jpi.numpy

pytestmark = [pytest.mark.usefixtures("distributed"), pytest.mark.sweep]


def factor(m, x):
    return m.linalg.cholesky(x)


@pytest.mark.parametrize("mesh, spec", layouts(), ids=str)
def test_values_and_gradients_equal_jax_numpy(mesh, spec):
    with jax.enable_x64(True):
        check(factor, [[positive((7, 7))], [positive((2, 2), np.complex128)]], spec, mesh)


def test_sizes_and_batches_equal_jax_numpy():
    cases = [(12, 12), (1, 1), (0, 0), (2, 5, 5), (0, 3, 3)]
    with jax.enable_x64(True):
        arrays = [positive(shape, np.complex128) for shape in cases]
        specs = [jpi.P(*[None] * (len(shape) - 2), "ranks") for shape in cases]
        placed = [jpi.numpy.asarray(x, spec=spec) for x, spec in zip(arrays, specs, strict=True)]
        actual = jpi.jit(lambda xs: [factor(jpi.numpy, x) for x in xs])(placed)
        assert_same(actual, [factor(jax.numpy, x) for x in arrays])
        # A batch of as many matrices as ranks is sharded, not the matrices.
        pairs = [(x, y) for x, y in zip(actual, placed, strict=True) if y.ndim == 2]
        assert all(x.spec == y.spec for x, y in pairs)


def test_the_second_derivative_equals_that_of_jax_numpy():
    x, t = positive((5, 5)), random_array((5, 5), np.float64, 1)

    def second(m, x, t):
        def along(s):
            return m.sum(m.sin(factor(m, x + s * (t + m.transpose(t)))))

        return jax.grad(jax.grad(along))(0.0)

    with jax.enable_x64(True):
        actual = jpi.jit(lambda x, t: second(jpi.numpy, x, t))(*map(jpi.numpy.asarray, (x, t)))
        assert_same(actual, second(jax.numpy, x, t))


@pytest.mark.parametrize("bad", [-100.0, np.nan])
def test_matrices_without_a_factor_give_nan_where_jax_does(bad):
    arrays = [positive((9, 9), np.float32) for _ in range(3)]
    for x, place in zip(arrays, [(0, 0), (4, 4), (8, 8)], strict=True):
        x[place] = bad
    placed = [jpi.numpy.asarray(x, spec=jpi.P("ranks")) for x in arrays]
    actual = jpi.jit(lambda xs: [factor(jpi.numpy, x) for x in xs])(placed)
    assert_same(actual, [factor(jax.numpy, x) for x in arrays])


def test_only_the_given_triangle_is_used_as_in_jax():
    x = random_array((6, 6)) + 6 * np.eye(6, dtype=np.float32)
    for symmetrize in (True, False):
        run = lambda x: jax.lax.linalg.cholesky(x, symmetrize_input=symmetrize)  # noqa: B023, E731
        assert_same(jpi.spmd(run)(jpi.numpy.asarray(x)), run(x))
