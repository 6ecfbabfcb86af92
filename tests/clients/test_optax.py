"""Optax: plain parameters as they are, distributed ones with `jpi.spmd(optimizer)`."""

import jax
import jax.numpy as jnp
import pytest
from support.clients import assert_equal_trees, data, distributed

import jpi

optax = pytest.importorskip("optax")

X, Y = data(11, 6), data(11, seed=1)
OPTIMIZERS = {
    "adam": lambda: optax.adam(0.1),
    "lamb": lambda: optax.lamb(0.1),
    "lars": lambda: optax.lars(0.1),
    "adafactor": lambda: optax.adafactor(0.1),
    "clipped": lambda: optax.chain(optax.clip_by_global_norm(0.3), optax.sgd(0.1)),
    "clipped by block": lambda: optax.chain(optax.clip_by_block_rms(0.1), optax.sgd(0.1)),
    "adaptive clipping": lambda: optax.chain(optax.adaptive_grad_clip(0.1), optax.sgd(0.1)),
    "noise": lambda: optax.chain(optax.add_noise(0.1, 0.5, jax.random.key(0)), optax.sgd(0.1)),
}


def train(optimizer, apply_updates, gradient, w):
    state = optimizer.init(w)
    for _ in range(3):
        updates, state = optimizer.update(gradient(w), state, w)
        w = apply_updates(w, updates)
    return w


def loss(w, x, y):
    return jnp.mean((x @ w["w"] + w["b"] - y) ** 2)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_plain_parameters_and_distributed_data(name):
    w = {"w": data(6, seed=2), "b": jnp.zeros(())}
    expected = train(OPTIMIZERS[name](), optax.apply_updates, jax.grad(lambda w: loss(w, X, Y)), w)
    x, y = distributed(X, Y)
    gradient = jax.grad(lambda w: jpi.spmd(loss)(w, x, y))
    assert_equal_trees(train(OPTIMIZERS[name](), optax.apply_updates, gradient, w), expected)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_distributed_parameters(name):
    w = {"w": data(6, seed=2), "b": jnp.zeros(())}
    expected = train(OPTIMIZERS[name](), optax.apply_updates, jax.grad(lambda w: loss(w, X, Y)), w)
    gradient = jax.grad(lambda w: jpi.spmd(loss)(w, X, Y))
    actual = train(
        jpi.spmd(OPTIMIZERS[name]()),
        jpi.spmd(optax.apply_updates),
        gradient,
        {"w": jpi.numpy.asarray(w["w"]), "b": w["b"]},
    )
    assert_equal_trees(actual, expected)
