"""Flax (linen and nnx) and einops in `jpi.spmd`."""

import jax
import jax.numpy as jnp
import pytest
from support.clients import assert_equal_trees, check, data, distributed

import jpi

X, Y = data(7, 3), data(7, 2, seed=1)


def test_flax_linen_with_a_distributed_batch():
    nn = pytest.importorskip("flax.linen")

    class Network(nn.Module):
        @nn.compact
        def __call__(self, x):
            return nn.Dense(2)(nn.LayerNorm()(nn.relu(nn.Dense(8)(x))))

    network = Network()
    params = network.init(jax.random.key(0), X)

    def loss(params, x, y):
        return jnp.mean((network.apply(params, x) - y) ** 2)

    check(loss, params, X, Y, sharded=[1, 2], differentiated=[0])


def test_flax_nnx_with_a_distributed_batch():
    nnx = pytest.importorskip("flax.nnx")
    model = nnx.Linear(3, 2, rngs=nnx.Rngs(0))
    graph, params = nnx.split(model)

    def loss(params, x, y):
        return jnp.mean((nnx.merge(graph, params)(x) - y) ** 2)

    x, y = distributed(X, Y)
    assert_equal_trees(jax.grad(jpi.spmd(loss))(params, x, y), jax.grad(loss)(params, X, Y))


def test_flax_nnx_trains_with_an_optimizer():
    nnx, optax = pytest.importorskip("flax.nnx"), pytest.importorskip("optax")

    def trained(loss):
        model = nnx.Linear(3, 2, rngs=nnx.Rngs(0))
        optimizer = nnx.Optimizer(model, optax.adam(0.1), wrt=nnx.Param)

        @nnx.jit
        def step(model, optimizer):
            optimizer.update(model, nnx.grad(loss)(model))

        for _ in range(2):
            step(model, optimizer)
        return nnx.state(model)

    x, y = distributed(X, Y)

    def distributed_loss(model):
        graph, params = nnx.split(model)
        squares = lambda params, x, y: jnp.mean((nnx.merge(graph, params)(x) - y) ** 2)  # noqa: E731
        return jpi.spmd(squares)(params, x, y)

    expected = trained(lambda model: jnp.mean((model(X) - Y) ** 2))
    assert_equal_trees(trained(distributed_loss), expected)


def test_einops():
    einops = pytest.importorskip("einops")
    x = data(6, 4, 3)
    check(lambda x: einops.rearrange(x, "(a b) c d -> b (a d) c", a=2), x, sharded=[0])
    check(lambda x: einops.reduce(x, "a b c -> b", "mean"), x, sharded=[0])
    check(
        lambda x: jnp.sum(einops.repeat(x, "a b c -> a (b r) c", r=2) ** 2),
        x,
        sharded=[0],
        differentiated=[0],
    )
