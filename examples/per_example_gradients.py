"""The gradient of each example by `jax.vmap`, and their noise: no rank holds those of the others.

    mpirun -n 4 python examples/per_example_gradients.py --output per_example_gradients.png

`jpi.spmd` runs a function of one device on distributed arrays: `jax.vmap(jax.grad(loss))` keeps the
rows where they are, and so a gradient for each of them, here of 210 numbers for each image. Clipped
to one length, as for differential privacy, they are averaged over all ranks.
"""

import argparse

import jax
import jax.numpy as jnp
from sklearn.datasets import load_digits

import jpi
import jpi.numpy


def loss(weights, image, digit):
    """Returns -log(probability of the right digit) for one image."""
    scores = image @ weights
    return jax.nn.logsumexp(scores) - scores[digit]


def clipped(weights, images, digits, length=1.0):
    """Returns the mean of the gradients, none longer than `length`, and their lengths before."""
    gradients = jax.vmap(jax.grad(loss), in_axes=(None, 0, 0))(weights, images, digits)
    lengths = jnp.sqrt(jnp.sum(gradients**2, axis=(1, 2)))
    scale = jnp.minimum(1, length / lengths)
    return jnp.mean(scale[:, None, None] * gradients, axis=0), lengths


def train(clipped, weights, images, digits, steps):
    """Returns the weights after some steps of descent, and the last lengths."""
    for _ in range(steps):
        gradient, lengths = clipped(weights, images, digits)
        weights = weights - 2 * gradient
    return weights, lengths


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--images", type=int, default=1797)
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--output", help="a file for the picture")
options = parser.parse_args()

images, digits = load_digits(return_X_y=True)
data = (images[: options.images] / 16).astype("f4"), digits[: options.images].astype("i4")
start = jnp.zeros((64, 10))
blocks = map(jpi.numpy.asarray, data)  # each rank keeps its block of the rows
weights, lengths = train(jpi.jit(jpi.spmd(clipped)), start, *blocks, options.steps)
expected, _ = train(jax.jit(clipped), start, *data, options.steps)
jpi.print(f"{len(lengths)} gradients on {jpi.size()} ranks, {len(lengths.shard)} on rank 0")
jpi.print(
    f"lengths from {lengths.min():.3f} to {lengths.max():.3f}, on average {lengths.mean():.3f}"
)
if options.output:
    lengths = lengths.gather()
    if jpi.rank() == 0:
        import matplotlib.pyplot as plt

        plt.hist(lengths, bins=50)
        plt.savefig(options.output)
jpi.print(f"largest difference to one process: {float(abs(weights - expected).max()):.1e}")
