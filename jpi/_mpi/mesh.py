"""Meshes: the ranks of a communicator as a Cartesian grid."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from functools import cached_property
from typing import Any

from jpi._jax.tracebacks import api
from jpi._layout.layout import Axes, Layout, grid_coordinates, layout
from jpi._layout.spec import normalize_spec
from jpi._mpi.comm import Comm, after_free
from jpi._mpi.library import MPI


class Mesh:
    """A Cartesian grid of the ranks of a communicator with a name for each axis (see make_mesh)."""

    comm: Comm
    axes: tuple[tuple[str, int], ...]

    def __init__(self, comm: Comm, axes: tuple[tuple[str, int], ...]) -> None:
        self.comm, self.axes = comm, axes
        self._subcomms: dict[Axes, Comm] = {}
        self._hash = hash((comm, axes))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Mesh) and self.comm is other.comm and self.axes == other.axes
        )

    @cached_property
    def axis_names(self) -> Axes:
        """The names of the axes, in order."""
        return tuple(name for name, _ in self.axes)

    @cached_property
    def shape(self) -> Mapping[str, int]:
        """The number of ranks along each axis."""
        return dict(self.axes)

    @property
    def size(self) -> int:
        """The number of ranks."""
        return self.comm.size

    @property
    def rank(self) -> int:
        """The rank of this process in the communicator of the mesh."""
        return self.comm.rank

    def ordered(self, *entries: Iterable[str]) -> Axes:
        """All axes of ``entries``, each once, in the order of the mesh."""
        used = {name for entry in entries for name in entry}
        return tuple(name for name in self.axis_names if name in used)

    @cached_property
    def coordinates(self) -> Mapping[str, int]:
        """The coordinates of this rank: ranks are numbered row-major, the last axis fastest."""
        return grid_coordinates(self.comm.rank, self.axes)

    def subcomm(self, axes: Axes) -> Comm:
        """The communicator of the ranks that differ from this one in ``axes`` only, major first.

        It belongs to the communicator of the mesh, and all meshes of one shape share it: a mesh
        that is dropped has nothing to give back. That would be a collective call, and Python drops
        objects at other times on each rank. JPI works on its ``mpi`` itself, if it is another one
        than the mesh's: calls of mpi4py need a duplicate.

        Communication: a split of the whole mesh at the first call with ``axes``.
        """
        if axes not in self._subcomms:
            self._subcomms[axes] = self._subcomm(axes)
        return self._subcomms[axes]

    def _subcomm(self, axes: Axes) -> Comm:
        several = [name for name, size in self.axes if size > 1]
        kept = [name for name in axes if name in several]
        if kept == several:
            return self.comm
        if not kept:
            return Comm(MPI.COMM_SELF)
        color = key = 0
        for name in several:
            place = 0 if name in kept else self.coordinates[name]
            color = color * self.shape[name] + place
        for name in kept:
            key = key * self.shape[name] + self.coordinates[name]
        shape = tuple(self.shape[name] for name in several)
        return self.comm.part((shape, tuple(map(several.index, kept))), color, key)

    @property
    def default_spec(self) -> tuple[Axes, ...]:
        """The spec of an array made without one: the first dimension is sharded over all ranks."""
        return (self.axis_names,)

    def layout(self, shape: Sequence[int], spec: object) -> Layout:
        """The layout of a global ``shape`` under a PartitionSpec on this mesh."""
        shape = tuple(shape)
        return layout(shape, self.axes, normalize_spec(spec, len(shape), self.axes))

    def __repr__(self) -> str:
        return f"jpi.Mesh({', '.join(f'{name}={size}' for name, size in self.axes)})"


meshes: dict[tuple[Comm, tuple[tuple[str, int], ...]], Mesh] = {}


def _drop_freed() -> None:
    for key in [key for key in meshes if key[0].is_freed]:
        del meshes[key]


after_free.append(_drop_freed)

_current_mesh: ContextVar[Mesh | None] = ContextVar("jpi_mesh", default=None)


@api
def make_mesh(
    shape: Sequence[int] | None = None, axis_names: Sequence[str] = ("ranks",), comm: Any = None
) -> Mesh:
    """A Cartesian grid of all ranks of ``comm`` with a name for each axis.

    Args:
        shape: the number of ranks along each axis; their product is the size of ``comm``. By
            default one axis has all ranks.
        axis_names: one name per axis, "ranks" for one without.
        comm: an mpi4py communicator or a `Comm`; all ranks (``COMM_WORLD``) by default.

    Communication: collective over ``comm`` when it is used for the first time.

    Errors:
        ValueError: the grid does not cover the communicator, or names are missing or repeated.
    """
    comm = Comm(comm)
    if isinstance(axis_names, str) or isinstance(shape, int):
        raise TypeError(
            f"`shape` and `axis_names` must be tuples; got {shape!r} and {axis_names!r}. "
            'Write jpi.make_mesh((4, 2), ("rows", "columns")).'
        )
    shape = (comm.size,) if shape is None else tuple(int(size) for size in shape)
    names = tuple(axis_names)
    if len(names) != len(shape) or len(set(names)) != len(names):
        raise ValueError(
            f"`axis_names` must hold one different name per axis of {shape}; got {names}."
        )
    if any(size < 1 for size in shape) or math.prod(shape) != comm.size:
        raise ValueError(
            f"`shape` must be a grid of all {comm.size} ranks of the communicator; got {shape}, "
            f"{math.prod(shape)} ranks. Start that many ranks, or split a communicator of that "
            "size and pass it as `comm`."
        )
    return mesh_of(comm, tuple(zip(names, shape, strict=True)))


def mesh_of(comm: Comm, axes: tuple[tuple[str, int], ...]) -> Mesh:
    """The mesh of ``comm`` with these axes, always the same object."""
    comm.require_live()
    return meshes.setdefault((comm, axes), Mesh(comm, axes))


def current_mesh() -> Mesh:
    """The mesh of the innermost `use_mesh`, or one axis named "ranks" over all ranks."""
    mesh = _current_mesh.get()
    return make_mesh((MPI.COMM_WORLD.size,), ("ranks",)) if mesh is None else mesh


@contextlib.contextmanager
def use_mesh(mesh: Mesh) -> Iterator[Mesh]:
    """A context in which new arrays are made on ``mesh`` unless they name another."""
    if not isinstance(mesh, Mesh):
        raise TypeError(f"`mesh` must be a jpi.Mesh; got {mesh!r}. Make one with jpi.make_mesh.")
    token = _current_mesh.set(mesh)
    try:
        yield mesh
    finally:
        _current_mesh.reset(token)
