"""The evaluation of a global jaxpr on shards, by a table of one sharding rule per primitive.

A rule receives the `Call` (mesh, parameters, global result types) and the operands as values
(`jpi._evaluation.values`), and gives the results as values. It decides from layouts and parameters,
never from data or rank, so that every rank takes the same branch. A primitive without a rule works
too: its operands are gathered, it runs replicated, and the fallback is recorded.
"""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import jax

from jpi._config import config
from jpi._evaluation.values import Placed, Value
from jpi._jax import names as _jax
from jpi._layout.layout import layout
from jpi._mpi.comm import Mesh
from jpi._ordered.origins import boundary, purpose, site_within

Rule = Callable[..., "Value | Sequence[Value]"]
RuleOf = TypeVar("RuleOf", bound=Rule)

rules: dict[str, Rule] = {}
fallbacks: dict[str, int] = {}


class FallbackWarning(UserWarning):
    """A primitive without a sharding rule gathered its operands on every rank."""


def rule(*names: str) -> Callable[[RuleOf], RuleOf]:
    """Register the decorated function as the sharding rule of the primitives called ``names``."""

    def register(function: RuleOf) -> RuleOf:
        for name in names:
            assert name not in rules, name
            rules[name] = function
        return function

    return register


@dataclass(frozen=True)
class Call:
    """One application of a primitive to global arrays.

    Attributes:
        mesh: the mesh of the evaluation.
        primitive: the JAX primitive.
        params: its parameters, which hold for the global arrays.
        results: the global types of its results.
    """

    mesh: Mesh
    primitive: Any
    params: dict[str, Any]
    results: tuple[Any, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The global shape of the first result."""
        return self.results[0].shape

    @property
    def dtype(self) -> Any:
        return self.results[0].dtype

    def bind(self, *locals: Any, **changed: Any) -> Any:
        """The primitive on local arrays, with some parameters changed; its first result."""
        return _jax.apply_primitive(self.primitive, locals, {**self.params, **changed})[0]


def evaluate(mesh: Mesh, closed: _jax.ClosedJaxpr, values: Sequence[Value]) -> list[Value]:
    """The results of a jaxpr written for global arrays, on values spread over ``mesh``."""
    jaxpr = closed.jaxpr
    known: dict[Any, Value] = dict(zip(jaxpr.invars, values, strict=True))
    for variable, constant in zip(jaxpr.constvars, closed.consts, strict=True):
        known[variable] = replicated(mesh, constant)

    def read(atom: Any) -> Value:
        return replicated(mesh, atom.val) if isinstance(atom, _jax.Literal) else known[atom]

    for equation in jaxpr.eqns:
        operands = [read(atom) for atom in equation.invars]
        call = Call(
            mesh, equation.primitive, equation.params, tuple(v.aval for v in equation.outvars)
        )
        own_purpose = purpose(call.primitive.name, operands)
        with equation.ctx.manager, _from_line_of(equation), own_purpose:
            results = _apply(call, operands)
        known.update(zip(equation.outvars, results, strict=True))
    return [read(atom) for atom in jaxpr.outvars]


def _from_line_of(equation: _jax.JaxprEqn) -> AbstractContextManager[None]:
    """A context in which a user's function that is evaluated, not the call of it, has the line."""
    traceback = equation.source_info.traceback
    return _jax.user_context(traceback) if site_within(traceback) else nullcontext()


def replicated(mesh: Mesh, array: Any) -> Placed:
    """An array that every rank holds, as a value."""
    return Placed(array, layout(tuple(getattr(array, "shape", ())), mesh.axes))


def _apply(call: Call, operands: Sequence[Value]) -> Sequence[Value]:
    apply_rule = rules.get(call.primitive.name)
    if apply_rule is None:
        return fall_back(call, operands)
    results = apply_rule(call, *operands, **call.params)
    return [results] if isinstance(results, Value) else results


def fall_back(call: Call, operands: Sequence[Value]) -> list[Value]:
    """The results of a primitive on operands gathered on every rank, which is recorded."""
    gathered = sum(
        math.prod(operand.shape) * operand.dtype.itemsize
        for operand in operands
        if not isinstance(operand, Placed) or not operand.is_replicated
    )
    if gathered:
        record_fallback(call.primitive.name, gathered)
    locals = [operand.replicate(call.mesh) for operand in operands]
    results = _jax.apply_primitive(call.primitive, locals, call.params)
    return [replicated(call.mesh, result) for result in results]


def record_fallback(name: str, nbytes: int) -> None:
    """Count ``nbytes`` gathered for want of a rule for ``name``, as `jpi.config.fallback` says."""
    if config.fallback == "error":
        raise NotImplementedError(
            f"`{name}` has no sharding rule, and `jpi.config.fallback` is 'error'. Set it to "
            f"'warn' or 'silent' to gather the operands ({nbytes} bytes) on every rank, or call "
            "x.gather() and use jax.numpy on the result."
        )
    if name not in fallbacks and config.fallback == "warn":
        warnings.warn(
            f"`{name}` has no sharding rule in JPI: its operands ({nbytes} bytes) are gathered on "
            "every rank, and it runs replicated. This is said once per primitive; "
            "`jpi.config.fallback` changes it, `jpi.fallbacks` lists all.",
            FallbackWarning,
            stacklevel=_caller_level(),
        )
    fallbacks[name] = fallbacks.get(name, 0) + nbytes


def _caller_level() -> int:
    """The stack level, for a warning, of the code that called into JPI."""
    libraries = tuple(str(Path(module.__file__).parent) for module in (jax, sys.modules["jpi"]))  # type: ignore[arg-type]
    frame, level = sys._getframe(1), 1
    while frame.f_back and frame.f_code.co_filename.startswith(libraries):
        frame, level = frame.f_back, level + 1
    return level


@dataclass(frozen=True)
class GlobalFunction:
    """A function traced on global shapes: its jaxpr and how to put its results together."""

    closed: _jax.ClosedJaxpr
    tree: Any
    static: tuple[tuple[int, Any], ...]

    def assemble(self, results: Sequence[Any]) -> Any:
        """The results in the structure that the function returned them in."""
        leaves = list(results)
        for position, value in self.static:
            leaves.insert(position, value)
        return jax.tree.unflatten(self.tree, leaves)


def trace_global(fun: Callable, args: Sequence[Any]) -> GlobalFunction:
    """``fun`` of flat array arguments, traced on their global types.

    Results that are no arrays (an int, a dtype) are kept as they are.
    """
    seen: list[Any] = []

    @boundary
    def arrays_only(*args: Any) -> list[Any]:
        leaves, tree = jax.tree.flatten(fun(*args))
        is_array = [isinstance(leaf, jax.Array) or hasattr(leaf, "__array__") for leaf in leaves]
        static = [(i, leaves[i]) for i, array in enumerate(is_array) if not array]
        seen[:] = [tree, tuple(static)]
        return [leaf for leaf, array in zip(leaves, is_array, strict=True) if array]

    closed = jax.make_jaxpr(arrays_only)(*args)
    return GlobalFunction(closed, *seen)
