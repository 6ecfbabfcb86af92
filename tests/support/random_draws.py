"""Random choices, the same on every rank, of operands and parameters of random programs.

A ``draw`` is called with a `Draw` and the values that a program has; it returns the operands and
parameters of an operation that make sense, or raises `Unfit`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


class Unfit(Exception):
    """No value fits the operation."""


class Draw:
    """Random choices, the same on every rank."""

    def __init__(self, *seed: int):
        self.generator = np.random.default_rng(seed)

    def integer(self, low: int, high: int) -> int:
        """From ``low`` to ``high``, both included."""
        return int(self.generator.integers(low, high + 1))

    def chance(self, probability: float) -> bool:
        return bool(self.generator.random() < probability)

    def one_of(self, options: Sequence[Any]) -> Any:
        if not options:
            raise Unfit
        return options[self.integer(0, len(options) - 1)]

    def some_of(self, options: Sequence[Any], least: int = 0) -> tuple[Any, ...]:
        """Some of the options, in their order."""
        if len(options) < least:
            raise Unfit
        count = self.integer(least, len(options))
        chosen = sorted(self.generator.permutation(len(options))[:count].tolist())
        return tuple(options[i] for i in chosen)

    def order(self, options: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(options[i] for i in self.generator.permutation(len(options)).tolist())


@dataclass(frozen=True)
class Known:
    """The properties of a value of a program; ``scale`` estimates how large its numbers are."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float = 1.0

    @property
    def kind(self) -> str:
        return np.dtype(self.dtype).kind


# ---- operands and parameters ----

FLOATS, INEXACT, INTEGERS, BOOLS, ANY = "f", "fc", "iu", "b", "fciub"


def one(
    draw: Draw, values: Sequence[Known], kinds: str = FLOATS, least: int = 0, elements: int = 0
) -> Known:
    """A value of these kinds with at least so many dimensions and elements; prefers late ones."""
    fitting = [
        x
        for x in values
        if x.kind in kinds and len(x.shape) >= least and math.prod(x.shape) >= elements
    ]
    return draw.one_of(fitting[-2:] if draw.chance(0.5) else fitting)


def any_of(kinds: str = FLOATS, least: int = 0, elements: int = 0) -> Callable:
    return lambda draw, values: ([one(draw, values, kinds, least, elements)], {})


def pair(kinds: str = FLOATS, second: str = "") -> Callable:
    """Two values that broadcast."""

    def chosen(draw: Draw, values: Sequence[Known]) -> Any:
        x = one(draw, values, kinds)
        y = draw.one_of(
            [y for y in values if y.kind in (second or kinds) and broadcast(x.shape, y.shape)]
        )
        return draw.order([x, y]) if not second else [x, y], {}

    return chosen


def broadcast(*shapes: tuple[int, ...]) -> bool:
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        return False
    return True


def along(kinds: str = FLOATS, elements: int = 0, **params: Callable) -> Callable:
    """A value, an axis of it, and parameters drawn from the size of that axis."""

    def chosen(draw: Draw, values: Sequence[Known]) -> Any:
        x = one(draw, values, kinds, 1, elements)
        axis = draw.integer(-len(x.shape), len(x.shape) - 1)
        drawn = {name: of(draw, x.shape[axis]) for name, of in params.items()}
        return [x], {"axis": axis, **drawn}

    return chosen


def reduced(kinds: str = FLOATS, elements: int = 0) -> Callable:
    """A value and the axes along which it is reduced, each with at least ``elements`` elements."""

    def chosen(draw: Draw, values: Sequence[Known]) -> Any:
        x = one(draw, values, kinds)
        if draw.chance(0.15):
            axis = None
        else:
            axis = draw.some_of([d for d, n in enumerate(x.shape) if n >= elements], least=1)
        if axis is None and math.prod(x.shape) < elements:
            raise Unfit
        return [x], {"axis": axis, "keepdims": draw.chance(0.4)}

    return chosen


def a_reshape(draw: Draw, values: Sequence[Known]) -> Any:
    """Random factors of the size, or with none of it random dimensions around a 0."""
    x = one(draw, values, ANY)
    rest, shape = math.prod(x.shape), []
    if rest == 0:
        shape, rest = [draw.one_of([1, 2, 3, 7]) for _ in range(draw.integer(0, 2))], 0
    while rest > 1 and len(shape) < 3 and draw.chance(0.7):
        factor = draw.one_of([n for n in range(1, rest + 1) if rest % n == 0])
        shape, rest = [*shape, factor], rest // factor
    return [x], {"shape": draw.order([*shape, rest])}


def an_index(draw: Draw, values: Sequence[Known], new: bool = True) -> Any:
    x = one(draw, values, ANY, 1)
    index: list[Any] = []
    for n in x.shape[: draw.integer(1, len(x.shape))]:
        if n and draw.chance(0.2):
            index.append(draw.integer(-n, n - 1))
        else:
            bounds = [draw.integer(-n - 1, n + 1) if draw.chance(0.5) else None for _ in range(2)]
            index.append(slice(*bounds, draw.one_of([None, None, 1, 2, 3, -1, -2])))
    if new and draw.chance(0.2):
        index.insert(draw.integer(0, len(index)), None)
    return [x], {"index": tuple(index)}


def rows_at(draw: Draw, values: Sequence[Known]) -> Any:
    """A value, an axis, and positions on it, some twice and in no order."""
    x = one(draw, values, INEXACT, 1, 1)
    axis = draw.integer(0, len(x.shape) - 1)
    n = x.shape[axis]
    count = draw.one_of([0, 1, 2, 3, 5, 9])
    return [x], {"axis": axis, "at": tuple(draw.integer(-n, n - 1) for _ in range(count))}


def joined(new_axis: bool) -> Callable:
    """Two or three values to be concatenated or stacked."""

    def chosen(draw: Draw, values: Sequence[Known]) -> Any:
        x = one(draw, values, ANY, 0 if new_axis else 1)
        axis = draw.integer(0, len(x.shape) - (0 if new_axis else 1))

        def rest(y: Known) -> Any:
            return y.shape if new_axis else (y.shape[:axis], y.shape[axis + 1 :])

        fitting = [y for y in values if len(y.shape) == len(x.shape) and rest(y) == rest(x)]
        others = [draw.one_of(fitting) for _ in range(draw.integer(0, 2))]
        return draw.order([x, *others]), {"axis": axis}

    return chosen


def a_contraction(draw: Draw, values: Sequence[Known]) -> Any:
    """Two values with a letter per dimension; equal letters are multiplied or summed over."""
    x, y = one(draw, values, INEXACT), one(draw, values, INEXACT)
    first = "abcd"[: len(x.shape)]
    second: list[str] = []
    for dim, n in enumerate(y.shape):
        alike = [c for c, m in zip(first, x.shape, strict=True) if m == n and c not in second]
        second.append(draw.one_of(alike) if alike and draw.chance(0.8) else "wxyz"[dim])
    letters = draw.order(sorted({*first, *second}))
    kept = draw.order(draw.some_of(letters))[:3]
    return [x, y], {"subscripts": f"{first},{''.join(second)}->{''.join(kept)}"}


def a_matmul(draw: Draw, values: Sequence[Known]) -> Any:
    x = one(draw, values, INEXACT, 1)
    fitting = [
        y
        for y in values
        if y.kind in INEXACT
        and y.shape
        and y.shape[max(0, len(y.shape) - 2)] == x.shape[-1]
        and (min(len(x.shape), len(y.shape)) < 2 or broadcast(x.shape[:-2], y.shape[:-2]))
    ]
    return [x, draw.one_of(fitting)], {}


def a_move(draw: Draw, values: Sequence[Known]) -> Any:
    """A value and the dimension that is sharded over each axis of the mesh, -1 for none.

    Entries for axes that the mesh does not have are ignored.
    """
    x = one(draw, values, ANY, 1)
    return [x], {"cuts": tuple(draw.integer(-1, len(x.shape) - 1) for _ in range(2))}


def spec_of(cuts: Sequence[int], axes: Sequence[str], ndim: int) -> tuple[tuple[str, ...], ...]:
    """The spec in which dimension ``cuts[i]`` is sharded over the mesh axis ``axes[i]``."""
    by_axis = list(zip(axes, cuts, strict=False))
    return tuple(tuple(a for a, cut in by_axis if cut == dim) for dim in range(ndim))
