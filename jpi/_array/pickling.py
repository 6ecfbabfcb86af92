"""Pickling of a distributed array: each rank saves its own block, and loads it again."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from jpi._call.sharded import Sharded
from jpi._layout.layout import Spec, layout
from jpi._mpi.comm import Comm
from jpi._mpi.library import MPI
from jpi._mpi.mesh import mesh_of

_ONE_FILE_PER_RANK = (
    "A pickle holds one rank's block: save one file per rank, and let each rank load its own. "
)


def reduced(x: Sharded) -> tuple[Callable[..., Sharded], tuple[Any, ...]]:
    """The data that `pickle` saves of ``x`` on this rank: `restored`, and its arguments.

    The layout is saved as shape and spec: it holds its hash, which differs in another process.

    Errors: ValueError if ``x`` is on other ranks than those of COMM_WORLD, or in another order.
    """
    _check_world(x.comm)
    placement = x._layout
    return restored, (
        x.kind, x._shard, placement.mesh_axes, placement.shape, placement.spec, x.comm.rank,
    )  # fmt: skip


def restored(
    kind: type[Sharded],
    block: Any,
    axes: tuple[tuple[str, int], ...],
    shape: tuple[int, ...],
    spec: Spec,
    rank: int,
) -> Sharded:
    """The array of ``kind`` whose block ``rank`` has saved, on a mesh over COMM_WORLD.

    Communication: none, except that of `Comm` when COMM_WORLD is used for the first time.
    Errors: ValueError on another number of ranks, or on another rank.
    """
    saved, here = math.prod(size for _, size in axes), MPI.COMM_WORLD
    if here.size != saved:
        raise ValueError(
            f"a DistArray pickled on {saved} rank(s) must be loaded on {saved}; got {here.size}. "
            f"{_ONE_FILE_PER_RANK}For another number of ranks, pickle x.gather() instead, and pass "
            "the loaded array to jpi.numpy.asarray."
        )
    if here.rank != rank:
        raise ValueError(
            f"a block pickled by rank {rank} of {saved} must be loaded by rank {rank}; got rank "
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
