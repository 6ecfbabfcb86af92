"""Gathering: a distributed array, what every rank holds, or the arrays of all ranks."""

from __future__ import annotations

from typing import Any, overload

import jax
import jax.numpy as jnp

from jpi import collectives
from jpi._array.array import DistArray
from jpi._call.arguments import is_sharded
from jpi._jax.tracebacks import api


@overload
def gather(x: DistArray | jax.Array, root: int | None = None, *, comm: Any = None) -> jax.Array: ...
@overload
def gather(x: Any, root: int | None = None, *, comm: Any = None) -> Any: ...
@api
def gather(x: Any, root: int | None = None, *, comm: Any = None) -> Any:
    """The whole array, on every rank or on ``root`` only; or MPI's gather of the ranks' arrays.

    Args:
        x: a DistArray; if ``root`` is left out, also a tree of DistArrays and of arrays that every
            rank holds; else an array of this rank, of the same shape and dtype on every rank.
        root: the rank that gets the arrays; by default every rank has the whole of ``x``.
        comm: of this rank's arrays: an mpi4py communicator or a `Comm`; all ranks by default.

    So ``jpi.gather(x)`` takes whatever a function of `jpi.numpy` gave, sharded or plain.

    Shapes: the global shape; for the ranks' arrays `jpi.collectives.gather`.
    Communication: an allgather, or a gather with ``root``; none for a plain array without ``root``.
    Errors: ValueError if ``root`` is not a rank.
    """
    if isinstance(x, DistArray):
        return x.gather(root)
    if root is None:
        return jax.tree.map(_whole, x, is_leaf=is_sharded)
    return collectives.gather(x, root, comm=comm)


def _whole(x: Any) -> jax.Array:
    return x.gather() if is_sharded(x) else jnp.asarray(x)
