"""What the results of a branch are, for a later branch with the same predicate.

The derivative of a branch gets what it needs from the results of the branch. JAX lets branches
share these results: one may be an array that is the same on every rank in one branch, and a rank's
own block in another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jpi._jax import jaxprs
from jpi._jax import names as _jax


class Branches:
    """What is known of the results of each branch."""

    def __init__(self) -> None:
        self._known: dict[Any, tuple[Any, Sequence[Any]]] = {}  # the predicate, one for each branch

    def note(self, equation: Any, results: Sequence[Sequence[Any]]) -> None:
        """Note, for each result of an equation ``cond``, what it is in each branch."""
        which = jaxprs.inputs(equation)[0]
        for x, each in zip(jaxprs.outputs(equation), results, strict=True):
            self._known[x] = which, each

    def operands(self, equation: Any, given: Sequence[Any]) -> list[list[Any]]:
        """The operands in each branch of ``cond``; ``given`` is what they are in any."""
        which, *variables = jaxprs.inputs(equation)

        def operand(x: Any, kind: Any, place: int) -> Any:
            other, each = (None, ()) if isinstance(x, _jax.Literal) else self._of(x)
            return each[place] if other is which else kind

        pairs = list(zip(variables, given, strict=True))
        places = range(len(equation.params["branches"]))
        return [[operand(x, kind, place) for x, kind in pairs] for place in places]

    def _of(self, x: Any) -> tuple[Any, Sequence[Any]]:
        return self._known.get(x, (None, ()))
