"""Restoring: each rank reads its blocks of the arrays, in the layouts that the program wants."""

from __future__ import annotations

import os
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._array.array import DistArray
from jpi._call.call import call
from jpi.checkpoint._leaves import Described, Leaf, fits, value_of, words_of
from jpi.io import _zarr
from jpi.io._sources import empty

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


def read_leaves(place: str, saved: dict[str, Described], wanted: list[Leaf]) -> list[Any]:
    """The leaves in place of those that are wanted; all arrays are read at the same time."""
    reads = [
        None if leaf.array is None else _Read(place, saved[leaf.path], leaf) for leaf in wanted
    ]
    return [
        _value(saved[leaf.path], leaf.value) if read is None else read.result()
        for leaf, read in zip(wanted, reads, strict=True)
    ]


def _value(saved: Described, like: Any) -> Any:
    return like if saved["kind"] == "other" else value_of(saved)


class _Read:
    """An array that is being read."""

    def __init__(self, place: str, saved: Described, wanted: Leaf) -> None:
        self._saved, self._like = saved, wanted.value
        self._path, numbers = os.path.join(place, saved["array"]), wanted.array
        source = _zarr.opened(self._path)
        self._layout = numbers._layout if isinstance(numbers, DistArray) else None
        coordinates = numbers._mesh.coordinates if isinstance(numbers, DistArray) else {}
        box = self._layout.box(coordinates) if self._layout else tuple((0, n) for n in source.shape)
        self._mesh = getattr(numbers, "mesh", None)
        self._block = empty(tuple(b - a for a, b in box), source.dtype.numpy_dtype)
        self._future = None
        if self._block.size:
            import tensorstore

            part = source[tuple(slice(*span) for span in box)]
            part = part.translate_to[(0,) * self._block.ndim] if self._block.ndim else part
            self._future = tensorstore.array(self._block).write(part)

    def result(self) -> Any:
        try:
            if self._future is not None:
                self._future.result()
        except ValueError as error:
            raise ValueError(
                f"{self._path} is damaged: {error}. Restore another step: `step=`."
            ) from None
        if self._saved["kind"] == "key":
            return self._keys()
        return self._array(self._block.astype(self._like.dtype, copy=False), type(self._like))

    def _array(self, block: np.ndarray, kind: type) -> Any:
        if issubclass(kind, np.generic):
            return block[()]
        if issubclass(kind, np.ndarray):
            return block
        placed = jax.device_put(block)
        return placed if self._layout is None else DistArray(placed, self._mesh, self._layout)  # type: ignore[arg-type]

    def _keys(self) -> Any:
        data = self._array(self._block, jax.Array)
        implementation = self._saved["implementation"]
        if isinstance(data, DistArray):
            return call(jax.random.wrap_key_data, (data,), {"impl": implementation})
        return jax.random.wrap_key_data(jnp.asarray(data), impl=implementation)
