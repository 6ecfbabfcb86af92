"""Index expressions as hashable pytrees, so that an indexing call can be cached."""

from __future__ import annotations

from typing import Any


def hashable_index(index: Any) -> Any:
    """``index`` with slices, None and Ellipsis as static leaves; `getitem` takes it."""
    if isinstance(index, tuple):
        return tuple(map(hashable_index, index))
    if isinstance(index, slice):
        return _StaticIndex(("slice", index.start, index.stop, index.step))
    return _StaticIndex((index,)) if index is None or index is Ellipsis else index


class _StaticIndex:
    """A part of an index that is no array: hashable, and a leaf of the pytree of arguments."""

    def __init__(self, content: tuple[Any, ...]) -> None:
        self.content = content

    def __hash__(self) -> int:
        return hash(self.content)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _StaticIndex) and self.content == other.content

    def restore(self) -> Any:
        return slice(*self.content[1:]) if len(self.content) > 1 else self.content[0]


def getitem(x: Any, index: Any) -> Any:
    """``x[index]`` for an index made by `hashable_index`."""

    def restore(part: Any) -> Any:
        return part.restore() if isinstance(part, _StaticIndex) else part

    return x[tuple(map(restore, index)) if isinstance(index, tuple) else restore(index)]
