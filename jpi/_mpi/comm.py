"""Comm: the ranks that communicate."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from functools import cached_property
from typing import Any

from jpi._mpi.control import Control, duplicates
from jpi._mpi.library import MPI, native

live: dict[int, Comm] = {}  # by index, in the order in which all their ranks wrapped them
before_free: list[Callable[[], None]] = []  # called while the communicator still works

_comm_key = MPI.Comm.Create_keyval(delete_fn=lambda comm, key, value: value._mark_freed())


class Comm:
    """An MPI communicator as JPI uses it: hashable, with private duplicates of it.

    ``Comm(c)`` for one mpi4py communicator ``c`` is always the same object. Its collectives run on
    a duplicate, so that mpi4py calls on ``c`` itself never mix with them.

    Communication: collective over ``comm`` when it is first wrapped (three duplications).

    Errors:
        TypeError: ``comm`` is not an mpi4py communicator.
        ValueError: it was freed, or it is an intercommunicator.
    """

    mpi: Any
    control: Control
    rank: int
    size: int
    _data: Any
    _check: Any
    _index: int
    _label: str
    _freed: bool

    def __new__(cls, comm: Any = None) -> Comm:
        if isinstance(comm, Comm):
            return comm
        comm = MPI.COMM_WORLD if comm is None else comm
        if not isinstance(comm, MPI.Comm):
            raise TypeError(
                f"`comm` must be an mpi4py communicator; got {comm!r}. "
                "Pass mpi4py.MPI.COMM_WORLD or one split from it."
            )
        if comm == MPI.COMM_NULL:
            raise ValueError(
                "`comm` must be a live communicator; got COMM_NULL, which a freed one becomes. "
                "Keep the communicator until its last use."
            )
        if comm.Is_inter():
            raise ValueError(
                "`comm` must be an intracommunicator; got an intercommunicator. "
                "Merge it first: comm.Merge()."
            )
        known: Any = comm.Get_attr(_comm_key)
        return known or cls._wrap(comm)

    @classmethod
    def _wrap(cls, comm: Any) -> Comm:
        self = super().__new__(cls)
        self.mpi, self.rank, self.size = comm, comm.rank, comm.size
        control, self._data, self._check = duplicates(comm, 3)
        self.control = Control(control)
        for private in (self._data, self._check):
            private.Set_errhandler(MPI.ERRORS_RETURN)
        self._freed = False
        self._label = comm.name or "unnamed"
        self._index = native.add_comm(
            MPI._handleof(self._data), MPI._handleof(self._check), self._label
        )
        comm.Set_attr(_comm_key, self)
        live[self._index] = self
        return self

    def _mark_freed(self) -> None:
        for finish in [] if sys.is_finalizing() else before_free:
            with contextlib.suppress(Exception):  # the call itself raises its error
                finish()
        self._freed = True
        live.pop(self._index, None)
        native.free_comm(self._index)

    @property
    def index(self) -> int:
        """The small number by which compiled programs name this communicator."""
        if self._freed:
            raise ValueError(
                f"`comm` must be a live communicator; got {self!r}, whose mpi4py communicator was "
                "freed. Free it after its last use in JPI."
            )
        return self._index

    def split(self, color: int, key: int) -> Comm:
        """The communicator of the ranks with the same ``color``, in the order of ``key``."""
        return Comm(self.control.split(color, key))

    @cached_property
    def reversed(self) -> Comm:
        """The communicator of the same ranks in the opposite order.

        Communication: a split at the first call.
        """
        other = self.split(0, -self.rank)
        other.reversed = self
        return other

    def __repr__(self) -> str:
        return f"jpi.Comm(`{self._label}`, rank {self.rank} of {self.size})"


def rank(comm: Any = None) -> int:
    """This process's rank in ``comm`` (all ranks by default)."""
    return int((MPI.COMM_WORLD if comm is None else comm).rank)


def size(comm: Any = None) -> int:
    """The number of ranks in ``comm`` (all ranks by default)."""
    return int((MPI.COMM_WORLD if comm is None else comm).size)
