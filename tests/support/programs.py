"""Programs that differ between the ranks in all but their collectives, and how to check them.

XLA may run independent calls of one executable in any order, and it chooses by the rest of the
program and by timing. So the ranks run different programs, many times without waiting, and each
sleeps at different times. Values and the native log show the order.
"""

import functools
import random
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from mpi4py import MPI

import jpi
from jpi._mpi.library import native

RANK, SIZE = jpi.rank(), jpi.size()
LAST = SIZE - 1
COUNTS = [(2 * rank + 1) % 4 for rank in range(SIZE)]  # 1, 3, 1, 3
SENT = [[(rank + 2 * other) % 3 for other in range(SIZE)] for rank in range(SIZE)]
SENT_BY_ME, SENT_TO_ME = SENT[RANK], [row[RANK] for row in SENT]

REPEATS = 200
EFFECT_REPEATS = 20  # a call of jax.jit with an effect takes longer
RUN = {
    "jpi.jit": (jpi.jit, REPEATS),
    "jax.jit": (jax.jit, EFFECT_REPEATS),
    "eager": (lambda f: f, REPEATS),
}


class Program(NamedTuple):
    """A function of a number, the log that one run must write, and its results in NumPy."""

    run: Callable[[Any], Any]
    log: Callable[[int], list[str]]
    values: Callable[[np.float32], Any]


@functools.cache
def comms() -> dict[str, jpi.Comm]:
    """The communicators of all tests, created once, in the same order on all ranks."""
    return {
        "world": jpi.Comm(),
        "dup": jpi.Comm(MPI.COMM_WORLD.Dup()),
        "half": jpi.Comm(MPI.COMM_WORLD.Split(RANK % 2)),
        "reversed": jpi.Comm().reversed,
    }


# ---- the operands of the ranks, and delays ----


def part(n, x, rank=RANK):
    """What a rank holds: small integers, so that every sum of them is exact."""
    return x * (rank + 1) + np.arange(n, dtype=np.float32)


def parts(n, x, ranks=range(SIZE)):
    return np.stack([part(n, x, rank) for rank in ranks])


def total(n, x):
    return parts(n, x).sum(0)


def sleep_at_times(generator, often):
    if generator.random() < often:
        time.sleep(generator.uniform(0, 1e-3))


def late(x, place):
    """``x`` after local computation that takes a different time on each rank, at each place."""
    n = 1000 * ((RANK + place) % 3)
    return x + 0 * jnp.sum(jnp.sin(x + np.arange(n, dtype=np.float32))) if n else x


def at_once(x, place):
    return x


def asleep(x, place, generator=random.Random(RANK)):  # noqa: B008
    """``x`` after a sleep inside the compiled program, at different places on each rank."""

    def sleep(x):
        sleep_at_times(generator, often=0.1)
        return x

    shape = jax.ShapeDtypeStruct((), np.float32)
    return x if (RANK + place) % 3 else jax.pure_callback(sleep, shape, x)


def by_rank(results):
    """``results`` in this rank's order: reversed on every other rank."""
    return results[::-1] if RANK % 2 else results


# ---- independent calls, one after the other ----

# The entry in the log, the call, its result in NumPy.
CALLS = {
    "allreduce": ("allreduce 5", lambda x: jpi.allreduce(part(5, x)), lambda x: total(5, x)),
    "maximum": (
        "allreduce 3",
        lambda x: jpi.allreduce(part(3, x), MPI.MAX),
        lambda x: parts(3, x).max(0),
    ),
    "allgather": ("allgather 2", lambda x: jpi.allgather(part(2, x)), lambda x: parts(2, x)),
    "bcast": (
        f"bcast {4 if RANK == LAST else 0}",
        lambda x: jpi.bcast(part(4, x), LAST),
        lambda x: part(4, x, LAST),
    ),
    "scan": (
        "scan 6",
        lambda x: jpi.scan(part(6, x), MPI.SUM),
        lambda x: parts(6, x)[: RANK + 1].sum(0),
    ),
    "exscan": (
        "exscan 5",
        lambda x: jpi.exscan(part(5, x), MPI.SUM),
        lambda x: parts(5, x)[:RANK].sum(0),
    ),
    "reduce": (
        "reduce 2",
        lambda x: jpi.reduce(part(2, x), MPI.SUM, 0),
        lambda x: part(2, x) if RANK else total(2, x),
    ),
    "alltoall": (
        f"alltoall {SIZE}",
        lambda x: jpi.alltoall(part(SIZE, x)),
        lambda x: parts(SIZE, x)[:, RANK],
    ),
    "allgatherv": (
        f"allgather {COUNTS[RANK]}",
        lambda x: jpi.allgatherv(part(COUNTS[RANK], x), COUNTS),
        lambda x: np.concatenate([part(n, x, rank) for rank, n in enumerate(COUNTS)]),
    ),
    "alltoallv": (
        f"alltoallv {sum(SENT_BY_ME)}",
        lambda x: jpi.alltoallv(part(sum(SENT_BY_ME), x), SENT_BY_ME, SENT_TO_ME),
        lambda x: np.concatenate(
            [
                np.split(part(sum(row), x, rank), np.cumsum(row)[:-1])[RANK]
                for rank, row in enumerate(SENT)
            ]
        ),
    ),
    "gatherv": (
        f"gather {COUNTS[RANK]}",
        lambda x: jpi.gatherv(part(COUNTS[RANK], x), COUNTS, LAST),
        lambda x: CALLS["allgatherv"][2](x) if RANK == LAST else part(COUNTS[RANK], x),
    ),
    "reduce_scatterv": (
        f"reduce_scatter {sum(COUNTS)}",
        lambda x: jpi.reduce_scatterv(part(sum(COUNTS), x), MPI.SUM, COUNTS),
        lambda x: np.split(total(sum(COUNTS), x), np.cumsum(COUNTS)[:-1])[RANK],
    ),
}


def sequence(*names, delay=late):
    logs, calls, values = zip(*(CALLS[name] for name in names), strict=True)
    return Program(
        lambda x: by_rank([call(delay(x, place)) for place, call in enumerate(calls)]),
        lambda step: [f"world.{entry}" for entry in logs],
        lambda x: by_rank([value(x) for value in values]),
    )


# ---- the check ----


def check(program, how):
    """Checks that calls without waiting give the log and the values of ``program``."""
    compile, repeats = RUN[how]
    call = compile(program.run)
    generator = random.Random(RANK)
    labels = {comm.index: label for label, comm in comms().items()}
    jax.block_until_ready(call(np.float32(0)))  # compiled on all ranks
    jpi.wait()
    expected = [program.log(step) for step in range(repeats)]
    native.log_start(sum(map(len, expected)) + 100)
    results = []
    for step in range(repeats):
        sleep_at_times(generator, often=0.2)
        results.append(call(np.float32(step)))
    jpi.wait()
    log = [f"{labels[comm]}.{name} {count}" for name, comm, count, _, _ in native.log_take()]
    native.log_start(0)
    for step, (result, entries) in enumerate(zip(jax.device_get(results), expected, strict=True)):
        jax.tree.map(np.testing.assert_array_equal, result, program.values(np.float32(step)))
        seen, log = log[: len(entries)], log[len(entries) :]
        assert seen == entries, f"in repeat {step}"
    assert log == []
