"""Pickling of a distributed array: each rank saves its own block, and loads it again."""

from __future__ import annotations

import math
from typing import Any, TypeVar

from jpi._call.sharded import Sharded
from jpi._layout.layout import Spec, layout
from jpi._mpi.comm import Comm
from jpi._mpi.library import MPI
from jpi._mpi.mesh import mesh_of

Kind = TypeVar("Kind", bound=Sharded)
_ONE_FILE_PER_RANK = (
    "A pickle holds one rank's block: save one file per rank, and let each rank load its own. "
)


def saved(x: Sharded) -> tuple[Any, ...]:
    """The data that `pickle` saves of ``x`` on this rank: the arguments of `restored`.

    The layout is saved as shape and spec: it holds its hash, which differs in another process.

    Errors: ValueError if ``x`` is on other ranks than those of COMM_WORLD, or in another order.
    """
    _check_world(x.comm)
    placement = x._layout
    return x._shard, placement.mesh_axes, placement.shape, placement.spec, x.comm.rank


def restored(
    kind: type[Kind],
    block: Any,
    axes: tuple[tuple[str, int], ...],
    shape: tuple[int, ...],
    spec: Spec,
    rank: int,
) -> Kind:
    """The array of ``kind`` whose block ``rank`` has saved, on a mesh over COMM_WORLD.

    Communication: none, except that of `Comm` when COMM_WORLD is used for the first time.
    Errors: ValueError on another number of ranks, or on another rank.
    """
    ranks, here = math.prod(size for _, size in axes), MPI.COMM_WORLD
    if here.size != ranks:
        raise ValueError(
            f"a DistArray pickled on {ranks} rank(s) must be loaded on {ranks}; got {here.size}. "
            f"{_ONE_FILE_PER_RANK}For another number of ranks, pickle x.gather() instead, and pass "
            "the loaded array to jpi.numpy.asarray."
        )
    if here.rank != rank:
        raise ValueError(
            f"a block pickled by rank {rank} of {ranks} must be loaded by rank {rank}; got rank "
            f"{here.rank}. {_ONE_FILE_PER_RANK}For a block on any rank, pickle x.gather() instead."
        )
    return kind(block, mesh_of(Comm(here), axes), layout(shape, axes, spec))


def _check_world(comm: Comm) -> None:
    _ = comm.index  # raises if the communicator was freed
    if MPI.Comm.Compare(comm.mpi, MPI.COMM_WORLD) not in (MPI.IDENT, MPI.CONGRUENT):
        raise ValueError(
            "a DistArray must be on all ranks of COMM_WORLD, in their order, to be pickled; got "
            f"one on {comm}, which another run cannot know. Pickle x.gather() instead, and pass "
            "the loaded array to jpi.numpy.asarray."
        )
