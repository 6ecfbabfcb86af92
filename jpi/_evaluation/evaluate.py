"""The evaluation of a global jaxpr on shards, by a table of one sharding rule per primitive.

A rule receives the `Call` (mesh, parameters, global result types) and the operands as values
(`jpi._evaluation.values`), and returns the results as values. It decides from layouts and
parameters, never from data or rank, so that every rank takes the same branch. A primitive without a
rule works too: one rule is that of any other primitive.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._evaluation.registry import ANY_OTHER, Call, rules
from jpi._evaluation.values import Origin, Placed, Value, replicated
from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._mpi.mesh import Mesh
from jpi._ordered.declared import claimed
from jpi._ordered.origins import purpose, site_within

_FEW = 64  # numbers
_CONSTANT = "a plain array that a function of distributed arrays refers to"


def evaluate(mesh: Mesh, closed: _jax.ClosedJaxpr, values: Sequence[Value]) -> list[Value]:
    """The results of a jaxpr written for global arrays, on values spread over ``mesh``."""

    def apply(equation: _jax.JaxprEqn, operands: list[Value]) -> Sequence[Value]:
        results = tuple(jaxprs.output_types(equation))
        call = Call(mesh, equation.primitive, equation.params, results)
        with _from_line_of(equation), purpose(call.primitive.name, operands):
            return _apply(call, operands)

    def constant(x: Any) -> Value:
        value = replicated(mesh, claimed(x, mesh, mesh.axis_names, _CONSTANT))
        is_known = _is_number(x) or (isinstance(x, np.ndarray) and _is_few(x))
        value.known = x if is_known else None
        return value

    return jaxprs.walk(closed, values, apply, constant)


def _from_line_of(equation: _jax.JaxprEqn) -> AbstractContextManager[None]:
    """A context in which collectives have the line in a user's function, not of the call of it."""
    traceback, _ = jaxprs.source(equation)
    return _jax.user_context(traceback) if site_within(traceback) else nullcontext()


def _apply(call: Call, operands: Sequence[Value]) -> Sequence[Value]:
    apply_rule = rules.get(call.primitive.name) or rules[ANY_OTHER]
    results = apply_rule(call, *operands, **call.params)
    if not isinstance(results, Value):
        _note_origin(results, call, operands)
        return results
    if operands and all(operand.known is not None for operand in operands):
        results.known = _known(call, [operand.known for operand in operands])
    _note_origin([results], call, operands)
    return [results]


def _note_origin(results: Sequence[Value], call: Call, operands: Sequence[Value]) -> None:
    """Note which primitive the results are of that are computed later, or again."""
    for place, result in enumerate(results):
        is_made = isinstance(result, Placed) and result.known is None and result.as_view is None
        if result.origin is None and not is_made and all(result is not x for x in operands):
            result.origin = Origin(call, operands, place)


def _is_number(x: Any) -> bool:
    return np.isscalar(x) or (isinstance(x, np.ndarray) and not x.ndim)


def _is_few(x: Any) -> bool:
    """Whether an array, or a result of this type, is a few integers."""
    return math.prod(x.shape) <= _FEW and jnp.issubdtype(x.dtype, jnp.integer)


def _known(call: Call, operands: Sequence[Any]) -> Any:
    """A result that the program itself says, such as an index: only a few integers are kept."""
    if not _is_few(call):
        return None
    with jax.ensure_compile_time_eval():
        return call.bind(*operands)
