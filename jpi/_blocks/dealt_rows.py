"""Rows dealt to the ranks one by one, as cards are: rank r holds the rows r, r + p, r + 2p, ...

So all ranks hold as many of any trailing rows. Every rank holds equally many: rows of zeros follow
the last one where the ranks do not divide their number.
"""

from __future__ import annotations

import itertools

import numpy as np
from jax import Array, lax
from jax import numpy as jnp

from jpi._blocks.broadcast import broadcast_blocks
from jpi._layout.cyclic import Cyclic
from jpi._layout.layout import Pairs, offsets
from jpi._mpi.comm import Comm
from jpi._primitives.moves import allgather_p, alltoall_p, alltoallv_p, pairs
from jpi._primitives.reductions import allreduce_p


def dealt(size: int, comm: Comm) -> int:
    """The rows that each rank holds of ``size``, those of zeros included."""
    return -(-size // comm.size)


def row_numbers(count: int, comm: Comm) -> Array:
    """The numbers, in the whole array, of this rank's first ``count`` dealt rows."""
    return jnp.arange(count) * comm.size + comm.rank


def deal(block: Array, comm: Comm, size: int) -> Array:
    """This rank's dealt rows, from its block of ``size`` rows; one alltoallv."""
    order, send, recv = _exchange(comm, size)
    rows = block
    if comm.size > 1:
        rows = alltoallv_p.bind(jnp.take(block, order, axis=0), comm=comm, send=send, recv=recv)
    missing = dealt(size, comm) - rows.shape[0]
    return _followed_by_zeros(rows, missing)


def collect(rows: Array, comm: Comm, size: int) -> Array:
    """This rank's block of ``size`` rows, from its dealt rows; one alltoallv."""
    order, send, recv = _exchange(comm, size)
    rows = lax.slice_in_dim(rows, 0, sum(count for _, count in recv))
    if comm.size == 1:
        return rows
    block = alltoallv_p.bind(rows, comm=comm, send=recv, recv=send)
    return jnp.take(block, np.argsort(order), axis=0)


def gathered(rows: Array, comm: Comm) -> Array:
    """All rows on every rank, from as many dealt rows of each; one allgather."""
    if comm.size == 1:
        return rows
    count = rows.shape[0]
    stacked = allgather_p.bind(rows, comm=comm, counts=(count,) * comm.size)
    stacked = stacked.reshape(comm.size, count, *rows.shape[1:])
    return jnp.swapaxes(stacked, 0, 1).reshape(comm.size * count, *rows.shape[1:])


def own(whole: Array, comm: Comm) -> Array:
    """This rank's dealt rows of an array that all ranks hold."""
    missing = dealt(whole.shape[0], comm) * comm.size - whole.shape[0]
    padded = _followed_by_zeros(whole, missing)
    return lax.slice_in_dim(padded, comm.rank, padded.shape[0], stride=comm.size)


def among_zeros(rows: Array, comm: Comm) -> Array:
    """The array with as many dealt rows of each rank, and zeros in place of those of others."""
    count, size = rows.shape[0], comm.size
    numbers = row_numbers(count, comm)
    return jnp.zeros((count * size, *rows.shape[1:]), rows.dtype).at[numbers].set(rows)


def summed(x: Array, comm: Comm) -> Array:
    return allreduce_p.bind(x, comm=comm, op="SUM") if comm.size > 1 else x


def from_first(comm: Comm, *parts: Array) -> list[Array]:
    """Arrays that all ranks have computed, those of rank 0 on every rank; one broadcast.

    Programs, processors and numbers of threads that differ round differently. A later step may
    enlarge the differences, as the vectors of close eigenvalues do.
    """
    found = broadcast_blocks([part[None] for part in parts], comm, [0], 0, 1)
    return [part[0] for part in found]


def sums(comm: Comm, *parts: Array) -> list[Array]:
    """The sum over the ranks of each of some vectors; one allreduce."""
    total = summed(jnp.concatenate(parts), comm)
    return jnp.split(total, np.cumsum([part.shape[0] for part in parts])[:-1])


def _exchange(comm: Comm, size: int) -> tuple[np.ndarray, Pairs, Pairs]:
    """The order in which a rank sends its block, and the rows it sends and receives."""
    bounds = offsets(size, comm.size)
    start, stop = bounds[comm.rank : comm.rank + 2]
    send = [_count(size, comm, rank, start, stop) for rank in range(comm.size)]
    recv = [_count(size, comm, comm.rank, *span) for span in itertools.pairwise(bounds)]
    order = np.argsort(np.arange(start, stop) % comm.size, kind="stable")
    return order, pairs(send), pairs(recv)


def _count(size: int, comm: Comm, rank: int, start: int, stop: int) -> int:
    """How many of the rows ``start:stop`` are dealt to ``rank``."""
    first, last = Cyclic(size, 1, comm.size).held(rank, start, stop)
    return last - first


def _followed_by_zeros(rows: Array, count: int) -> Array:
    return jnp.pad(rows, [(0, count)] + [(0, 0)] * (rows.ndim - 1))


def adjoint(rows: Array, comm: Comm) -> Array:
    """This rank's dealt rows of the adjoint of a square matrix; one alltoall."""
    count, size = rows.shape[0], comm.size
    tiles = jnp.conj(rows).reshape(count, count, size).transpose(2, 0, 1)
    if size > 1:
        flat = tiles.reshape(size * count, count)
        flat = alltoall_p.bind(flat, comm=comm, counts=(count,) * size)
        tiles = flat.reshape(size, count, count)
    return tiles.transpose(2, 1, 0).reshape(count, count * size)
