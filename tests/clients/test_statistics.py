"""Blackjax, NumPyro, Distrax: densities of distributed data."""

import jax
import jax.numpy as jnp
import pytest
from support.clients import assert_equal_trees, check, data, distributed

import jpi

X, Y = data(23, 3), data(23, seed=1)


def log_density(w, x, y):
    return -0.5 * jnp.sum((y - x @ w) ** 2) - 0.5 * jnp.sum(w**2)


@pytest.mark.parametrize("name", ["hmc", "nuts"])
def test_blackjax_samples_the_same_chain(name):
    blackjax = pytest.importorskip("blackjax")

    def chain(density):
        settings = {"num_integration_steps": 3} if name == "hmc" else {}
        kernel = getattr(blackjax, name)(density, 0.05, jnp.ones(3), **settings)
        step = jax.jit(kernel.step)
        state, positions = kernel.init(jnp.zeros(3)), []
        for key in jax.random.split(jax.random.key(0), 3):
            state, _ = step(key, state)
            positions.append(state.position)
        return positions

    x, y = distributed(X, Y)
    actual = chain(lambda w: jpi.spmd(log_density)(w, x, y))
    assert_equal_trees(actual, chain(lambda w: log_density(w, X, Y)))


def test_numpyro_density_of_distributed_data():
    numpyro = pytest.importorskip("numpyro")
    dist = numpyro.distributions

    def model(x, y):
        w = numpyro.sample("w", dist.Normal(jnp.zeros(3), 1.0).to_event(1))
        numpyro.sample("y", dist.Normal(x @ w, 0.5), obs=y)

    def density(w, x, y):
        value, _ = numpyro.infer.util.log_density(model, (x, y), {}, {"w": w})
        return value

    check(density, data(3, seed=2), X, Y, sharded=[1, 2], differentiated=[0])


def test_distrax_density_of_distributed_data():
    distrax = pytest.importorskip("distrax")

    def density(w, x, y):
        return jnp.sum(distrax.Normal(x @ w, 0.5).log_prob(y))

    check(density, data(3, seed=2), X, Y, sharded=[1, 2], differentiated=[0, 1])
