"""Distributed arrays in a program that is traced: a view is computed when its block is asked for.

So the views of several calls, such as the slices of a stencil, fetch their rows together. A block
is computed in the trace that has made the array, from wherever it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from jpi._call.sharded import Sharded
from jpi._evaluation.values import Placed, Value
from jpi._evaluation.views import View, blocks_of, compute
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
    """

    value: Value
    home: Any
    purpose: Callable[[], AbstractContextManager[None]] | None = None

    def block(self) -> Any:
        """This rank's block. Communication: the rows that a view needs of other ranks."""
        assert isinstance(self.value, View) and self.purpose
        with _jax.set_current_trace(self.home), own_modes(), self.purpose():
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


def handed_out(
    kind: type[Sharded],
    value: Value,
    local: Any,
    mesh: Mesh,
    placement: Layout,
    purpose: Callable[[], AbstractContextManager[None]],
) -> Sharded:
    """The array with this value; its block is ``local``, None for a view that is not computed."""
    result = kind(local, mesh, placement)
    if local is None:
        result._in_program = InProgram(value, _jax.current_trace(), purpose)
    elif isinstance(value, Placed) and value.spec == placement.spec:
        _keep(result, value)
    return result


def _keep(x: Sharded, placed: Placed) -> None:
    """Keep what a later call in this trace can use, but nothing that the trace does not own."""
    home = _jax.current_trace()
    if isinstance(placed.local, _jax.Tracer) and placed.local._trace is home:
        x._in_program = InProgram(placed, home)


def is_late(value: Value, placement: Layout) -> bool:
    """Whether a result need not be computed yet: it is a view, and a program is traced."""
    is_view = isinstance(value, View) and value.spec == placement.spec
    return is_view and not _jax.trace_state_clean()


def compute_together(arrays: Iterable[Sharded]) -> None:
    """Compute the blocks of those that are not computed yet, with one exchange for each axis."""
    late = [x._in_program for x in arrays if x._local is None]
    home = _jax.current_trace()
    views = [x.value for x in late if x.home is home and isinstance(x.value, View)]
    if len(views) > 1:
        with own_modes(), late[0].purpose():
            compute([(v, blocks_of(v.layout(v.mesh), v.mesh)) for v in views])
