"""Sums of cotangents: that of a roll, two parts of an array with zeros around them, is a roll."""

from __future__ import annotations

from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Value
from jpi._evaluation.views import View
from jpi._rules._around import around
from jpi._rules.elementwise import elementwise


@rule("add_any")
def add_any(call: Call, *values: Value) -> Value:
    return _rolled(call, *values) or elementwise(call, *values)


def _rolled(call: Call, one: Value, other: Value) -> Value | None:
    """The sum as rows of one array, on around its end, if it is that."""
    if not (isinstance(one, View) and isinstance(other, View)):
        return None
    if one.zeros_around is None or other.zeros_around is None:
        return None
    (x, at), (y, place) = one.zeros_around, other.zeros_around
    cut = [dim for dim in range(call.results[0].ndim) if at[dim] != place[dim]]
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
