"""Recognise handwritten digits: logistic regression, trained on all ranks at once.

    mpirun -n 4 python examples/quickstart.py

The images are sharded over the ranks by rows. The weights are plain JAX arrays, the same on every
rank. No line below sends a message: `jnp.mean` is the mean over the images of all ranks, and
`jax.grad` differentiates through it.
"""

import time
from functools import partial

import jax
import numpy
from sklearn.datasets import load_digits

import jpi
import jpi.numpy as jnp

STEPS, RATE = 200, 1.0


def loss(np, params, images, onehot):
    """Returns the mean of -log(probability of the right digit); `np` is jax.numpy or jpi.numpy."""
    weights, bias = params
    scores = images @ weights + bias
    scores = scores - np.max(scores, axis=1, keepdims=True)  # so that no exponential overflows
    log_probability = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    return -np.mean(np.sum(onehot * log_probability, axis=1))


def train(np, jit, images, onehot, say):
    """Returns the parameters after STEPS steps of gradient descent, and the seconds per step."""

    @jit
    def step(params, images, onehot):
        value, gradient = jax.value_and_grad(partial(loss, np))(params, images, onehot)
        return value, jax.tree.map(lambda p, g: p - RATE * g, params, gradient)

    params = jax.numpy.zeros((64, 10)), jax.numpy.zeros(10)
    for count in range(1, STEPS + 1):
        value, params = step(params, images, onehot)
        if count == 1 or count % 25 == 0:
            say(f"step {count:3}: loss {value:.4f}")
        if count == 1:
            start = time.perf_counter()  # the first step compiled
    jax.block_until_ready(params)
    return params, (time.perf_counter() - start) / (STEPS - 1)


def say(text):
    if jpi.rank() == 0:
        print(text, flush=True)


# 1797 images of 8 x 8 pixels from 0 to 16; every fifth is held out.
pixels, digits = load_digits(return_X_y=True)
pixels = (pixels / 16).astype(numpy.float32)
onehot = numpy.eye(10, dtype=numpy.float32)[digits]
held_out = numpy.arange(len(digits)) % 5 == 4

images = jnp.asarray(pixels[~held_out])  # each rank keeps its block of the rows
say(f"{len(images)} images on {jpi.size()} ranks, {len(images.shard)} of them on rank 0")
params, seconds = train(jnp, jpi.jit, images, jnp.asarray(onehot[~held_out]), say)

weights, bias = params
guesses = jnp.argmax(jnp.asarray(pixels[held_out]) @ weights + bias, axis=1)
accuracy = jnp.mean(guesses == jnp.asarray(digits[held_out]))

# The same training with jax.numpy, on the images of all ranks in this one process.
reference, _ = train(jax.numpy, jax.jit, pixels[~held_out], onehot[~held_out], lambda text: None)
difference = max(float(abs(p - q).max()) for p, q in zip(params, reference, strict=True))

say(f"held-out accuracy:              {accuracy:.3f}")
say(f"seconds per step:               {seconds:.2e}")
say(f"difference from single process: {difference:.1e}")
