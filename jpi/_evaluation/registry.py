"""The table of sharding rules, one for each primitive, and the argument of a rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from jpi._evaluation.values import Value
from jpi._jax import jaxprs
from jpi._mpi.mesh import Mesh

Rule = Callable[..., "Value | Sequence[Value]"]


RuleOf = TypeVar("RuleOf", bound=Rule)


rules: dict[str, Rule] = {}
ANY_OTHER = "any other"  # the name under which the rule of all other primitives is registered


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
        return jaxprs.apply_primitive(self.primitive, locals, {**self.params, **changed})[0]
