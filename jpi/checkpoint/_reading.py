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
from jpi.checkpoint._leaves import Described, Leaf, fits, value_of, words_of
from jpi.io import _zarr
from jpi.io._blocks import mesh_of
from jpi.io._detour import layout_to_read
from jpi.io._sources import dtype_of, empty, start_reading

_LINES = 20  # of a message about trees that differ


def require_fit(
    place: str, saved: list[dict[str, Any]], wanted: list[Leaf], has_cast: bool
) -> dict[str, Described]:
    """What is saved of each leaf, by its path.

    Errors: ValueError that shows both trees where they differ.
    """
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
                    f"`like` must have the tree of {place}; {len(lines)} of its leaves differ:",
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
    """What this rank reads in place of the leaves; all arrays are read at the same time.

    `place_leaf` makes the leaves of it.
    """
    reads = [
        None if leaf.array is None else _Read(place, saved[leaf.path], leaf, mesh)
        for leaf in wanted
    ]
    return [
        _value(saved[leaf.path], leaf.value) if read is None else read.result()
        for leaf, read in zip(wanted, reads, strict=True)
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


class _Read:
    """An array that is being read."""

    def __init__(self, place: str, saved: Described, wanted: Leaf, mesh: Mesh) -> None:
        self._saved, self._kind, self._dtype = saved, type(wanted.value), wanted.array.dtype
        self._path = os.path.join(place, saved["array"])
        source = _zarr.opened(self._path)
        self._mesh = mesh_of(wanted.array, mesh)
        x = wanted.array
        self._wanted = x._layout if isinstance(x, DistArray) else self._mesh.layout(x.shape, ())
        self._layout = self._wanted
        if saved["kind"] == "array" and not issubclass(self._kind, np.ndarray | np.generic):
            rows = self._mesh.layout(source.shape, self._mesh.default_spec if source.rank else ())
            self._layout = layout_to_read(source, self._wanted, rows)
        box = self._layout.box(self._mesh.coordinates)
        self._block = empty(tuple(stop - start for start, stop in box), dtype_of(source))
        self._future = start_reading(source, box, self._block) if self._block.size else None

    def result(self) -> Any:
        try:
            if self._future is not None:
                self._future.result()
        except ValueError as error:
            raise ValueError(
                f"{self._path} is damaged: {error}. Restore another step: `step=`."
            ) from None
        block = self._block.astype(self._dtype, copy=False)
        if issubclass(self._kind, np.ndarray | np.generic):
            return block[()] if issubclass(self._kind, np.generic) else block
        x = whole_or_sharded(DistArray, jax.device_put(block), self._mesh, self._layout)
        if self._saved["kind"] == "key":
            return call(jax.random.wrap_key_data, (x,), {"impl": self._saved["implementation"]})
        return x if self._layout == self._wanted else _Elsewhere(x, partition_spec(self._wanted))
