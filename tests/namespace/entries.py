"""A row of the table of functions: the arguments, and how well the function works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

ROWS, COLUMNS = 7, 4  # uneven on 2, 3 and 4 ranks


def _random(*shape: int, seed: int) -> np.ndarray:
    return np.random.default_rng([seed, *shape]).normal(size=shape).astype(np.float32)


def _integers(*shape: int, low: int, high: int, dtype: Any = np.int32) -> np.ndarray:
    return np.random.default_rng([high, *shape]).integers(low, high, shape).astype(dtype)


def _definite(*shape: int) -> np.ndarray:
    x = _random(*shape, seed=7)
    return x @ np.swapaxes(x, -1, -2) + np.diag(np.arange(1.0, shape[-1] + 1)).astype("f")


def _with_holes(x: np.ndarray) -> np.ndarray:
    holes = np.random.default_rng(5).random(x.shape) < 0.2
    return np.where(holes, np.float32(np.nan), x)


_MATRIX = _random(ROWS, COLUMNS, seed=1)
INPUTS: dict[str, np.ndarray] = {
    "matrix": _MATRIX,
    "other": _random(ROWS, COLUMNS, seed=2),
    "positive": np.abs(_MATRIX) + np.float32(0.5),
    "above one": np.abs(_MATRIX) + np.float32(1.25),
    "unit": np.float32(0.05) + np.float32(0.9) * (np.tanh(_MATRIX) + 1) / 2,
    "holes": _with_holes(_MATRIX),
    "complex": (_MATRIX + 1j * _random(ROWS, COLUMNS, seed=3)).astype(np.complex64),
    "integers": _integers(ROWS, COLUMNS, low=-9, high=9),
    "naturals": _integers(ROWS, COLUMNS, low=0, high=6),
    "bytes": _integers(ROWS, COLUMNS, low=0, high=255, dtype=np.uint8),
    "mask": _MATRIX > 0,
    "positions": np.argsort(_random(ROWS, COLUMNS, seed=4), axis=0).astype(np.int32),
    "vector": _random(11, seed=1),
    "other vector": _random(11, seed=2),
    "sorted": np.sort(_random(11, seed=3)),
    "short": _random(5, seed=1),
    "complex vector": (_random(11, seed=1) + 1j * _random(11, seed=2)).astype(np.complex64),
    "counts": _integers(11, low=0, high=6),
    "triples": _random(ROWS, 3, seed=1),
    "square": _random(5, 5, seed=1) + 4 * np.eye(5, dtype=np.float32),
    "symmetric": _definite(5, 5),
    "batch": _random(5, 4, 4, seed=1) + 4 * np.eye(4, dtype=np.float32),
    "definite batch": _definite(5, 4, 4),
    "blocks": _random(5, 4, 3, seed=1),
}


@dataclass(frozen=True)
class Entry:
    """How a function is called, on which inputs, and what JPI supports.

    Attributes:
        call: from the function and the inputs to its results.
        inputs: the names of the inputs, which are sharded over the ranks.
        status: "rule" (every array stays sharded), "fallback" (right, but some array is gathered
            on every rank) or "unsupported" (a clear error).
        why: the reason of a status other than "rule".
        is_smooth: whether the gradient is compared too.
        is_eager: whether it cannot be compiled: its results are no arrays, or of a size that
            depends on the data.
        is_slow: whether it takes so long to compile that it is left to the slow sweep.
    """

    call: Callable[..., Any]
    inputs: tuple[str, ...] = ("matrix",)
    status: str = "rule"
    why: str = ""
    is_smooth: bool = True
    is_eager: bool = False
    is_slow: bool = False


Table = dict[str, Entry]


def each(names: str, call: Callable[..., Any] = lambda f, *x: f(*x), *inputs: str, **kind) -> Table:
    """The entries of functions with the same arguments."""
    return {name: Entry(call, inputs or ("matrix",), **kind) for name in names.split()}


def entries(*inputs: str, **kind) -> Callable[..., Table]:
    """A function that makes the entries of calls that share their inputs."""

    def make(**calls: Callable[..., Any]) -> Table:
        return {name: Entry(call, inputs, **kind) for name, call in calls.items()}

    return make


def marked(table: Table, gaps: dict[tuple[str, str], str]) -> Table:
    """``table`` with the entries marked that ``gaps`` names, under (status, reason)."""
    changes = {
        name: replace(table[name], status=status, why=why)
        for (status, why), names in gaps.items()
        for name in names.split()
    }
    return table | changes
