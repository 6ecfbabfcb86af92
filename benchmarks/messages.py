"""How many collective calls a function makes, and how many bytes leave a rank.

    mpirun -n 4 python benchmarks/messages.py
    mpirun -n 8 python benchmarks/messages.py --examples --rows 9600

For each function: the calls of a rank, the most bytes that leave one rank, and by which operations,
as `jpi.profile` counts them. Beside them stands the least: one call if any rank needs what another
one holds, and the bytes of what must leave a rank. An allreduce or an allgather counts the bytes of
its operand; how often MPI sends them, and in how many rounds, is the algorithm of the library. The
operands are float32: `x` and `y` are matrices, sharded by rows; `v` is a vector, sharded.

With `--examples`, also the sum over each program of examples/.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import io
import pathlib
import runpy
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
import numpy

import jpi
import jpi.numpy as jnp

RANKS, COLUMNS, ITEM = jpi.size(), 24, 4
EXAMPLES = pathlib.Path(__file__).parents[1] / "examples"


class Operands(NamedTuple):
    x: Any
    y: Any
    v: Any
    square: Any
    at: Any

    @property
    def rows(self) -> int:
        return self.x.shape[0]

    @property
    def block(self) -> int:
        """The bytes of a rank's rows of ``x``."""
        return self.rows * COLUMNS * ITEM // RANKS


class Function(NamedTuple):
    """A call, and the least that it must send: calls of a rank, and bytes that leave it."""

    call: Callable[[Operands], Any]
    calls: int = 0
    bytes: Callable[[Operands], float] = lambda o: 0


def operands(rows: int) -> Operands:
    draw = numpy.random.default_rng(0)
    x, y = (jnp.asarray(draw.normal(size=(rows, COLUMNS)), "float32") for _ in range(2))
    v = jnp.asarray(draw.normal(size=rows), "float32")
    square = jnp.asarray(draw.normal(size=(8 * RANKS, 8 * RANKS)), "float32")
    at = jnp.asarray(draw.integers(0, rows, rows))
    return Operands(x, y, v, square, at)


def reduced(call: Callable[[Operands], Any], numbers: int = 1) -> Function:
    """One allreduce of so many numbers."""
    return Function(call, 1, lambda o: ITEM * numbers)


def away(o: Operands) -> float:
    """The bytes of a block of ``x`` that go to other ranks if all of them get the same share."""
    return o.block * (RANKS - 1) / RANKS


def piled(rows: int) -> Callable[[Operands], float]:
    """The bytes that a shift by so many rows moves from a rank."""
    return lambda o: rows * COLUMNS * ITEM


FUNCTIONS = {
    "exp(x) + y": Function(lambda o: jnp.exp(o.x) + o.y),
    "x.T": Function(lambda o: o.x.T),
    "sum(x)": reduced(lambda o: jnp.sum(o.x)),
    "mean(x, 0)": reduced(lambda o: jnp.mean(o.x, 0), COLUMNS),
    "mean(x, 1)": Function(lambda o: jnp.mean(o.x, 1)),
    "std(x, 0)": reduced(lambda o: jnp.std(o.x, 0), 2 * COLUMNS),
    "max(v)": reduced(lambda o: jnp.max(o.v)),
    "argmax(v)": reduced(lambda o: jnp.argmax(o.v), 2),
    "all(x > 0)": Function(lambda o: jnp.all(o.x > 0), 1, lambda o: 1),
    "linalg.norm(x)": reduced(lambda o: jnp.linalg.norm(o.x)),
    "max(x), min(x), sum(x)": reduced(lambda o: (o.x.max(), o.x.min(), o.x.sum()), 3),
    "softmax(v)": reduced(lambda o: jpi.nn.softmax(o.v), 2),
    "logsumexp(v)": reduced(lambda o: jpi.nn.logsumexp(o.v), 2),
    "x @ w": Function(lambda o: o.x @ jax.numpy.ones((COLUMNS, 3))),
    "v @ x": reduced(lambda o: o.v @ o.x, COLUMNS),
    "x.T @ y": reduced(lambda o: o.x.T @ o.y, COLUMNS**2),
    "square @ square": Function(lambda o: o.square @ o.square, 1, lambda o: o.square.shard.nbytes),
    "cov(x, rowvar=False)": reduced(lambda o: jnp.cov(o.x, rowvar=False), COLUMNS**2 + COLUMNS),
    "linalg.qr(x)": reduced(lambda o: jnp.linalg.qr(o.x), COLUMNS**2),
    "linalg.svd(x, 0)": reduced(lambda o: jnp.linalg.svd(o.x, full_matrices=False), COLUMNS**2),
    "linalg.lstsq(x, v)": reduced(lambda o: jnp.linalg.lstsq(o.x, o.v)[0], COLUMNS**2 + COLUMNS),
    "cumsum(x, 0)": Function(lambda o: jnp.cumsum(o.x, 0), 1, piled(1)),
    "cumprod(x, 0)": Function(lambda o: jnp.cumprod(o.x, 0), 1, piled(1)),
    "cummax(x, 0)": Function(lambda o: jpi.lax.cummax(o.x, 0), 1, piled(1)),
    "diff(x, axis=0)": Function(lambda o: jnp.diff(o.x, axis=0), 1, piled(1)),
    "gradient(v)": Function(lambda o: jnp.gradient(o.v), 1, lambda o: 2 * ITEM),
    "convolve(v, k)": Function(
        lambda o: jnp.convolve(o.v, jax.numpy.ones(5), "same"), 1, lambda o: 4 * ITEM
    ),
    "roll(x, 1, 0)": Function(lambda o: jnp.roll(o.x, 1, 0), 1, piled(1)),
    "x[1:-1]": Function(lambda o: o.x[1:-1], 1, piled(1)),
    "x[::2]": Function(lambda o: o.x[::2]),
    "flip(x, 0)": Function(lambda o: jnp.flip(o.x, 0), 1, lambda o: o.block),
    "concatenate([x, y])": Function(
        lambda o: jnp.concatenate([o.x, o.y]), 1, lambda o: 2 * o.block
    ),
    "split(v, 8)": Function(lambda o: jnp.split(o.v, 8), 1, lambda o: o.v.shard.nbytes),
    "stack([x, y])": Function(lambda o: jnp.stack([o.x, o.y])),
    "pad(x, 1)": Function(lambda o: jnp.pad(o.x, 1), 1, piled(1)),
    "tile(v, 2)": Function(lambda o: jnp.tile(o.v, 2), 1, lambda o: 2 * o.v.shard.nbytes),
    "x.reshape(-1)": Function(lambda o: o.x.reshape(-1)),
    "redistribute": Function(lambda o: o.x.redistribute(jpi.P(None, "ranks")), 1, away),
    "gather": Function(lambda o: o.x.gather(), 1, lambda o: o.block),
    "sort(v)": Function(lambda o: jnp.sort(o.v), 1, lambda o: o.v.shard.nbytes),
    "argsort(v)": Function(lambda o: jnp.argsort(o.v), 1, lambda o: 2 * o.v.shard.nbytes),
    "median(v)": reduced(lambda o: jnp.median(o.v)),
    "lax.top_k(v, 5)": reduced(lambda o: jpi.lax.top_k(o.v, 5), 10),
    "unique(v, size=8)": reduced(lambda o: jnp.unique(o.v, size=8), 8),
    "x[at]": Function(lambda o: o.x[o.at], 1, away),
    "v.at[at].add(1)": Function(lambda o: o.v.at[o.at].add(1), 1, lambda o: away(o) / COLUMNS),
    "x[v > 0]": Function(lambda o: o.x[o.v > 0], 1, piled(1)),
    "bincount(at)": reduced(lambda o: jnp.bincount(o.at, length=64), 64),
    "histogram(v)": reduced(lambda o: jnp.histogram(o.v, bins=10, range=(-3, 3)), 10),
    "fft.fft(v)": Function(lambda o: jnp.fft.fft(o.v), 1, lambda o: 2 * away(o) / COLUMNS),
    "fft.fft2(x)": Function(lambda o: jnp.fft.fft2(o.x), 1, lambda o: 2 * away(o)),
    "grad of mean((x @ w - v)**2)": reduced(
        lambda o: jax.grad(lambda w: jnp.mean((o.x @ w - o.v) ** 2))(jax.numpy.ones(COLUMNS)),
        COLUMNS,
    ),
}


def cost_of(run: Callable[[], Any]) -> tuple[float, int, str]:
    """The calls of a rank, the most bytes that leave one, and the calls by operation."""
    with jpi.profile() as profile:
        jax.block_until_ready(jax.tree.leaves(run()))
    total = {name: cost.calls / RANKS for name, cost in profile.total.items()}
    most = max(sum(cost.bytes for cost in costs.values()) for costs in profile.ranks)
    words = ", ".join(f"{calls:g} {name}" for name, calls in sorted(total.items()))
    return sum(total.values()), most, words


def rows_of(rows: int) -> Iterator[str]:
    given = operands(rows)
    for name, function in FUNCTIONS.items():
        run = jpi.jit(function.call) if name != "x[v > 0]" else function.call  # shape from data
        run(given)  # the comparisons of the first call are not counted
        calls, most, words = cost_of(functools.partial(run, given))
        alone = RANKS == 1
        least, fewest = (0, 0) if alone else (function.calls, round(function.bytes(given)))
        yield f"{name:<30}{calls:>7g}{least:>7}{most:>12}{fewest:>12}   {words}"


def run_program(path: str) -> None:
    runpy.run_path(path, run_name="__main__")


def programs() -> Iterator[str]:
    for path in sorted(EXAMPLES.glob("*.py")):
        sys.argv = [str(path)]
        with (
            tempfile.TemporaryDirectory() as folder,  # for the pictures that they draw
            contextlib.chdir(folder),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            calls, most, words = cost_of(functools.partial(run_program, str(path)))
        yield f"{path.stem:<30}{calls:>7g}{'':>7}{most:>12}{'':>12}   {words}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=4800)
    parser.add_argument("--examples", action="store_true")
    options = parser.parse_args()
    heading = f"{'function':<30}{'calls':>7}{'least':>7}{'bytes':>12}{'least':>12}   operations"
    lines = [f"{RANKS} ranks, {options.rows} rows of {COLUMNS} float32", heading]
    for line in lines + list(rows_of(options.rows)):
        if jpi.rank() == 0:
            print(line, flush=True)
    for line in programs() if options.examples else ():
        if jpi.rank() == 0:
            print(line, flush=True)


if __name__ == "__main__":
    main()
