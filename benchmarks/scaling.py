"""The time of whole programs on a growing number of ranks: strong scaling, one size for all.

    for ranks in 1 2 4 8 16; do mpirun -n $ranks python benchmarks/scaling.py; done

The ranks share the cores of the machine: one rank alone has all of them, by the threads of XLA and
BLAS, so that it is `jax.numpy` and NumPy at their best. Sizes are those of docs/scaling.md;
`--divide 4` makes every side a quarter. A time is the median of rank 0's, in milliseconds.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import Any

import jax
from _measure import take_turns, timer_of
from mpi4py import MPI

import jpi
import jpi.numpy as jnp
import jpi.random

jax.config.update("jax_enable_x64", True)
jpi.config.linalg = "distributed"

WORLD = MPI.COMM_WORLD
STEPS = 20
SINGLE = jax.numpy.float32

Program = tuple[str, Callable[..., Any], tuple[Any, ...], int]  # name, function, operands, steps


def heat(_: Any, u: Any) -> Any:
    neighbours = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2]
    return u.at[1:-1, 1:-1].add(0.1 * (neighbours - 4 * u[1:-1, 1:-1]))


def steps(u: Any) -> Any:
    return jax.lax.fori_loop(0, STEPS, heat, u)


@jax.grad
def gradient(u: Any) -> Any:
    step = jax.checkpoint(lambda u, _: (heat(None, u), None))
    return jnp.sum(jax.lax.scan(step, u, None, STEPS)[0] ** 2)


@jax.grad
def logistic(w: Any, x: Any, y: Any) -> Any:
    z = x @ w
    return jnp.mean(jnp.logaddexp(0, z) - y * z)


def programs(divide: int) -> Iterator[Program]:
    """Yields the programs, each with new operands."""
    n, rows = 4096 // divide, 400_000 // divide**2
    normal = jpi.random.normal
    keys = iter(jax.random.split(jax.random.key(0), 8))
    for side in (n, n // 8):
        grid = normal(next(keys), (side, side), dtype=SINGLE)
        yield f"heat equation by slices, {side} x {side}, a step", steps, (grid,), STEPS
    grid = normal(next(keys), (n, n), dtype=SINGLE)
    yield f"gradient of {STEPS} steps, {n} x {n}, a step", gradient, (grid,), STEPS
    yield f"fft2, {n} x {n}", jnp.fft.fft2, (grid,), 1
    yield f"sort of {n * n}", jnp.sort, (grid.reshape(-1),), 1
    data, labels = normal(next(keys), (rows, 64), dtype=SINGLE), jnp.ones(rows, SINGLE)
    weights = jax.numpy.zeros(64, SINGLE)
    yield f"gradient of a regression, {rows} x 64", logistic, (weights, data, labels), 1
    a = normal(next(keys), (n, n))
    positive = a @ a.T / n + jnp.eye(n)
    yield f"cholesky, {n}, float64", jnp.linalg.cholesky, (positive,), 1
    yield f"solve, {n}, float64", jnp.linalg.solve, (a, a[0]), 1
    yield f"qr, {n}, float64", jnp.linalg.qr, (a,), 1
    half = normal(next(keys), (n // 2, n // 2))
    yield f"eigh, {n // 2}, float64", lambda x: jnp.linalg.eigh(x + x.T), (half,), 1
    yield f"svd, {n // 2}, float64", jnp.linalg.svd, (half,), 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--divide", type=int, default=1, help="by how much each side is divided")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    for name, function, operands, count in programs(options.divide):
        compiled = jpi.jit(function)
        timer = timer_of(lambda f=compiled, x=operands: jax.block_until_ready(f(*x)), 1)
        timer()
        seconds = take_turns({"": timer}, rounds=options.rounds, before=WORLD.Barrier)[""]
        if not WORLD.rank:
            print(f"{WORLD.size:3d} ranks  {name:<48}{1e3 * seconds / count:10.2f} ms", flush=True)


if __name__ == "__main__":
    main()
