"""Collectives that move the arrays of the ranks without combining them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jpi._jax.tracebacks import api
from jpi._mpi import arguments
from jpi._mpi.comm import Comm
from jpi._ordered.compile import compiled_when_eager
from jpi._ordered.declared import agreed
from jpi._primitives import reductions
from jpi._primitives.moves import (
    allgather_p,
    alltoall_p,
    alltoallv_p,
    barrier_p,
    bcast_p,
    gather_p,
    pairs,
    scatter_p,
)
from jpi.collectives import _arguments
from jpi.collectives._trees import takes_trees


@api
@takes_trees()
def bcast(x: Any, root: int, *, comm: Any = None) -> jax.Array:
    """The array of the rank ``root``, on every rank.

    Args:
        x: on the root, the array; elsewhere any array of its shape and dtype.
        root: the rank whose array it is, the same on every rank.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Shapes: that of ``x``. Communication: one bcast.
    Errors: ValueError if ``root`` is no rank.
    """
    x, comm = _arguments.array(x), Comm(comm)
    root = arguments.rank_in(comm, root, "root", "bcast")
    received = _bcast(x, comm=comm, root=root)
    if comm.rank == root:
        return agreed(_arguments.unchanged(x, received), comm)
    return received


broadcast = bcast


@compiled_when_eager
def _bcast(x: Any, *, comm: Comm, root: int) -> Any:
    if comm.rank == root:
        return bcast_p.bind(x[None], comm=comm, root=root, rows=1)
    return bcast_p.bind(x[None][:0], comm=comm, root=root, rows=1).squeeze(0)


@api
@takes_trees()
def spread(x: Any, *, comm: Any = None) -> jax.Array:
    """``x``, which is the same on every rank, as a value that each rank uses in its own way.

    A value that every rank holds is one value. But a computation with a rank's own data gives only
    that rank's part of its cotangent. The transpose of this function adds the parts of all ranks.
    DistArrays do this by themselves; local arrays need it for the right gradient.

    Args:
        x: an array that is the same on every rank.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Shapes: that of ``x``. Communication: none; one allreduce in the gradient.

    Example:
        >>> def loss(w):  # the same w on every rank, other data on each
        ...     residual = features @ jpi.spread(w) - labels
        ...     return jpi.allreduce(jnp.sum(residual**2))
    """
    return reductions.spread(_arguments.array(x), Comm(comm))


@api
@takes_trees()
def allgather(x: Any, *, comm: Any = None) -> jax.Array:
    """The arrays of all ranks, stacked along a new first axis, on every rank.

    Args:
        x: this rank's array, of the same shape and dtype on every rank.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Shapes: ``(size, *x.shape)``. Communication: one allgather.
    """
    return _allgather(_arguments.array(x), comm=Comm(comm))


@compiled_when_eager
def _allgather(x: Any, *, comm: Comm) -> Any:
    return allgather_p.bind(x[None], comm=comm, counts=(1,) * comm.size)


@api
def allgatherv(x: Any, counts: Sequence[int], *, comm: Any = None) -> jax.Array:
    """The rows of all ranks, rank after rank, on every rank.

    Args:
        x: this rank's rows: ``counts[rank]`` of them along the first axis.
        counts: the number of rows of each rank, the same on every rank.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Shapes: ``(sum(counts), *x.shape[1:])``. Communication: one allgather.
    Errors: ValueError if there is not one count per rank, or ``x`` has another number of rows.
    """
    comm, x = Comm(comm), _arguments.array(x)
    rows = arguments.counts(comm, counts, "counts", "allgatherv")
    _arguments.has_rows(x, rows[comm.rank], f"counts[{comm.rank}]", "allgatherv")
    return allgather_p.bind(x, comm=comm, counts=rows)


@api
@takes_trees()
def gather(x: Any, root: int, *, comm: Any = None) -> jax.Array:
    """The arrays of all ranks, stacked, on the rank ``root``; ``x`` itself elsewhere.

    Args:
        x: this rank's array, of the same shape and dtype on every rank.
        root: the rank that gets the result, the same on every rank.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Shapes: ``(size, *x.shape)`` on the root, ``x.shape`` elsewhere. Communication: one gather.
    Errors: ValueError if ``root`` is no rank.
    """
    x, comm = _arguments.array(x), Comm(comm)
    root = arguments.rank_in(comm, root, "root", "gather")
    gathered = _gather(x, comm=comm, root=root)
    return gathered if comm.rank == root else _arguments.unchanged(x, gathered)


@compiled_when_eager
def _gather(x: Any, *, comm: Comm, root: int) -> Any:
    return gather_p.bind(x[None], comm=comm, counts=(1,) * comm.size, root=root)


@api
def gatherv(x: Any, counts: Sequence[int], root: int, *, comm: Any = None) -> jax.Array:
    """The rows of all ranks, rank after rank, on ``root``; ``x`` itself elsewhere.

    Args:
        x: this rank's rows: ``counts[rank]`` of them along the first axis.
        counts: the number of rows of each rank, the same on every rank.
        root: the rank that gets the result, the same on every rank.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Shapes: ``(sum(counts), *x.shape[1:])`` on the root, ``x.shape`` elsewhere.
    Communication: one gather.
    Errors: ValueError if ``root`` is no rank, there is not one count per rank, or ``x`` has
    another number of rows.
    """
    comm, x = Comm(comm), _arguments.array(x)
    root = arguments.rank_in(comm, root, "root", "gatherv")
    rows = arguments.counts(comm, counts, "counts", "gatherv")
    _arguments.has_rows(x, rows[comm.rank], f"counts[{comm.rank}]", "gatherv")
    gathered = gather_p.bind(x, comm=comm, counts=rows, root=root)
    return gathered if comm.rank == root else _arguments.unchanged(x, gathered)


@api
def scatter(x: Any, root: int, *, comm: Any = None) -> jax.Array:
    """Block ``rank`` of the array of the rank ``root``, which holds one block for each rank.

    Args:
        x: on the root, an array of shape ``(size, ...)``; elsewhere any array of the shape and
            dtype of one block.
        root: the rank that holds the blocks, the same on every rank.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Shapes: ``x.shape[1:]`` on the root, ``x.shape`` elsewhere. Communication: one scatter.
    Errors: ValueError if ``root`` is no rank, or the first axis on the root is not as long as the
    number of ranks.
    """
    x, comm = _arguments.array(x), Comm(comm)
    root = arguments.rank_in(comm, root, "root", "scatter")
    if comm.rank == root:
        _arguments.has_rows(x, comm.size, "the number of ranks", "scatter")
    return _scatter(x, comm=comm, root=root)


@compiled_when_eager
def _scatter(x: Any, *, comm: Comm, root: int) -> Any:
    blocks = x if comm.rank == root else x[None][:0]
    return scatter_p.bind(blocks, comm=comm, counts=(1,) * comm.size, root=root).squeeze(0)


@api
def scatterv(x: Any, counts: Sequence[int], root: int, *, comm: Any = None) -> jax.Array:
    """This rank's rows of the array of ``root``, which holds ``counts[r]`` rows for rank r.

    Args:
        x: on the root, an array of ``sum(counts)`` rows; elsewhere any array of ``counts[rank]``
            rows like them.
        counts: the number of rows of each rank, the same on every rank.
        root: the rank that holds the rows, the same on every rank.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Shapes: ``(counts[rank], *x.shape[1:])``. Communication: one scatter.
    Errors: ValueError if ``root`` is no rank, there is not one count per rank, or ``x`` has
    another number of rows.
    """
    comm, x = Comm(comm), _arguments.array(x)
    root = arguments.rank_in(comm, root, "root", "scatterv")
    rows = arguments.counts(comm, counts, "counts", "scatterv")
    if comm.rank == root:
        _arguments.has_rows(x, sum(rows), "sum(counts)", "scatterv")
    else:
        _arguments.has_rows(x, rows[comm.rank], f"counts[{comm.rank}]", "scatterv")
    return _scatterv(x, comm=comm, counts=rows, root=root)


@compiled_when_eager
def _scatterv(x: Any, *, comm: Comm, counts: tuple[int, ...], root: int) -> Any:
    rows = x if comm.rank == root else x[:0]
    return scatter_p.bind(rows, comm=comm, counts=counts, root=root)


@api
@takes_trees(rows=1)
def alltoall(x: Any, *, comm: Any = None) -> jax.Array:
    """The blocks that all ranks hold for this one; ``x`` holds one block for each rank.

    Args:
        x: this rank's array, of shape ``(size, ...)``, the same on every rank.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Shapes: that of ``x``. Communication: one alltoall.
    Errors: ValueError if the first axis is not as long as the number of ranks.
    """
    x, comm = _arguments.array(x), Comm(comm)
    _arguments.has_rows(x, comm.size, "the number of ranks", "alltoall")
    return alltoall_p.bind(x, comm=comm, counts=(1,) * comm.size)


@api
def alltoallv(
    x: Any, send_counts: Sequence[int], recv_counts: Sequence[int], *, comm: Any = None
) -> jax.Array:
    """The rows that all ranks hold for this one, in the order of the ranks.

    Args:
        x: this rank's rows: ``send_counts[r]`` of them for rank r, in the order of the ranks.
        send_counts: the number of rows that this rank sends to each rank.
        recv_counts: the number of rows that each rank sends to this one.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Shapes: ``(sum(recv_counts), *x.shape[1:])``. Communication: one alltoallv.
    Errors: ValueError if there is not one count per rank, or ``x`` has another number of rows.
    """
    comm, x = Comm(comm), _arguments.array(x)
    send = arguments.counts(comm, send_counts, "send_counts", "alltoallv")
    recv = arguments.counts(comm, recv_counts, "recv_counts", "alltoallv")
    _arguments.has_rows(x, sum(send), "sum(send_counts)", "alltoallv")
    if send[comm.rank] != recv[comm.rank]:
        raise ValueError(
            "`recv_counts` of alltoallv must agree with `send_counts` for the rank itself; got "
            f"{recv[comm.rank]} and {send[comm.rank]} on rank {comm.rank}. Give the rows that each "
            "rank sends to this one."
        )
    return alltoallv_p.bind(x, comm=comm, send=pairs(send), recv=pairs(recv))


@api
def barrier(*, comm: Any = None) -> None:
    """Nothing, in program order, once all ranks have made this call.

    In a compiled program it keeps its place among the other collectives. Outside it returns at
    once, like all calls of JAX; the later calls on this rank wait for it.

    Args:
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Communication: one barrier.
    """
    _barrier(comm=Comm(comm))


@compiled_when_eager
def _barrier(*, comm: Comm) -> None:
    barrier_p.bind(jnp.zeros((0,)), comm=comm)
