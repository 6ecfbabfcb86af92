"""What compiled programs get and use as the same on every rank, compared once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from jpi._config import config
from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._mpi.given import compare_once
from jpi._mpi.library import MPI
from jpi._ordered.analysis import given_as_same
from jpi._ordered.effect import is_ordered

_WHAT = "what a compiled program gets or refers to, and uses as a plain array"


def compare_operands(closed: _jax.ClosedJaxpr, operands: Sequence[Any] | None) -> None:
    """Raise if arrays that a program uses as the same on every rank differ between the ranks.

    Args:
        operands: what it is called with, if that is known.

    Communication: a few bytes from every rank, once for each program, and types of the arrays.
    Errors: ValueError on every rank of a communicator whose ranks have different arrays.
    """
    if config.check != "trace" or MPI.COMM_WORLD.size == 1:
        return
    types = jaxprs.input_types(closed)
    known = list(operands or ())
    if len(known) != len(types):
        known = [None] * len(types)
    if not is_ordered(jaxprs.effects(closed)):  # one rank may call it, with a number of its own
        known = [x if np.size(x) > 1 else None for x in known]
    for comm, (arrays, lines) in given_as_same(closed, known).items():
        kinds = tuple((str(x.dtype), x.shape) for x in arrays)
        compare_once(_WHAT, arrays, comm, (*lines, kinds), ", ".join(lines))
