"""Program order under adverse conditions: programs and delays that differ between the ranks.

XLA may run independent calls of one executable in any order, and it chooses by the rest of the
program and by time. So the ranks here run programs that differ in all but their collectives, many
times without waiting, while each sleeps when it likes. Values and the native log tell the order.
"""

import functools
import random
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from mpi4py import MPI

import jpi
from jpi._mpi import native

RANK, SIZE = jpi.rank(), jpi.size()
LAST = SIZE - 1
COUNTS = [(2 * rank + 1) % 4 for rank in range(SIZE)]  # 1, 3, 1, 3
SENT = [[(rank + 2 * other) % 3 for other in range(SIZE)] for rank in range(SIZE)]
SENT_BY_ME, SENT_TO_ME = SENT[RANK], [row[RANK] for row in SENT]

REPEATS = 200
EFFECT_REPEATS = 20  # a call of jax.jit with an effect takes longer
RUN = {"jpi.jit": (jpi.jit, REPEATS), "jax.jit": (jax.jit, EFFECT_REPEATS)}


class Program(NamedTuple):
    """What to run on a number, the log that one run must leave, and its results in NumPy."""

    run: Callable[[Any], Any]
    log: Callable[[int], list[str]]
    values: Callable[[np.float32], Any]


@functools.cache
def comms() -> dict[str, jpi.Comm]:
    """The communicators of all tests, made once and in one order."""
    return {
        "world": jpi.Comm(),
        "dup": jpi.Comm(MPI.COMM_WORLD.Dup()),
        "half": jpi.Comm(MPI.COMM_WORLD.Split(RANK % 2)),
        "reversed": jpi.Comm().reversed,
    }


# ---- what the ranks hold, and when ----


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
    """``x`` after local work, of another amount on each rank and at each place."""
    n = 1000 * ((RANK + place) % 3)
    return x + 0 * jnp.sum(jnp.sin(x + np.arange(n, dtype=np.float32))) if n else x


def at_once(x, place):
    return x


def asleep(x, place, generator=random.Random(RANK)):  # noqa: B008
    """``x`` after a sleep inside the compiled program, at other places on each rank."""

    def sleep(x):
        sleep_at_times(generator, often=0.1)
        return x

    shape = jax.ShapeDtypeStruct((), np.float32)
    return x if (RANK + place) % 3 else jax.pure_callback(sleep, shape, x)


def by_rank(results):
    """``results`` as this rank returns them: backwards on every other one."""
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
    """Calls of functions, each between collectives that do not depend on it."""
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
    """Nothing in the loops depends on the loop, but the number of rounds of the last one."""
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
    """Linear in the weights, so that no collective of the backward pass needs the forward one."""

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


# ---- messages: programs that must differ between the ranks ----


def ring(x):
    """Two messages with one tag to the next rank, which every other rank receives first."""
    neighbours = {"dest": (RANK + 1) % SIZE, "source": (RANK - 1) % SIZE}
    received = []

    def send():
        jpi.send(part(3, late(x, 0)), neighbours["dest"])
        jpi.send(part(5, x), neighbours["dest"])

    def receive():
        received.extend(jpi.recv(jnp.zeros(n), neighbours["source"]) for n in (3, 5))

    before = jpi.allreduce(part(2, x))
    if SIZE > 1:
        for act in by_rank([send, receive]):
            act()
    return before, received, jpi.allgather(part(1, x))


def ring_log(step):
    messages = by_rank([["world.send 3", "world.send 5"], ["world.recv 0"] * 2])
    first, second = messages if SIZE > 1 else ([], [])
    return ["world.allreduce 2", *first, *second, "world.allgather 1"]


def ring_values(x):
    received = [part(n, x, (RANK - 1) % SIZE) for n in (3, 5)] if SIZE > 1 else []
    return total(2, x), received, parts(1, x)


def chain(x):
    """A message to the next rank, but for the last, before and after collectives."""
    source = RANK - 1 if RANK else MPI.PROC_NULL
    dest = RANK + 1 if RANK < LAST else MPI.PROC_NULL
    shifted = []
    for place, n in enumerate((4, 2)):
        y = part(n, late(x, place))
        shifted.append(jpi.sendrecv(y, y, source, dest))
        shifted.append(jpi.allreduce(part(3, late(x, place + 1))))
    return by_rank(shifted)


def chain_log(step):
    name = "recv" if 0 < RANK == LAST else "sendrecv" if RANK else "send"
    sent = (4, 2) if RANK < LAST else (0, 0)
    return [entry for n in sent for entry in (f"world.{name} {n}", "world.allreduce 3")]


def chain_values(x):
    before = max(RANK - 1, 0)
    return by_rank([part(4, x, before), total(3, x), part(2, x, before), total(3, x)])


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
    "ring": Program(ring, ring_log, ring_values),
    "chain": Program(chain, chain_log, chain_values),
}  # fmt: skip


def check(program, call, repeats):
    """That many calls without waiting leave the log and the values of ``program``."""
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


@pytest.mark.parametrize("run", RUN)
@pytest.mark.parametrize("name", PROGRAMS)
def test_compiled_collectives_run_in_program_order(name, run):
    compile, repeats = RUN[run]
    check(PROGRAMS[name], compile(PROGRAMS[name].run), repeats)


# ---- eager calls, and programs between them ----


@jax.jit
def hard(x):
    """``x`` after a millisecond of local work."""
    matrix = lax.fori_loop(0, 10, lambda i, m: jnp.sin(m @ m), jnp.full((64, 64), x))
    return x + 0 * matrix[0, 0]


def behind(x):
    """``x``, on another rank each time still under way when it is used."""
    return hard(x) if int(x) % SIZE == RANK else jnp.asarray(x)


@functools.cache
def parts_of_mixed():
    dup = comms()["dup"]
    return (
        jpi.jit(lambda x: (jpi.allreduce(part(4, x)), jpi.allgather(part(2, x), comm=dup))),
        jax.jit(lambda x: jpi.scan(part(3, x), MPI.SUM)),
    )


def mixed(x):
    """Calls of every kind, some of which wait for local work where others could begin."""
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
    """Calls whose results are dropped before they are there, but one."""
    x = behind(x)
    return [jpi.allreduce(part(n, x)) for n in (1, 4, 2, 3, 1, 5)][3]


EAGER = {
    "uneven shapes": sequence(
        "gatherv", "exscan", "allgatherv", "alltoall", "alltoallv", delay=at_once
    ),
    "ring": Program(ring, ring_log, ring_values),
    "mixed with compiled ones": Program(mixed, lambda step: MIXED_LOG, mixed_values),
    "results dropped": Program(
        burst,
        lambda step: [f"world.allreduce {n}" for n in (1, 4, 2, 3, 1, 5)],
        lambda x: total(3, x),
    ),
}


@pytest.mark.parametrize("name", EAGER)
def test_eager_calls_run_in_calling_order(name):
    check(EAGER[name], EAGER[name].run, REPEATS)
