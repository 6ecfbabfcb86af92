"""Writing and reading an array by blocks, against the same bytes by `os.pwrite` and `numpy.memmap`.

    mpirun -n 2 python benchmarks/files.py                    # 1 GiB
    mpirun -n 4 python benchmarks/files.py --mebibytes 64 --folder /scratch

Contestants, which take turns in one run; each rank moves its rows:

- os.pwrite: into a file that rank 0 has made; the reference of writing. With fsync it is that of
  checkpoints, which are on the disk before a step is visible;
- numpy.memmap: a copy of this rank's rows of the mapped file; the reference of reading;
- .npy, .zarr, .h5: `jpi.io.save` and `jpi.io.load`; checkpoint: `jpi.checkpoint`.

The files are in the page cache when they are read. What is written is read back and checked before
it is timed. A time is the median over the rounds of the slowest rank's; the ranks meet in a barrier
before every turn.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jax
import numpy
from _collectives import RANK, WORLD
from _measure import show, take_turns, timer_of
from mpi4py import MPI

import jpi
import jpi.checkpoint
import jpi.numpy as jnp

LARGEST = 2**30  # bytes of one call
ENDS = ".npy", ".zarr", ".h5"
DURABLE = "os.pwrite, fsync", "checkpoint"
REFERENCES = "os.pwrite", "os.pwrite, fsync", "numpy.memmap"
LIMIT = 1.25  # times the time of the reference: 0.8 times its bandwidth
WIDTH = 1024


def write_by_hand(path: Path, x: Any, syncs: bool) -> None:
    if RANK == 0:
        path.unlink(missing_ok=True)
        path.touch()
    WORLD.Barrier()
    block = numpy.asarray(x.shard)
    data, offset = block.reshape(-1).view(numpy.uint8).data, x.index[0].start * block[:1].nbytes
    descriptor = os.open(path, os.O_WRONLY)
    while data:
        count = os.pwrite(descriptor, data[:LARGEST], offset)
        data, offset = data[count:], offset + count
    if syncs:
        os.fsync(descriptor)
    os.close(descriptor)
    WORLD.Barrier()


def read_by_hand(path: Path, x: Any) -> jax.Array:
    mapped = numpy.memmap(path, x.dtype, "r", shape=x.shape)
    return numpy.array(mapped[x.index])


def contestants(folder: Path, x: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns what writes, and what reads, by name; in an order in which files are there."""
    steps = itertools.count()
    like = {"x": jnp.zeros_like(x)}
    raw = folder / "raw"
    writers: dict[str, Callable[[], Any]] = {
        "os.pwrite": lambda: write_by_hand(raw, x, False),
        "os.pwrite, fsync": lambda: write_by_hand(raw, x, True),
    }
    readers: dict[str, Callable[[], Any]] = {"numpy.memmap": lambda: read_by_hand(raw, x)}
    for end in ENDS:
        path = folder / f"x{end}"
        writers[end] = lambda path=path: jpi.io.save(path, x)  # type: ignore[misc]
        readers[end] = lambda path=path: jpi.io.load(path).shard  # type: ignore[misc]
    writers["checkpoint"] = lambda: jpi.checkpoint.save(folder, next(steps), {"x": x}, keep=1)
    readers["checkpoint"] = lambda: jpi.checkpoint.restore(folder, like)["x"].shard
    return writers, readers


def chosen(calls: dict[str, Any], only: list[str] | None) -> dict[str, Any]:
    return {
        name: call for name, call in calls.items() if only is None or name in (*only, *REFERENCES)
    }


def slowest(timer: Callable[[], float]) -> Callable[[], float]:
    return lambda: WORLD.allreduce(timer(), MPI.MAX)


def measure(title: str, calls: Mapping[str, Any], nbytes: int, rounds: int) -> None:
    timers = {name: slowest(timer_of(call, 1)) for name, call in calls.items()}
    seconds = take_turns(timers, rounds=rounds, before=WORLD.Barrier)
    reference = next(iter(calls))
    show(
        title,
        nbytes,
        seconds,
        reference=reference,
        targets=dict.fromkeys((*ENDS, "checkpoint"), LIMIT),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mebibytes", type=int, default=1024, help="of the whole array")
    parser.add_argument("--folder", help="where the files are; a temporary one by default")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", help="some contestants, beside the references")
    options = parser.parse_args()
    made = tempfile.mkdtemp(dir=options.folder) if RANK == 0 else None
    folder = Path(WORLD.bcast(made))
    rows = options.mebibytes * 2**20 // (4 * WIDTH)
    x = jpi.random.normal(jax.random.key(0), (rows, WIDTH))
    writers, readers = (chosen(found, options.only) for found in contestants(folder, x))
    try:
        for write in writers.values():
            write()
        for name, read in readers.items():
            numpy.testing.assert_array_equal(read(), x.shard, name)
        durable = {name: write for name, write in writers.items() if name in DURABLE}
        cached = {name: write for name, write in writers.items() if name not in DURABLE}
        measure("writing", cached, x.nbytes, options.rounds)
        measure("writing to the disk", durable, x.nbytes, options.rounds)
        measure("reading", readers, x.nbytes, options.rounds)
    finally:
        WORLD.Barrier()
        if RANK == 0:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
