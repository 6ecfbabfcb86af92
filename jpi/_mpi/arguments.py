"""Checks of arguments that name ranks, tags and counts. Every message names the collective."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax

from jpi._mpi.comm import Comm
from jpi._mpi.library import MPI

_LARGEST_TAG: int = MPI.COMM_WORLD.Get_attr(MPI.TAG_UB) or 32767  # what MPI guarantees


def rank_in(comm: Comm, value: Any, name: str, collective: str, *also: int) -> int:
    """``value``, which must be a rank of ``comm`` or one of ``also``."""
    rank = _integer(value, name, collective)
    if not 0 <= rank < comm.size and rank not in also:
        raise ValueError(
            f"`{name}` of {collective} must be a rank from 0 to {comm.size - 1}; got {rank}. "
            "Pass a rank of this communicator."
        )
    return rank


def tag(value: Any, name: str, collective: str, *also: int) -> int:
    """``value``, which must be a tag that MPI can carry or one of ``also``."""
    number, most = _integer(value, name, collective), _LARGEST_TAG
    if not 0 <= number <= most and number not in also:
        raise ValueError(
            f"`{name}` of {collective} must be a tag from 0 to {most}; got {number}. "
            "Pass a smaller number, the same to send and receive."
        )
    return number


def counts(comm: Comm, values: Sequence[int], name: str, collective: str) -> tuple[int, ...]:
    """``values``, which must be a number of rows for each rank."""
    rows = tuple(_integer(count, name, collective) for count in values)
    if len(rows) != comm.size or min(rows) < 0:
        raise ValueError(
            f"`{name}` of {collective} must hold one number >= 0 per rank, {comm.size} in all; "
            f"got {rows}. Give the number of rows of each rank."
        )
    return rows


def _integer(value: Any, name: str, collective: str) -> int:
    try:
        return int(value.__index__())
    except (AttributeError, TypeError, jax.errors.JAXTypeError) as error:
        raise TypeError(
            f"`{name}` of {collective} must be an integer known before the program runs; "
            f"got {value!r}. Pass a Python int."
        ) from error
