"""The array operations that `numpy_ops.py` times, for any library with NumPy's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Operation = Callable[[Any, Any], Any]  # of the library and an array

VECTOR: dict[str, Operation] = {  # of one dimension
    "x + y": lambda m, x: x + x,
    "sin(x)": lambda m, x: m.sin(x),
    "sum": lambda m, x: m.sum(x),
    "sort": lambda m, x: m.sort(x),
    "cumsum": lambda m, x: m.cumsum(x, axis=0),
    "x[1:] - x[:-1]": lambda m, x: x[1:] - x[:-1],
    "x[x > 0]": lambda m, x: x[x > 0],
}
MATRIX: dict[str, Operation] = {  # of two
    "mean, axis 0": lambda m, x: m.mean(x, axis=0),
    "mean, axis 1": lambda m, x: m.mean(x, axis=1),
    "matmul": lambda m, x: m.matmul(x, x),
    "fft2": lambda m, x: m.fft.fft2(x),
}
BY_VALUE = {"x[x > 0]"}  # the result's shape depends on the values: it cannot be compiled
MOST_IN_GLOO = {"cumsum": 10**5}  # elements: with 10**6 along the sharded axis it takes 5 minutes


def operand(name: str, elements: int) -> tuple[Operation, tuple[int, ...]]:
    """Returns the operation called `name` and the shape of its operand."""
    if name in VECTOR:
        return VECTOR[name], (elements,)
    side = round(elements**0.5)
    return MATRIX[name], (side, side)
