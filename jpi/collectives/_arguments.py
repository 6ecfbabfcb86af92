"""Checks of the arguments of the collectives. Every message names the collective."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from jpi._jax.names import trace_state_clean
from jpi._mpi.comm import Comm
from jpi._ordered.origins import check_is_rank
from jpi._primitives.moves import attach_p


def array(x: Any) -> jax.Array:
    check_is_rank()
    if isinstance(x, jax.Array):
        return x
    if hasattr(type(x), "shard"):
        raise TypeError(
            f"a collective must get this rank's own array; got a DistArray of shape {x.shape}, "
            "which is one array of all ranks. Use x.sum() or another function of jpi.numpy for "
            "the whole array, or pass this rank's block, x.shard."
        )
    return jnp.asarray(x)


def has_rows(x: jax.Array, rows: int, meaning: str, collective: str) -> None:
    """Raise unless the first axis of ``x`` has ``rows`` rows, which are ``meaning``."""
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


def unchanged(x: jax.Array, nothing: jax.Array) -> jax.Array:
    """``x``, on a rank where the call returns ``nothing``, an array without elements.

    Under a trace the result depends on both, so that the call has a cotangent on this rank too,
    with the same batch axes as on the others.
    """
    return x if trace_state_clean() else attach_p.bind(x, nothing)
