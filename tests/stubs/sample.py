"""A program for type checkers, which find an error in each marked line and in no other.

It is never run.
"""

from collections.abc import Callable
from typing import NamedTuple, assert_type

import jax
import numpy as np

import jpi
import jpi.numpy as jnp

Either = jpi.DistArray | jax.Array

# ---- arrays ----

x = jnp.zeros((4, 3), spec=jpi.P("ranks"), dtype="f4")
y = jnp.asarray(np.ones((4, 3)), mesh=jpi.current_mesh())
w = jax.numpy.ones(3)
assert_type(x, jpi.DistArray)
assert_type(y, jpi.DistArray)
assert_type(jnp.asarray(2.0), jax.Array)
assert_type(jnp.linspace(0, 1, num=5), jpi.DistArray)
assert_type(jpi.random.normal(jpi.random.key(0), (4, 3), spec=jpi.P(None, "ranks")), jpi.DistArray)
assert_type(jpi.random.normal(jpi.random.key(0)), jax.Array)
assert_type(jpi.random.uniform(jpi.random.key(0), (4, 3), spec=jpi.P()), jpi.DistArray)


def rows() -> jpi.P:
    return jpi.P("ranks", None)


assert_type(jpi.random.normal(jpi.random.key(0), (4, 3), spec=rows()), jpi.DistArray)
assert_type(x.redistribute(x.spec), Either)
assert_type(jpi.io.load("x.npy"), jpi.DistArray)
assert_type(jpi.io.load("x.npy", spec=jpi.P()), Either)
jpi.P(1)  # error
jnp.zeros(shap=3)  # error
jnp.zeros("three")  # error
jnp.arange(5, spec=1)  # error
jnp.zeros(3, mesh="ranks")  # error
jnp.asarray(w, devices=None)  # error
jnp.zeroes(3)  # error

# ---- functions ----

assert_type(jnp.exp(x), jpi.DistArray)
assert_type(jnp.exp(w), jax.Array)
assert_type(jnp.add(w, x), jpi.DistArray)
assert_type(jnp.where(x > 0, x, 0), jpi.DistArray)
assert_type(jnp.sum(x), jax.Array)
assert_type(jnp.sum(x, axis=0), Either)
assert_type(jnp.concatenate([x, y], axis=1), jpi.DistArray)
assert_type(jpi.nn.relu(x), jpi.DistArray)
assert_type(jpi.scipy.stats.norm.pdf(x, scale=2.0), jpi.DistArray)
assert_type(jnp.fft.fft(x, axis=0), jpi.DistArray)
jnp.sum(x, axes=0)  # error
jnp.exp(x, y)  # error
jnp.exp("x")  # error
jnp.sort(x, axis="rows")  # error
jnp.concatenate([x, "y"])  # error
jpi.nn.softmax(x, axes=1)  # error
jpi.lax.cumsum(x, axis="rows")  # error
jnp.fft.fft(x, axes=0)  # error
jnp.sum(x).gather()  # error

# ---- methods, operators ----

assert_type(x + y, jpi.DistArray)
assert_type(2 * x - w, jpi.DistArray)
assert_type(w * x, jpi.DistArray)
assert_type(x @ w, Either)
assert_type(x.T, jpi.DistArray)
assert_type(x.sum(), jax.Array)
assert_type(x.mean(axis=0, keepdims=True), Either)
assert_type(x.reshape(3, 4).astype(int), jpi.DistArray)
assert_type(x.gather(), jax.Array)
assert_type(x[1:, None], jpi.DistArray)
assert_type(x[0], Either)
assert_type(x.at[0].set(1.0), jpi.DistArray)
assert_type(x.at[:, 0].add(w, mode="drop"), jpi.DistArray)
assert_type(jpi.gather(x @ w), jax.Array)
centred = (x - x.mean(axis=0)) / x.std(axis=0)
centred.gather().block_until_ready()
x.sum(axes=0)  # error
x.gather(root="first")  # error
x.redistribute(jpi.P(), meshes=None)  # error
x.at[0].sett(1.0)  # error
x.at[0].set()  # error
x + "1"  # error
x.summ()  # error
x.shape = (3, 4)  # error

# ---- transforms ----


@jpi.jit
def step(state: jpi.DistArray, rate: float = 0.1) -> jpi.DistArray:
    return state - rate * state


@jpi.jit(static_argnames="power")
def total(state: jpi.DistArray, power: int) -> jax.Array:
    return jnp.sum(state**power)


class Model:
    @jpi.jit
    def loss(self, state: jpi.DistArray) -> jax.Array:
        return jnp.mean(state**2)


class Optimizer(NamedTuple):
    init: Callable[[jax.Array], jax.Array]


def model(features: jax.Array, scale: float) -> jax.Array:
    return jax.numpy.tanh(features) * scale


assert_type(step(x, rate=0.2), jpi.DistArray)
assert_type(total(x, power=2), jax.Array)
assert_type(Model().loss(x), jax.Array)
step.lower(x, 0.1).compile()
step(x, rates=0.2)  # error
step("x")  # error
total(x)  # error
step(x).gathered()  # error
distributed = jpi.spmd(model)
assert_type(distributed(w, 2.0), jax.Array)
distributed(x, 2.0).gather()
jpi.spmd(jax.nn.relu)(x)
jax.grad(jpi.spmd(lambda w: jax.numpy.sum(w)))(w)
jax.grad(jpi.spmd(lambda w, x: jax.numpy.sum(x @ w)))(w, x)
jax.vmap(jpi.jit(lambda w: w))(w)
jpi.spmd(model, out_specs=jpi.P())  # error
optimizer = jpi.spmd(Optimizer(lambda w: w))
state = optimizer.init(w)
optimizer.start(w)  # error
