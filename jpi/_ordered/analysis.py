"""Whether a program uses a value as the same on every rank that differs between ranks.

What varies (see `varying`) must not be used as one value: where it is spread, in the predicate of a
loop or branch that holds collectives, where JPI takes it as, or gives it out as, a plain array.

Arguments and constants of the program count as the same, since a program of local arrays may get
other ones on each rank. `given_as_same` finds those that must be the same, as they are used so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

import jax
import numpy as np

from jpi._config import config
from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._jax.callers import calling_line
from jpi._mpi.comm import Comm
from jpi._mpi.partition import alone, divides, is_whole, joined
from jpi._ordered.branches import Branches
from jpi._ordered.effect import compositions, is_ordered, twins
from jpi._ordered.origins import site_within
from jpi._ordered.varying import Kind, Together, Varying, both, causes, connected, rules, uses

Refuse = Callable[[str, _jax.JaxprEqn, Varying, Together], None]


def require_same(closed: _jax.ClosedJaxpr) -> None:
    """Raise if a program uses a value as the same on every rank that differs between ranks.

    Errors: TypeError, with the line that uses the value and the line that made it vary.
    """
    if config.check == "off":
        return
    count = len(jaxprs.input_types(closed))
    _Analysis(_refuse).kinds_of(closed, [None] * count)


def given_as_same(
    closed: _jax.ClosedJaxpr, operands: Sequence[Any]
) -> tuple[Comm | None, list[Any], list[str]]:
    """The arrays that a program gets, or refers to, and uses as the same on every rank.

    They are those used so on the communicator of the first such use; with it, and the lines of the
    uses. The derivative of a rank without elements may leave out later ones.

    Args:
        closed: a program that passes `require_same`.
        operands: its arguments, None where no value is known.
    """
    comm: Comm | None = None
    numbers: set[int] = set()
    lines: dict[str, None] = {}

    def note(use: str, equation: _jax.JaxprEqn, kind: Varying, together: Together) -> None:
        nonlocal comm
        comm = comm or together.comm()
        if together.comm() is comm:
            numbers.update(kind.given)
            lines[_line(equation)] = None

    analysis = _Analysis(note, are_given=True)
    analysis.kinds_of(closed, [analysis.kind_given(x) for x in operands])
    return comm, [x for i, x in analysis.given.items() if i in numbers], list(lines)


class _Analysis:
    """The analysis of one program; it goes through a function once for each kinds of operands.

    Args:
        refuse: gets the uses as the same of what varies, or may vary.
        are_given: the arrays that the program refers to may vary.
    """

    def __init__(self, refuse: Refuse, are_given: bool = False) -> None:
        self.refuse = refuse
        self.given: dict[int, Any] = {}
        self._are_given = are_given
        self._places: list[Any] = []
        self._known: dict[Any, list[Kind]] = {}
        self.branches = Branches()

    def kind_given(self, x: Any) -> Kind:
        """The kind of an array of which each rank may have its own."""
        array = jaxprs.as_array(x) if self._are_given else None
        return None if array is None else self._given_at(x, array)

    def _given_at(self, place: Any, x: Any) -> Kind:
        """The kind of the array ``x``; ``place`` is the same each time that it is met."""
        self.given[id(place)] = x
        self._places.append(place)  # so that no other gets its id
        return Varying(alone(), frozenset({id(place)}))

    def _kind_of_literal(self, literal: Any, primitive: Any) -> Kind:
        x = jaxprs.as_array(literal.val)
        is_array = isinstance(x, jax.Array) or (isinstance(x, np.ndarray) and x.ndim)
        is_seed = getattr(primitive, "name", "") == "random_seed"
        if self._are_given and (is_array or is_seed):
            return self._given_at(literal, np.asarray(literal.val))
        return None  # other numbers are a part of the program

    def kinds_of(self, function: Any, operands: Sequence[Kind]) -> list[Kind]:
        """The kinds of the results of a jaxpr."""
        jaxpr = getattr(function, "jaxpr", function)
        key = id(jaxpr), tuple(kind and (kind.parts, kind.given) for kind in operands)
        if key not in self._known:
            kinds = dict(zip(jaxprs.inputs(jaxpr), operands, strict=True))
            consts = map(self.kind_given, jaxprs.constants(function))
            kinds.update(zip(jaxprs.variables_of_constants(jaxpr), consts, strict=False))
            self._known[key] = self._through(jaxpr, {x: k for x, k in kinds.items() if k})
        return self._known[key]

    def _through(self, jaxpr: Any, kinds: dict[Any, Kind]) -> list[Kind]:
        def kind_of(x: Any, primitive: Any = None) -> Kind:
            if not isinstance(x, _jax.Literal):
                return kinds.get(x)
            return self._kind_of_literal(x, primitive)

        for equation in jaxprs.equations(jaxpr):
            primitive = equation.primitive
            enter = _enter.get(primitive.name)
            if not (kinds or enter or self._are_given) and primitive not in rules:
                continue
            operands = [kind_of(x, primitive) for x in jaxprs.inputs(equation)]
            if enter:
                results = enter(self, equation, operands)
            else:
                results = [self._result(equation, operands)] * len(jaxprs.outputs(equation))
            kinds.update(
                (x, k) for x, k in zip(jaxprs.outputs(equation), results, strict=True) if k
            )
        return [kind_of(x) for x in jaxprs.outputs(jaxpr)]

    def _result(self, equation: _jax.JaxprEqn, operands: Sequence[Kind]) -> Kind:
        primitive = equation.primitive
        kind = _all(operands)
        if kind and primitive in uses:
            together, use = uses[primitive](**equation.params)
            if divides(kind.parts, together.groups):
                self.refuse(use, equation, kind, together)
                kind = _same_on(together, kind)
        if primitive in rules:
            return rules[primitive](equation, kind)
        if kind and any(is_ordered(jaxprs.effects(f)) for f in jaxprs.functions_in(equation)):
            return None  # in doubt no alarm: what it makes the same inside is not known
        return None if kind and _is_nothing(equation) else kind


def _same_on(together: Together, kind: Varying) -> Kind:
    parts = joined(kind.parts, together.groups)
    return None if is_whole(parts) else Varying(parts, kind.cause)


def _is_nothing(equation: _jax.JaxprEqn) -> bool:
    """Whether the equation is `0 * x`, with which programs depend on `x` for its order only."""
    return equation.primitive.name == "mul" and any(
        isinstance(x, _jax.Literal) and not x.val for x in jaxprs.inputs(equation)
    )


def _all(kinds: Sequence[Kind]) -> Kind:
    result = None
    for kind in kinds:
        if kind is not None:
            result = both(result, kind)
    return result


_enter: dict[str, Callable[[_Analysis, Any, list[Kind]], Sequence[Kind]]] = {}


def _enters(*names: str) -> Callable[[Callable], Callable]:
    def register(rule: Callable) -> Callable:
        _enter.update(dict.fromkeys(names, rule))
        return rule

    return register


@_enters("jit", "pjit", "checkpoint", "remat", "remat2")
def _call(analysis: _Analysis, equation: Any, given: list[Kind]) -> list[Kind]:
    return analysis.kinds_of(equation.params["jaxpr"], given)


@_enters("closed_call", "core_closed_call", "eval_jaxpr", "custom_jvp_call", "custom_vjp_call")
def _closed_call(analysis: _Analysis, equation: Any, given: list[Kind]) -> list[Kind]:
    return analysis.kinds_of(equation.params["call_jaxpr"], given)


@_enters("jpi_linear_map", "jpi_transposable")
def _linear_map(analysis: _Analysis, equation: Any, given: list[Kind]) -> list[Kind]:
    return analysis.kinds_of(equation.params["forward"], given)


@_enters("custom_linear_solve")
def _linear_solve(analysis: _Analysis, equation: Any, given: list[Kind]) -> list[Kind]:
    counts, functions = equation.params["const_lengths"], equation.params["jaxprs"]
    start = counts.matvec + counts.vecmat
    rhs = given[start + counts.solve + counts.transpose_solve :]
    return analysis.kinds_of(functions.solve, [*given[start : start + counts.solve], *rhs])


@_enters("cond")
def _cond(analysis: _Analysis, equation: Any, given: list[Kind]) -> list[Kind]:
    index, *operands = given
    branches = equation.params["branches"]
    if index and (together := _divided(index, branches)):
        analysis.refuse("the predicate of a branch that communicates", equation, index, together)
        index = _same_on(together, index)
    in_each = analysis.branches.operands(equation, operands)
    results = list(map(analysis.kinds_of, branches, in_each))
    of_each = list(zip(*results, strict=True))
    analysis.branches.note(equation, of_each)
    return [_all([index, *kinds]) for kinds in of_each]


@_enters("scan")
def _scan(analysis: _Analysis, equation: Any, given: list[Kind]) -> list[Kind]:
    num_consts, num_carry = jaxprs.scan_counts(equation.params)
    consts, carry = given[:num_consts], given[num_consts : num_consts + num_carry]
    elements = given[num_consts + num_carry :]
    while True:
        results = analysis.kinds_of(equation.params["jaxpr"], [*consts, *carry, *elements])
        after = list(map(both, carry, results[:num_carry]))
        if _are_equal(carry, after):
            return [*carry, *results[num_carry:]]
        carry = after


@_enters("while")
def _while(analysis: _Analysis, equation: Any, given: list[Kind]) -> list[Kind]:
    params = equation.params
    first, second = params["cond_nconsts"], params["cond_nconsts"] + params["body_nconsts"]
    asked, consts, carry = given[:first], given[first:second], given[second:]
    condition, body = params["cond_jaxpr"], params["body_jaxpr"]
    while True:
        (predicate,) = analysis.kinds_of(condition, [*asked, *carry])
        if predicate and (together := _divided(predicate, (condition, body))):
            use = "the predicate of a loop that communicates"
            analysis.refuse(use, equation, predicate, together)
            predicate = _same_on(together, predicate)
        results = analysis.kinds_of(body, [*consts, *carry])
        after = [_all([x, y, predicate]) for x, y in zip(carry, results, strict=True)]
        if _are_equal(carry, after):
            return carry
        carry = after


def _divided(kind: Varying, functions: Sequence[Any]) -> Together | None:
    """The ranks that a collective in ``functions`` connects, and on which the value differs."""
    for function in functions:
        for together in _collectives(function):
            if divides(kind.parts, together.groups):
                return together
    return None


def _are_equal(before: Sequence[Kind], after: Sequence[Kind]) -> bool:
    return all(
        x is y or (x and y and x.parts is y.parts and x.given == y.given)
        for x, y in zip(before, after, strict=True)
    )


def _collectives(jaxpr: Any) -> Iterator[Together]:
    """The ranks that each collective of a function connects."""
    if not is_ordered(jaxprs.effects(jaxpr)):
        return
    for equation in jaxprs.equations(getattr(jaxpr, "jaxpr", jaxpr)):
        if not is_ordered(jaxprs.effects(equation)):
            continue
        if equation.primitive in twins or equation.primitive in compositions:
            if equation.primitive in connected:
                yield connected[equation.primitive](**equation.params)
        for inner in jaxprs.functions_in(equation):
            yield from _collectives(inner)


def _refuse(use: str, equation: _jax.JaxprEqn, kind: Varying, together: Together) -> NoReturn:
    assert not isinstance(kind.cause, frozenset)
    raise TypeError(
        f"{use} must be the same on every rank; at {_line(equation)} it varies between ranks, as "
        f"it is made of {causes[kind.cause.primitive]} at {_line(kind.cause)}. Call the whole "
        "function by jpi.spmd(function)(...) with the DistArray among its arguments, combine what "
        "the ranks have (jpi.allreduce), or make an array of it (jpi.from_shard)."
    )


def _line(equation: _jax.JaxprEqn) -> str:
    return site_within(jaxprs.source(equation)[0]) or calling_line()
