"""Train a small network data-parallel and tensor-parallel: only the specs of its inputs differ.

    mpirun -n 4 python examples/tensor_parallel_mlp.py --output tensor_parallel_mlp.png

`loss` is written for one device. If the batch is sharded, each rank computes the whole network for
its rows (data-parallel). If the weights are sharded, each computes its part of the hidden layer for
all rows (tensor-parallel). The specs determine which sums over ranks this needs, forward and back.
"""

import argparse

import jax
import jax.numpy
import numpy

import jpi
from jpi import P

SPECS = {  # of the batch, and of the weights
    "data-parallel": (P("ranks"), {"up": P(), "bias": P(), "down": P()}),
    "tensor-parallel": (P(), {"up": P(None, "ranks"), "bias": P("ranks"), "down": P("ranks")}),
}


def loss(weights, inputs, targets):
    """Returns the mean squared error of the network."""
    hidden = jax.nn.gelu(inputs @ weights["up"] + weights["bias"])
    return jax.numpy.mean((hidden @ weights["down"] - targets) ** 2)


def train(loss, jit, weights, inputs, targets, steps):
    """Returns the losses of some steps of gradient descent, and the weights."""

    @jit
    def step(weights, inputs, targets):
        value, gradient = jax.value_and_grad(loss)(weights, inputs, targets)
        return value, jax.tree.map(lambda w, g: w - 0.5 * g, weights, gradient)

    losses = []
    for _ in range(steps):
        value, weights = step(weights, inputs, targets)
        losses.append(float(value))
    return losses, jpi.gather(weights)


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--hidden", type=int, default=256)
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--output", help="a file for the picture")
options = parser.parse_args()

shapes = {"up": (32, options.hidden), "bias": (options.hidden,), "down": (options.hidden, 8)}
generator = numpy.random.default_rng(0)  # the same numbers on every rank
draw = lambda shape: generator.normal(size=shape, scale=shape[0] ** -0.5).astype("f4")  # noqa: E731
weights, inputs = {name: draw(shape) for name, shape in shapes.items()}, 22 * draw((512, 32))
batch = inputs, numpy.sin(inputs @ draw((32, 8)))
curves, difference = {}, 0.0
curves["one process"], exact = train(loss, jax.jit, weights, *batch, options.steps)
for name, (of_batch, specs) in SPECS.items():
    placed = {key: jpi.numpy.asarray(w, spec=specs[key]) for key, w in weights.items()}
    rows = [jpi.numpy.asarray(x, spec=of_batch) for x in batch]
    curves[name], found = train(jpi.spmd(loss), jpi.jit, placed, *rows, options.steps)
    held = sum(getattr(x, "shard", x).nbytes for x in (*rows, *placed.values()))
    jpi.print(
        f"{name}: loss {curves[name][0]:.4f} -> {curves[name][-1]:.4f}, rank 0 has {held} bytes"
    )
    difference = max(difference, *(float(abs(found[key] - exact[key]).max()) for key in found))
if options.output and jpi.rank() == 0:
    import matplotlib.pyplot as plt

    for name, curve in curves.items():
        plt.plot(curve, label=name)
    plt.legend()
    plt.savefig(options.output)
jpi.print(f"largest difference to one process: {difference:.1e}")
