"""Heat on a 2-D grid of ranks, and the way back: where was the heat before it spread?

    mpirun -n 4 python examples/heat_equation.py --output heat_equation.png

Heat spreads over a periodic plate, which is sharded in blocks. `jpi.stencil` gives every rank its
block with the cells around it, inside a compiled loop. Then gradient descent recovers the initial
heat from the final heat: `jax.value_and_grad` differentiates the difference through the loop and
all its messages. Fine detail is lost for good; coarse detail is recovered first.
"""

import argparse

import jax
from jax import lax
from mpi4py import MPI

import jpi
import jpi.numpy as jnp


def plate(size):
    """Returns the initial heat: a warm ring with a hot and a cold spot in it."""
    y = jnp.expand_dims(jnp.arange(size, spec=("y",)), 1) / size - 0.5
    x = jnp.expand_dims(jnp.arange(size, spec=("x",)), 0) / size - 0.5
    ring = jnp.exp(-(((jnp.sqrt(y**2 + x**2) - 0.3) / 0.05) ** 2))
    spots = [jnp.exp(-((y - at) ** 2 + (x - at) ** 2) / 0.005) for at in (0.08, -0.08)]
    return ring + spots[0] - spots[1]


def flow_in(padded):
    """Returns what a cell gains from its four neighbours, from a block with those around it."""
    around = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    return 0.2 * (around - 4 * padded[1:-1, 1:-1])


def diffuse(heat, steps):
    """Returns the heat `steps` steps later."""
    return lax.fori_loop(0, steps, lambda _, heat: heat + jpi.stencil(flow_in, heat, 1), heat)


def there_and_back(options, shape, comm):
    """Returns the heat before, after, and as Nesterov's accelerated descent recovers it."""

    @jpi.jit
    def descend(count, final, heat, ahead):
        distance = lambda x: jnp.sum((diffuse(x, options.steps) - final) ** 2) / 2  # noqa: E731
        value, gradient = jax.value_and_grad(distance)(ahead)
        lower = ahead - gradient  # no wave grows in `diffuse`: the largest curvature is 1
        return value, lower, lower + count / (count + 3) * (lower - heat)

    with jpi.use_mesh(jpi.make_mesh(shape, ("y", "x"), comm=comm)):
        initial = jpi.jit(plate, static_argnums=0)(options.size)
    final = heat = ahead = jpi.jit(diffuse, static_argnums=1)(initial, options.steps)
    for count in range(options.iterations):
        value, heat, ahead = descend(float(count), final, heat, ahead)
        if count % 20 == 0 and comm is MPI.COMM_WORLD:
            jpi.print(f"iteration {count:4} of {options.iterations}: loss {value:.6e}")
    return jpi.gather((initial, final, heat))


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--size", type=int, default=80, help="cells along each side")
parser.add_argument("--steps", type=int, default=40, help="steps in time")
parser.add_argument("--iterations", type=int, default=100, help="steps of the descent")
parser.add_argument("--output", help="a file for the picture")
options = parser.parse_args()
jax.config.update("jax_enable_x64", True)
jpi.config.fallback = "error"  # no operation here may gather its operands

fields = there_and_back(options, MPI.Compute_dims(jpi.size(), 2), MPI.COMM_WORLD)
alone = there_and_back(options, (1, 1), MPI.COMM_SELF)
errors = [float(jnp.linalg.norm(x - fields[0]) / jnp.linalg.norm(fields[0])) for x in fields]
jpi.print(f"relative error: {errors[1]:.3f} of the final field, {errors[2]:.3f} of the recovered")
if options.output and jpi.rank() == 0:
    import matplotlib.pyplot as plt

    for place, title in enumerate(("initial", "final", "recovered")):
        axes = plt.subplot(1, 3, place + 1, title=title)
        axes.imshow(fields[place], vmin=-1, vmax=1, cmap="RdBu_r")
    plt.savefig(options.output)
difference = max(float(abs(x - y).max()) for x, y in zip(fields, alone, strict=True))
jpi.print(f"largest difference to one process: {difference:.1e}")
