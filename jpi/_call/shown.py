"""The static arguments of a call in a few words, for reports of calls that differ between ranks."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from jpi._call.arguments import unflatten

_LONGEST = 40  # letters
_PARTS = 8  # of a list


class Shown(ABC):
    """A static argument with words of its own."""

    @abstractmethod
    def shown(self) -> str:
        """The argument as the user writes it."""


def shown(fun: Callable, tree: Any, leaves: Sequence[Any]) -> str:
    """What a call is given beside arrays, such as "axis=1"; "" if there is nothing short to show.

    No word has an address, so that the words are the same in every process.
    """
    args, kwargs = unflatten(tree, leaves)
    words = list(map(_word, args))
    if any(words):
        named = zip(_names(fun, len(words)), words, strict=True)
        words = [f"{name}={word}" if name and word else word for name, word in named]
    words += [f"{name}={word}" for name, x in kwargs.items() if (word := _word(x))]
    return _shortened(", ".join(filter(None, words)))


def _names(fun: Callable, count: int) -> list[str]:
    """The names of the first parameters; "" for one that has no name in a call."""
    try:
        parameters = inspect.signature(fun).parameters.values()
    except (TypeError, ValueError):
        return [""] * count
    names = [p.name if p.kind is p.POSITIONAL_OR_KEYWORD else "" for p in parameters]
    return (names + [""] * count)[:count]


def _word(x: Any) -> str:
    if isinstance(x, Shown):
        return x.shown()
    if isinstance(x, bool | int | str):
        return _shortened(ascii(x))
    if isinstance(x, np.bool_ | np.integer):
        return repr(x.item())
    if isinstance(x, tuple | list):
        parts = list(map(_word, x[:_PARTS])) + ["..."] * (len(x) > _PARTS)
        return f"[{', '.join(parts)}]" if parts and all(parts) else ""
    return ""


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
