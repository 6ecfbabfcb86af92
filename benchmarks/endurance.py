"""What grows in a program that runs for long: memory, files, threads, communicators, requests.

    mpirun -n 2 python benchmarks/endurance.py                              # an hour
    mpirun -n 4 python benchmarks/endurance.py --minutes 600 --output growth.png

Every round does a bit of everything, in sizes that change, and checks the results: eager calls,
compiled ones, gradients, masks, other layouts, communicators that are made and freed, errors that
are caught and repaired. The table shows the highest value of all ranks; the last line the growth
per hour after the first third, when all caches are as full as they get.

`memory_MB` is what the operating system counts, `in_use_MB` what the C library has given out and
not got back. Where only the first one grows, nothing is lost: programs that come and go leave free
places between those that stay, and a page of memory that holds both cannot be given back.

Sizes come from a pool, as JAX itself keeps what it traced for each size, as many as its caches have
places: eager calls on ever new sizes grow by 0.1 MB for each size until then (plain JAX by 3 MB).
JPI's own programs get less memory here than the pool needs, so that they are dropped and compiled
again all the time.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

import jax
import numpy as np
from jax.sharding import PartitionSpec as P
from mpi4py import MPI

import jpi
import jpi.numpy as jnp
from jpi._mpi.comm import live
from jpi._ordered.programs import programs
from jpi._watch import process as watching

SAMPLES = 40
CACHE_BYTES = 2**28
COLUMNS = (
    "minutes",
    "rounds",
    "memory_MB",
    "in_use_MB",
    "programs",
    "comms",
    "files",
    "threads",
    "requests",
)


def draw_size(draw: np.random.Generator, most: int, count: int = 40) -> int:
    """Returns one of at most ``count`` sizes from 1 to ``most``."""
    return int(draw.choice(np.unique(np.linspace(1, most, count, dtype=int))))


class _Mallinfo2(ctypes.Structure):
    """What GNU's `mallinfo2` returns."""

    _names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    _fields_ = tuple((name, ctypes.c_size_t) for name in _names.split())


def bytes_in_use() -> float:
    """Returns the bytes that `malloc` has given out; 0 with another C library than GNU's."""
    mallinfo2 = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if mallinfo2 is None:
        return 0.0
    mallinfo2.restype = _Mallinfo2
    info = mallinfo2()
    return float(info.uordblks + info.hblkhd)


def sample(minutes: float, rounds: int) -> list[float]:
    """Returns a row of the table for this rank."""
    process, watch = Path("/proc/self"), watching._watch
    pages = int((process / "statm").read_text().split()[1])
    requests = len(watch._channel._sent) if watch else 0
    return [
        minutes,
        rounds,
        pages * resource.getpagesize() / 1e6,
        bytes_in_use() / 1e6,
        len(programs),
        len(live),
        len(os.listdir(process / "fd")),
        len(os.listdir(process / "task")),
        requests,
    ]


def eager(draw: np.random.Generator) -> None:
    x = draw.normal(size=draw_size(draw, 4000)).astype(np.float32)
    shared = jnp.asarray(x)
    np.testing.assert_allclose((shared * 2 + shared).gather(), 3 * x, rtol=1e-5)
    np.testing.assert_allclose(jnp.sort(shared)[::2].gather(), np.sort(x)[::2])
    np.testing.assert_allclose(jnp.sum(shared), x.sum(dtype=np.float64), rtol=1e-3, atol=1e-2)


def compiled(draw: np.random.Generator) -> None:
    scale = float(draw.normal())
    x = draw.normal(size=draw_size(draw, 400)).astype(np.float32)
    function = jpi.jit(lambda x: jnp.mean((scale * x) ** 2))
    np.testing.assert_allclose(function(jnp.asarray(x)), np.mean((scale * x) ** 2), rtol=1e-3)


def gradient(draw: np.random.Generator) -> None:
    x = draw.normal(size=(draw_size(draw, 300, 6), 5)).astype(np.float32)
    w = draw.normal(size=5).astype(np.float32)
    shared = jnp.asarray(x)
    found = jax.grad(lambda w: jnp.sum((shared @ w) ** 2))(jax.numpy.asarray(w))
    np.testing.assert_allclose(found, 2 * x.T @ (x @ w), rtol=1e-2, atol=1e-2)


def masks(draw: np.random.Generator) -> None:
    x = draw.normal(size=draw_size(draw, 1000)).astype(np.float32)
    shared = jnp.asarray(x)
    bound = np.median(x)  # so that the number of those above it is one of a few
    np.testing.assert_array_equal(shared[shared > bound].gather(), x[x > bound])


def layouts(draw: np.random.Generator) -> None:
    x = draw.normal(size=[draw_size(draw, 100, 7) for _ in range(2)]).astype(np.float32)
    moved = jnp.asarray(x).redistribute(P(None, "ranks"))
    np.testing.assert_array_equal(moved.T.gather(), x.T)


def communicators(draw: np.random.Generator) -> None:
    comm = MPI.COMM_WORLD.Split(0, int(draw.integers(2)) * MPI.COMM_WORLD.rank)
    mesh = jpi.make_mesh((comm.size, 1), ("rows", "columns"), comm)
    x = np.ones((4, draw.integers(1, 10)), np.float32)
    shared = jnp.asarray(x, spec=P("rows", "columns"), mesh=mesh)
    np.testing.assert_array_equal(jnp.sum(shared, axis=0).gather(), x.sum(axis=0))
    jpi.allreduce(x, op=MPI.SUM, comm=comm)  # may still run
    comm.Free()


def errors(draw: np.random.Generator) -> None:
    x = jnp.asarray(np.ones(int(draw.integers(2, 50)), np.float32))
    with contextlib.suppress(TypeError, ValueError):  # the same mistake on every rank
        jnp.reshape(x, (3, 0))
    np.testing.assert_array_equal(jnp.reshape(x, (1, -1)).gather()[0], np.ones(x.shape))
    comm = MPI.COMM_WORLD.Dup()
    with contextlib.suppress(Exception):  # ranks that differ
        jpi.allreduce(np.ones(2 + comm.rank), op=MPI.SUM, comm=comm).block_until_ready()
    repaired = jpi.allreduce(np.ones(1), op=MPI.SUM, comm=comm)
    np.testing.assert_array_equal(repaired, comm.size)
    comm.Free()


KINDS = (eager, compiled, gradient, masks, layouts, communicators, errors)


def endure(seconds: float, report: Callable[[list[float]], None]) -> list[list[float]]:
    """Returns the rows of the table, the same on every rank."""
    draw, start, rows, rounds, is_over = np.random.default_rng(0), time.monotonic(), [], 0, False
    while not is_over:
        for kind in KINDS:
            kind(draw)
        rounds += 1
        now = MPI.COMM_WORLD.bcast(time.monotonic() - start)
        is_over = now > seconds
        if is_over or now >= len(rows) * seconds / SAMPLES:
            all_ranks = MPI.COMM_WORLD.allgather(sample(now / 60, rounds))
            rows.append(np.max(all_ranks, axis=0).tolist())
            report(rows[-1])
    return rows


def growth(rows: list[list[float]]) -> list[float]:
    """Returns the growth per hour of each column after a third of the time: slopes of lines."""
    late = np.array(rows)[len(rows) // 3 :]
    return np.polyfit(late[:, 0] / 60, late, 1)[0].tolist()


def draw_picture(rows: list[list[float]], path: str) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    columns = np.array(rows).T
    figure, axes = pyplot.subplots(2, 4, figsize=(16, 6), sharex=True)
    axes.flat[-1].set_axis_off()  # one place more than columns
    for axis, name, values in zip(axes.flat[:-1], COLUMNS[2:], columns[2:], strict=True):
        axis.plot(columns[0], values)
        axis.set(title=name.replace("_", " "), ylim=(0, 1.1 * max(values) + 1))
    for axis in axes[-1]:
        axis.set_xlabel("minutes")
    figure.savefig(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--output", help="a file for a picture of the table")
    options = parser.parse_args()
    jpi.config.cache_bytes = CACHE_BYTES

    def show(row: list[float]) -> None:
        if jpi.rank() == 0:
            print("".join(f"{value:>11.1f}" for value in row), flush=True)

    if jpi.rank() == 0:
        print("".join(f"{name:>11}" for name in COLUMNS), flush=True)
    rows = endure(60 * options.minutes, show)
    if jpi.rank() == 0:
        print("growth per hour")
        show(growth(rows))
        if options.output:
            draw_picture(rows, options.output)


if __name__ == "__main__":
    main()
