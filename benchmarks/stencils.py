"""Time steps on a grid in NumPy style, against the same steps with messages written by hand.

    mpirun -n 2 python benchmarks/stencils.py                     # 512 x 512 and 2048 x 2048
    mpirun -n 4 python benchmarks/stencils.py --sizes 300 --only "heat, slices"

Contestants, which take turns in one run; all run STEPS steps in one compiled loop:

- by hand: `jpi.sendrecv` of the rows around this rank's block, then the step on block and rows in
  jax.numpy; the reference. mpi4jax: the same with its sendrecv, where installed;
- jpi: the step on a DistArray sharded by rows; by columns, and in blocks of a grid of ranks;
- one process: the step in jax.numpy, on the whole array, by each rank for itself;
- gloo: the same, compiled for JAX's own array sharded by rows, where it can be started.

The gradient of the sum of squares after GRADIENT_STEPS checkpointed steps is compared with as many
steps forward: of JPI, of the program by hand (the sum of its own rows) and of one process. Every
result is checked against one process before it is timed. A time is the median over the rounds of
rank 0's, for one step; the ranks meet in a barrier before every turn.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy
from _collectives import RANK, RANKS, WORLD
from _gloo import Gloo, start_gloo
from _measure import Timer, race, show, take_turns, timer_of
from _stencils import SCHEMES, STEPS, Scheme
from jax import lax
from mpi4py import MPI

import jpi
import jpi.numpy

try:
    import mpi4jax
except ImportError:
    mpi4jax = None

GRADIENT_STEPS, ROUNDS = 50, 11
TARGETS = {"jpi": 1.15, "jpi, by columns": 1.15}
BLOCKS = tuple(MPI.Compute_dims(RANKS, 2))


def by_hand(scheme: Scheme, sendrecv: Callable[..., Any]) -> Callable[[Any], Any]:
    """Returns the step on this rank's rows, with the rows of its neighbours."""
    k, before, after = scheme.reach, (RANK - 1) % RANKS, (RANK + 1) % RANKS
    has_before = scheme.is_periodic or RANK > 0
    has_after = scheme.is_periodic or RANK < RANKS - 1

    def step(u: Any) -> Any:
        low = sendrecv(u[-k:], u[-k:], source=before, dest=after) if RANKS > 1 else u[-k:]
        high = sendrecv(u[:k], u[:k], source=after, dest=before) if RANKS > 1 else u[:k]
        rows = [*([low] * has_before), u, *([high] * has_after)]
        padded = scheme.step(jnp, jnp.concatenate(rows))
        return padded[k if has_before else 0 : -k if has_after else None]

    return step


def repeated(step: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda u: lax.fori_loop(0, STEPS, lambda _, u: step(u), u)


def loss(step: Callable[[Any], Any], numpy_like: Any) -> Callable[[Any], Any]:
    turn = jax.checkpoint(step, prevent_cse=False)

    def total(u: Any) -> Any:
        last, _ = lax.scan(lambda u, _: (turn(u), None), u, length=GRADIENT_STEPS)
        return numpy_like.sum(last * last)

    return total


def whole(x: Any) -> numpy.ndarray:
    return numpy.asarray(jpi.gather(x)) if isinstance(x, jpi.DistArray) else numpy.asarray(x)


def layouts(x: numpy.ndarray) -> dict[str, Any]:
    """Returns the state in the layouts of JPI that are measured."""
    columns = (None,) * (x.ndim - 1)
    grid = jpi.make_mesh(BLOCKS, ("y", "x"))
    found = {
        "jpi": jpi.numpy.asarray(x),
        "jpi, by columns": jpi.numpy.asarray(x, spec=jpi.P(*columns, "ranks")),
    }
    if min(BLOCKS) > 1:
        spec = jpi.P("y", *columns[1:], "x")
        found["jpi, in blocks"] = jpi.numpy.asarray(x, spec=spec, mesh=grid)
    return found


def contestants(
    name: str, scheme: Scheme, x: numpy.ndarray, gloo: Gloo | None
) -> dict[str, tuple[Callable[[], numpy.ndarray], Timer]]:
    """Returns, for each contestant, the whole state after some steps, and a timer of them."""
    found: dict[str, tuple[Callable[[], numpy.ndarray], Timer]] = {}

    def add(contestant: str, run: Callable[[Any], Any], state: Any, gather: Callable) -> None:
        call = lambda: jax.block_until_ready(run(state))  # noqa: E731
        found[contestant] = (lambda: gather(call()), timer_of(call, 1))

    own = jnp.asarray(numpy.array_split(x, RANKS)[RANK])
    join = lambda block: numpy.concatenate(WORLD.allgather(numpy.asarray(block)))  # noqa: E731
    add("by hand", jpi.jit(repeated(by_hand(scheme, jpi.sendrecv))), own, join)
    if mpi4jax is not None:
        send = lambda *xs, **at: mpi4jax.sendrecv(*xs, **at, comm=WORLD)  # noqa: E731
        add("mpi4jax", jax.jit(repeated(by_hand(scheme, send))), own, join)
    for contestant, state in layouts(x).items():
        run = jpi.jit(repeated(lambda u: scheme.step(jpi.numpy, u)))
        add(contestant, run, state, whole)
    add("one process", jax.jit(repeated(lambda u: scheme.step(jnp, u))), jnp.asarray(x), whole)
    if gloo is not None and len(x) % RANKS == 0:
        gloo.ask("compile", name, numpy.split(x, RANKS)[RANK])
        found["gloo"] = (lambda: gloo.ask("whole"), lambda: gloo.ask("time_call", 1))
    return found


def state_of(scheme: Scheme, size: int) -> numpy.ndarray:
    shape = (size, scheme.fields, size) if scheme.fields else (size, size)
    return numpy.random.default_rng(0).normal(size=shape).astype(numpy.float32) / 4


def measure(name: str, size: int, gloo: Gloo | None) -> None:
    scheme = SCHEMES[name]
    x = state_of(scheme, size)
    found = contestants(name, scheme, x, gloo)
    expected = found["one process"][0]()

    def check(contestant: str, result: numpy.ndarray) -> None:
        numpy.testing.assert_allclose(result, expected, 1e-3, 1e-4, err_msg=contestant)

    seconds = race(found, check, rounds=ROUNDS)
    per_step = {contestant: time / STEPS for contestant, time in seconds.items()}
    title = f"{name}, {size} x {size}, one step"
    show(title, x.nbytes, per_step, reference="by hand", targets=TARGETS)


def measure_gradient(name: str, size: int) -> None:
    scheme = SCHEMES[name]
    x = state_of(scheme, size)
    own, shared = jnp.asarray(numpy.array_split(x, RANKS)[RANK]), jpi.numpy.asarray(x)
    programs = {  # a loss, its compiler and its state
        "jpi": (loss(lambda u: scheme.step(jpi.numpy, u), jpi.numpy), jpi.jit, shared),
        "by hand": (loss(by_hand(scheme, jpi.sendrecv), jnp), jpi.jit, own),
        "one process": (loss(lambda u: scheme.step(jnp, u), jnp), jax.jit, jnp.asarray(x)),
    }
    runs = {}
    for program, (total, compiled, state) in programs.items():
        for what, function in (("forward", total), ("gradient", jax.grad(total))):
            runs[program, what] = partial(compiled(function), state)
    expected = whole(runs["one process", "gradient"]())
    numpy.testing.assert_allclose(whole(runs["jpi", "gradient"]()), expected, 1e-3, 1e-4)
    timers = {
        run: timer_of(lambda call=call: jax.block_until_ready(call()), 1)
        for run, call in runs.items()
    }
    seconds = take_turns(timers, rounds=ROUNDS, before=WORLD.Barrier)
    for program in programs:
        per_step = {
            what: seconds[program, what] / GRADIENT_STEPS for what in ("forward", "gradient")
        }
        title = f"{name}, {size} x {size}, {GRADIENT_STEPS} checkpointed steps, {program}"
        targets = {"gradient": 3.0} if program == "jpi" else {}
        show(title, x.nbytes, per_step, reference="forward", targets=targets)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[512, 2048])
    parser.add_argument("--only", nargs="+", default=list(SCHEMES), metavar="NAME")
    parser.add_argument("--gloo", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    gloo = start_gloo(WORLD) if options.gloo else None
    for size in options.sizes:
        for name in options.only:
            measure(name, size, gloo)
    if gloo:
        gloo.close()
    for name in options.only:
        measure_gradient(name, options.sizes[0])


if __name__ == "__main__":
    main()
