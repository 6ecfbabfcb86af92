"""Sums of cotangents: two parts of an array with zeros around them are a roll, as it began."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Value
from jpi._evaluation.views import View
from jpi._rules._around import around
from jpi._rules.elementwise import elementwise

_MANY = 32  # terms among which no partner is looked for


@rule("add_any")
def add_any(call: Call, one: Value, other: Value) -> Value:
    terms = _with_part(call, one, other) or _with_part(call, other, one)
    if terms:
        return _noted(functools.reduce(functools.partial(elementwise, call), terms), terms)
    return _noted(elementwise(call, one, other), [*_terms(one), *_terms(other)])


def _with_part(call: Call, total: Value, part: Value) -> list[Value] | None:
    """The terms of ``total``, one of which is the other part of a roll, with that roll for it."""
    terms = list(_terms(total))
    if len(terms) > _MANY:
        return None
    for place, term in enumerate(terms):
        if whole := _rolled(call, term, part):
            terms[place] = whole
            return terms
    return None


def _terms(value: Value) -> Sequence[Value]:
    return (isinstance(value, View) and value.terms) or (value,)


def _noted(total: Value, terms: Sequence[Value]) -> Value:
    if isinstance(total, View) and len(terms) > 1:
        total.terms = tuple(terms)
    return total


def _rolled(call: Call, one: Value, other: Value) -> View | None:
    """The sum as rows of one array, on around its end, if it is that."""
    if not (isinstance(one, View) and isinstance(other, View)):
        return None
    if not (one.zeros_around and other.zeros_around):
        return None
    (x, at), (y, place) = one.zeros_around, other.zeros_around
    cut = [dim for dim in range(len(call.shape)) if at[dim] != place[dim]]
    if len(cut) != 1:
        return None
    (dim,) = cut
    (first, start), (last, middle) = sorted(((x, at), (y, place)), key=lambda each: each[1][dim])
    is_whole = all(
        first.shape[k] == last.shape[k] == n if k != dim else first.shape[k] + last.shape[k] == n
        for k, n in enumerate(call.shape)
    )
    is_joined = is_whole and not any(start) and middle[dim] == first.shape[dim]
    return around(call, [first, last], dim, one.spec) if is_joined else None
