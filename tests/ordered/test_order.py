"""Program order inside one compiled program, under adverse conditions."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from mpi4py import MPI
from support.programs import (
    RANK,
    SIZE,
    Program,
    asleep,
    at_once,
    by_rank,
    check,
    comms,
    late,
    part,
    parts,
    sequence,
    total,
)

import jpi


def unused(x):
    jpi.allreduce(part(4, x))
    jpi.barrier()
    gathered = jpi.allgather(part(2, late(x, 1)))
    jpi.scan(part(3, x), MPI.SUM)
    return (jpi.allreduce(part(1, x)), *([gathered] if RANK == 0 else []))  # used on one rank only


def summed(x):
    a = jpi.allreduce(part(3, late(x, 0)))
    b = jpi.allreduce(part(1, late(x, 1)))
    c = jpi.allreduce(part(6, late(x, 2)).reshape(2, 3))
    return a + (b + c) if RANK % 2 else (a + b) + c


def two_communicators(x):
    dup, half = comms()["dup"], comms()["half"]
    return by_rank(
        [
            jpi.allreduce(part(3, late(x, 0)), comm=dup),
            jpi.allgather(part(2, late(x, 1))),
            jpi.allreduce(part(1, late(x, 2)), comm=half),
            jpi.bcast(part(2, x), 0, comm=dup),
            jpi.allreduce(part(4, late(x, 1))),
            jpi.allgather(part(1, x), comm=half),
            jpi.allreduce(part(3, x), comm=dup),
        ]
    )


def two_communicators_values(x):
    half = range(RANK % 2, SIZE, 2)
    return by_rank(
        [
            total(3, x),
            parts(2, x),
            parts(1, x, half).sum(0),
            part(2, x, 0),
            total(4, x),
            parts(1, x, half),
            total(3, x),
        ]
    )


# ---- control flow and calls ----


CALLED_BY = (jax.jit, jax.checkpoint)


def calls(x):
    """Calls of functions between collectives that do not depend on them."""
    results = []
    for place, wrap in enumerate(CALLED_BY):
        function = wrap(lambda x: [jpi.scan(part(3, x), MPI.SUM), jpi.allgather(part(1, x))])
        results += [function(late(x, place)), jpi.allreduce(part(2 + place, x))]
    return by_rank(results)


def calls_log(step):
    inner = ["world.scan 3", "world.allgather 1"]
    return [
        entry
        for place in range(len(CALLED_BY))
        for entry in (*inner, f"world.allreduce {2 + place}")
    ]


def calls_values(x):
    inner = [parts(3, x)[: RANK + 1].sum(0), parts(1, x)]
    return by_rank([y for n in range(2, 2 + len(CALLED_BY)) for y in (inner, total(n, x))])


def loops(x):
    """The loop bodies do not depend on the loop, except for the number of turns of the last one."""
    y = lax.fori_loop(0, 3, lambda i, y: y + jpi.allreduce(part(2, x)), jnp.zeros(2))
    _, rows = lax.scan(lambda _, i: (None, jpi.allgather(part(1, x))), None, jnp.arange(2))
    n = lax.while_loop(
        lambda n: n < jpi.allreduce(jnp.float32(2)),
        lambda n: n + jpi.allreduce(jnp.ones(4))[0] + 0 * jpi.scan(part(2, x), MPI.SUM)[0],
        jnp.float32(0),
    )
    return by_rank([y, rows, n])


def branches(x):
    choice = x.astype(jnp.int32) % 3
    y = lax.cond(
        choice == 0,
        lambda: jpi.allreduce(part(2, x)) + jpi.allreduce(part(2, late(x, 1))),
        lambda: jpi.scan(part(2, x), MPI.SUM),
    )
    cases = [
        lambda: jpi.allreduce(part(1, x)),
        lambda: jpi.allgather(part(1, late(x, 2)))[0],
        lambda: part(1, x),
    ]
    return by_rank([y, lax.switch(choice, cases), jpi.allreduce(part(3, x))])


def branches_log(step):
    first = ["world.scan 2"] if step % 3 else ["world.allreduce 2"] * 2
    return [
        *first,
        *[["world.allreduce 1"], ["world.allgather 1"], []][step % 3],
        "world.allreduce 3",
    ]


def branches_values(x):
    choice = int(x) % 3
    y = parts(2, x)[: RANK + 1].sum(0) if choice else 2 * total(2, x)
    return by_rank([y, [total(1, x), part(1, x, 0), part(1, x)][choice], total(3, x)])


# ---- backward passes that could run before the forward ones ----


def gradient(x):
    """Linear in the weights, so that no collective of the backward pass needs the forward pass."""

    def loss(weights):
        v, w = (jpi.spread(weight) for weight in weights)
        y = jpi.allreduce(jnp.sum(v * part(3, late(x, 0))))
        z = jpi.scan(w * part(2, late(x, 1)), MPI.SUM)
        return y + 2 * jpi.allreduce(late(jnp.sum(z), 2))

    return jax.value_and_grad(loss)((jnp.ones(3), jnp.ones(2)))


def gradient_values(x):
    v, w = total(3, x), 2 * sum((SIZE - rank) * part(2, x, rank) for rank in range(SIZE))
    return v.sum() + w.sum(), (v, w)


GRADIENT_LOG = [
    "world.allreduce 1", "world.scan 2", "world.allreduce 1",
    "reversed.scan 2", "world.allreduce 2", "world.allreduce 3",
]  # fmt: skip


# ---- compiled programs ----

EVEN = ("allreduce", "allgather", "bcast", "scan", "maximum", "exscan", "reduce", "alltoall")
UNEVEN = ("allgatherv", "alltoallv", "gatherv", "reduce_scatterv", "allgatherv", "allreduce")

PROGRAMS = {
    "even shapes": sequence(*EVEN),
    "uneven shapes": sequence(*UNEVEN),
    "sleeps inside": sequence("allreduce", "scan", "allgather", "maximum", "bcast", delay=asleep),
    "equal calls": sequence(*["allreduce"] * 4, delay=at_once),
    "unused results": Program(
        unused,
        lambda step: [
            "world.allreduce 4", "world.barrier 0", "world.allgather 2", "world.scan 3",
            "world.allreduce 1",
        ],
        lambda x: (total(1, x), *([parts(2, x)] if RANK == 0 else [])),
    ),
    "sums associated in two ways": Program(
        summed,
        lambda step: [f"world.allreduce {n}" for n in (3, 1, 6)],
        lambda x: total(3, x) + total(1, x) + total(6, x).reshape(2, 3),
    ),
    "two communicators": Program(
        two_communicators,
        lambda step: [
            "dup.allreduce 3", "world.allgather 2", "half.allreduce 1",
            f"dup.bcast {0 if RANK else 2}", "world.allreduce 4", "half.allgather 1",
            "dup.allreduce 3",
        ],
        two_communicators_values,
    ),
    "loops": Program(
        loops,
        lambda step: [
            *["world.allreduce 2"] * 3, *["world.allgather 1"] * 2, "world.allreduce 1",
            *["world.allreduce 4", "world.scan 2", "world.allreduce 1"] * 2,
        ],
        lambda x: by_rank([3 * total(2, x), np.stack([parts(1, x)] * 2), np.float32(2 * SIZE)]),
    ),
    "calls": Program(calls, calls_log, calls_values),
    "branches": Program(branches, branches_log, branches_values),
    "gradient": Program(gradient, lambda step: GRADIENT_LOG, gradient_values),
}  # fmt: skip


@pytest.mark.parametrize("how", ["jpi.jit", "jax.jit"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_compiled_collectives_run_in_program_order(name, how):
    check(PROGRAMS[name], how)
