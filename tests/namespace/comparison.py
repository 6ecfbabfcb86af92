"""Functions on distributed arrays and the same functions on global arrays, many in one program."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from support.oracle import assert_same, random_array, shared_out

import jpi
import jpi.numpy
from namespace.entries import INPUTS, Entry

Rows = Sequence[tuple[str, Callable, Entry]]  # name, function, its row in the table


def leaves(x: Any) -> list[Any]:
    return jax.tree.leaves(x, is_leaf=lambda x: isinstance(x, jpi.DistArray))


def weighted(result: Any) -> Any:
    """A scalar that depends on all numbers of ``result`` differently."""
    total = jax.numpy.float32(0)
    for seed, y in enumerate(leaves(result)):
        if jax.numpy.issubdtype(y.dtype, jax.numpy.inexact):
            product = jpi.numpy.sum(y * random_array(y.shape, np.float32, seed + 100))
            total = total + jax.numpy.real(product) + 2 * jax.numpy.imag(product)
    return total


def attempt(compute: Callable[[], Any]) -> Any:
    """The result of ``compute``, or the error that it raises."""
    try:
        return compute()
    except Exception as error:
        return error


def value_and_gradient(function: Callable, entry: Entry, inputs: Sequence[Any]) -> Any:
    """The result of a call and, where it has one, the gradient of a function of the result."""

    def loss(inputs: list[Any]) -> tuple[Any, Any]:
        given = [y if x is None else x for x, y in zip(inputs, fixed, strict=True)]
        result = entry.call(function, *given)
        return weighted(result), result

    is_smooth = [jax.numpy.issubdtype(x.dtype, jax.numpy.inexact) for x in inputs]
    fixed = [None if smooth else x for x, smooth in zip(inputs, is_smooth, strict=True)]
    varied = [x if smooth else None for x, smooth in zip(inputs, is_smooth, strict=True)]
    if not (entry.is_smooth and any(is_smooth)):
        return entry.call(function, *inputs), []
    (_, result), gradient = jax.value_and_grad(loss, has_aux=True)(varied)
    return result, gradient


def cut(name: str, axis: int) -> Any:
    """The input ``name`` sharded along ``axis``, or along the first if it has no such axis."""
    x = INPUTS[name]
    spec = [None] * x.ndim
    spec[axis if axis < x.ndim else 0] = jpi.current_mesh().axis_names
    return jpi.numpy.asarray(x, spec=jpi.P(*spec))


def cut_inputs(axis: int) -> dict[str, Any]:
    return {name: cut(name, axis) for name in INPUTS}


def run(rows: Rows, inputs: dict[str, Any], jit: Callable = lambda f: f) -> dict[str, Any]:
    """Results and gradients of ``rows`` by name, or errors; compiled together where possible."""
    errors: dict[str, Any] = {}

    def outcome(row: tuple[str, Callable, Entry], inputs: dict[str, Any]) -> Any:
        _, function, entry = row
        given = [inputs[name] for name in entry.inputs]
        if entry.is_eager:
            return attempt(lambda: (entry.call(function, *given), []))
        return attempt(lambda: value_and_gradient(function, entry, given))

    def program(inputs: dict[str, Any]) -> dict[str, Any]:
        results = {row[0]: outcome(row, inputs) for row in rows if not row[2].is_eager}
        errors.update((name, x) for name, x in results.items() if isinstance(x, Exception))
        return {name: x for name, x in results.items() if name not in errors}

    eager = {row[0]: outcome(row, inputs) for row in rows if row[2].is_eager}
    return eager | jit(program)(inputs) | errors


def references(rows: Rows) -> dict[str, Any]:
    """Results and gradients on one process, as leaves."""

    def compute(rows: Rows) -> list[Any]:
        inputs = {name: jax.numpy.asarray(x) for name, x in INPUTS.items()}
        results = run(rows, inputs, jax.jit)
        for name, outcome in results.items():
            if isinstance(outcome, Exception):
                raise RuntimeError(f"jax.numpy's own {name} fails") from outcome
        return [[leaves(part) for part in results[name]] for name, *_ in rows]

    expected = shared_out(compute, rows)
    return {name: outcome for (name, *_), outcome in zip(rows, expected, strict=True)}


def problems(actual: dict[str, Any], expected: dict[str, Any]) -> dict[str, str]:
    """The problem of each of ``actual`` that has one, by name."""
    outcomes = {
        name: attempt(functools.partial(compare, name, x, expected[name]))
        for name, x in actual.items()
    }
    return {name: f"{type(x).__name__}: {x}" for name, x in outcomes.items() if x is not None}


def compare(name: str, actual: Any, expected: Any) -> None:
    for outcome in (expected, actual):
        if isinstance(outcome, Exception):
            raise outcome
    for kind, a, e in zip(("value", "gradient"), map(leaves, actual), expected, strict=True):
        assert len(a) == len(e), (kind, a, e)
        for x, y in zip(a, e, strict=True):
            if hasattr(x, "dtype"):
                assert_same(x, y, what=f"{kind} of {name}")
            else:
                assert x == y, (kind, x, y)
