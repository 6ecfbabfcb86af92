"""Collectives that combine the arrays of the ranks.

``op`` is an `mpi4py.MPI.Op`: SUM, PROD, MAX, MIN, LAND, LOR, LXOR, BAND, BOR, BXOR, or your own
where MPI can apply it. MAX and MIN propagate NaN, as in NumPy; on booleans SUM is "any".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax

from jpi._jax.tracebacks import api
from jpi._mpi import arguments
from jpi._mpi import ops as _ops
from jpi._mpi.comm import Comm
from jpi._mpi.library import MPI
from jpi._ordered.compile import compiled_when_eager
from jpi._primitives.reductions import allreduce_p, exscan_p, reduce_p, reduce_scatter_p, scan_p
from jpi.collectives import _arguments
from jpi.collectives._trees import takes_trees


def _operand(x: Any, op: Any, collective: str) -> tuple[jax.Array, _ops.Op]:
    """The array to reduce and the operation; for a logical one every element is 0 or 1.

    MPI does not change the elements of a single rank, so the result of a logical operation would
    depend on the number of ranks.
    """
    x = _arguments.array(x)
    name = _ops.resolve(op, x.dtype, collective)
    is_logical = name in ("LAND", "LOR", "LXOR") and x.dtype != bool
    return (x != 0).astype(x.dtype) if is_logical else x, name


@api
@takes_trees()
def allreduce(x: Any, op: Any = MPI.SUM, *, comm: Any = None) -> jax.Array:
    """The reduction of ``x`` over all ranks, on every rank.

    ``x`` may be a tree of arrays: those of one dtype travel in one message.

    Args:
        x: this rank's array, of the same shape and dtype on every rank.
        op: the operation.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Shapes: that of ``x``. Communication: one allreduce.
    Errors: TypeError if ``op`` is no operation, or cannot reduce the dtype.
    """
    x, op = _operand(x, op, "allreduce")
    return allreduce_p.bind(x, comm=Comm(comm), op=op)


@api
@takes_trees()
def reduce(x: Any, op: Any, root: int, *, comm: Any = None) -> jax.Array:
    """The reduction of ``x`` over all ranks on the rank ``root``; ``x`` itself elsewhere.

    Args:
        x: this rank's array, of the same shape and dtype on every rank.
        op: the operation.
        root: the rank that gets the result, the same on every rank.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Shapes: that of ``x``. Communication: one reduce.
    Errors: TypeError if ``op`` is no operation, or cannot reduce the dtype; ValueError if ``root``
    is no rank.
    """
    x, comm = _arguments.array(x), Comm(comm)
    operand, op = _operand(x, op, "reduce")
    root = arguments.rank_in(comm, root, "root", "reduce")
    reduced = _reduce(operand, comm=comm, op=op, root=root)
    return reduced if comm.rank == root else _arguments.unchanged(x, reduced)


@compiled_when_eager
def _reduce(x: Any, *, comm: Comm, op: _ops.Op, root: int) -> Any:
    y = reduce_p.bind(x[None], comm=comm, op=op, root=root, rows=1)
    return y.squeeze(0) if comm.rank == root else y


@api
@takes_trees(rows=1)
def reduce_scatter(x: Any, op: Any, *, comm: Any = None) -> jax.Array:
    """Block ``rank`` of the reduction of ``x``, which holds one block for each rank.

    Args:
        x: this rank's array, of shape ``(size, ...)``, the same on every rank.
        op: the operation.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Shapes: ``x.shape[1:]``. Communication: one reduce_scatter.
    Errors: ValueError if the first axis is not as long as the number of ranks; TypeError if ``op``
    is no operation, or cannot reduce the dtype.
    """
    comm, (x, op) = Comm(comm), _operand(x, op, "reduce_scatter")
    _arguments.has_rows(x, comm.size, "the number of ranks", "reduce_scatter")
    return _reduce_scatter(x, comm=comm, op=op)


@compiled_when_eager
def _reduce_scatter(x: Any, *, comm: Comm, op: _ops.Op) -> Any:
    return reduce_scatter_p.bind(x, comm=comm, op=op, counts=(1,) * comm.size).squeeze(0)


@api
def reduce_scatterv(x: Any, op: Any, counts: Sequence[int], *, comm: Any = None) -> jax.Array:
    """This rank's rows of the reduction of ``x``, which holds ``counts[r]`` rows for rank r.

    Args:
        x: this rank's array, of ``sum(counts)`` rows, of the same shape on every rank.
        op: the operation.
        counts: the number of rows of each rank, the same on every rank.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Shapes: ``(counts[rank], *x.shape[1:])``. Communication: one reduce_scatter.
    Errors: ValueError if there is not one count per rank, or ``x`` has another number of rows;
    TypeError if ``op`` is no operation, or cannot reduce the dtype.
    """
    comm, (x, op) = Comm(comm), _operand(x, op, "reduce_scatterv")
    rows = arguments.counts(comm, counts, "counts", "reduce_scatterv")
    _arguments.has_rows(x, sum(rows), "sum(counts)", "reduce_scatterv")
    return reduce_scatter_p.bind(x, comm=comm, op=op, counts=rows)


@api
@takes_trees()
def scan(x: Any, op: Any, *, comm: Any = None) -> jax.Array:
    """The reduction of ``x`` over the ranks up to this one, itself included.

    Args:
        x: this rank's array, of the same shape and dtype on every rank.
        op: the operation.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Shapes: that of ``x``. Communication: one scan.
    Errors: TypeError if ``op`` is no operation, or cannot reduce the dtype.
    """
    x, op = _operand(x, op, "scan")
    return scan_p.bind(x, comm=Comm(comm), op=op)


@api
@takes_trees()
def exscan(x: Any, op: Any, *, comm: Any = None) -> jax.Array:
    """The reduction of ``x`` over the ranks before this one; the op's neutral value on rank 0.

    Args:
        x: this rank's array, of the same shape and dtype on every rank.
        op: the operation. Your own has no neutral value: rank 0 gets zeros.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Shapes: that of ``x``. Communication: one exscan.
    Errors: TypeError if ``op`` is no operation, or cannot reduce the dtype.
    """
    x, op = _operand(x, op, "exscan")
    return _exscan(x, comm=Comm(comm), op=op)


@compiled_when_eager
def _exscan(x: Any, *, comm: Comm, op: _ops.Op) -> Any:
    before = exscan_p.bind(x, comm=comm, op=op)
    if comm.rank or isinstance(op, _ops.UserOp):
        return before
    # Zeros on rank 0. A constant in their place would leave this rank out of the derivative.
    return before + _ops.neutral(op, x.dtype)
