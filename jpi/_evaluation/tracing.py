"""Tracing a function on the global types of its arguments."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax

from jpi._jax import jaxprs, statics
from jpi._jax import names as _jax
from jpi._jax.context import make_context
from jpi._ordered.origins import boundary

# In it every array is a global one: functions of jpi.numpy are those of jax.numpy.
tracing_globally = make_context()


@dataclass(frozen=True)
class GlobalFunction:
    """A function traced on global shapes: its jaxpr and how to put its results together."""

    closed: _jax.ClosedJaxpr
    tree: Any
    static: tuple[tuple[int, Any], ...]

    @cached_property
    def statics(self) -> int:
        """A hash of what is static in the function; see `jpi._jax.statics`."""
        return statics.of_jaxpr(self.closed)

    @cached_property
    def constants(self) -> list[Any]:
        """The arrays that the function refers to."""
        return list(jaxprs.arrays_within(self.closed))

    def assemble(self, results: Sequence[Any]) -> Any:
        """The results in the structure that the function returned them in."""
        leaves = list(results)
        for position, value in self.static:
            leaves.insert(position, value)
        return jax.tree.unflatten(self.tree, leaves)


def trace_global(fun: Callable, args: Sequence[Any]) -> GlobalFunction:
    """``fun`` of flat array arguments, traced on their global types.

    Results that are not arrays (an int, a dtype) are kept as they are.
    """
    seen: list[Any] = []

    @functools.wraps(fun)  # errors of the trace call it by this name
    @boundary
    def arrays_only(*args: Any) -> list[Any]:
        leaves, tree = jax.tree.flatten(fun(*args))
        is_array = [isinstance(leaf, jax.Array) or hasattr(leaf, "__array__") for leaf in leaves]
        static = [(i, leaves[i]) for i, array in enumerate(is_array) if not array]
        seen[:] = [tree, tuple(static)]
        return [leaf for leaf, array in zip(leaves, is_array, strict=True) if array]

    with tracing_globally.active():
        closed = jax.make_jaxpr(arrays_only)(*args)
    return GlobalFunction(closed, *seen)
