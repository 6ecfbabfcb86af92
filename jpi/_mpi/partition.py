"""Partitions of the ranks: which of them hold the same value.

A partition is one NumPy array, so that no question about it visits the ranks one by one.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from jpi._layout.layout import Axes, grid_coordinates
from jpi._mpi.comm import Comm, after_free
from jpi._mpi.library import MPI
from jpi._mpi.mesh import Mesh, meshes

_partitions: dict[bytes, Partition] = {}


class Partition:
    """The world ranks in parts, by the number of the part of each. Equal partitions are one.

    The ranks of one part hold the same value, or take part in the same calls.
    """

    __slots__ = ("parts",)

    def __init__(self, parts: np.ndarray) -> None:
        self.parts = parts


def partition(labels: np.ndarray) -> Partition:
    """The partition in which the ranks with equal labels are in one part.

    Parts are numbered in the order of their first ranks.
    """
    _, first, label = np.unique(labels, return_index=True, return_inverse=True)
    number = np.empty(len(first), np.int32)
    number[np.argsort(first)] = np.arange(len(first))
    parts = number[label.reshape(-1)]
    return _partitions.setdefault(parts.tobytes(), Partition(parts))


@lru_cache(maxsize=4096)
def finer(a: Partition, b: Partition) -> Partition:
    """The ranks that share a part of both: those of a value computed from two."""
    return partition(a.parts.astype(np.int64) * len(a.parts) + b.parts)


@lru_cache(maxsize=4096)
def joined(a: Partition, groups: Partition) -> Partition:
    """The parts that have ranks in one group together: those of a value that its ranks combine."""
    parts = a.parts
    while True:
        lowest = _lowest(_lowest(parts, groups.parts), parts)
        if np.array_equal(lowest, parts):
            return partition(parts)
        parts = lowest


def _lowest(values: np.ndarray, of: np.ndarray) -> np.ndarray:
    """For each rank, the lowest of the values of the ranks that have its number in ``of``."""
    lowest = np.full(len(of), len(of), np.int32)
    np.minimum.at(lowest, of, values)
    return lowest[of]


@lru_cache(maxsize=4096)
def divides(a: Partition, groups: Partition) -> bool:
    """Whether a group has ranks of different parts."""
    return not np.array_equal(_lowest(a.parts, groups.parts), a.parts)


def is_whole(a: Partition) -> bool:
    """Whether all ranks are in one part."""
    return not a.parts.any()


@lru_cache(maxsize=1)
def alone() -> Partition:
    """The partition in which each rank is a part."""
    return partition(np.arange(MPI.COMM_WORLD.size))


@lru_cache(maxsize=4096)
def groups_along(mesh: Mesh, axes: Axes) -> Partition:
    """The ranks of ``mesh`` that differ along ``axes`` only; each other rank is alone."""
    labels = -1 - np.arange(MPI.COMM_WORLD.size)
    labels[_members(mesh.comm)] = _place(mesh, [n for n in mesh.axis_names if n not in axes])
    return partition(labels)


@lru_cache(maxsize=4096)
def parts_along(mesh: Mesh, axes: Axes) -> Partition:
    """The partition by the coordinates along ``axes``; ranks outside of ``mesh`` are one part."""
    labels = np.full(MPI.COMM_WORLD.size, -1)
    labels[_members(mesh.comm)] = _place(mesh, axes)
    return partition(labels)


def groups_of(comm: Comm) -> Partition:
    """The ranks that ``comm`` connects, and those of its sister communicators where known."""
    mesh, axes = _on_a_mesh(comm, len(meshes))
    if mesh:
        return groups_along(mesh, axes)
    labels = -1 - np.arange(MPI.COMM_WORLD.size)
    labels[_members(comm)] = 0
    return partition(labels)


def are_groups_known(comm: Comm) -> bool:
    """Whether `groups_of` has all groups: those beside a communicator of the user are unknown."""
    mesh, _ = _on_a_mesh(comm, len(meshes))
    return mesh is not None or comm.size == MPI.COMM_WORLD.size


def parts_of(comm: Comm) -> Partition:
    """The partition by the place in ``comm``."""
    mesh, axes = _on_a_mesh(comm, len(meshes))
    if mesh:
        return parts_along(mesh, axes)
    places = np.zeros(MPI.COMM_WORLD.size, np.int64)
    places[_members(comm)] = np.arange(comm.size)
    return partition(places)


@lru_cache(maxsize=4096)
def _on_a_mesh(comm: Comm, _known: int) -> tuple[Mesh | None, Axes]:
    """The mesh, and its axes, along which the ranks of ``comm`` lie."""
    members = np.sort(_members(comm))
    for mesh in meshes.values():
        for axes in _subsets(mesh.axis_names):
            groups = groups_along(mesh, axes).parts
            if np.array_equal(np.flatnonzero(groups == groups[MPI.COMM_WORLD.rank]), members):
                return mesh, axes
    return None, ()


def _members(comm: Comm) -> np.ndarray:
    return np.asarray(comm.control.members)


def _place(mesh: Mesh, axes: Sequence[str]) -> Any:
    """A number of the coordinates along ``axes``, for each rank of ``mesh``."""
    coordinates = grid_coordinates(np.arange(mesh.comm.size), mesh.axes)
    place = np.zeros(mesh.comm.size, np.int64)
    for axis in axes:
        place = place * mesh.shape[axis] + coordinates[axis]
    return place


def _subsets(names: Sequence[str]) -> list[Axes]:
    """The axes in every choice, the smaller ones first."""
    sizes = range(len(names) + 1)
    return [axes for size in sizes for axes in itertools.combinations(names, size)]


# Their entries hold communicators and meshes.
after_free += [groups_along.cache_clear, parts_along.cache_clear, _on_a_mesh.cache_clear]
