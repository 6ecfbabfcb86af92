"""Heat on a 2-D grid of ranks, and the way back: where was the heat before it spread?

    mpirun -n 4 python examples/heat_equation.py

Heat spreads over a periodic plate, which is sharded in blocks. `jpi.stencil` gives every rank its
block with the cells around it, inside a compiled loop. Then gradient descent recovers the initial
heat from the final heat: `jax.value_and_grad` differentiates the difference through the loop and
all its messages. Fine detail is lost for good; coarse detail is recovered first.
"""

import argparse
import sys
import time
from functools import partial

import jax
import numpy
from jax import lax
from mpi4py import MPI

import jpi
import jpi.numpy as jnp

DIFFUSION = 0.2  # of the heat of a cell goes to each neighbour in a step; up to 0.25 is stable
# Heat decays: no wave grows in `diffuse`, so the largest curvature of the loss is 1, that of the
# mean. Descent with momentum takes one over it as its rate.
RATE = 1.0


def plate(size, mesh):
    """Returns the initial heat: a warm ring with a hot and a cold spot in it."""
    y = jnp.expand_dims(jnp.arange(size, spec=("y",), mesh=mesh), 1) / size - 0.5
    x = jnp.expand_dims(jnp.arange(size, spec=("x",), mesh=mesh), 0) / size - 0.5

    def spot(at_y, at_x, width):
        return jnp.exp(-((y - at_y) ** 2 + (x - at_x) ** 2) / (2 * width**2))

    ring = jnp.exp(-(((jnp.sqrt(y**2 + x**2) - 0.3) / 0.05) ** 2))
    return ring + spot(0.08, 0.1, 0.05) - spot(-0.08, -0.1, 0.05)


def flow_in(padded):
    """Returns what a cell gains from its four neighbours, from a block with those around it."""
    around = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    return DIFFUSION * (around - 4 * padded[1:-1, 1:-1])


def diffuse(heat, steps):
    """Returns the heat `steps` steps later."""
    return lax.fori_loop(0, steps, lambda _, heat: heat + jpi.stencil(flow_in, heat, 1), heat)


def loss(steps, target, initial):
    """Returns half the squared distance from `target` after `steps` steps; a plain scalar."""
    return jnp.sum((diffuse(initial, steps) - target) ** 2) / 2


def recover(steps, target, iterations):
    """Returns the initial heat that leads to `target`, found by Nesterov's accelerated descent."""

    @jpi.jit
    def descend(count, heat, ahead):
        value, gradient = jax.value_and_grad(partial(loss, steps, target))(ahead)
        lower = ahead - RATE * gradient
        return value, lower, lower + count / (count + 3) * (lower - heat)

    heat = ahead = target
    start = time.perf_counter()
    for count in range(iterations):
        value, heat, ahead = descend(float(count), heat, ahead)
        if count % 20 == 0 or count == iterations - 1:
            seconds = time.perf_counter() - start
            say(f"iteration {count:4} of {iterations}: loss {value:.6e}, {seconds:5.1f} s")
    return heat


def check_gradient(steps, target):
    """Returns the relative error of the slope along a random direction, by its differences."""
    measured = jpi.jit(partial(loss, steps, target))
    gradient = jpi.jit(jax.grad(partial(loss, steps, target)))(target)
    noise = numpy.random.default_rng(0).standard_normal(target.shape)
    direction = jnp.asarray(noise, spec=target.spec, mesh=target.mesh)
    slope = float(jnp.sum(gradient * direction))
    # Central differences of a quadratic function are exact, whatever the step.
    expected = float(measured(target + direction) - measured(target - direction)) / 2
    error = abs(slope - expected) / abs(expected)
    say(f"slope by gradient:    {slope:.12e}\nslope by differences: {expected:.12e}")
    say(f"relative difference:  {error:.1e}")
    return error


def relative_error(x, truth):
    """Returns the distance from the truth over the size of it."""
    return float(jnp.linalg.norm(x - truth) / jnp.linalg.norm(truth))


def draw(pictures, path):
    """Draws fields by their titles, on one scale, if matplotlib is installed."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return print("no picture: matplotlib is not installed")
    figure = Figure(figsize=(5 * len(pictures), 4.4), layout="constrained")
    places = figure.subplots(1, len(pictures))
    for axes, (title, field) in zip(places, pictures.items(), strict=True):
        image = axes.imshow(
            field, origin="lower", extent=(0, 1, 0, 1), vmin=-1, vmax=1, cmap="RdBu_r"
        )
        axes.set_title(title)
    figure.colorbar(image, ax=places)
    figure.savefig(path, dpi=120)
    print(f"wrote {path}")


def say(text):
    if jpi.rank() == 0:
        print(text, flush=True)


def main():
    """Returns the exit status: 1 if the gradient is wrong."""
    parser = argparse.ArgumentParser(description="heat on a grid of ranks, and back in time")
    parser.add_argument("--size", type=int, default=80, help="cells along each side")
    parser.add_argument("--steps", type=int, default=40, help="steps in time")
    parser.add_argument("--iterations", type=int, default=100, help="steps of the descent")
    parser.add_argument("--output", default="heat_equation.png", help="the picture to write")
    options = parser.parse_args()

    mesh = jpi.make_mesh(MPI.Compute_dims(jpi.size(), 2), ("y", "x"))
    truth = jpi.jit(partial(plate, options.size, mesh))()
    say(f"{options.size} x {options.size} cells as {truth.spec} on {mesh}")
    final = jpi.jit(diffuse, static_argnums=1)(truth, options.steps)
    say(f"heat before and after: {float(jnp.sum(truth)):.12e} {float(jnp.sum(final)):.12e}")

    error = check_gradient(options.steps, final)
    recovered = recover(options.steps, final, options.iterations)
    before, after = relative_error(final, truth), relative_error(recovered, truth)
    say(f"relative error: {before:.10f} of the final field, {after:.10f} of the recovered")

    pictures = {
        "initial": truth.gather(root=0),
        f"final: off by {before:.0%}": final.gather(root=0),
        f"recovered: off by {after:.0%}": recovered.gather(root=0),
    }
    if jpi.rank() == 0:
        draw(pictures, options.output)
    return 0 if error < 1e-8 else 1


if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)
    jpi.config.fallback = "error"  # no operation here may gather its operands
    sys.exit(main())
