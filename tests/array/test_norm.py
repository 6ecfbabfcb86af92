"""The norm of a tree of arrays is that of the global arrays."""

import jax
import numpy as np
import optax
import pytest
from support.oracle import ROWS, assert_same, random_array

import jpi
import jpi.numpy as jnp

ROW_CUT, COLUMN_CUT, WHOLE = jpi.P("ranks"), jpi.P(None, "ranks"), jpi.P()


def tree_of(rows, numpy=None):
    """Arrays of every kind; with `jpi.numpy` sharded, replicated and plain ones."""
    put = (lambda x, spec: numpy.asarray(x, spec=spec)) if numpy else (lambda x, spec: x)
    return {
        "rows": put(random_array((rows, 3)), ROW_CUT),
        "complex": put(random_array((2, rows), np.complex64), COLUMN_CUT),
        "replicated": put(random_array((4,), seed=1), WHOLE),
        "plain": [random_array((2, 2), seed=2), np.float32(0.7)],
        "empty": put(np.zeros((0, 2), np.float32), ROW_CUT),
    }


@pytest.mark.parametrize("rows", ROWS[1:])
def test_global_norm_and_its_gradient_are_those_on_one_process(rows):
    expected = jax.jit(jax.value_and_grad(optax.tree.norm))(tree_of(rows))
    for compile in (lambda f: f, jax.jit):
        actual = compile(jax.value_and_grad(jpi.global_norm))(tree_of(rows, jnp))
        assert actual[1]["rows"].spec == jpi.P("ranks", None)
        assert_same(actual, expected)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "int32"])
def test_global_norm_has_the_dtype_of_one_process(dtype):
    x = random_array((7, 3), jax.numpy.dtype(dtype))
    assert_same(jpi.global_norm([jnp.asarray(x)]), optax.tree.norm([jax.numpy.asarray(x)]))


def test_global_norm_of_a_tree_without_distributed_arrays():
    assert_same(jpi.global_norm([np.float32(3), 4.0]), np.float32(5))
    assert_same(jpi.global_norm({}), np.float32(0))


def test_global_norm_takes_arrays_of_several_meshes():
    x = random_array((7, 3))
    other = jnp.asarray(x, mesh=jpi.make_mesh((jpi.size(), 1), ("a", "b")))
    assert_same(jpi.global_norm([jnp.asarray(x), other]), optax.tree.norm([x, x]))
