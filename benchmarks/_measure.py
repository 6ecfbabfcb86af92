"""How the benchmarks measure: contestants take turns in one run, and medians are compared."""

from __future__ import annotations

import statistics
import timeit
from collections.abc import Callable, Mapping

import jax
from mpi4py import MPI

Contestant = Callable[[], jax.Array]


def time_contestants(
    contestants: Mapping[str, Contestant], *, rounds: int = 100, calls: int = 100
) -> dict[str, float]:
    """Returns the median over `rounds` of each contestant's seconds per call.

    In every round each contestant is called `calls` times in a row, so that whatever slows the
    machine for a while slows all of them. A call ends when its result is ready: without waiting,
    the time would be that of filling the queue, and calls in flight would overlap. The counts are
    fixed and not adapted to the time: every rank must make the same calls.
    """
    timers = {
        name: timeit.Timer(lambda call=call: call().block_until_ready())
        for name, call in contestants.items()
    }
    for timer in timers.values():  # compiles
        timer.timeit(calls)
    samples: dict[str, list[float]] = {name: [] for name in timers}
    for _ in range(rounds):
        for name, timer in timers.items():
            samples[name].append(timer.timeit(calls) / calls)
    return {name: statistics.median(times) for name, times in samples.items()}


def show(
    title: str,
    nbytes: int,
    seconds: Mapping[str, float],
    *,
    reference: str,
    targets: Mapping[str, float] | None = None,
) -> None:
    """Prints, on rank 0, a table of the times with their ratio to the reference's."""
    if MPI.COMM_WORLD.rank:
        return
    print(f"\n{title}: {nbytes} bytes, {MPI.COMM_WORLD.size} ranks")
    print(f"  {'':<32}{'time':>11}{'bandwidth':>14}{'ratio':>8}")
    for name, time in seconds.items():
        ratio = time / seconds[reference]
        target = (targets or {}).get(name)
        verdict = "" if target is None else f"  at most {target:g}: {verdict_of(ratio, target)}"
        rate = f"{nbytes / time / 1e6:.4g} MB/s"
        print(f"  {name:<32}{time * 1e6:>8.2f} us{rate:>14}{ratio:>7.2f}x{verdict}")


def verdict_of(ratio: float, target: float) -> str:
    return "met" if ratio <= target else "missed"
