"""The table of the operations in random programs.

An operation is called as ``apply(numpy, *operands, **params)`` with `jpi.numpy` or `jax.numpy`;
its ``draw`` chooses operands and parameters, see `random_draws`. Where a function has a jump or a
kink its operand is made `generic`, so that rounding cannot decide on a result. Importing
`random_arithmetic` and `random_movement` fills the table.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from support.oracle import random_array
from support.random_draws import Draw, Known


@dataclass(frozen=True)
class Operation:
    """A row of the table: ``scale`` estimates how large the results are, from operands, result."""

    apply: Callable[..., Any]
    draw: Callable[[Draw, Sequence[Known]], tuple[Sequence[Known], dict[str, Any]]]
    scale: Callable[[Sequence[Known], tuple[int, ...]], float]


FAMILIES: dict[str, list[str]] = {}
OPERATIONS: dict[str, Operation] = {}


def largest(operands: Sequence[Known], shape: Any) -> float:
    return max(x.scale for x in operands)


def product(operands: Sequence[Known], shape: Any) -> float:
    return math.prod(x.scale for x in operands)


def total(operands: Sequence[Known], shape: tuple[int, ...]) -> float:
    """The scale of sums over the elements that are in the operands and not in the result."""
    sizes = math.prod(math.prod(x.shape) for x in operands)
    return product(operands, shape) * max(1.0, (sizes / max(1, math.prod(shape))) ** 0.5)


def unit(operands: Sequence[Known], shape: Any) -> float:
    return 1.0


def operation(family: str, draw: Callable, scale: Callable = largest, name: str = "") -> Callable:
    """Registers the decorated ``apply`` under its name."""

    def register(apply: Callable) -> Callable:
        key = name or apply.__name__
        assert key not in OPERATIONS, key
        OPERATIONS[key] = Operation(apply, draw, scale)
        FAMILIES.setdefault(family, []).append(key)
        return apply

    return register


def table(family: str, draw: Callable, rows: dict[str, Callable], scale: Callable = largest):
    for name, apply in rows.items():
        operation(family, draw, scale, name)(apply)


def generic(x: Any) -> Any:
    """``x`` plus fixed random numbers: no ties, and almost surely nothing at a kink."""
    return x + random_array(x.shape, x.dtype, seed=90)
