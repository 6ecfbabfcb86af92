"""Restoring: each rank reads its blocks of the arrays, in the layouts that the program wants."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import jax
import numpy as np

from jpi._array.array import DistArray
from jpi._call.call import call
from jpi._call.sharded import partition_spec, whole_or_sharded
from jpi._mpi.mesh import Mesh
from jpi.checkpoint._leaves import Described, Leaf, fits, require_saveable, value_of, words_of
from jpi.io import _zarr
from jpi.io._blocks import mesh_of
from jpi.io._detour import layout_to_read
from jpi.io._sources import read

_LINES = 20  # of a message about trees that differ


def require_fit(
    place: str, saved: list[dict[str, Any]], wanted: list[Leaf], has_cast: bool
) -> dict[str, Described]:
    """What is saved of each leaf, by its path.

    Errors: ValueError that shows both trees where they differ; those of `require_saveable`.
    """
    require_saveable(wanted)
    found = {leaf["path"]: leaf for leaf in saved}
    needed = {leaf.path: leaf.described for leaf in wanted}
    lines = [
        f"  {path or 'the tree'}: saved {words_of(found.get(path))}, "
        f"wanted {words_of(needed.get(path))}"
        for path in dict.fromkeys([*found, *needed])
        if path not in found or path not in needed or not fits(found[path], needed[path], has_cast)
    ]
    if lines:
        only_dtypes = all(
            path in found and path in needed and fits(found[path], needed[path], True)
            for path in {*found, *needed}
        )
        advice = "Pass cast=True to convert." if only_dtypes else "Restore into such a tree."
        more = [f"  {len(lines) - _LINES} more"] if len(lines) > _LINES else []
        raise ValueError(
            "\n".join(
                [
                    f"`like` must have the tree of `{place}`; {len(lines)} of its leaves differ:",
                    *lines[:_LINES],
                    *more,
                    advice,
                ]
            )
        )
    return found


def read_leaves(
    place: str, saved: dict[str, Described], wanted: list[Leaf], mesh: Mesh
) -> list[Any]:
    """What this rank reads in place of the leaves; `place_leaf` makes the leaves of it."""
    return [
        _value(saved[leaf.path], leaf.value)
        if leaf.array is None
        else _read(place, saved[leaf.path], leaf, mesh)
        for leaf in wanted
    ]


class _Elsewhere(NamedTuple):
    """An array that was read in another layout than the one that is wanted."""

    array: DistArray
    spec: Any


def place_leaf(x: Any) -> Any:
    """A leaf in its layout. Communication: one redistribution, if it was read in another one."""
    return x.array.redistribute(x.spec) if isinstance(x, _Elsewhere) else x


def _value(saved: Described, like: Any) -> Any:
    return like if saved["kind"] == "other" else value_of(saved)


def _read(place: str, saved: Described, wanted: Leaf, mesh: Mesh) -> Any:
    """The part of an array that this rank reads, in place of the leaf ``wanted``."""
    path = os.path.join(place, saved["array"])
    try:
        return _placed(path, saved, wanted, mesh)
    except (FileNotFoundError, ValueError, KeyError) as error:
        raise ValueError(
            f"`{path}` is damaged: {error}. Restore another step (`step=`), or "
            "remove the folder of this one."
        ) from None


def _placed(path: str, saved: Described, wanted: Leaf, mesh: Mesh) -> Any:
    x, kind = wanted.array, type(wanted.value)
    mesh = mesh_of(x, mesh)
    is_numpy = issubclass(kind, np.ndarray | np.generic)
    source = _zarr.opened(path, is_whole=True)
    if tuple(source.shape) != tuple(x.shape):
        raise ValueError(f"it has the shape {tuple(source.shape)}, not {tuple(x.shape)}")
    if source.dtype.name != saved.get("dtype", source.dtype.name):
        raise ValueError(f"it has the dtype {source.dtype.name}, not {saved['dtype']}")
    goal = x._layout if isinstance(x, DistArray) else mesh.layout(x.shape, ())
    placement = goal
    if saved["kind"] == "array" and not is_numpy:
        rows = mesh.layout(x.shape, mesh.default_spec if x.shape else ())
        placement = layout_to_read(source, goal, rows)
    block = read(source, placement.box(mesh.coordinates)).astype(x.dtype, copy=False)
    if is_numpy:
        return block[()] if issubclass(kind, np.generic) else block
    found = whole_or_sharded(DistArray, jax.device_put(block), mesh, placement)
    if saved["kind"] == "key":
        return call(jax.random.wrap_key_data, (found,), {"impl": saved["implementation"]})
    return found if placement == goal else _Elsewhere(found, partition_spec(goal))
