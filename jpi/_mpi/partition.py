"""Partitions of the ranks: which of them hold the same value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from jpi._layout.layout import Axes, grid_coordinates
from jpi._mpi.comm import Comm, after_free
from jpi._mpi.library import MPI
from jpi._mpi.mesh import Mesh, meshes

Groups = tuple[tuple[int, ...], ...]  # of world ranks, each group in order

_partitions: dict[tuple[int, ...], Partition] = {}


class Partition:
    """The world ranks in parts: the ranks of one part hold the same value. Equal ones are one."""

    __slots__ = ("labels",)

    def __init__(self, labels: tuple[int, ...]) -> None:
        self.labels = labels


def partition(labels: Iterable[Any]) -> Partition:
    """The partition in which the ranks with equal labels are in one part."""
    numbers: dict[Any, int] = {}
    own = tuple(numbers.setdefault(label, len(numbers)) for label in labels)
    return _partitions.setdefault(own, Partition(own))


@lru_cache(maxsize=4096)
def finer(a: Partition, b: Partition) -> Partition:
    """The ranks that share a part of both: those of a value computed from two."""
    return partition(zip(a.labels, b.labels, strict=True))


@lru_cache(maxsize=4096)
def joined(a: Partition, groups: Groups) -> Partition:
    """The parts that have ranks in one group together: those of a value that its ranks combine."""
    labels = list(a.labels)
    for group in groups:
        together = {labels[rank] for rank in group}
        first = labels[group[0]]
        labels = [first if label in together else label for label in labels]
    return partition(labels)


@lru_cache(maxsize=4096)
def divides(a: Partition, groups: Groups) -> bool:
    """Whether a group has ranks of different parts."""
    return any(len({a.labels[rank] for rank in group}) > 1 for group in groups)


def is_whole(a: Partition) -> bool:
    """Whether all ranks are in one part."""
    return not any(a.labels)


@lru_cache(maxsize=4096)
def groups_along(mesh: Mesh, axes: Axes) -> Groups:
    """The ranks of ``mesh`` that differ along ``axes`` only."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for rank, member in enumerate(mesh.comm.control.members):
        place = grid_coordinates(rank, mesh.axes)
        key = tuple(place[name] for name, _ in mesh.axes if name not in axes)
        groups.setdefault(key, []).append(member)
    return tuple(map(tuple, groups.values()))


@lru_cache(maxsize=4096)
def parts_along(mesh: Mesh, axes: Axes) -> Partition:
    """The partition by the coordinates along ``axes``; ranks outside of ``mesh`` are one part."""
    labels: list[Any] = [None] * MPI.COMM_WORLD.size
    for rank, member in enumerate(mesh.comm.control.members):
        place = grid_coordinates(rank, mesh.axes)
        labels[member] = tuple(place[name] for name in axes)
    return partition(labels)


def groups_of(comm: Comm) -> Groups:
    """The ranks that ``comm`` connects, and those of its sister communicators where known."""
    mesh, axes = _on_a_mesh(comm, len(meshes))
    return groups_along(mesh, axes) if mesh else (comm.control.members,)


def are_groups_known(comm: Comm) -> bool:
    """Whether `groups_of` has all groups: those beside a communicator of the user are unknown."""
    mesh, _ = _on_a_mesh(comm, len(meshes))
    return mesh is not None or comm.size == MPI.COMM_WORLD.size


def parts_of(comm: Comm) -> Partition:
    """The partition by the place in ``comm``."""
    mesh, axes = _on_a_mesh(comm, len(meshes))
    if mesh:
        return parts_along(mesh, axes)
    places = {member: place for place, member in enumerate(comm.control.members)}
    return partition(places.get(rank, 0) for rank in range(MPI.COMM_WORLD.size))


@lru_cache(maxsize=4096)
def _on_a_mesh(comm: Comm, _known: int) -> tuple[Mesh | None, Axes]:
    """The mesh, and its axes, along which the ranks of ``comm`` lie."""
    members = set(comm.control.members)
    for mesh in meshes.values():
        for axes in _subsets(mesh.axis_names):
            own = next(g for g in groups_along(mesh, axes) if MPI.COMM_WORLD.rank in g)
            if set(own) == members:
                return mesh, axes
    return None, ()


def _subsets(names: Sequence[str]) -> list[Axes]:
    """The axes in every choice, the smaller ones first."""
    found: list[Axes] = [()]
    for name in names:
        found += [(*axes, name) for axes in found]
    return sorted(found, key=len)


# Their entries hold communicators and meshes.
after_free += [groups_along.cache_clear, parts_along.cache_clear, _on_a_mesh.cache_clear]
