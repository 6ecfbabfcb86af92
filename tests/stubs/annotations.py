"""An annotation of JAX as a text for our stubs."""

from __future__ import annotations

import inspect
import re
import types
import typing
from typing import Any

import jax
import jax.typing
import numpy as np

_NUMBERS = set(typing.get_args(jax.typing.ArrayLike))
_DTYPES = set(typing.get_args(jax.typing.DTypeLike | None)) - {type(None)}
_ARRAYS = "ArrayLike Array jax.Array RealArray IntegerArray StaticScalar BooleanNumeric".split()
_WORDS = {
    "Axis": "int | Sequence[int] | None",
    "Shape": "Sequence[int]",
    "DimSize": "int",
    "np.ndarray": "np.ndarray",
    "numpy.ndarray": "np.ndarray",
    "bool": "_bool",
    "slice": "_slice",
    **{f"DType{kind}": "DTypeLike" for kind in ("", "Like", "LikeFloat", "LikeInt", "LikeUInt")},
    **{word: word for word in "int float complex str bytes None Any Callable Sequence".split()},
    **{word: word for word in "list tuple ... Mapping".split()},
}
TUPLES = [
    f"{name}Result"
    for name in "Eig Eigh Mode QR SVD Slogdet UniqueAll UniqueCounts UniqueInverse".split()
]
_IGNORED = {"DuckTypedArray", "SupportsShape", "SupportsSize", "SupportsNdim"}


def written(annotation: Any) -> str | None:
    """The annotation as JAX writes it, or None if there is none."""
    if annotation is inspect.Parameter.empty:
        return None
    if isinstance(annotation, str):
        return annotation
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        return _union(set(typing.get_args(annotation)))
    if annotation is type(None):
        return "None"
    if annotation is jax.Array:
        return "Array"
    if isinstance(annotation, type) and not typing.get_args(annotation):
        return annotation.__name__ if annotation.__module__ == "builtins" else str(annotation)
    text = str(annotation).replace("collections.abc.", "").replace("typing.", "")
    return text.replace("jax.jaxlib._jax.Array", "Array").replace("numpy.ndarray", "np.ndarray")


def _union(members: set[Any]) -> str:
    names = []
    for whole, name in ((_NUMBERS, "ArrayLike"), (_DTYPES, "DTypeLike")):
        if whole <= members:
            names.append(name)
            members = members - whole
    return " | ".join([*names, *sorted(written(x) or "" for x in members)])


def translated(annotation: Any, array: str) -> str:
    """The text for a stub, with ``array`` in place of JAX's arrays; ``Any`` for what it lacks."""
    text = written(annotation)
    if text is None:
        return "Any"
    parts = [part for part in _parts(text) if part.split(".")[-1] not in _IGNORED]
    found = [_translated(part, array) for part in parts]
    found.sort(key=lambda part: part == "None")
    return "Any" if None in found else " | ".join(dict.fromkeys(map(str, found)))


def _parts(text: str) -> list[str]:
    """The members of a union."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "[(") - (letter in "])")
        if letter == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def _translated(text: str, array: str) -> str | None:
    if text.startswith("Literal["):
        return text
    is_known = True

    def word(match: re.Match[str]) -> str:
        nonlocal is_known
        name = match[0]
        short = name.removeprefix("core.").removeprefix("reductions.")
        if short in _ARRAYS:
            return array
        if short.removeprefix("_") in TUPLES:
            return f"{short.removeprefix('_')}[{array}]"
        is_known &= short in _WORDS
        return _WORDS.get(short, "Any")

    replaced = re.sub(r"\.\.\.|[A-Za-z_][\w.]*", word, text)
    return replaced if is_known else None


def default(value: Any) -> str:
    """The default of a parameter as a stub writes it."""
    is_literal = value is None or type(value) in (bool, int, str) or value == ()
    is_number = isinstance(value, float) and np.isfinite(value)
    return repr(value) if is_literal or is_number else "..."
