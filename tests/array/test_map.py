"""Functions applied to shards, and arrays scattered from one rank."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.oracle import assert_same, is_plain, random_array, whole

import jpi
import jpi.numpy

pytestmark = pytest.mark.sweep

SHAPES = [(6, 4), (5, 3), (1, 2), (0, 3)]
LAST = jpi.size() - 1


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_maps_and_their_gradients_are_those_of_one_process(shape):
    x, y, w = random_array(shape), random_array(shape, seed=1), random_array(shape[1:], seed=2)

    def loss(numpy, apply):
        return lambda x, y, w: numpy.sum(apply(lambda x, y, w: jnp.sin(x * w) * y, x, y, w) ** 2)

    gradient = jax.value_and_grad(loss(jnp, lambda f, *xs: f(*xs)), argnums=(0, 1, 2))
    expected = gradient(*map(jnp.asarray, (x, y, w)))
    distributed = jax.value_and_grad(loss(jpi.numpy, jpi.map_shards), argnums=(0, 1, 2))
    args = (jpi.numpy.asarray(x), jpi.numpy.asarray(y), jnp.asarray(w))
    assert_same(distributed(*args), expected, what="eager")
    assert_same(jpi.jit(distributed)(*args), expected, what="jit")


def test_blocks_of_new_sizes_are_put_together_and_balanced():
    x = random_array((5, 3))
    y = jpi.map_shards(lambda b: jnp.repeat(b, 2, axis=0), jpi.numpy.asarray(x))
    assert y.shape == (10, 3) and y.spec == jpi.P("ranks", None)
    np.testing.assert_array_equal(whole(y), np.repeat(x, 2, axis=0))


def test_a_result_can_have_another_layout():
    x = random_array((6, 4))
    mean = jpi.map_shards(
        lambda b: jpi.allreduce(b.sum(0)),
        jpi.numpy.asarray(x),
        out_spec=jpi.P(),
    )
    assert is_plain(mean)
    np.testing.assert_allclose(mean, x.sum(0), rtol=1e-5)


def test_a_result_can_be_a_scalar():
    def total(x):
        return jpi.map_shards(lambda x: jpi.allreduce(jnp.sum(x**2)), x, out_spec=jpi.P())

    x = random_array((5, 3))
    result, gradient = jax.value_and_grad(total)(jpi.numpy.asarray(x))
    assert is_plain(result)
    assert_same(result, np.sum(x**2))
    assert_same(gradient, 2 * x)


def test_trees_go_in_and_out():
    x = {"a": jpi.numpy.asarray(random_array((5,))), "b": jnp.float32(3)}
    y = jpi.map_shards(lambda t: (t["a"] * t["b"], {"n": t["a"] + 1}), x)
    np.testing.assert_allclose(whole(y[0]), random_array((5,)) * 3, rtol=1e-6)
    np.testing.assert_allclose(whole(y[1]["n"]), random_array((5,)) + 1, rtol=1e-6)


def test_arrays_on_different_meshes_are_an_error():
    other = jpi.make_mesh((jpi.size(),), ("other",))
    with pytest.raises(ValueError, match="must be on one mesh"):
        jpi.map_shards(jnp.add, jpi.numpy.zeros(3), jpi.numpy.zeros(3, mesh=other))


@pytest.mark.parametrize("root", sorted({0, LAST}))
@pytest.mark.parametrize("shape", [*SHAPES, ()], ids=str)
def test_what_one_rank_holds_is_scattered(shape, root):
    x = random_array(shape)
    mine = x if jpi.rank() == root else None
    for spec in [None, jpi.P(), jpi.P(None, "ranks")][: 3 if len(shape) == 2 else 1]:
        y = jpi.scatter_from(mine, root, spec=spec)
        assert y.shape == shape
        assert is_plain(y) == (not shape or spec == jpi.P())
        np.testing.assert_array_equal(whole(y), x)


def test_the_gradient_of_what_one_rank_holds_lies_there():
    x, w = random_array((5, 2)), random_array((5, 2), seed=1)
    mine = jnp.asarray(x) if jpi.rank() == LAST else jnp.zeros((0, 2))

    def loss(x):
        return (jpi.scatter_from(x, LAST) ** 2 * w).sum()

    g = jax.grad(loss)(mine)
    np.testing.assert_allclose(g, 2 * x * w if jpi.rank() == LAST else np.zeros((0, 2)), rtol=1e-5)


def test_bad_roots_are_errors():
    with pytest.raises(ValueError, match="`root` of scatter_from"):
        jpi.scatter_from(np.zeros(3), jpi.size())
    with pytest.raises(TypeError, match="must be an array on rank 0"):
        jpi.scatter_from(None)


def test_replicas():
    x = random_array((5, 2))
    for y in (jpi.replicate(x), jpi.replicate(jpi.numpy.asarray(x)), jpi.replicate(jnp.asarray(x))):
        assert is_plain(y)
        np.testing.assert_array_equal(y, x)
