"""Moving a matrix from rows to columns and back, against mpi4py code written by hand.

    mpirun -n 2 python benchmarks/redistribute.py             # 4096 x 4096, float32
    mpirun -n 4 python benchmarks/redistribute.py --size 1000

Contestants, which take turns in one run:

- mpi4py: NumPy packs the blocks, one Alltoallv moves them, NumPy unpacks where it must; buffers are
  made beforehand; the reference;
- jpi call: `x.redistribute` in a compiled function; jpi eager: outside of any;
- XLA packs: the blocks packed by XLA, one `jpi.alltoallv`, unpacked by XLA; the alternative to JPI
  itself (native code packs strided data, and MPI datatypes receive it);
- heat: `resplit`, where installed; gloo: JAX's own resharding, where it can be started.

Every result is checked against NumPy before it is timed. A time is the median over the rounds of
rank 0's; the ranks meet in a barrier before every turn.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy
from _collectives import RANK, RANKS, WORLD
from _gloo import Gloo, start_gloo
from _measure import Timer, show, take_turns, timer_of

import jpi
import jpi.numpy

try:
    import heat
except ImportError:
    heat = None

ROWS, COLUMNS = jpi.P("ranks"), jpi.P(None, "ranks")
CALLS, ROUNDS = 3, 11
TARGETS = {"jpi call": 1.15}


def blocks_of(size: int) -> list[slice]:
    """Returns the balanced part of each rank along a dimension."""
    bounds = [rank * (size // RANKS) + min(rank, size % RANKS) for rank in range(RANKS + 1)]
    return [slice(*pair) for pair in itertools.pairwise(bounds)]


class ByHand:
    """The exchange in mpi4py: rows to columns packs, columns to rows unpacks."""

    def __init__(self, size: int) -> None:
        self._parts = blocks_of(size)
        lengths = [part.stop - part.start for part in self._parts]
        own = lengths[RANK]
        self._counts = [own * length for length in lengths]
        self._buffer = numpy.empty(size * own, numpy.float32)
        self._ends = numpy.cumsum(self._counts)[:-1]
        self.columns = numpy.empty((size, own), numpy.float32)
        self.rows = numpy.empty((own, size), numpy.float32)

    def to_columns(self, x: numpy.ndarray) -> numpy.ndarray:
        for piece, part in zip(numpy.split(self._buffer, self._ends), self._parts, strict=True):
            piece.reshape(len(x), -1)[...] = x[:, part]
        WORLD.Alltoallv([self._buffer, self._counts], [self.columns, self._counts])
        return self.columns

    def to_rows(self, x: numpy.ndarray) -> numpy.ndarray:
        WORLD.Alltoallv([x, self._counts], [self._buffer, self._counts])
        for piece, part in zip(numpy.split(self._buffer, self._ends), self._parts, strict=True):
            self.rows[:, part] = piece.reshape(len(self.rows), -1)
        return self.rows


def packed_by_xla(size: int, to_columns: bool) -> Callable[[jax.Array], jax.Array]:
    parts = blocks_of(size)
    own = parts[RANK].stop - parts[RANK].start
    counts = [own * (part.stop - part.start) for part in parts]
    ends = numpy.cumsum(counts)[:-1]

    def run(x: jax.Array) -> jax.Array:
        if to_columns:
            packed = jnp.concatenate([x[:, part].ravel() for part in parts])
            return jpi.alltoallv(packed, counts, counts).reshape(size, own)
        pieces = jnp.split(jpi.alltoallv(x.ravel(), counts, counts), ends)
        return jnp.concatenate([piece.reshape(own, -1) for piece in pieces], axis=1)

    return jpi.jit(run)


def contestants(
    matrix: numpy.ndarray, to_columns: bool, gloo: Gloo | None
) -> dict[str, tuple[Callable[[], Any], Timer]]:
    """Returns, for each contestant, the result of a call and a timer."""
    part = blocks_of(len(matrix))[RANK]
    rows, columns = matrix[part], numpy.ascontiguousarray(matrix[:, part])
    x = rows if to_columns else columns
    by_hand = ByHand(len(matrix))
    shared = jpi.numpy.asarray(matrix, spec=ROWS if to_columns else COLUMNS)
    target = COLUMNS if to_columns else ROWS
    compiled = jpi.jit(lambda x: x.redistribute(target))
    packed, local = packed_by_xla(len(matrix), to_columns), jnp.asarray(x)

    def timed(call: Callable[[], Any]) -> tuple[Callable[[], Any], Timer]:
        return call, timer_of(lambda: jax.block_until_ready(call()), CALLS)

    hand = by_hand.to_columns if to_columns else by_hand.to_rows
    found = {
        "mpi4py": timed(lambda: hand(x)),
        "jpi call": timed(lambda: compiled(shared).shard),
        "jpi eager": timed(lambda: shared.redistribute(target).shard),
        "XLA packs": timed(lambda: packed(local)),
    }
    if heat is not None:
        source = heat.array(matrix, split=0 if to_columns else 1)
        found["heat"] = timed(lambda: heat.resplit(source, int(to_columns)).larray.numpy())
    if gloo is not None and len(matrix) % RANKS == 0:
        gloo.ask("compile", "to columns" if to_columns else "to rows", x)
        found["gloo"] = (lambda: gloo.ask("result"), lambda: gloo.ask("time_call", CALLS))
    return found


def measure(matrix: numpy.ndarray, to_columns: bool, gloo: Gloo | None) -> None:
    part = blocks_of(len(matrix))[RANK]
    expected = matrix[:, part] if to_columns else matrix[part]
    timers = {}
    for name, (result, timer) in contestants(matrix, to_columns, gloo).items():
        numpy.testing.assert_array_equal(result(), expected, name)
        timers[name] = timer
    seconds = take_turns(timers, rounds=ROUNDS, before=WORLD.Barrier)
    title = f"{' x '.join(map(str, matrix.shape))} {'rows to columns' if to_columns else 'back'}"
    show(title, expected.nbytes, seconds, reference="mpi4py", targets=TARGETS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, nargs="+", default=[4096])
    parser.add_argument("--gloo", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    gloo = start_gloo(WORLD) if options.gloo else None
    for size in options.size:
        matrix = numpy.arange(size * size, dtype=numpy.float32).reshape(size, size)
        for to_columns in (True, False):
            measure(matrix, to_columns, gloo)
    if gloo:
        gloo.close()


if __name__ == "__main__":
    main()
