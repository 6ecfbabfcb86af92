"""What compiled programs get and use as the same on every rank, compared once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jpi._config import config
from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._jax.callers import calling_line
from jpi._mpi.given import compare_of_program
from jpi._mpi.library import MPI
from jpi._ordered.analysis import given_as_same

_WHAT = "what a compiled program gets or refers to, and uses as a plain array"


def compare_operands(
    closed: _jax.ClosedJaxpr, operands: Sequence[Any] | None, function: str
) -> None:
    """Raise if arrays that a program uses as the same on every rank differ between the ranks.

    Args:
        operands: what it is called with, if that is known.
        function: the name and line of the user's function; "" if that is not known.

    Communication: a few bytes from every rank, once for each function that is compiled.
    Errors: ValueError on every rank of a communicator whose ranks have different arrays.
    """
    if config.check != "trace" or MPI.COMM_WORLD.size == 1:
        return
    known = list(operands or ())
    if len(known) != len(jaxprs.input_types(closed)):
        known = [None] * len(jaxprs.input_types(closed))
    comm, arrays, lines = given_as_same(closed, known)
    if comm is not None:
        key = function or calling_line()
        compare_of_program(_WHAT, arrays, comm, key, ", ".join(lines))
