"""Loops that stack more than 4 MiB, which JPI keeps in memory that nobody has filled before."""

import jax
import numpy as np
import pytest
from jax import lax
from support.oracle import SIZE, assert_same, random_array

import jpi
import jpi.numpy as jnp
from jpi._ordered.memory import as_made, is_large, unwritten

LENGTH, SHAPE = 40, (96 * SIZE, 300)  # 4.6 MB of float32 on each rank


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("unroll", [1, 3])
def test_large_stacks_are_those_of_one_process(reverse, unroll):
    values = random_array(SHAPE, np.float32)

    def run(m, x):
        def step(x, i):
            x = x + 0.1 * m.roll(x, 1, 0)
            rows = 2 * x, i * x, x > 0, m.sum(x), 1j * x[:, :200]  # two of one type; a small one
            return x, rows

        return lax.scan(
            step, x, np.arange(LENGTH, dtype=np.float32), reverse=reverse, unroll=unroll
        )

    def some(result):  # of the stacks, rows from the start, the middle and the end
        last, stacks = result
        return last, [y[np.array([0, 1, LENGTH // 2, LENGTH - 1])] for y in stacks]

    expected = jax.jit(lambda x: some(run(jax.numpy, x)))(values)
    assert_same(jpi.jit(lambda x: some(run(jnp, x)))(jnp.asarray(values)), expected, looser=LENGTH)


def test_gradient_with_large_stacks_is_that_of_one_process():
    values = random_array(SHAPE, np.float32)

    def total(m, x):
        def step(x, _):
            return m.sin(x + 0.1 * m.roll(x, 1, 0)), None

        return m.sum(lax.scan(step, x, length=LENGTH)[0] ** 2)

    expected = jax.jit(jax.grad(lambda x: total(jax.numpy, x)))(values)
    slope = jpi.jit(jax.grad(lambda x: total(jnp, x)))(jnp.asarray(values))
    assert_same(slope, expected, looser=LENGTH)


def test_memory_of_its_own():
    assert is_large(40, jax.ShapeDtypeStruct((96, 300), np.float32))
    assert not is_large(40, jax.ShapeDtypeStruct((9, 300), np.float32))
    assert not is_large(10**9, jax.ShapeDtypeStruct((4,), jax.random.key(0).dtype))
    made = jax.jit(lambda: unwritten((3, 2), np.float32, 0))()
    assert made.shape == (3, 2) and made.dtype == np.float32
    x = random_array((3, 4))
    assert_same(jax.jit(lambda x: as_made(2 * x))(x), 2 * x)
    assert_same(jax.jit(jax.vmap(jax.grad(lambda x: jax.numpy.sum(as_made(x) ** 2))))(x), 2 * x)
