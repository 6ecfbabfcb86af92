"""Waves and a vortex in shallow water, in NumPy style on a 2-D mesh of ranks, and their gradient.

    mpirun -n 4 python examples/shallow_water.py --output shallow_water.png

The water is `state`, of shape (3, rows, columns): its height, its momentum along y and that along
x. Each rank holds one block of a periodic square. Nothing here communicates by name: what a rank
needs of its neighbours' cells, JPI finds in the program, and fetches in one exchange for each axis
and evaluation. `jax.grad` then computes how the height at a gauge depends on the water everywhere
at an earlier time.

The scheme: finite volumes with limited linear reconstruction, the Lax-Friedrichs flux, and Heun's
method in time. What leaves a cell enters the next one, so no water is lost.
"""

import argparse
import sys
import time
from typing import NamedTuple

import jax
import numpy
from jax import lax
from mpi4py import MPI

import jpi
import jpi.numpy as jnp

GRAVITY, CORIOLIS = 1.0, 10.0  # the square has side 1, the water at rest depth 1
GAUGE = 0.55, 0.45  # y and x
GRADIENT_STEPS = 60


class Domain(NamedTuple):
    """The square: its cells, the fastest wave, the step in time."""

    size: int  # cells along each side
    speed: float = 0.0  # no wave is faster
    time_step: float = 0.0


def offsets(domain, y, x):
    """Returns the way from the point (y, x) to each cell, along y and along x."""
    centers = (jnp.arange(domain.size) + 0.5) / domain.size
    way = lambda place: (centers - place + 0.5) % 1 - 0.5  # noqa: E731  (the square is periodic)
    return way(y)[:, None], way(x)[None, :]


def with_waves(domain, state):
    """Returns the domain with a time step that suits the waves in `state`."""
    height, along_y, along_x = state
    fastest = jnp.max(jnp.hypot(along_y, along_x) / height + jnp.sqrt(GRAVITY * height))
    speed = 1.2 * float(fastest)
    return domain._replace(speed=speed, time_step=0.4 / domain.size / speed)


def initial_state(domain):
    """Returns a long hill of water at rest, and a vortex that the Coriolis force holds together."""
    y, x = offsets(domain, 0.35, 0.35)
    hill = 0.5 * jnp.exp(-(((x + y) / 0.2) ** 2) - ((x - y) / 0.06) ** 2)
    y, x = offsets(domain, 0.65, 0.6)
    width = 0.08
    hollow = -0.3 * jnp.exp(-(x**2 + y**2) / (2 * width**2))
    height = 1 + hill + hollow
    v, u = (GRAVITY / CORIOLIS * hollow / width**2 * way for way in (-x, y))
    return jnp.stack([height, height * v, height * u])


def limited(a, b):
    """Returns a slope between those on both sides of a cell, small where they disagree."""
    small = 1e-4  # keeps the limiter of van Albada smooth where the water is flat
    return (a * (b**2 + small) + b * (a**2 + small)) / (a**2 + b**2 + 2 * small)


def flux(state, axis):
    """Returns the mass and the momenta that go along `axis` in unit time."""
    height, momentum = state[0], state[axis]
    return (state * momentum / height).at[axis].add(GRAVITY * height**2 / 2)


def outflow(domain, state, axis):
    """Returns the flow out of each cell along `axis`, less the flow in."""

    def between(x, start, end):
        return x[:, start:end] if axis == 1 else x[:, :, start:end]

    widths = [(2, 2) if dim == axis else (0, 0) for dim in range(3)]
    cells = jnp.pad(state, widths, mode="wrap")  # the square is periodic
    steps = jnp.diff(cells, axis=axis)
    slopes = limited(between(steps, 0, -1), between(steps, 1, None))
    cells = between(cells, 1, -1)
    left, right = between(cells + slopes / 2, 0, -1), between(cells - slopes / 2, 1, None)
    through = (flux(left, axis) + flux(right, axis) - domain.speed * (right - left)) / 2
    return jnp.diff(through, axis=axis)


def rate(domain, state):
    """Returns the derivative of `state` in time."""
    _, along_y, along_x = state
    turn = CORIOLIS * jnp.stack([jnp.zeros_like(along_y), -along_x, along_y])
    return turn - domain.size * (outflow(domain, state, 1) + outflow(domain, state, 2))


def step(domain, state):
    """Returns `state` one time step later."""
    euler = state + domain.time_step * rate(domain, state)
    return (state + euler + domain.time_step * rate(domain, euler)) / 2


def run(domain, state, steps):
    """Returns the state after `steps` steps, and the seconds per step."""

    @jpi.jit
    def advance(state, count):
        return lax.fori_loop(0, count, lambda i, state: step(domain, state), state)

    jax.block_until_ready(advance(state, 0))  # compiles
    start = time.perf_counter()
    state = jax.block_until_ready(advance(state, steps))
    return state, (time.perf_counter() - start) / max(steps, 1)


def gauge_height(domain, state, height):
    """Returns the mean height around the gauge after GRADIENT_STEPS, if `height` is the first."""
    one_step = jax.checkpoint(lambda state: step(domain, state), prevent_cse=False)
    state = state.at[0].set(height)
    state, _ = lax.scan(lambda state, _: (one_step(state), None), state, length=GRADIENT_STEPS)
    y, x = offsets(domain, *GAUGE)
    weight = jnp.exp(-(x**2 + y**2) / (2 * 0.03**2))
    return jnp.sum(weight * state[0]) / jnp.sum(weight)


def check_gradient(domain, state):
    """Returns the gradient, and its error by differences in one direction."""

    def measured(height):
        return gauge_height(domain, state, height)

    start = time.perf_counter()
    gradient = jax.block_until_ready(jpi.jit(jax.grad(measured))(state[0]))
    jpi.print(
        f"gradient of {GRADIENT_STEPS} steps: {time.perf_counter() - start:.1f} s with compilation"
    )
    everywhere = numpy.random.default_rng(0).standard_normal((domain.size, domain.size))
    direction = 1e-5 * jnp.asarray(everywhere, spec=state[0].spec, mesh=state.mesh)
    higher, lower = (jpi.jit(measured)(state[0] + sign * direction) for sign in (1, -1))
    expected = float(higher - lower) / 2
    slope = float(jnp.sum(gradient * direction))
    error = abs(slope - expected) / abs(expected)
    jpi.print(f"slope by gradient:    {slope:.12e}\nslope by differences: {expected:.12e}")
    jpi.print(f"relative difference:  {error:.1e}")
    return gradient, error


def draw(path, fields):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6 * len(fields), 5), layout="constrained")
    for place, (name, field) in enumerate(fields.items(), 1):
        axes = figure.add_subplot(1, len(fields), place, title=name)
        figure.colorbar(axes.imshow(field, origin="lower", extent=(0, 1, 0, 1)))
    figure.savefig(path, dpi=120)


def first_state(domain, shape, comm):
    """Returns the initial state in blocks on a mesh of this shape."""
    with jpi.use_mesh(jpi.make_mesh(shape, ("y", "x"), comm=comm)):
        return initial_state(domain).redistribute(jpi.P(None, "y", "x"))


def main():
    """Returns the exit status: 1 if the gradient is wrong."""
    parser = argparse.ArgumentParser(description="shallow water on a mesh of ranks")
    parser.add_argument("--size", type=int, default=96, help="cells along each side")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--output", help="a file for the picture")
    parser.add_argument("--no-gradient", action="store_true")
    options = parser.parse_args()
    rows, columns = MPI.Compute_dims(jpi.size(), 2)
    domain = Domain(options.size)
    first = first_state(domain, (rows, columns), MPI.COMM_WORLD)
    domain = with_waves(domain, first)
    jpi.print(f"{domain.size} x {domain.size} cells on {rows} x {columns} ranks")
    jpi.print(
        f"{options.steps} steps of {domain.time_step:.3e}, wave speed below {domain.speed:.3f}"
    )

    last, seconds = run(domain, first, options.steps)
    mass = jnp.sum(first[0])
    change = float((jnp.sum(last[0]) - mass) / mass)
    jpi.print(f"seconds per step:     {seconds:.2e}\nchange of the mass:   {change:.1e}")
    fields, error = {"height at the end": last[0].gather()}, 0.0
    if not options.no_gradient:
        gradient, error = check_gradient(domain, first)
        fields["gradient of the gauge height"] = gradient.gather()
    if options.output and jpi.rank() == 0:
        draw(options.output, fields)
    alone, _ = run(domain, first_state(domain, (1, 1), MPI.COMM_SELF), options.steps)
    difference = float(abs(fields["height at the end"] - alone[0].gather()).max())
    jpi.print(f"largest difference to one process: {difference:.1e}")
    return 0 if error < 1e-5 else 1


if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)
    sys.exit(main())
