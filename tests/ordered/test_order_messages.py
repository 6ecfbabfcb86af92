"""Order of messages, eager and compiled, in programs that must differ between the ranks."""

import jax.numpy as jnp
import pytest
from mpi4py import MPI
from support.programs import (
    LAST,
    RANK,
    RUN,
    SIZE,
    Program,
    by_rank,
    check,
    late,
    part,
    parts,
    total,
)

import jpi


def ring(x):
    """Two messages with one tag to the next rank; every other rank receives before it sends."""
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
    """A message to the next rank, if there is one, before and after collectives."""
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


MESSAGES = {
    "ring": Program(ring, ring_log, ring_values),
    "chain": Program(chain, chain_log, chain_values),
}


@pytest.mark.parametrize("how", RUN)
@pytest.mark.parametrize("name", MESSAGES)
def test_messages_run_in_program_order(name, how):
    check(MESSAGES[name], how)
