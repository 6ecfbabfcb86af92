"""Sharded: the data of a distributed array, which is this rank's block and its layout."""

from __future__ import annotations

import math
from typing import Any, ClassVar, TypeVar

import jax
import numpy as np

from jpi._jax.partition_spec import P
from jpi._layout.layout import Layout
from jpi._mpi.comm import Comm
from jpi._mpi.mesh import Mesh
from jpi._ordered.declared import is_declaring, varies

Kind = TypeVar("Kind", bound="Sharded")
LATE: Any = object()  # in place of a block that is not computed yet; see `in_program`


def whole_or_sharded(kind: type[Kind], local: Any, mesh: Mesh, placement: Layout) -> Kind | Any:
    """The global array of which ``local`` is this rank's block.

    It is a plain array where no mesh axis shards it: every rank holds the whole.
    """
    return local if placement.is_replicated else kind(local, mesh, placement)


def partition_spec(placement: Layout) -> P:
    """The mesh axes over which each dimension is sharded."""
    return P(
        *(None if not axes else axes[0] if len(axes) == 1 else axes for axes in placement.spec)
    )


class Sharded:
    """A global array, of which ``shard`` is this rank's block. Nothing here communicates.

    At least one mesh axis shards it, perhaps an axis of size 1.
    """

    kind: ClassVar[type[Sharded]]  # of the arrays that functions of this one give
    _is_computed = False  # by the program that is traced, which has declared what it is made of
    _made_by = 0  # a hash of the calls that have made it, 0 where that is not known

    _in_program: Any = None  # what it is in a program that is traced; see `in_program`

    def __init__(self, shard: Any, mesh: Mesh, placement: Layout) -> None:
        self._local, self._mesh, self._layout = shard, mesh, placement

    @property
    def _shard(self) -> Any:
        if self._local is LATE:
            self._local = self._in_program.block()
        return self._local

    @property
    def _typed(self) -> Any:
        """What has the dtype of the array."""
        return self._in_program.value.result if self._local is LATE else self._local

    @property
    def shape(self) -> tuple[int, ...]:
        """The global shape."""
        return self._layout.shape

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the elements."""
        return self._typed.dtype

    @property
    def weak_type(self) -> bool:
        """Whether the dtype is that of a Python number, and gives way to another, as in JAX."""
        return self._typed.weak_type

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self._layout.shape)

    @property
    def size(self) -> int:
        """The number of elements of the global array."""
        return math.prod(self.shape)

    @property
    def itemsize(self) -> int:
        """The bytes of one element."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """The bytes of the global array."""
        return self.size * self.itemsize

    @property
    def shard(self) -> jax.Array:
        """This rank's block, a plain local array. Nothing is communicated."""
        if not is_declaring():
            return self._shard
        axes = self._layout.axes if self.size else ()  # blocks of no elements are all the same
        return varies(self._shard, self._mesh, axes)

    @property
    def index(self) -> tuple[slice, ...]:
        """The part of the global array that this rank's block is: ``x.gather()[x.index]``."""
        return tuple(slice(*span) for span in self._layout.box(self._mesh.coordinates))

    @property
    def spec(self) -> P:
        """The mesh axes over which each dimension is sharded."""
        return partition_spec(self._layout)

    @property
    def mesh(self) -> Mesh:
        """The mesh whose axes shard it."""
        return self._mesh

    @property
    def comm(self) -> Comm:
        """The communicator of the mesh."""
        return self._mesh.comm
