"""Train a small network data-parallel and tensor-parallel: only the specs of its inputs differ.

    mpirun -n 4 python examples/tensor_parallel_mlp.py

`loss` is written for one device. If the batch is sharded over the ranks, each computes the whole
network for its rows (data-parallel). If the weights are sharded, each computes its part of the
hidden layer for all rows (tensor-parallel). The specs determine which sums over ranks this needs,
forward and backward.
"""

import jax
import jax.numpy
import numpy

import jpi
import jpi.numpy as jnp
from jpi import P

ROWS, INPUTS, HIDDEN, OUTPUTS = 512, 32, 256, 8
STEPS, RATE = 20, 0.5

SPECS = {  # of the batch (inputs and targets), and of the weights
    "data-parallel": (
        P("ranks"),
        {"up": P(), "up_bias": P(), "down": P(), "down_bias": P()},
    ),
    "tensor-parallel": (
        P(),
        {"up": P(None, "ranks"), "up_bias": P("ranks"), "down": P("ranks"), "down_bias": P()},
    ),
}


def loss(weights, inputs, targets):
    """Returns the mean squared error of the network."""
    hidden = jax.nn.gelu(inputs @ weights["up"] + weights["up_bias"])
    outputs = hidden @ weights["down"] + weights["down_bias"]
    return jax.numpy.mean((outputs - targets) ** 2)


def train(loss, jit, weights, inputs, targets):
    """Returns the losses of STEPS steps of gradient descent, and the gradient of the last."""

    @jit
    def step(weights, inputs, targets):
        value, gradient = jax.value_and_grad(loss)(weights, inputs, targets)
        return value, gradient, jax.tree.map(lambda w, g: w - RATE * g, weights, gradient)

    losses = []
    for _ in range(STEPS):
        value, gradient, weights = step(weights, inputs, targets)
        losses.append(float(value))
    return numpy.array(losses), gradient


def whole(x):
    return numpy.asarray(jpi.gather(x))


def bytes_held(arrays):
    """Returns the bytes that this rank holds of the arrays."""
    return sum((w.shard if isinstance(w, jpi.DistArray) else w).nbytes for w in arrays)


def say(text):
    if jpi.rank() == 0:
        print(text, flush=True)


generator = numpy.random.default_rng(0)  # the same numbers on every rank
draw = lambda *shape: generator.normal(size=shape).astype(numpy.float32)  # noqa: E731
weights = {
    "up": draw(INPUTS, HIDDEN) / INPUTS**0.5,
    "up_bias": numpy.zeros(HIDDEN, numpy.float32),
    "down": draw(HIDDEN, OUTPUTS) / HIDDEN**0.5,
    "down_bias": numpy.zeros(OUTPUTS, numpy.float32),
}
inputs = draw(ROWS, INPUTS)
targets = numpy.sin(inputs @ draw(INPUTS, OUTPUTS))

reference, exact = train(loss, jax.jit, weights, inputs, targets)
say(f"one process:     loss {reference[0]:.4f} -> {reference[-1]:.4f}")

for name, (batch, specs) in SPECS.items():
    placed = {key: jnp.asarray(w, spec=specs[key]) for key, w in weights.items()}
    rows = [jnp.asarray(x, spec=batch) for x in (inputs, targets)]
    losses, gradient = train(jpi.spmd(loss), jpi.jit, placed, *rows)
    of_loss = abs(losses - reference).max()
    of_gradient = max(abs(whole(gradient[key]) - exact[key]).max() for key in weights)
    say(
        f"{name + ':':16} loss {losses[0]:.4f} -> {losses[-1]:.4f}; differs by {of_loss:.1e}, "
        f"the gradient by {of_gradient:.1e}; rank 0 holds {bytes_held(placed.values())} of "
        f"{sum(w.nbytes for w in weights.values())} bytes of weights and "
        f"{bytes_held(rows)} of {sum(x.nbytes for x in rows)} of data"
    )
