"""Order of eager calls, and of compiled programs between them."""

import functools

import jax
import jax.numpy as jnp
import pytest
from jax import lax
from mpi4py import MPI
from support.programs import (
    RANK,
    SIZE,
    Program,
    at_once,
    check,
    comms,
    part,
    parts,
    sequence,
    total,
)

import jpi


@jax.jit
def hard(x):
    """``x`` after a millisecond of local computation."""
    matrix = lax.fori_loop(0, 10, lambda i, m: jnp.sin(m @ m), jnp.full((64, 64), x))
    return x + 0 * matrix[0, 0]


def behind(x):
    """``x``, still being computed on one rank when it is used, on another rank each time."""
    return hard(x) if int(x) % SIZE == RANK else jnp.asarray(x)


@functools.cache
def parts_of_mixed():
    dup = comms()["dup"]
    return (
        jpi.jit(lambda x: (jpi.allreduce(part(4, x)), jpi.allgather(part(2, x), comm=dup))),
        jax.jit(lambda x: jpi.scan(part(3, x), MPI.SUM)),
    )


def mixed(x):
    """Calls of every kind, some of which need local results while later ones could begin."""
    threaded, effectful = parts_of_mixed()
    not_ready = behind(x)
    return (
        jpi.allreduce(part(5, not_ready)),
        threaded(x),
        jpi.bcast(part(2, x), 0, comm=comms()["dup"]),
        effectful(not_ready),
        jpi.allgather(part(1, x)),
        threaded(not_ready),
        jpi.allreduce(part(3, x)),
    )


def mixed_values(x):
    threaded = total(4, x), parts(2, x)
    scanned = parts(3, x)[: RANK + 1].sum(0)
    return (
        total(5, x), threaded, part(2, x, 0), scanned, parts(1, x), threaded, total(3, x)
    )  # fmt: skip


MIXED_LOG = [
    "world.allreduce 5", "world.allreduce 4", "dup.allgather 2", f"dup.bcast {0 if RANK else 2}",
    "world.scan 3", "world.allgather 1", "world.allreduce 4", "dup.allgather 2",
    "world.allreduce 3",
]  # fmt: skip


def burst(x):
    """Calls whose results are dropped before they are computed, except for one."""
    x = behind(x)
    return [jpi.allreduce(part(n, x)) for n in (1, 4, 2, 3, 1, 5)][3]


EAGER = {
    "uneven shapes": sequence(
        "gatherv", "exscan", "allgatherv", "alltoall", "alltoallv", delay=at_once
    ),
    "mixed with compiled ones": Program(mixed, lambda step: MIXED_LOG, mixed_values),
    "results dropped": Program(
        burst,
        lambda step: [f"world.allreduce {n}" for n in (1, 4, 2, 3, 1, 5)],
        lambda x: total(3, x),
    ),
}


@pytest.mark.parametrize("name", EAGER)
def test_eager_calls_run_in_calling_order(name):
    check(EAGER[name], "eager")
