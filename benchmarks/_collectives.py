"""The table of timed collectives: operand, mpi4py's call, JAX's call, and the result.

"Size" is the bytes of the operand that a rank passes in:

- allreduce, reduce, bcast, scan, exscan, sendrecv, send+recv: an array of this size, on every rank;
- allgather, gather: this rank's array, so that the result has `ranks` times this size;
- alltoall, reduce_scatter: all blocks of this rank together, so that a block is `size / ranks`;
- scatter: all blocks of the root together; the other ranks' operands are one block;
- the ragged ones (allgatherv, ...): as the even ones, with one element more for the last rank.

The root is rank 0. send+recv is a message from rank 0 to rank 1 and back, both timed as one call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy
from mpi4py import MPI

WORLD = MPI.COMM_WORLD
RANK, RANKS = WORLD.rank, WORLD.size

Array = numpy.ndarray


@dataclass(frozen=True)
class Operation:
    """One row: the operand, the same collective in two libraries, and its result."""

    shape: Callable[[int], tuple[int, ...]]  # of the operand, given the rank
    mpi4py: Callable[[Array, Array], Any]  # operand, result
    jax: Callable[[Any, Any], Any]  # the library (jpi or mpi4jax), operand -> result
    expected: Callable[[list[Array], int], Array]  # all operands, rank -> its result
    unwritten: Callable[[Array], Array] = numpy.copy  # where MPI leaves a rank's result alone


def operands_of(operation: Operation) -> list[Array]:
    """Returns every rank's operand: small integers, so that sums are exact."""
    shapes = [operation.shape(rank) for rank in range(RANKS)]
    return [
        (1 + rank + numpy.arange(numpy.prod(shape)) % 7).astype(numpy.float32).reshape(shape)
        for rank, shape in enumerate(shapes)
    ]


def operations(elements: int) -> dict[str, Operation]:
    """Returns the table for operands of `elements` elements."""
    block = max(1, elements // RANKS)
    flat, blocks = (elements,), (RANKS, block)
    # Counts of the ragged ones: lists, as mpi4py takes a tuple for counts and displacements.
    wholes = [elements] * (RANKS - 1) + [elements + 1]
    parts = [block] * (RANKS - 1) + [block + 1]
    ends = numpy.cumsum(parts)[:-1]
    return {
        "allreduce": Operation(
            shape=lambda rank: flat,
            mpi4py=WORLD.Allreduce,
            jax=lambda library, x: library.allreduce(x, op=MPI.SUM),
            expected=lambda operands, rank: sum(operands),
        ),
        "reduce": Operation(
            shape=lambda rank: flat,
            mpi4py=WORLD.Reduce,
            jax=lambda library, x: library.reduce(x, MPI.SUM, 0),
            expected=lambda operands, rank: operands[rank] if rank else sum(operands),
        ),
        "bcast": Operation(
            shape=lambda rank: flat,
            mpi4py=lambda x, y: WORLD.Bcast(y),
            jax=lambda library, x: library.bcast(x, 0),
            expected=lambda operands, rank: operands[0],
        ),
        "allgather": Operation(
            shape=lambda rank: flat,
            mpi4py=WORLD.Allgather,
            jax=lambda library, x: library.allgather(x),
            expected=lambda operands, rank: numpy.stack(operands),
        ),
        "gather": Operation(
            shape=lambda rank: flat,
            mpi4py=WORLD.Gather,
            jax=lambda library, x: library.gather(x, 0),
            expected=lambda operands, rank: operands[rank] if rank else numpy.stack(operands),
        ),
        "scatter": Operation(
            shape=lambda rank: (block,) if rank else blocks,
            mpi4py=WORLD.Scatter,
            jax=lambda library, x: library.scatter(x, 0),
            expected=lambda operands, rank: operands[0][rank],
        ),
        "alltoall": Operation(
            shape=lambda rank: blocks,
            mpi4py=WORLD.Alltoall,
            jax=lambda library, x: library.alltoall(x),
            expected=lambda operands, rank: numpy.stack([x[rank] for x in operands]),
        ),
        "reduce_scatter": Operation(
            shape=lambda rank: blocks,
            mpi4py=WORLD.Reduce_scatter_block,
            jax=lambda library, x: library.reduce_scatter(x, MPI.SUM),
            expected=lambda operands, rank: sum(x[rank] for x in operands),
        ),
        "scan": Operation(
            shape=lambda rank: flat,
            mpi4py=WORLD.Scan,
            jax=lambda library, x: library.scan(x, MPI.SUM),
            expected=lambda operands, rank: sum(operands[: rank + 1]),
        ),
        "exscan": Operation(
            shape=lambda rank: flat,
            mpi4py=WORLD.Exscan,
            jax=lambda library, x: library.exscan(x, MPI.SUM),
            expected=lambda operands, rank: sum(operands[:rank], numpy.zeros_like(operands[0])),
            unwritten=numpy.zeros_like,
        ),
        "sendrecv": Operation(
            shape=lambda rank: flat,
            mpi4py=lambda x, y: WORLD.Sendrecv(
                x, (RANK + 1) % RANKS, recvbuf=y, source=(RANK - 1) % RANKS
            ),
            jax=lambda library, x: library.sendrecv(x, x, (RANK - 1) % RANKS, (RANK + 1) % RANKS),
            expected=lambda operands, rank: operands[rank - 1],
        ),
        "send+recv": Operation(
            shape=lambda rank: flat,
            mpi4py=_ping_mpi4py,
            jax=_ping_jax,
            expected=lambda operands, rank: operands[0 if rank < 2 else rank],
        ),
        "barrier": Operation(
            shape=lambda rank: flat,
            mpi4py=lambda x, y: WORLD.Barrier(),
            jax=lambda library, x: library.barrier() or x,
            expected=lambda operands, rank: operands[rank],
        ),
        "allgatherv": Operation(
            shape=lambda rank: (wholes[rank],),
            mpi4py=lambda x, y: WORLD.Allgatherv(x, [y, wholes]),
            jax=lambda library, x: library.allgatherv(x, wholes),
            expected=lambda operands, rank: numpy.concatenate(operands),
        ),
        "gatherv": Operation(
            shape=lambda rank: (wholes[rank],),
            mpi4py=lambda x, y: WORLD.Gatherv(x, [y, wholes]),
            jax=lambda library, x: library.gatherv(x, wholes, 0),
            expected=lambda operands, rank: operands[rank] if rank else numpy.concatenate(operands),
        ),
        "scatterv": Operation(
            shape=lambda rank: (parts[rank] if rank else sum(parts),),
            mpi4py=lambda x, y: WORLD.Scatterv([x, parts], y),
            jax=lambda library, x: library.scatterv(x, parts, 0),
            expected=lambda operands, rank: numpy.split(operands[0], ends)[rank],
        ),
        "alltoallv": Operation(
            shape=lambda rank: (sum(parts),),
            mpi4py=lambda x, y: WORLD.Alltoallv([x, parts], [y, [parts[RANK]] * RANKS]),
            jax=lambda library, x: library.alltoallv(x, parts, [parts[RANK]] * RANKS),
            expected=lambda operands, rank: numpy.concatenate(
                [numpy.split(x, ends)[rank] for x in operands]
            ),
        ),
        "reduce_scatterv": Operation(
            shape=lambda rank: (sum(parts),),
            mpi4py=lambda x, y: WORLD.Reduce_scatter(x, y, parts),
            jax=lambda library, x: library.reduce_scatterv(x, MPI.SUM, parts),
            expected=lambda operands, rank: numpy.split(sum(operands), ends)[rank],
        ),
    }


def _ping_mpi4py(x: Array, y: Array) -> None:
    if RANK == 0 and RANKS > 1:
        WORLD.Send(x, 1)
        WORLD.Recv(y, 1)
    elif RANK == 1:
        WORLD.Recv(y, 0)
        WORLD.Send(y, 0)


def _ping_jax(library: Any, x: Any) -> Any:
    if RANK == 0 and RANKS > 1:
        library.send(x, 1)
        return library.recv(x, 1)
    if RANK == 1:
        x = library.recv(x, 0)
        library.send(x, 0)
    return x
