"""The leaves of a tree, and what a checkpoint says of each in its JSON."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jpi._array.array import DistArray
from jpi._call.call import call

Described = dict[str, Any]
OWN_FILES = "tree.json", "zarr.json"  # of a checkpoint
_LONGEST = 200  # characters of a name; file systems allow 255


class Leaf(NamedTuple):
    """A leaf: where it is, what it is in words of JSON, and the array that holds its numbers."""

    path: str
    value: Any
    described: Described
    array: Any = None


def leaves_of(tree: Any) -> tuple[list[Leaf], Any]:
    """The leaves of ``tree`` with distributed arrays and None among them, and its structure."""
    found, structure = jax.tree_util.tree_flatten_with_path(tree, is_leaf=_is_leaf)
    leaves, names = [], set(OWN_FILES)
    for path, x in found:
        leaf = _leaf(jax.tree_util.keystr(path), x)
        if leaf.array is not None:
            name = _file_name(jax.tree_util.keystr(path), names)
            leaf = leaf._replace(described={**leaf.described, "array": name})
        leaves.append(leaf)
    return leaves, structure


def _is_leaf(x: Any) -> bool:
    return x is None or isinstance(x, DistArray)


def _file_name(path: str, taken: set[str]) -> str:
    """A name for a folder, made of the path of a leaf; each has its own."""
    base = re.sub(r"[^A-Za-z0-9_-]+", ".", path).strip(".")[-_LONGEST:] or "value"
    names = itertools.chain([base], (f"{base}.{i}" for i in itertools.count(len(taken))))
    name = next(name for name in names if name.lower() not in taken)
    taken.add(name.lower())
    return name


def _leaf(path: str, x: Any) -> Leaf:
    if type(x) in _PYTHON:
        return Leaf(path, x, {"kind": type(x).__name__, "value": _encoded(x)})
    if _is_key(x):
        implementation = str(jax.random.key_impl(x.shard if isinstance(x, DistArray) else x))
        described = {"kind": "key", "implementation": implementation, "shape": list(x.shape)}
        return Leaf(path, x, described, call(jax.random.key_data, (x,), {}))
    if _is_array(x):
        described = {"kind": "array", "dtype": np.dtype(x.dtype).name, "shape": list(x.shape)}
        return Leaf(path, x, described, x)
    return Leaf(path, x, {"kind": "other", "type": type(x).__qualname__})


def require_saveable(leaves: Sequence[Leaf]) -> None:
    """Raise TypeError for a leaf that is part of the state and cannot be saved.

    Functions, types and dtypes are part of the program.
    """
    for path, x, described, _ in leaves:
        if described["kind"] == "other" and not (callable(x) or isinstance(x, np.dtype)):
            raise TypeError(
                f"a leaf must be an array, random keys, a number, a string, None or a function; "
                f"got {described['type']} at {path or 'the top'}. Save what it consists of, as "
                "arrays and numbers, or leave it out of the tree."
            )


_PYTHON = (type(None), bool, int, float, complex, str)


def _is_key(x: Any) -> bool:
    return hasattr(x, "dtype") and jnp.issubdtype(x.dtype, jax.dtypes.prng_key)


def _is_array(x: Any) -> bool:
    if isinstance(x, np.ndarray | np.generic):
        return not (x.dtype.hasobject or x.dtype.kind in "SUMm")
    return isinstance(x, DistArray | jax.Array | jax.ShapeDtypeStruct)


def _encoded(x: Any) -> Any:
    """A Python value in JSON, which has no complex numbers, and no infinite ones."""
    if isinstance(x, complex):
        return [_encoded(x.real), _encoded(x.imag)]
    return repr(x) if isinstance(x, float) and not math.isfinite(x) else x


def value_of(described: Described) -> Any:
    """The Python value that a checkpoint holds in its JSON."""
    value = described["value"]
    if described["kind"] == "complex":
        return complex(*map(float, value))
    return float(value) if described["kind"] == "float" else value


def without_value(leaf: Leaf) -> Leaf:
    """A leaf of which only the kind of a number or string counts, as its value is restored."""
    described = {name: x for name, x in leaf.described.items() if name != "value"}
    return leaf._replace(described=described)


def words_of(described: Described | None) -> str:
    """A leaf in words, for a message about trees that differ."""
    if described is None:
        return "no leaf"
    kind = described["kind"]
    shape = list(described.get("shape", ()))
    if kind == "array":
        return f"{described['dtype']}{shape}"
    if kind == "key":
        return f"random keys {shape} of {described['implementation']}"
    if kind == "other":
        return f"a {described['type']}, which is not saved"
    if kind == "NoneType":
        return "None"
    return f"{kind} {described['value']!r}" if "value" in described else kind


def fits(saved: Described, wanted: Described, has_cast: bool) -> bool:
    """Whether a leaf can be restored in place of another."""
    same = ("kind", "shape", "implementation", *(() if has_cast else ("dtype",)))
    return all(saved.get(name) == wanted.get(name) for name in same)
