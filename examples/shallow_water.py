"""Waves and a vortex in shallow water: a solver on a 2-D grid of ranks, and its exact gradient.

    mpirun -n 4 python examples/shallow_water.py

The water is `state`, of shape (3, rows, columns): its height, its momentum along y and that along
x. Each rank holds one block of a periodic square, and `jpi.sendrecv` fetches the two cells around
it from the neighbours, inside a compiled loop. `jax.grad` then computes how the height at a gauge
depends on the water everywhere at an earlier time: the same messages carry the cotangents back.

The scheme: finite volumes with limited linear reconstruction, the Lax-Friedrichs flux, and Heun's
method in time. What leaves a cell enters the next one, so no water is lost.
"""

import argparse
import sys
import time
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy
from jax import lax
from mpi4py import MPI

import jpi

try:
    from tqdm import tqdm
except ImportError:

    def tqdm(chunks, disable):
        for count, chunk in enumerate(chunks, 1):
            yield chunk
            if not disable:
                end = "\n" if count == len(chunks) else ""
                print(f"\rchunk {count} of {len(chunks)}", end=end, file=sys.stderr, flush=True)


GRAVITY, CORIOLIS = 1.0, 10.0  # the square has side 1, the water at rest depth 1
CHUNK = 20  # steps from one update of the progress bar to the next
GAUGE = 0.55, 0.45  # y and x
GRADIENT_STEPS = 60


class Domain(NamedTuple):
    """The square on one rank: the grid of ranks, its own block, the step in time."""

    comm: MPI.Cartcomm
    size: int  # cells along each side of the square
    shape: tuple[int, int]  # of the block
    speed: float = 0.0  # no wave is faster
    time_step: float = 0.0

    def block(self, x):
        """Returns this rank's block of an array that covers the square."""
        (i, j), (rows, columns) = self.comm.coords, self.shape
        return x[i * rows : (i + 1) * rows, j * columns : (j + 1) * columns]

    def offsets(self, y, x):
        """Returns the way from the point (y, x) to each cell, along y and along x."""
        ways = []
        for i, cells, place in zip(self.comm.coords, self.shape, (y, x), strict=True):
            centers = (i * cells + numpy.arange(cells) + 0.5) / self.size
            ways.append((centers - place + 0.5) % 1 - 0.5)  # the square is periodic
        return numpy.meshgrid(*ways, indexing="ij")

    def total(self, x):
        """Returns the integral of `x` over the square, the same on every rank (an allreduce)."""
        return jpi.allreduce(jnp.sum(x), MPI.SUM, comm=self.comm) / self.size**2

    def gathered(self, x):
        """Returns the array that covers the square on rank 0, None elsewhere (a gather)."""
        blocks = jpi.gather(x, 0, comm=self.comm)
        if self.comm.rank == 0:
            grid = numpy.reshape(blocks, (*self.comm.dims, *self.shape))
            return grid.swapaxes(1, 2).reshape(self.size, self.size)


def make_domain(size):
    """Returns the square of `size` x `size` cells on a grid of all ranks."""
    dims = MPI.Compute_dims(MPI.COMM_WORLD.size, 2)
    if any(size % n or size < 2 * n for n in dims):
        raise ValueError(
            f"`--size` must be a multiple, twice or more, of each side of the {dims[0]} x "
            f"{dims[1]} grid of ranks; got {size}. Take another size or number of ranks."
        )
    comm = MPI.COMM_WORLD.Create_cart(dims, periods=(True, True))
    return Domain(comm, size, (size // dims[0], size // dims[1]))


def with_waves(domain, state):
    """Returns the domain with a time step that suits the waves in `state` (an allreduce)."""
    height, *momentum = state
    fastest = jnp.max(jnp.hypot(*momentum) / height + jnp.sqrt(GRAVITY * height))
    speed = 1.2 * float(jpi.allreduce(fastest, MPI.MAX, comm=domain.comm))
    return domain._replace(speed=speed, time_step=0.4 / domain.size / speed)


def initial_state(domain):
    """Returns a long hill of water at rest, and a vortex that the Coriolis force holds together."""
    y, x = domain.offsets(0.35, 0.35)
    hill = 0.5 * numpy.exp(-(((x + y) / 0.2) ** 2) - ((x - y) / 0.06) ** 2)
    y, x = domain.offsets(0.65, 0.6)
    width = 0.08
    hollow = -0.3 * numpy.exp(-(x**2 + y**2) / (2 * width**2))
    height = 1 + hill + hollow
    v, u = (GRAVITY / CORIOLIS * hollow / width**2 * way for way in (-x, y))
    return jnp.stack([height, height * v, height * u])


def with_halo(domain, state, axis):
    """Returns `state` with two more cells at both ends of `axis`, those of the neighbours."""
    before, after = domain.comm.Shift(axis - 1, 1)
    first = lax.slice_in_dim(state, 0, 2, axis=axis)
    last = lax.slice_in_dim(state, -2, None, axis=axis)
    left = jpi.sendrecv(last, last, before, after, sendtag=1, recvtag=1, comm=domain.comm)
    right = jpi.sendrecv(first, first, after, before, sendtag=2, recvtag=2, comm=domain.comm)
    return jnp.concatenate([left, state, right], axis)


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
        return lax.slice_in_dim(x, start, end, axis=axis)

    cells = with_halo(domain, state, axis)
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
    """Returns the state after `steps` steps and the seconds per step, with a progress bar."""

    @jpi.jit
    def advance(state, count):
        return lax.fori_loop(0, count, lambda i, state: step(domain, state), state)

    jax.block_until_ready(advance(state, 0))  # compiles
    start = time.perf_counter()
    for first in tqdm(range(0, steps, CHUNK), disable=domain.comm.rank != 0):
        state = jax.block_until_ready(advance(state, min(CHUNK, steps - first)))
    return state, (time.perf_counter() - start) / max(steps, 1)


def gauge_height(domain, state, height):
    """Returns the mean height around the gauge after GRADIENT_STEPS, if `height` is the first."""
    one_step = jax.checkpoint(lambda state: step(domain, state), prevent_cse=False)
    state = state.at[0].set(height)
    state, _ = lax.scan(lambda state, _: (one_step(state), None), state, length=GRADIENT_STEPS)
    y, x = domain.offsets(*GAUGE)
    weight = jnp.exp(-(x**2 + y**2) / (2 * 0.03**2))
    return domain.total(weight * state[0]) / domain.total(weight)


def check_gradient(domain, state):
    """Returns this rank's block of the gradient, and its error by differences in one direction."""

    def measured(height):
        return gauge_height(domain, state, height)

    start = time.perf_counter()
    gradient = jax.block_until_ready(jpi.jit(jax.grad(measured))(state[0]))
    say(f"gradient of {GRADIENT_STEPS} steps: {time.perf_counter() - start:.1f} s with compilation")
    everywhere = numpy.random.default_rng(0).standard_normal((domain.size, domain.size))
    direction = 1e-5 * domain.block(everywhere)
    higher, lower = (jpi.jit(measured)(state[0] + sign * direction) for sign in (1, -1))
    expected = float(higher - lower) / 2
    slope = float(jpi.allreduce(jnp.sum(gradient * direction), MPI.SUM, comm=domain.comm))
    error = abs(slope - expected) / abs(expected)
    say(f"slope by gradient:    {slope:.12e}\nslope by differences: {expected:.12e}")
    say(f"relative difference:  {error:.1e}")
    return gradient, error


def report(fields):
    """Prints numbers that are the same for any number of ranks, and draws shallow_water.png."""
    height = fields["height at the end"]
    places = [n * len(height) // 4 for n in (1, 2, 3)]
    print("height at 3 points:  ", *(f"{height[n, n]:.12f}" for n in places))
    for name, field in fields.items():
        print(f"sum of squares, {name}: {numpy.sum(field**2):.11e}")
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return print("no picture: matplotlib is not installed")
    figure = Figure(figsize=(6 * len(fields), 5), layout="constrained")
    for place, (name, field) in enumerate(fields.items(), 1):
        axes = figure.add_subplot(1, len(fields), place, title=name)
        figure.colorbar(axes.imshow(field, origin="lower", extent=(0, 1, 0, 1)))
    figure.savefig("shallow_water.png", dpi=120)


def say(text):
    if jpi.rank() == 0:
        print(text, flush=True)


def main():
    """Returns the exit status: 1 if the gradient is wrong."""
    parser = argparse.ArgumentParser(description="shallow water on a grid of ranks")
    parser.add_argument("--size", type=int, default=96, help="cells along each side")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--save", metavar="FILE.npy", help="write the final height to this file")
    parser.add_argument("--no-gradient", action="store_true")
    options = parser.parse_args()

    domain = make_domain(options.size)
    first = initial_state(domain)
    domain = with_waves(domain, first)
    rows, columns = domain.comm.dims
    say(f"{domain.size} x {domain.size} cells on {rows} x {columns} ranks")
    say(f"{options.steps} steps of {domain.time_step:.3e}, wave speed below {domain.speed:.3f}")

    last, seconds = run(domain, first, options.steps)
    mass = domain.total(first[0])
    change = float((domain.total(last[0]) - mass) / mass)
    say(f"seconds per step:     {seconds:.2e}\nchange of the mass:   {change:.1e}")
    fields, error = {"height at the end": domain.gathered(last[0])}, 0.0
    if not options.no_gradient:
        gradient, error = check_gradient(domain, first)
        fields["gradient of the gauge height"] = domain.gathered(gradient)
    if domain.comm.rank == 0:
        if options.save:
            numpy.save(options.save, fields["height at the end"])
        report(fields)
    return 0 if error < 1e-5 else 1


if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)
    sys.exit(main())
