"""What the arguments of the collectives must be. Every message names the collective."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jpi._jax.names import trace_state_clean
from jpi._mpi.comm import Comm
from jpi._mpi.library import MPI
from jpi._primitives.collectives import attach_p

_LARGEST_TAG: int = MPI.COMM_WORLD.Get_attr(MPI.TAG_UB) or 32767  # what MPI guarantees


def array(x: Any) -> jax.Array:
    return x if isinstance(x, jax.Array) else jnp.asarray(x)


def rank_in(comm: Comm, value: Any, name: str, collective: str, *also: int) -> int:
    """``value``, which must be a rank of ``comm`` or one of ``also``."""
    rank = _integer(value, name, collective)
    if not 0 <= rank < comm.size and rank not in also:
        raise ValueError(
            f"`{name}` of {collective} must be a rank from 0 to {comm.size - 1}; got {rank}. "
            "Pass a rank of this communicator."
        )
    return rank


def tag(value: Any, name: str, collective: str, *also: int) -> int:
    """``value``, which must be a tag that MPI can carry or one of ``also``."""
    number, most = _integer(value, name, collective), _LARGEST_TAG
    if not 0 <= number <= most and number not in also:
        raise ValueError(
            f"`{name}` of {collective} must be a tag from 0 to {most}; got {number}. "
            "Pass a smaller number, the same to send and receive."
        )
    return number


def counts(comm: Comm, values: Sequence[int], name: str, collective: str) -> tuple[int, ...]:
    """``values``, which must be a number of rows for each rank."""
    rows = tuple(_integer(count, name, collective) for count in values)
    if len(rows) != comm.size or min(rows) < 0:
        raise ValueError(
            f"`{name}` of {collective} must hold one number >= 0 per rank, {comm.size} in all; "
            f"got {rows}. Give the number of rows of each rank."
        )
    return rows


def has_rows(x: jax.Array, rows: int, meaning: str, collective: str) -> None:
    """Raise unless the first axis of ``x`` is as long as ``meaning`` says."""
    if not x.ndim or x.shape[0] != rows:
        raise ValueError(
            f"`x` of {collective} must have {meaning} = {rows} rows along its first axis on this "
            f"rank; got shape {x.shape}. Reshape `x`, or correct the counts."
        )


def another_rank(comm: Comm, rank: int, name: str, collective: str) -> None:
    """Raise if a rank would wait for itself."""
    if rank == comm.rank:
        raise ValueError(
            f"`{name}` of {collective} must be another rank; got {rank}, this rank itself, which "
            "would wait for its own next call. Use sendrecv, or no message at all."
        )


def _integer(value: Any, name: str, collective: str) -> int:
    try:
        return int(value.__index__())
    except (AttributeError, TypeError, jax.errors.JAXTypeError) as error:
        raise TypeError(
            f"`{name}` of {collective} must be an integer known before the program runs; "
            f"got {value!r}. Pass a Python int."
        ) from error


def unchanged(x: jax.Array, nothing: jax.Array) -> jax.Array:
    """``x``, the result on a rank to which a call gives ``nothing``, an array without elements.

    Under a trace the result depends on both. So the call has a cotangent on this rank too, with
    the batch axes that it has on the others.
    """
    return x if trace_state_clean() else attach_p.bind(x, nothing)
