"""Specs: the mesh axes over which each dimension of an array is sharded."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Set

from jpi._layout.layout import Axes, Spec


def normalize_spec(spec: object, ndim: int, mesh_axes: tuple[tuple[str, int], ...]) -> Spec:
    """The spec of ``ndim`` entries meant by a user's PartitionSpec, tuple, name or None.

    Errors:
        TypeError: an entry that is neither None, a name nor a tuple of names.
        ValueError: an axis the mesh lacks, one used twice, or more entries than dimensions.
    """
    normal = spec_entries(spec, mesh_axes)
    if len(normal) > ndim:
        raise ValueError(
            f"`spec` must have at most one entry per dimension; got {spec!r} for an array of "
            f"{ndim} dimension(s). Drop the surplus entries."
        )
    return normal + ((),) * (ndim - len(normal))


def spec_entries(spec: object, mesh_axes: tuple[tuple[str, int], ...]) -> Spec:
    """The mesh axes in each entry of a user's spec, for an array of any number of dimensions."""
    entries = (spec,) if isinstance(spec, str) else () if spec is None else spec
    if not isinstance(entries, Iterable) or isinstance(entries, Mapping | Set):
        raise TypeError(
            f"`spec` must be a PartitionSpec, a tuple or None; got {spec!r}. Write jpi.P('axis')."
        )
    normal = tuple(_entry_axes(entry, spec) for entry in entries)
    names = [name for name, _ in mesh_axes]
    used = list(itertools.chain.from_iterable(normal))
    for name in used:
        if name not in names:
            raise ValueError(
                f"`spec` must name axes of the mesh {tuple(names)}; got {name!r} in {spec!r}. "
                "Use one of these names, or pass the `mesh=` that has this axis."
            )
        if used.count(name) > 1:
            raise ValueError(
                f"`spec` must use each mesh axis at most once; got {name!r} twice in {spec!r}. "
                "Leave one of the two dimensions unsharded (None)."
            )
    return normal


def _entry_axes(entry: object, spec: object) -> Axes:
    axes = () if entry is None else (entry,) if isinstance(entry, str) else entry
    if not isinstance(axes, tuple | list) or not all(isinstance(name, str) for name in axes):
        raise TypeError(
            f"`spec` must hold None, axis names or tuples of names; got {entry!r} in {spec!r}."
        )
    return tuple(axes)
