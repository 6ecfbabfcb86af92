"""Equinox: models in and around `jpi.spmd`, by rules alone."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.clients import assert_equal_trees, check, data, distributed

import jpi

eqx = pytest.importorskip("equinox")
eqxi = pytest.importorskip("equinox.internal")

X, Y = data(7, 3), data(7, 2, seed=1)


def loss(model, x, y):
    return jnp.mean((jax.vmap(model)(x) - y) ** 2)


@pytest.fixture
def model():
    return eqx.nn.MLP(3, 2, 8, 2, key=jax.random.key(0))


def test_gradient_of_a_model_whose_batch_is_distributed(model):
    expected = eqx.filter_jit(eqx.filter_value_and_grad(loss))(model, X, Y)
    x, y = distributed(X, Y)
    for run in (
        eqx.filter_value_and_grad(jpi.spmd(loss)),
        eqx.filter_jit(eqx.filter_value_and_grad(jpi.spmd(loss))),
    ):
        assert_equal_trees(run(model, x, y), expected)


def test_spmd_of_a_model(model):
    x, y = distributed(X, Y)
    batched = jpi.spmd(lambda model, x: jax.vmap(model)(x))
    assert_equal_trees(batched(model, x), jax.vmap(model)(X))
    assert_equal_trees(
        jpi.spmd(eqx.nn.LayerNorm(7))(jpi.numpy.asarray(X[:, 0])), eqx.nn.LayerNorm(7)(X[:, 0])
    )
    assert_equal_trees(jpi.spmd(loss)(model, x, y), loss(model, X, Y))


def test_a_recurrent_cell_over_time():
    cell = eqx.nn.GRUCell(2, 4, key=jax.random.key(1))
    steps = data(7, 5, 2)

    def last(cell, steps):
        def one(steps):
            carry, _ = jax.lax.scan(lambda h, x: (cell(x, h), None), jnp.zeros(4), steps)
            return carry

        return jnp.sum(jax.vmap(one)(steps) ** 2)

    expected = eqx.filter_value_and_grad(last)(cell, steps)
    actual = eqx.filter_value_and_grad(jpi.spmd(last))(cell, jpi.numpy.asarray(steps))
    assert_equal_trees(actual, expected)


@pytest.mark.parametrize("kind", ["checkpointed", "bounded"])
def test_gradient_of_a_bounded_loop(kind):
    def function(x):
        end, _ = eqxi.while_loop(
            lambda c: c[1] < 5,
            lambda c: (jnp.sin(c[0]), c[1] + 1),
            (x, 0),
            max_steps=8,
            kind=kind,
        )
        return jnp.sum(end)

    check(function, X[:, 0], sharded=[0], differentiated=[0])


def test_updates_of_a_model_keep_its_structure(model):
    x = jpi.numpy.asarray(X)
    wide = eqx.tree_at(lambda m: m.layers[0].weight, model, jpi.numpy.asarray(np.ones((8, 3), "f")))
    arrays, rest = eqx.partition(wide, eqx.is_array)
    assert_equal_trees(eqx.combine(arrays, rest).layers[0].weight, np.ones((8, 3), "f"))
    plain = eqx.tree_at(lambda m: m.layers[0].weight, model, jnp.ones((8, 3)))
    batched = lambda model, x: jax.vmap(model)(x)  # noqa: E731
    assert_equal_trees(jpi.spmd(batched)(wide, x), batched(plain, X))
