"""Train on mini-batches with optax: each step takes other rows of data that no rank holds whole.

    mpirun -n 4 python examples/minibatches.py --output minibatches.png

An epoch's order is a permutation of `jpi.random`, the same on any number of ranks; indexing by a
part of it fetches those rows, balanced over the ranks again. The optimiser sees plain weights.
"""

import argparse

import jax
import optax

import jpi
import jpi.numpy


def loss(m, weights, features, targets):
    """Returns the mean squared error of a small network; `m` is jpi.numpy or jax.numpy."""
    hidden = m.tanh(features @ weights["in"])
    return m.mean((hidden @ weights["out"] - targets) ** 2)


def train(m, jit, features, targets, epochs, batch):
    """Returns the weights, and the loss of each step."""
    optimizer = optax.adam(1e-2)

    @jit
    def step(weights, state, features, targets):
        value, gradient = jax.value_and_grad(lambda w: loss(m, w, features, targets))(weights)
        update, state = optimizer.update(gradient, state)
        return optax.apply_updates(weights, update), state, value

    first, second = jax.random.split(jax.random.key(0))
    weights = {
        "in": jax.random.normal(first, (features.shape[1], 32)),
        "out": jax.random.normal(second, (32,)) / 6,
    }
    state, losses = optimizer.init(weights), []
    for epoch in range(epochs):
        order = jax.random.permutation(jax.random.key(epoch), len(features))
        for start in range(0, len(features) - batch + 1, batch):
            rows = order[start : start + batch]
            weights, state, value = step(weights, state, features[rows], targets[rows])
            losses.append(float(value))
    return weights, losses


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--rows", type=int, default=2000)
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--output", help="a file for the picture")
options = parser.parse_args()

features = jpi.random.normal(jax.random.key(1), (options.rows, 4))  # each rank draws its block
targets = jpi.numpy.sin(features[:, 0]) * features[:, 1]
sizes = options.epochs, 50
weights, losses = train(jpi.numpy, jpi.jit, features, targets, *sizes)
expected, _ = train(jax.numpy, jax.jit, jpi.gather(features), jpi.gather(targets), *sizes)
if options.output and jpi.rank() == 0:
    import matplotlib.pyplot as plt

    plt.semilogy(losses)
    plt.savefig(options.output)
jpi.print(f"loss {losses[0]:.4f} -> {losses[-1]:.4f} in {len(losses)} steps on {jpi.size()} ranks")
difference = max(float(abs(weights[k] - expected[k]).max()) for k in weights)
jpi.print(f"largest difference to one process: {difference:.1e}")
