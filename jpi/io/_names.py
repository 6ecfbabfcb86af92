"""The names of the arrays in one file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

DEFAULT = "data"  # of an array that is saved without a name


def choose(path: str, name: str | None, names: Sequence[str]) -> str:
    """``name``, or the only one of ``names``.

    Errors: KeyError if there is none such, ValueError if there are several to choose from.
    """
    if name is None and len(names) == 1:
        return names[0]
    if name is None:
        raise ValueError(
            f"`name` must be one of {', '.join(map(repr, names)) or '(no arrays)'}, the arrays in "
            f"`{path}`; got none. Pass name=."
        )
    if name not in names:
        raise _NoSuchNameError(
            f"`name` must be one of {', '.join(map(repr, names)) or '(no arrays)'}, the arrays in "
            f"`{path}`; got {name!r}."
        )
    return name


class _NoSuchNameError(KeyError):
    """A KeyError whose text is not shown in quotes."""

    __module__, __qualname__ = "builtins", "KeyError"  # as users know it

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        return _no_such_name, self.args


def _no_such_name(text: str) -> Exception:
    return _NoSuchNameError(text)


def require_names(names: Sequence[str]) -> None:
    """Raise ValueError for names that no file can have, or not beside each other."""
    for name in names:
        if any(not step or step.startswith(".") for step in name.split("/")):
            raise ValueError(
                f"`name` must be a word, or words with slashes between them, of which none begins "
                f"with a dot; got {name!r}."
            )
        below = next((other for other in names if other.startswith(f"{name}/")), None)
        if below is not None:
            raise ValueError(
                f"a name must be that of an array or of a group; got {name!r} and {below!r}."
            )


def require_free(names: Sequence[str], kind_of: Callable[[str], str | None]) -> None:
    """Raise ValueError if a file has a group of such a name, or an array above it.

    Args:
        kind_of: says whether the file has an "array" or a "group" of a name.
    """
    for name in names:
        steps = name.split("/")
        above = ("/".join(steps[:count]) for count in range(1, len(steps)))
        inside = next((other for other in above if kind_of(other) == "array"), None)
        if inside is not None:
            raise ValueError(
                f"`name` must not be in an array; got {name!r}, and {inside!r} is an array. Use "
                "another name."
            )
        if kind_of(name) == "group":
            raise ValueError(
                f"`name` must not be that of a group, whose arrays would be lost; got {name!r}. "
                "Use another name, or remove the group."
            )
