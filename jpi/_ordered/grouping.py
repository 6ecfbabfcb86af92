"""Reductions that do not depend on each other, in one message.

A program asks for many small sums: those of the leaves of a gradient, of the terms of a loss.
Between two collectives of other kinds, those that need no result of another travel together, then
those that need only their results, and so on. So what travels together depends only on which
reductions need the results of which. That is the same on every rank, as they are those of
operations on global arrays; the calls of a user, who may branch by rank, stay as they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._ordered.effect import is_ordered
from jpi._ordered.origins import origin

LARGEST = 1 << 16  # bytes of an array that is worth a copy into a common message

Packed = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]

together: dict[_jax.Primitive, Packed] = {}  # reductions, and what packs arrays for them


def groups(jaxpr: _jax.Jaxpr) -> list[list[_jax.JaxprEqn]]:
    """The equations of a program in an order in which those of each list may run together."""
    result: list[list[_jax.JaxprEqn]] = []
    between: list[_jax.JaxprEqn] = []  # two collectives of other kinds
    for equation in jaxprs.equations(jaxpr):
        if is_ordered(jaxprs.effects(equation)) and not _is_small_reduction(equation):
            result += [*_by_level(between), [equation]]
            between = []
        else:
            between.append(equation)
    return result + _by_level(between)


def _by_level(equations: Sequence[_jax.JaxprEqn]) -> list[list[_jax.JaxprEqn]]:
    """The equations by the number of reductions, one after another, whose results they need."""
    level_of: dict[Any, int] = {}
    reductions: dict[int, list[_jax.JaxprEqn]] = {}
    others: dict[int, list[_jax.JaxprEqn]] = {}
    last = 0  # the level of the last equation with an effect: effects keep their order
    for equation in equations:
        operands = [x for x in jaxprs.inputs(equation) if not isinstance(x, _jax.Literal)]
        level = max((level_of.get(x, 0) for x in operands), default=0)
        if is_ordered(jaxprs.effects(equation)):
            level += 1
            reductions.setdefault(level, []).append(equation)
        else:
            if jaxprs.effects(equation):
                level = last = max(level, last)
            others.setdefault(level, []).append(equation)
        level_of.update((x, level) for x in jaxprs.outputs(equation))
    result = []
    for level in range(1 + max([*reductions, *others], default=-1)):
        result += _alike(reductions.get(level, ()))
        result += [[equation] for equation in others.get(level, ())]
    return result


def _is_small_reduction(equation: _jax.JaxprEqn) -> bool:
    if equation.primitive not in together or not isinstance(equation.params["op"], str):
        return False
    x = jaxprs.type_in(jaxprs.inputs(equation)[0])
    size = math.prod(x.shape) * getattr(x.dtype, "itemsize", LARGEST)  # a key has none
    return size <= LARGEST and bool(origin(*jaxprs.source(equation)).purpose)


def _alike(reductions: Sequence[_jax.JaxprEqn]) -> list[list[_jax.JaxprEqn]]:
    """The reductions with the same parameters together, in the order of the first of each."""
    found: dict[Any, list[_jax.JaxprEqn]] = {}
    for equation in reductions:
        key = equation.primitive, tuple(sorted(equation.params.items(), key=lambda item: item[0]))
        found.setdefault(key, []).append(equation)
    return list(found.values())
