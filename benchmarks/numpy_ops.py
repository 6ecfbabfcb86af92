"""Array operations, called one by one as in NumPy: the cost and gain of distributing an array.

    python benchmarks/numpy_ops.py               # against jax.numpy in the same process
    mpirun -n 2 python benchmarks/numpy_ops.py   # and against heat and JAX's gloo, where they are

Contestants, which take turns in one run:

- jax.numpy: the same call on a `jax.Array` of the whole array, on each rank; the reference;
- jpi: the call on a DistArray, sharded by rows;
- heat, where installed; gloo: the call, compiled, on JAX's own array sharded over processes, which
  sleep on a pipe between calls, so that small sizes measure the pipe.

Every result is checked against jax.numpy before it is timed. A time is the median over the rounds
of rank 0's; the ranks meet in a barrier before every turn. The targets are for one rank: there
both compute the same numbers, and the difference is the cost of the layouts.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import jax
import numpy
from _arrays import BY_VALUE, MATRIX, MOST_IN_GLOO, VECTOR, Operation, operand
from _collectives import RANKS, WORLD
from _gloo import Gloo, start_gloo
from _measure import Timer, calls_to_fill, race, show, timer_of

import jpi
import jpi.numpy

try:
    import heat
except ImportError:
    heat = None

LIMITS = {10**3: 3.0, 10**6: 1.1}  # elements: times jax.numpy's, at one rank
ROUNDS = 21
TURN = 5e-3  # seconds of jax.numpy's calls in a row, at the least


def whole(x: Any) -> numpy.ndarray:
    return numpy.asarray(x.gather() if isinstance(x, jpi.DistArray) else x)


def contestants(
    name: str, function: Operation, x: numpy.ndarray, gloo: Gloo | None
) -> dict[str, tuple[Callable[[], Any], Timer]]:
    """Returns, for each contestant, the whole result of a call and a timer."""
    local, shared = jax.numpy.asarray(x), jpi.numpy.asarray(x)
    calls = calls_to_fill(TURN, lambda: jax.block_until_ready(function(jax.numpy, local)))

    def timed(call: Callable[[], Any]) -> tuple[Callable[[], Any], Timer]:
        def wait() -> None:
            jax.block_until_ready(jax.tree.leaves(call()))

        return lambda: whole(call()), timer_of(wait, calls)

    found = {
        "jax.numpy": timed(lambda: function(jax.numpy, local)),
        "jpi": timed(lambda: function(jpi.numpy, shared)),
    }
    if heat is not None and not (name == "fft2" and not hasattr(heat, "fft")):
        split = heat.array(x, split=0)
        result = lambda: function(heat, split)  # noqa: E731
        found["heat"] = (lambda: result().numpy(), timer_of(lambda: result().larray, calls))
    is_fit = name not in BY_VALUE and x.size <= MOST_IN_GLOO.get(name, x.size)
    if gloo is not None and is_fit and len(x) % RANKS == 0:
        gloo.ask("compile", name, numpy.split(x, RANKS)[WORLD.rank])
        found["gloo"] = (lambda: gloo.ask("whole"), lambda: gloo.ask("time_call", calls))
    return found


def measure(name: str, elements: int, gloo: Gloo | None) -> None:
    function, shape = operand(name, elements)
    x = numpy.random.default_rng(0).normal(size=shape).astype(numpy.float32)
    expected = whole(function(jax.numpy, jax.numpy.asarray(x)))
    size = numpy.max(numpy.abs(expected), initial=1.0)

    def check(contestant: str, result: Any) -> None:
        words = f"{contestant} {name}"
        numpy.testing.assert_allclose(result, expected, 1e-3, 1e-4 * size, err_msg=words)

    seconds = race(contestants(name, function, x, gloo), check, rounds=ROUNDS)
    targets = {"jpi": LIMITS[elements]} if RANKS == 1 and elements in LIMITS else {}
    show(f"{name} of {shape}", x.nbytes, seconds, reference="jax.numpy", targets=targets)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--elements", type=int, nargs="+", default=list(LIMITS))
    parser.add_argument("--only", nargs="+", default=[*VECTOR, *MATRIX], metavar="NAME")
    parser.add_argument("--gloo", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    gloo = start_gloo(WORLD) if options.gloo else None
    for elements in options.elements:
        for name in options.only:
            measure(name, elements, gloo)
    if gloo:
        gloo.close()


if __name__ == "__main__":
    main()
