"""Sorting a vector: NumPy's sort of one rank's part, which sends nothing, and that of all ranks.

    python benchmarks/sorting.py
    mpirun -n 2 python benchmarks/sorting.py

Contestants, which take turns in one run: `numpy.sort` (or `argsort`) of this rank's part; XLA's;
JPI's sort of this rank's part (`jpi._blocks.local_sort`); JPI's of the DistArray; heat's, where it
is installed. Results are checked before they are timed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy
from _measure import calls_to_fill, show, take_turns, timer_of
from jax import lax
from mpi4py import MPI

import jpi
import jpi.numpy
from jpi._blocks.local_sort import sort_local

try:
    import heat
except ImportError:
    heat = None

WORLD = MPI.COMM_WORLD
LIMIT = 1.6  # times the sort of a part by NumPy
ROUNDS = 21
TURN = 5e-3  # seconds of NumPy's calls in a row, at the least
KINDS = ("normal", "small integers", "sorted")


def numbers(kind: str, elements: int) -> numpy.ndarray:
    rng = numpy.random.default_rng(0)
    if kind == "small integers":
        return rng.integers(0, 1000, elements).astype(numpy.int32)
    x = rng.normal(size=elements)
    return numpy.sort(x).astype(numpy.float32) if kind == "sorted" else x.astype(numpy.float32)


def waiting(function: Callable[..., Any], *args: Any) -> Callable[[], Any]:
    return lambda: jax.block_until_ready(function(*args))


def local_sorts(name: str, x: Any) -> dict[str, Callable[[], Any]]:
    """Returns the sorts of a part by XLA and by JPI, with the places of the numbers for argsort."""
    places = [lax.iota(jnp.int32, len(x))] if name == "argsort" else []

    def by_xla(x: Any) -> Any:
        return lax.sort([x, *places], num_keys=1)[-1]

    def by_jpi(x: Any) -> Any:
        return sort_local([x, *places], 1)[-1]

    return {"XLA, a part": waiting(jax.jit(by_xla), x), "jpi, a part": waiting(jax.jit(by_jpi), x)}


def measure(name: str, kind: str, elements: int) -> None:
    x = numbers(kind, elements)
    part = numpy.array_split(x, WORLD.size)[WORLD.rank]
    order = {"kind": "stable"} if name == "argsort" else {}
    shared = jpi.numpy.asarray(x)
    calls = {
        "NumPy, a part": lambda: getattr(numpy, name)(part, **order),
        **local_sorts(name, jnp.asarray(part)),
        "jpi": waiting(lambda x: getattr(jpi.numpy, name)(x).shard, shared),
    }
    for call in calls.values():
        call()
    numpy.testing.assert_array_equal(calls["jpi, a part"](), calls["NumPy, a part"]())
    whole = getattr(jpi.numpy, name)(shared).gather()
    numpy.testing.assert_array_equal(whole, getattr(numpy, name)(x, **order))
    if heat is not None and name == "sort":
        split = heat.array(x, split=0)
        calls["heat"] = lambda: heat.sort(split)
    count = calls_to_fill(TURN, calls["NumPy, a part"])
    timers = {name: timer_of(call, count) for name, call in calls.items()}
    seconds = take_turns(timers, rounds=ROUNDS, before=WORLD.Barrier)
    title = f"{name} of {elements} {kind}, {x.dtype}"
    show(title, x.nbytes, seconds, reference="NumPy, a part", targets={"jpi": LIMIT})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--elements", type=int, nargs="+", default=[10**4, 10**6])
    options = parser.parse_args()
    for elements in options.elements:
        for kind in KINDS:
            for name in ("sort", "argsort"):
                measure(name, kind, elements)


if __name__ == "__main__":
    main()
