"""What each collective costs, against the same MPI call on NumPy buffers, at sizes up to 64 MiB.

    mpirun -n 2 python benchmarks/collectives.py           # some minutes
    mpirun -n 2 python benchmarks/collectives.py --quick   # 8 B and 1 MiB, less than a minute

The size is that of the operand of one rank; `_collectives.py` says what it is for each operation.

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
import json
import pathlib
import socket
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy
from _collectives import RANK, RANKS, WORLD, operands_of, operations
from _compiled import Compiled
from _gloo import OPERATIONS as GLOO_OPERATIONS
from _gloo import Gloo
from _measure import Timer, take_turns, timer_of
from mpi4py import MPI

import jpi

try:
    import mpi4jax
except ImportError:
    mpi4jax = None

KIB, MIB = 2**10, 2**20
SIZES = (8, KIB, 64 * KIB, MIB, 16 * MIB, 64 * MIB)
QUICK_SIZES = (8, MIB)
BARRIER_SIZE = 8  # a barrier has no size: it is timed beside the smallest operands
GLOO_SECONDS = 0.05  # for a turn: its TCP can stall for 40 ms, and the counts would take minutes
LIBRARY = MPI.Get_library_version().splitlines()[0]
REFERENCE = "mpi4py"
COLUMNS = (
    "jpi call",
    "jpi eager",
    "jpi loop",
    "mpi4jax call",
    "mpi4jax loop",
    "gloo call",
    "gloo loop",
)


class Target(NamedTuple):
    """At most `limit` times the time of the reference, wherever both were timed."""

    words: str
    contestant: str
    reference: str
    limit: float
    applies: Callable[[int], bool]


TARGETS = (
    Target("jpi loop at 8 B", "jpi loop", "mpi4py", 1.25, lambda size: size == 8),
    Target("jpi loop from 1 MiB", "jpi loop", "mpi4py", 1.1, lambda size: size >= MIB),
    Target("jpi call from 1 MiB", "jpi call", "mpi4py", 1.3, lambda size: size >= MIB),
    Target("jpi call at 8 B", "jpi call", "mpi4jax call", 0.1, lambda size: size == 8),
    Target("jpi call at any size", "jpi call", "mpi4jax call", 1.0, lambda size: True),
    Target("jpi loop at any size", "jpi loop", "mpi4jax loop", 1.0, lambda size: True),
    Target("jpi call at any size", "jpi call", "gloo call", 1.0, lambda size: True),
    Target("jpi loop at any size", "jpi loop", "gloo loop", 1.0, lambda size: True),
)


class Counts(NamedTuple):
    """How often a contestant runs in one round, and how many rounds there are."""

    calls: int
    iterations: int
    rounds: int


def counts_of(size: int, quick: bool) -> Counts:
    """Returns the counts for a size: they are the same on every rank, whatever the time."""
    calls = min(max(16 * MIB // size, 2), 100)
    iterations = min(max(64 * MIB // size, 4), 1000)
    rounds = 11 if size < 16 * MIB else 5
    return Counts(calls, iterations, min(rounds, 5) if quick else rounds)


class Case:
    """One operation at one size: this rank's operand, and what must come out on this rank."""

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


def start_gloo() -> Gloo | None:
    """Returns this rank's gloo process, or None on all ranks if one of them has none."""
    on_one_host = WORLD.Split_type(MPI.COMM_TYPE_SHARED).size == RANKS
    if RANKS == 1 or not on_one_host:
        return None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = WORLD.bcast(free.getsockname()[1], 0)
    gloo = Gloo(f"127.0.0.1:{port}", RANK, RANKS)
    if WORLD.allreduce(gloo.has_started(), MPI.LAND):
        return gloo
    gloo.close()
    return None


def words_of(size: int) -> str:
    if size < KIB:
        return f"{size} B"
    return f"{size / KIB:g} KiB" if size < MIB else f"{size / MIB:g} MiB"


def row_of(result: dict[str, Any]) -> str:
    seconds = result["seconds"]
    ratios = [seconds[name] / seconds[REFERENCE] if name in seconds else None for name in COLUMNS]
    cells = "".join(f"{'-' if ratio is None else f'{ratio:.2f}x':>14}" for ratio in ratios)
    time = f"{seconds[REFERENCE] * 1e6:.2f} us"
    return f"{result['operation']:<16}{words_of(result['size']):>8}{time:>14}{cells}"


def verdicts_of(results: list[dict[str, Any]]) -> Iterator[str]:
    """Yields one line per target, and one for every figure that falls short."""
    for target in TARGETS:
        names = {target.contestant, target.reference}
        cases = [case for case in results if target.applies(case["size"])]
        cases = [case for case in cases if names <= case["seconds"].keys()]
        misses = []
        for case in cases:
            ratio = case["seconds"][target.contestant] / case["seconds"][target.reference]
            if ratio > target.limit:
                excess = f"{ratio:.3g}x, missed by {100 * (ratio / target.limit - 1):.0f} %"
                misses.append(f"    {case['operation']:<16}{words_of(case['size']):>8}  {excess}")
        verdict = f"missed in {len(misses)} of {len(cases)}" if misses else f"met in {len(cases)}"
        limit = f"at most {target.limit:g} x {target.reference}"
        yield f"  {target.words}, {limit}: {verdict if cases else 'not timed'}"
        yield from misses


def draw(results: list[dict[str, Any]], path: pathlib.Path) -> None:
    """Draws the ratio to mpi4py against the size, one panel per operation."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print("no figure, as matplotlib is not installed")
        return
    names = list(dict.fromkeys(result["operation"] for result in results))
    rows = -(-len(names) // 3)
    figure = Figure((12, 3 * rows), layout="constrained")
    for place, name in enumerate(names, 1):
        cases = [result for result in results if result["operation"] == name]
        draw_panel(figure.add_subplot(rows, 3, place), name, cases)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    figure.supxlabel("bytes of one rank's operand")
    figure.supylabel(f"time / time of {REFERENCE}")
    figure.savefig(path, dpi=120)


def draw_panel(panel: Any, name: str, cases: list[dict[str, Any]]) -> None:
    panel.set(title=name, xscale="log", yscale="log")
    panel.axhline(1, color="black", linewidth=1)
    for column in COLUMNS:
        timed = [case for case in cases if column in case["seconds"]]
        sizes = [case["size"] for case in timed]
        ratios = [case["seconds"][column] / case["seconds"][REFERENCE] for case in timed]
        panel.plot(sizes, ratios, marker=".", label=column)


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
    gloo = start_gloo() if options.gloo else None
    results = []
    if RANK == 0:
        print(f"{RANKS} ranks, {LIBRARY}, JAX {jax.__version__}")
        print(f"{'':<24}{REFERENCE:>14}" + "".join(f"{name:>14}" for name in COLUMNS))
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


def report(results: list[dict[str, Any]], folder: pathlib.Path) -> None:
    print("\ntargets", *verdicts_of(results), sep="\n")
    folder.mkdir(parents=True, exist_ok=True)
    facts = {"ranks": RANKS, "mpi": LIBRARY, "jax": jax.__version__}
    text = json.dumps(facts | {"results": results}, indent=1)
    (folder / "collectives.json").write_text(text + "\n")
    draw(results, folder / "collectives.png")


if __name__ == "__main__":
    try:
        main()
    except Exception:  # the other ranks would wait for this one
        traceback.print_exc()
        WORLD.Abort(1)
