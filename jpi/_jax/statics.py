"""A hash of what is static in a traced function: equal on all ranks for equal programs.

Floats are left out, as they may differ by rounding, and so is what has no value of its own, such as
a function or its address.
"""

from __future__ import annotations

import enum
import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

import jax
import numpy as np

from jpi._jax.names import ClosedJaxpr, Jaxpr, Literal, Tracer

_KEPT = (bool, int, str, type(None), np.integer, np.bool_, enum.Enum)
_ADDRESS = re.compile("0x[0-9a-f]+")
_LARGEST = 1024  # elements of a constant that counts


def mixed(*parts: int) -> int:
    """One number of 64 bits for several."""
    return _hash(map(str, parts))


def of_number(x: Any) -> int:
    """A hash of a number of Python or NumPy; 0 of anything else."""
    return _hash([repr(x)]) if isinstance(x, int | float | complex | np.number) else 0


def of_text(text: str) -> int:
    return _hash([text])


def of_jaxpr(closed: ClosedJaxpr) -> int:
    """A hash of the operations of a jaxpr, of what is static in them, and of their order."""
    return _hash(_closed(closed))


def _hash(parts: Iterable[str]) -> int:
    text = "\0".join(parts).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def _closed(closed: ClosedJaxpr) -> Iterator[str]:
    for value in filter(_is_small_index, closed.consts):
        with jax.transfer_guard("allow"):
            yield repr(np.asarray(value).tolist())
    yield from _open(closed.jaxpr)


def _is_small_index(value: Any) -> bool:
    if isinstance(value, Tracer) or not hasattr(value, "dtype") or not hasattr(value, "size"):
        return False
    return getattr(value.dtype, "kind", "O") in "biu" and value.size <= _LARGEST


def _open(jaxpr: Jaxpr) -> Iterator[str]:
    numbers: dict[Any, int] = {}

    def shown(x: Any) -> str:
        if isinstance(x, Literal):
            return f"={x.val}" if np.asarray(x.val).dtype.kind in "biu" else "="
        return str(numbers.setdefault(x, len(numbers)))

    for variable in (*jaxpr.constvars, *jaxpr.invars):
        shown(variable)
    for equation in jaxpr.eqns:
        yield equation.primitive.name
        yield from map(shown, (*equation.invars, *equation.outvars))
        for name, value in sorted(equation.params.items()):
            yield name
            yield from _value(value)
    yield from map(shown, jaxpr.outvars)


def _value(value: Any) -> Iterator[str]:
    if isinstance(value, ClosedJaxpr):
        yield from _closed(value)
    elif isinstance(value, Jaxpr):
        yield from _open(value)
    elif isinstance(value, tuple | list):
        yield str(len(value))
        for part in value:
            yield from _value(part)
    elif isinstance(value, np.dtype):
        yield value.name
    else:
        text = str(value) if isinstance(value, _KEPT) else type(value).__name__
        yield _ADDRESS.sub("", text)
