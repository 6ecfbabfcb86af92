"""Which values of a program differ between ranks, and whether one of them is used as the same.

A value is the same on every rank until something makes it vary: a rank's own block, a received
message, the result of a scan over ranks. Arguments and constants of the program count as the same:
a program of local arrays may get other ones on each rank. Collectives such as an allreduce make the
same of what varies. Each collective primitive is a row of a table here, put there by its owner.

What varies must not be used as one value: where it is spread, in the predicate of a loop or branch
that holds collectives, where JPI takes it as, or gives it out as, a plain array.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from jpi._config import config
from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._jax.callers import calling_line
from jpi._mpi.partition import (
    Partition,
    are_groups_known,
    divides,
    finer,
    groups_along,
    groups_of,
    is_whole,
    joined,
    parts_along,
    parts_of,
)
from jpi._ordered.declared import agreed_p, claimed_p, varies_p
from jpi._ordered.effect import compositions, is_ordered, twins
from jpi._ordered.origins import site_within


@dataclass(frozen=True, eq=False)
class Varying:
    """A value that differs between ranks: the parts that share it, and what made it vary."""

    parts: Partition
    cause: _jax.JaxprEqn


Kind = Varying | None  # None: the same on every rank
Rule = Callable[[_jax.JaxprEqn, Kind], Kind]

_rules: dict[_jax.Primitive, Rule] = {}
_uses: dict[_jax.Primitive, Callable[..., tuple[Partition, str]]] = {}
_connected: dict[_jax.Primitive, Callable[..., Partition]] = {}
_whole = "a rank's own block"
_causes: dict[_jax.Primitive, str] = {varies_p: _whole}


def makes_same(*primitives: _jax.Primitive) -> None:
    """The results are the same on all ranks of the parameter ``comm``."""
    for primitive in primitives:
        _rules[primitive] = _same_over
        _connected[primitive] = _of_comm


def makes_varying(*primitives: _jax.Primitive, cause: str = "", connects: bool = True) -> None:
    """The results differ between the ranks of the parameter ``comm``.

    Args:
        cause: what the result is, for the message.
        connects: all ranks take part. If not (a message), a rank may branch around it.
    """
    for primitive in primitives:
        _rules[primitive] = _varying_over
        _causes[primitive] = cause or f"the result of {primitive.name.removeprefix('jpi_')}"
        if connects:
            _connected[primitive] = _of_comm


def makes(primitive: _jax.Primitive, parts: Callable[..., Any], groups: Callable[..., Any]) -> None:
    """The results are a block: ``parts`` of the parameters has the (mesh, axes) it differs along.

    ``groups`` has those along which ranks take part.
    """

    def rule(equation: _jax.JaxprEqn, operands: Kind) -> Kind:
        return _made_varying(parts_along(*parts(**equation.params)), equation)

    _rules[primitive] = rule
    _causes[primitive] = _whole
    _connected[primitive] = lambda **params: groups_along(*groups(**params))


def uses_as_same(primitive: _jax.Primitive, use: str) -> None:
    """The operand must be the same on all ranks of the parameter ``comm``."""
    _uses[primitive] = lambda comm, **params: (groups_of(comm), use)


def _of_comm(*, comm: Any, **params: Any) -> Partition:
    return groups_of(comm)


def _same_over(equation: _jax.JaxprEqn, kind: Kind) -> Kind:
    if kind is None or not are_groups_known(equation.params["comm"]):
        return None  # in doubt no alarm: sums over ranks of a node, then over nodes, are the same
    parts = joined(kind.parts, groups_of(equation.params["comm"]))
    return None if is_whole(parts) else Varying(parts, kind.cause)


def _varying_over(equation: _jax.JaxprEqn, kind: Kind) -> Kind:
    return _both(kind, _made_varying(parts_of(equation.params["comm"]), equation))


def _declared_varying(equation: _jax.JaxprEqn, kind: Kind) -> Kind:
    own = _made_varying(parts_along(equation.params["mesh"], equation.params["axes"]), equation)
    return _both(kind, own)


def _made_varying(parts: Partition, equation: _jax.JaxprEqn) -> Kind:
    return None if is_whole(parts) else Varying(parts, equation)


def _both(a: Kind, b: Kind) -> Kind:
    """The kind of a value that is computed from two."""
    if a is None or b is None or a.parts is b.parts:
        return a or b
    return Varying(finer(a.parts, b.parts), a.cause)


_rules[varies_p] = _declared_varying
_rules[agreed_p] = _same_over
_uses[claimed_p] = lambda mesh, axes, use: (groups_along(mesh, axes), use)


def require_same(closed: _jax.ClosedJaxpr) -> None:
    """Raise if a program uses a value as the same on every rank that differs between ranks.

    Errors: TypeError, with the line that uses the value and the line that made it vary.
    """
    if config.check == "off":
        return
    count = len(jaxprs.input_types(closed))
    _Analysis().kinds_of(closed.jaxpr, [None] * count)


class _Analysis:
    """The analysis of one program; it goes through a function once for each kinds of operands."""

    def __init__(self) -> None:
        self._known: dict[Any, list[Kind]] = {}

    def kinds_of(self, jaxpr: Any, operands: Sequence[Kind]) -> list[Kind]:
        """The kinds of the results of ``jaxpr``."""
        jaxpr = getattr(jaxpr, "jaxpr", jaxpr)
        key = id(jaxpr), tuple(kind and kind.parts for kind in operands)
        if key not in self._known:
            self._known[key] = self._through(jaxpr, operands)
        return self._known[key]

    def _through(self, jaxpr: Any, operands: Sequence[Kind]) -> list[Kind]:
        kinds = {x: k for x, k in zip(jaxprs.inputs(jaxpr), operands, strict=True) if k}

        def kind_of(x: Any) -> Kind:
            return None if isinstance(x, _jax.Literal) else kinds.get(x)

        for equation in jaxprs.equations(jaxpr):
            primitive = equation.primitive
            enter = _enter.get(primitive.name)
            if not kinds and not enter and primitive not in _rules:
                continue
            given = [kind_of(x) for x in jaxprs.inputs(equation)]
            if enter:
                results = enter(self, equation, given)
            else:
                results = [self._result(equation, given)] * len(jaxprs.outputs(equation))
            kinds.update(
                (x, k) for x, k in zip(jaxprs.outputs(equation), results, strict=True) if k
            )
        return [kind_of(x) for x in jaxprs.outputs(jaxpr)]

    def _result(self, equation: _jax.JaxprEqn, given: Sequence[Kind]) -> Kind:
        primitive = equation.primitive
        kind = _all(given)
        if kind and primitive in _uses:
            groups, use = _uses[primitive](**equation.params)
            if divides(kind.parts, groups):
                _refuse(use, equation, kind)
        if primitive in _rules:
            return _rules[primitive](equation, kind)
        if kind and any(is_ordered(jaxprs.effects(f)) for f in jaxprs.functions_in(equation)):
            return None  # in doubt no alarm: what it makes the same inside is not known
        return None if kind and _is_nothing(equation) else kind


def _is_nothing(equation: _jax.JaxprEqn) -> bool:
    """Whether the equation is `0 * x`, with which programs depend on `x` for its order only."""
    return equation.primitive.name == "mul" and any(
        isinstance(x, _jax.Literal) and not x.val for x in jaxprs.inputs(equation)
    )


def _all(kinds: Sequence[Kind]) -> Kind:
    result = None
    for kind in kinds:
        if kind is not None:
            result = _both(result, kind)
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


@_enters("jpi_linear_map")
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
    if index and _communicates_over(index, branches):
        _refuse("the predicate of a branch that communicates", equation, index)
    results = [analysis.kinds_of(branch, operands) for branch in branches]
    return [_all([index, *kinds]) for kinds in zip(*results, strict=True)]


@_enters("scan")
def _scan(analysis: _Analysis, equation: Any, given: list[Kind]) -> list[Kind]:
    num_consts, num_carry = jaxprs.scan_counts(equation.params)
    consts, carry = given[:num_consts], given[num_consts : num_consts + num_carry]
    elements = given[num_consts + num_carry :]
    while True:
        results = analysis.kinds_of(equation.params["jaxpr"], [*consts, *carry, *elements])
        after = list(map(_both, carry, results[:num_carry]))
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
        if predicate and _communicates_over(predicate, (condition, body)):
            _refuse("the predicate of a loop that communicates", equation, predicate)
        results = analysis.kinds_of(body, [*consts, *carry])
        after = [_all([x, y, predicate]) for x, y in zip(carry, results, strict=True)]
        if _are_equal(carry, after):
            return carry
        carry = after


def _communicates_over(kind: Varying, functions: Sequence[Any]) -> bool:
    """Whether a collective in ``functions`` connects ranks on which the value differs."""
    return any(divides(kind.parts, groups) for f in functions for groups in _collectives(f))


def _are_equal(before: Sequence[Kind], after: Sequence[Kind]) -> bool:
    return all((x and x.parts) is (y and y.parts) for x, y in zip(before, after, strict=True))


def _collectives(jaxpr: Any) -> Iterator[Partition]:
    """The ranks that each collective of a function connects."""
    if not is_ordered(jaxprs.effects(jaxpr)):
        return
    for equation in jaxprs.equations(getattr(jaxpr, "jaxpr", jaxpr)):
        if not is_ordered(jaxprs.effects(equation)):
            continue
        if equation.primitive in twins or equation.primitive in compositions:
            if equation.primitive in _connected:
                yield _connected[equation.primitive](**equation.params)
        for inner in jaxprs.functions_in(equation):
            yield from _collectives(inner)


def _refuse(use: str, equation: _jax.JaxprEqn, kind: Varying) -> NoReturn:
    raise TypeError(
        f"{use} must be the same on every rank; at {_line(equation)} it varies between ranks, as "
        f"it is made of {_causes[kind.cause.primitive]} at {_line(kind.cause)}. Call the whole "
        "function by jpi.spmd(function)(...) with the DistArray among its arguments, combine what "
        "the ranks have (jpi.allreduce), or make an array of it (jpi.from_shard)."
    )


def _line(equation: _jax.JaxprEqn) -> str:
    return site_within(jaxprs.source(equation)[0]) or calling_line()
