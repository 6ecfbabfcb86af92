"""The derivative of views, on the global types, where that of a roll is a roll.

That of the program on this rank's rows would add, in a pass for each, all parts that it has cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from jpi._evaluation.values import Value
from jpi._evaluation.views import View, blocks_computed, computing, undifferentiated
from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._rules._global_derivative import with_global_derivative
from jpi._rules._local import Local, traced


def _with_derivative(*groups: Sequence[View]) -> list[Any]:
    """This rank's blocks of views."""
    if undifferentiated.is_active or _jax.trace_state_clean():
        return blocks_computed(*groups)
    views = [view for group in groups for view in group]
    order = _in_order(views)
    values = [value for value in order if _is_given(value)]
    is_moving = any(jnp.issubdtype(value.dtype, jnp.inexact) for value in values)
    is_known = all(x.origin or _is_given(x) or _is_constant(x) for x in order)
    if not (is_moving and is_known):
        return blocks_computed(*groups)
    mesh, function = views[0].mesh, _Function(order, views)
    operands = [value.settle(mesh) for value in values]
    body = Local(
        mesh,
        traced(function, operands),
        [x.placement for x in operands],
        lambda _: [view.layout(mesh) for view in views],
    )

    def run(*blocks: Any) -> list[Any]:
        with undifferentiated.active():
            return body(*blocks)

    return with_global_derivative(body, function, run)(*(x.local for x in operands))


def _is_constant(value: Value) -> bool:
    return value.known is not None and value.origin is None


def _is_given(value: Value) -> bool:
    """Whether views are computed from this value, and not from those that it is computed from."""
    is_made = isinstance(value, View) and value.block is not None
    return is_made or not (value.origin or isinstance(value, View) or _is_constant(value))


def _in_order(views: Sequence[View]) -> list[Value]:
    """The views and all that they are computed from, each after its operands."""
    order: dict[int, Value] = {}  # by identity
    waiting: list[Value] = list(views)
    while waiting:
        value = waiting[-1]
        operands = value.origin.operands if value.origin and not _is_given(value) else ()
        new = [x for x in operands if id(x) not in order]
        if new:
            waiting += new
        else:
            order[id(waiting.pop())] = value
    return list(order.values())


class _Function:
    """Views as a function of global arrays: of the values that are given."""

    def __init__(self, order: Sequence[Value], views: Sequence[View]) -> None:
        numbers = {id(value): number for number, value in enumerate(order)}
        self._given = [number for number, value in enumerate(order) if _is_given(value)]
        self._constants = {
            number: value.known for number, value in enumerate(order) if _is_constant(value)
        }
        self._steps = [
            (
                number,
                value.origin.call,
                [numbers[id(x)] for x in value.origin.operands],
                value.origin.place,
            )
            for number, value in enumerate(order)
            if value.origin and not _is_given(value)
        ]
        self._results = [numbers[id(view)] for view in views]

    def __call__(self, *arrays: Any) -> list[Any]:
        found = {**self._constants, **dict(zip(self._given, arrays, strict=True))}
        made: dict[int, list[Any]] = {}  # by the identity of the call
        for number, call, operands, place in self._steps:
            if id(call) not in made:
                made[id(call)] = jaxprs.apply_primitive(
                    call.primitive, [found[k] for k in operands], call.params
                )
            found[number] = made[id(call)][place]
        return [found[number] for number in self._results]


computing.append(_with_derivative)
