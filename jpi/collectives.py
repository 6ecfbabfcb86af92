"""MPI collectives on local arrays: each rank passes its own, in program order, without a token.

They work eagerly and inside `jax.jit`, `jpi.jit` and JAX's other transforms. A result that is the
same on every rank stands for one value: its cotangent is that one value's, equal on every rank.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jpi._comm import Comm
from jpi._mpi import MPI
from jpi._primitives import OPS, allgather_p, allreduce_p


def _op_name(op: Any) -> str:
    if not isinstance(op, MPI.Op):
        raise TypeError(
            f"`op` must be an mpi4py operation; got {op!r}. Pass MPI.SUM, MPI.MAX or another one."
        )
    for name in OPS:
        if op == getattr(MPI, name):
            return name
    raise NotImplementedError(f"`op` must be one of {', '.join(OPS)}; got another MPI operation.")


def allreduce(x: Any, op: Any = MPI.SUM, *, comm: Any = None) -> jax.Array:
    """The reduction of ``x`` over all ranks, on every rank.

    Args:
        x: this rank's array, of the same shape and dtype on every rank.
        op: an `mpi4py.MPI.Op`. MAX and MIN propagate NaN, as in NumPy.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Shapes: that of ``x``. Communication: one allreduce.
    """
    return allreduce_p.bind(jnp.asarray(x), comm=Comm(comm), op=_op_name(op))


def allgather(x: Any, *, comm: Any = None) -> jax.Array:
    """The arrays of all ranks, stacked along a new first axis, on every rank.

    Args:
        x: this rank's array, of the same shape and dtype on every rank.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Shapes: ``(size, *x.shape)``. Communication: one allgather.
    """
    comm = Comm(comm)
    return allgather_p.bind(jnp.asarray(x)[None], comm=comm, counts=(1,) * comm.size)


def allgatherv(x: Any, counts: Sequence[int], *, comm: Any = None) -> jax.Array:
    """The rows of all ranks, one rank's after the other's, on every rank.

    Args:
        x: this rank's rows: ``counts[rank]`` of them along the first axis.
        counts: the number of rows of each rank, the same on every rank.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Shapes: ``(sum(counts), *x.shape[1:])``. Communication: one allgatherv.
    Errors: ValueError if there is not one count per rank, or ``x`` has another number of rows.
    """
    comm, x = Comm(comm), jnp.asarray(x)
    counts = tuple(int(count) for count in counts)
    if len(counts) != comm.size or min(counts) < 0:
        raise ValueError(
            f"`counts` of allgatherv must hold one number >= 0 per rank, {comm.size}; got {counts}."
        )
    if not x.ndim or x.shape[0] != counts[comm.rank]:
        raise ValueError(
            f"`x` of allgatherv must have counts[{comm.rank}] = {counts[comm.rank]} rows on rank "
            f"{comm.rank}; got shape {x.shape}. Give its own number of rows for each rank."
        )
    return allgather_p.bind(x, comm=comm, counts=counts)
