"""Distributed arrays in a program that is traced: a view is computed when its block is asked for.

So the views of several calls, such as the slices of a stencil, fetch their rows together. A block
is computed in the trace that has made the array, from wherever it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from jpi._call.sharded import LATE, Sharded
from jpi._evaluation.values import Placed, Value
from jpi._evaluation.views import View, compute
from jpi._jax import names as _jax
from jpi._jax.modes import own_modes
from jpi._layout.layout import Layout
from jpi._mpi.mesh import Mesh


@dataclass
class InProgram:
    """What an array is in the evaluation.

    Attributes:
        value: its value.
        home: the trace in which the value was made.
        purpose: makes a context in which collectives are for the function that has made it.
        together: the views that this function has given; they are computed together.
    """

    value: Value
    home: Any
    purpose: Callable[[], AbstractContextManager[None]] | None = None
    together: Sequence[View] = ()

    def block(self) -> Any:
        """This rank's block. Communication: the rows that a view needs of other ranks."""
        assert isinstance(self.value, View) and self.purpose
        with _jax.set_current_trace(self.home), own_modes(), self.purpose():
            compute(self.together)
            return self.value.settle(self.value.mesh).local


def value_of(x: Sharded) -> Value:
    """The value of ``x``, the same one for all calls of a trace that get it."""
    known = x._in_program
    if known is not None and known.home is _jax.current_trace():
        return known.value
    placed = Placed(x._shard if x._is_computed else x.shard, x._layout)
    if known is None:
        _keep(x, placed)
    return placed


def late(
    kind: type[Sharded],
    value: View,
    purpose: Callable[[], AbstractContextManager[None]],
    together: Sequence[View],
) -> Sharded:
    """The array with this value, whose block is not computed yet."""
    result = kind(LATE, value.mesh, value.layout(value.mesh))
    result._in_program = InProgram(value, _jax.current_trace(), purpose, together)
    return result


def at_once(
    kind: type[Sharded], value: Value, local: Any, mesh: Mesh, placement: Layout
) -> Sharded:
    """The array with this value and this block."""
    result = kind(local, mesh, placement)
    if isinstance(value, Placed) and value.spec == placement.spec:
        _keep(result, value)
    return result


def _keep(x: Sharded, placed: Placed) -> None:
    """Keep what a later call in this trace can use, but nothing that the trace does not own."""
    home = _jax.current_trace()
    if isinstance(placed.local, _jax.Tracer) and placed.local._trace is home:
        x._in_program = InProgram(placed, home)


def view_in(value: Value, placement: Layout) -> View | None:
    """A result that need not be computed yet: it is a view, and a program is traced."""
    if isinstance(value, View) and value.spec == placement.spec and not _jax.trace_state_clean():
        return value
    return None
