"""How the benchmarks measure: contestants take turns in one run, and medians are compared."""

from __future__ import annotations

import statistics
import timeit
from collections.abc import Callable, Mapping
from typing import Any

import jax
from mpi4py import MPI

Contestant = Callable[[], jax.Array]
Timer = Callable[[], float]  # measures once, and returns the seconds per call


def time_contestants(
    contestants: Mapping[str, Contestant], *, rounds: int = 100, calls: int = 100
) -> dict[str, float]:
    """Returns the median over `rounds` of each contestant's seconds per call.

    A call ends when its result is ready: without waiting, the time would be that of filling the
    queue, and calls in flight would overlap.
    """
    timers = {
        name: timer_of(lambda call=call: call().block_until_ready(), calls)
        for name, call in contestants.items()
    }
    return take_turns(timers, rounds=rounds)


def timer_of(call: Callable[[], Any], calls: int) -> Timer:
    """Returns a timer of `calls` calls in a row, as many on every rank."""
    timer = timeit.Timer(call)
    return lambda: timer.timeit(calls) / calls


def calls_to_fill(seconds: float, call: Callable[[], Any]) -> int:
    """Returns how many calls in a row take `seconds` on rank 0: the same number on every rank."""
    time = min(timeit.repeat(call, number=1, repeat=5))
    return MPI.COMM_WORLD.bcast(1 + int(seconds / time))


def take_turns(
    timers: Mapping[str, Timer], *, rounds: int, before: Callable[[], Any] = lambda: None
) -> dict[str, float]:
    """Returns the median over `rounds` of what each timer measures.

    In every round each timer has its turn, so that whatever slows the machine for a while slows
    all of them. `before` is called before every turn; a first round is not counted.
    """
    samples: dict[str, list[float]] = {name: [] for name in timers}
    for _ in range(rounds + 1):
        for name, timer in timers.items():
            before()
            samples[name].append(timer())
    return {name: statistics.median(times[1:]) for name, times in samples.items()}


def race(
    contestants: Mapping[str, tuple[Callable[[], Any], Timer]],
    check: Callable[[str, Any], None],
    *,
    rounds: int,
) -> dict[str, float]:
    """Returns the times of contestants that are given as a call and a timer.

    ``check(name, result)`` gets the result of each call before any is timed. The ranks meet in a
    barrier before every turn.
    """
    for name, (result, _) in contestants.items():
        check(name, result())
    timers = {name: timer for name, (_, timer) in contestants.items()}
    return take_turns(timers, rounds=rounds, before=MPI.COMM_WORLD.Barrier)


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
