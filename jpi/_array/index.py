"""Index expressions as hashable pytrees, so that an indexing call can be cached."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from jpi._call.sharded import Sharded
from jpi._call.shown import Shown


def hashable_index(index: Any) -> Any:
    """``index`` with every part that is not an array as a static leaf; `getitem` takes it."""
    return jax.tree.map(_static, index, is_leaf=_is_part)


def _is_part(part: Any) -> bool:
    return part is None or isinstance(part, Sharded)


def _static(part: Any) -> Any:
    if isinstance(part, slice):
        bounds = (part.start, part.stop, part.step)
        return _StaticIndex(("slice", *map(_plain, bounds)))
    if part is None or part is Ellipsis or isinstance(part, float | complex | str):
        return _StaticIndex((part,))
    return _plain(part)


def _plain(part: Any) -> Any:
    return part.item() if isinstance(part, np.integer | np.bool_) else part


class _StaticIndex(Shown):
    """A part of an index that is not an array: hashable, and a leaf of the pytree of arguments."""

    def __init__(self, content: tuple[Any, ...]) -> None:
        self.content = content

    def __hash__(self) -> int:
        return hash(self.content)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _StaticIndex) and self.content == other.content

    def shown(self) -> str:
        if len(self.content) == 1:
            return "..." if self.content[0] is Ellipsis else ascii(self.content[0])
        start, stop, *step = ("" if x is None else str(x) for x in self.content[1:])
        return ":".join([start, stop, *filter(None, step)])

    def restore(self) -> Any:
        return slice(*self.content[1:]) if len(self.content) > 1 else self.content[0]


def restored(index: Any) -> Any:
    """The original of an index made by `hashable_index`."""
    return jax.tree.map(lambda p: p.restore() if isinstance(p, _StaticIndex) else p, index)


def getitem(x: Any, index: Any) -> Any:
    """``x[index]`` for an index made by `hashable_index`."""
    return x[restored(index)]


def update(x: Any, method: str, index: Any, *args: Any, **kwargs: Any) -> Any:
    """``x.at[index].method(...)`` for an index made by `hashable_index`."""
    return getattr(x.at[restored(index)], method)(*args, **kwargs)
