"""The Poisson equation in a periodic square and cube, by Fourier transforms that change layouts.

    mpirun -n 4 python examples/poisson_fft.py --output poisson_fft.png

A transform along one axis needs all of that axis on one rank. So an array is transformed along the
unsharded axis, then `x.redistribute(spec)` shards it and unshards another, and so on: slabs in the
square, over one axis of ranks; pencils in the cube, over a 2-D grid of ranks. The wavenumbers have
the last of these layouts, so that no rank holds an array of the global size during the solve.

The solution is known and has all wavelengths. At the first resolution the error is that of the
shortest ones, which the grid cannot hold; at the second it is little more than rounding.
"""

import argparse
import time
from functools import partial
from typing import NamedTuple

import jax
import numpy
from jax.scipy.special import i0e
from mpi4py import MPI

import jpi
import jpi.numpy as jnp

SHARPNESS = 4.0  # of the peak of the solution: the larger it is, the more wavelengths matter


class Problem(NamedTuple):
    """A grid, and the layouts of arrays on it while each of the axes is transformed.

    Attributes:
        name: the name of the layouts.
        size: points along each axis; the side of the square or cube is 2 pi.
        mesh: the grid of ranks.
        specs: one for each axis, which it leaves unsharded; the last axis first.
    """

    name: str
    size: int
    mesh: jpi.Mesh
    specs: tuple[jpi.P, ...]

    @property
    def title(self):
        return f"{self.size} points a side, by {self.name}"

    def indices(self, spec):
        """Returns the grid index along each axis, in the shapes that broadcast to the grid's."""
        axes = range(len(spec))
        return [
            jnp.expand_dims(
                jnp.arange(self.size, spec=(spec[axis],), mesh=self.mesh),
                [other for other in axes if other != axis],
            )
            for axis in axes
        ]


def slabs(size, comm):
    """Returns a square of which each rank holds some rows, or some columns."""
    mesh = jpi.make_mesh((comm.size,), ("ranks",), comm=comm)
    return Problem("slabs", size, mesh, (jpi.P("ranks", None), jpi.P(None, "ranks")))


def pencils(size, comm):
    """Returns a cube of which each rank holds a pencil along one axis."""
    mesh = jpi.make_mesh(MPI.Compute_dims(comm.size, 2), ("x", "y"), comm=comm)
    specs = jpi.P("x", "y", None), jpi.P("x", None, "y"), jpi.P(None, "x", "y")
    return Problem("pencils", size, mesh, specs)


def transformed(transform, x, specs):
    """Returns `x` transformed along every axis, each in the layout that leaves it unsharded."""
    for spec in specs:
        axis = tuple(spec).index(None)
        along_axis = partial(transform, axis=axis)
        x = jpi.map_shards(along_axis, x.redistribute(spec), out_spec=spec)
    return x


def solved(problem, f):
    """Returns the u of mean zero whose Laplacian is `f`.

    Where -k^2 multiplies the transform of u, dividing that of f by it gives u. The mean, k = 0, is
    free.
    """
    half = (problem.size + 1) // 2
    indices = problem.indices(problem.specs[-1])
    squared = sum(jnp.where(i < half, i, i - problem.size) ** 2 for i in indices)
    spectrum = transformed(jax.numpy.fft.fft, f, problem.specs)
    spectrum = jnp.where(squared == 0, 0, -spectrum / jnp.maximum(squared, 1))
    return transformed(jax.numpy.fft.ifft, spectrum, problem.specs[::-1]).real


def known(problem):
    """Returns a solution and its Laplacian.

    With c = sin or cos along each axis, u = exp(s (sum of c - 1)) - mean. As c'' = -c and
    c'^2 = 1 - c^2, each axis adds exp(...) (s^2 (1 - c^2) - s c) to the Laplacian. The mean of
    exp(s (c - 1)) over a period is exp(-s) I0(s), I0 the modified Bessel function.
    """
    x, *others = [
        2 * numpy.pi * (i / problem.size - 0.5) for i in problem.indices(problem.specs[0])
    ]
    waves = [jnp.sin(x), *map(jnp.cos, others)]
    peak = jnp.exp(sum(SHARPNESS * (c - 1) for c in waves))
    curvature = sum(SHARPNESS**2 * (1 - c**2) - SHARPNESS * c for c in waves)
    return peak - i0e(SHARPNESS) ** len(waves), peak * curvature


def plane(x):
    """Returns `x`, or of a cube the plane halfway along the last axis, through the peak."""
    if x.ndim == 2:
        return x
    return jpi.map_shards(lambda block: block[..., x.shape[2] // 2], x, out_spec=x.spec[:2])


def solve(problem):
    """Returns planes of the solution and of its error, and the largest error anywhere."""
    expected, f = jpi.jit(partial(known, problem))()
    solve_for = jpi.jit(partial(solved, problem))
    jax.block_until_ready(solve_for(f))  # compiles
    start = time.perf_counter()
    solution = jax.block_until_ready(solve_for(f))
    seconds = time.perf_counter() - start
    error = jnp.abs(solution - expected)
    worst = float(jnp.max(error))
    shape = " x ".join(map(str, solution.shape))
    grid = " x ".join(map(str, problem.mesh.shape.values())) + " ranks"
    jpi.print(f"{problem.name:9}{shape:14}on {grid:13}largest error {worst:.3e}   {seconds:.1e} s")
    return plane(solution), plane(error), worst


def draw(pictures, path):
    """Draws fields by their titles, three to a row."""
    from matplotlib.figure import Figure

    rows = len(pictures) // 3
    figure = Figure(figsize=(15, 4.2 * rows), layout="constrained")
    for place, (title, field) in enumerate(pictures.items(), 1):
        axes = figure.add_subplot(rows, 3, place, title=title, xlabel="y", ylabel="x")
        side = (-numpy.pi, numpy.pi)
        figure.colorbar(axes.imshow(field, origin="lower", extent=(*side, *side)))
    figure.savefig(path, dpi=120)


def main():
    parser = argparse.ArgumentParser(description="the Poisson equation by distributed transforms")
    parser.add_argument("--square", type=int, nargs=2, default=(18, 256), help="points per side")
    parser.add_argument("--cube", type=int, nargs=2, default=(19, 64), help="points per side")
    parser.add_argument("--output", help="a file for the picture")
    options = parser.parse_args()

    pictures: dict[str, jax.Array] = {}
    differences = []
    for make, sizes in ((slabs, options.square), (pencils, options.cube)):
        coarse, fine = (make(size, MPI.COMM_WORLD) for size in sizes)
        _, coarse_error, before = solve(coarse)
        solution, fine_error, after = solve(fine)
        alone, *_ = solve(make(sizes[1], MPI.COMM_SELF))
        differences.append(float(abs(solution.gather() - alone.gather()).max()))
        verdict = "fell" if after < before else "DID NOT FALL"
        jpi.print(f"{'':9}the error {verdict}, from {before:.1e} to {after:.1e}")
        pictures |= {
            f"solution, {fine.title}": solution.gather(root=0),
            f"error, {coarse.title}": coarse_error.gather(root=0),
            f"error, {fine.title}": fine_error.gather(root=0),
        }
    if options.output and jpi.rank() == 0:
        draw(pictures, options.output)
    jpi.print(f"largest difference to one process: {max(differences):.1e}")


if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)
    jpi.config.fallback = "error"  # no operation here may gather its operands
    main()
