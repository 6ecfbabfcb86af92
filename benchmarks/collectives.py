"""The cost of each collective, against the same MPI call on NumPy buffers, at sizes up to 64 MiB.

    mpirun -n 2 python benchmarks/collectives.py           # some minutes
    mpirun -n 2 python benchmarks/collectives.py --quick   # 8 B and 1 MiB, less than a minute

The size is that of the operand of one rank; `_collectives.py` defines it for each operation.

Contestants, which take turns in one run:

- mpi4py: the call on NumPy buffers made beforehand, from Python; the reference;
- jpi call, mpi4jax call, gloo call: one call of a compiled function that is the collective;
- jpi eager: one call outside of any compiled function;
- jpi loop, mpi4jax loop, gloo loop: one iteration of a compiled loop whose body is the collective.

gloo means JAX's own CPU collectives. mpi4jax and gloo run where they are installed and can be
started, and have the operation. Every result is checked against NumPy before it is timed. A time
is the median over the rounds of rank 0's; the ranks meet in a barrier before every turn.
"""

from __future__ import annotations

import argparse
import pathlib
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy
from _collectives import RANK, RANKS, WORLD, operands_of, operations
from _compiled import Compiled
from _gloo import OPERATIONS as GLOO_OPERATIONS
from _gloo import Gloo, start_gloo
from _measure import Timer, take_turns, timer_of
from _report import COLUMNS, KIB, MIB, REFERENCE, heading, report, row_of

import jpi

try:
    import mpi4jax
except ImportError:
    mpi4jax = None

SIZES = (8, KIB, 64 * KIB, MIB, 16 * MIB, 64 * MIB)
QUICK_SIZES = (8, MIB)
BARRIER_SIZE = 8  # a barrier has no size: it is timed beside the smallest operands
GLOO_SECONDS = 0.05  # for a turn: its TCP can stall for 40 ms, and the counts would take minutes


class Counts(NamedTuple):
    """How often a contestant runs in one round, and how many rounds there are."""

    calls: int
    iterations: int
    rounds: int


def counts_of(size: int, quick: bool) -> Counts:
    """Returns the counts for a size: they are the same on every rank, whatever the time."""
    calls = min(max(16 * MIB // size, 2), 100)
    iterations = min(max(64 * MIB // size, 16), 1000)
    rounds = 11 if size < 16 * MIB else 5
    return Counts(calls, iterations, min(rounds, 5) if quick else rounds)


class Case:
    """One operation at one size: this rank's operand, and its expected result."""

    def __init__(self, name: str, size: int) -> None:
        operation = operations(size // 4)[name]
        operands = operands_of(operation)
        results = [operation.expected(operands, rank) for rank in range(RANKS)]
        self.name, self.operation = name, operation
        self.x, self.y = operands[RANK], results[RANK]
        self.feeds_back = self.x.shape == self.y.shape
        self.hands_through = self.x is self.y
        again = [x if x.shape != y.shape else y for x, y in zip(operands, results, strict=True)]
        self.y_of_two = operation.expected(again, RANK)

    def check(self, result: Any, result_of_two: Any | None = None) -> None:
        """Raises if the results of one call and of a loop of two are not NumPy's."""
        numpy.testing.assert_array_equal(result, self.y, self.name)
        if result_of_two is not None:
            numpy.testing.assert_array_equal(result_of_two, self.y_of_two, f"{self.name} in a loop")


def mpi4py_timers(case: Case, counts: Counts) -> dict[str, Timer]:
    call, x = case.operation.mpi4py, case.x
    y = case.operation.unwritten(x) if case.feeds_back else numpy.full_like(case.y, -1)
    call(x, y)
    case.check(y)
    return {REFERENCE: timer_of(lambda: call(x, y), counts.iterations)}


def library_timers(
    case: Case, counts: Counts, library: Any, jit: Callable[..., Any], wait: Callable[[], Any]
) -> dict[str, Timer]:
    """Returns the timers of a library on jax.Arrays: jpi or mpi4jax."""
    if not all(hasattr(library, function) for function in case.name.split("+")):
        return {}
    options = {"wait": wait, "hands_through": case.hands_through}
    function, x = partial(case.operation.jax, library), jax.numpy.asarray(case.x)
    compiled = Compiled(function, x, jit=jit, **options)
    eager = Compiled(function, x, jit=lambda function, **_: function, **options)
    case.check(compiled.result(), compiled.result_of_two())
    case.check(eager.result())
    timers = {
        "call": partial(compiled.time_call, counts.calls),
        "eager": partial(eager.time_call, counts.calls),
        "loop": partial(compiled.time_loop, counts.iterations),
    }
    named = {f"{library.__name__} {form}": timer for form, timer in timers.items()}
    return {name: timer for name, timer in named.items() if name in COLUMNS}


def gloo_timers(case: Case, counts: Counts, gloo: Gloo | None) -> dict[str, Timer]:
    if gloo is None or case.name not in GLOO_OPERATIONS:
        return {}
    gloo.ask("compile", case.name, case.x)
    case.check(gloo.ask("result"), gloo.ask("result_of_two"))
    seconds = WORLD.bcast(gloo.ask("time_call", 2), 0)
    most = max(2, int(GLOO_SECONDS / seconds))
    return {
        "gloo call": partial(gloo.ask, "time_call", min(counts.calls, most)),
        "gloo loop": partial(gloo.ask, "time_loop", min(counts.iterations, most)),
    }


def measure(name: str, size: int, counts: Counts, gloo: Gloo | None) -> dict[str, float]:
    """Returns the median seconds of each contestant."""
    case = Case(name, size)
    timers = (
        mpi4py_timers(case, counts)
        | library_timers(case, counts, jpi, jpi.jit, jpi.wait)
        | library_timers(case, counts, mpi4jax, jax.jit, jax.effects_barrier)
        | gloo_timers(case, counts, gloo)
    )
    return take_turns(timers, rounds=counts.rounds, before=WORLD.Barrier)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two sizes and few rounds")
    parser.add_argument("--sizes", type=int, nargs="+", help="bytes, multiples of 4")
    parser.add_argument("--operations", nargs="+", choices=operations(2), metavar="OPERATION")
    parser.add_argument("--gloo", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path())
    return parser.parse_args()


def main() -> None:
    options = arguments()
    gloo = start_gloo(WORLD) if options.gloo else None
    results = []
    if RANK == 0:
        print(heading())
    for size in options.sizes or (QUICK_SIZES if options.quick else SIZES):
        for name in options.operations or operations(2):
            if name == "barrier" and size != BARRIER_SIZE:
                continue
            counts = counts_of(size, options.quick)
            seconds = measure(name, size, counts, gloo)
            results.append({"operation": name, "size": size, "seconds": seconds})
            results[-1] |= counts._asdict()
            if RANK == 0:
                print(row_of(results[-1]), flush=True)
    if gloo:
        gloo.close()
    if RANK == 0:
        report(results, options.output)


if __name__ == "__main__":
    try:
        main()
    except Exception:  # the other ranks would wait for this one
        traceback.print_exc()
        WORLD.Abort(1)
