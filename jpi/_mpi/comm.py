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
finishing: list[Callable[[], None]] = []  # called to finish the calls in flight
after_free: list[Callable[[], Any]] = []  # called to drop what belongs to freed communicators

_comm_key = MPI.Comm.Create_keyval(delete_fn=lambda comm, key, value: value._release())
_UNNAMED = "unnamed"
_PREDEFINED = tuple(map(MPI._handleof, (MPI.COMM_WORLD, MPI.COMM_SELF)))


class Comm:
    """An MPI communicator as JPI uses it: hashable, with private duplicates of it.

    ``Comm(c)`` for one mpi4py communicator ``c`` is always the same object. Its collectives run on
    a duplicate, so that mpi4py calls on ``c`` itself never mix with them. ``c.Free()`` gives back
    the duplicates, and the communicators of the same ranks along mesh axes.

    Communication: collective over ``comm`` when it is first wrapped (a duplication, and one more
    for several ranks), and when it is freed.

    Errors:
        TypeError: ``comm`` is not an mpi4py communicator.
        ValueError: it was freed, or it is an intercommunicator.
    """

    mpi: Any
    control: Control
    rank: int
    size: int
    compared: set[Any]
    is_freed: bool
    _parts: dict[Any, Comm]
    _private: list[Any]
    _index: int
    _label: str

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
        return known or cls._wrap(comm, duplicates(comm, 1 if comm.size == 1 else 2))

    @classmethod
    def _wrap(cls, comm: Any, private: list[Any]) -> Comm:
        """``comm`` with ``private`` duplicates; without the first, JPI works on ``comm`` itself."""
        self = super().__new__(cls)
        self.mpi, self.rank, self.size = comm, comm.rank, comm.size
        self.control = Control(comm, _finish if private[0] is comm else lambda: None)
        self.compared = set()  # see `given`
        self.is_freed = False
        self._parts, self._private = {}, private
        data, check = private[0], private[-1]
        for one in private:
            one.Set_errhandler(MPI.ERRORS_RETURN)
        self._label = comm.name or _UNNAMED
        self._index = native.add_comm(MPI._handleof(data), MPI._handleof(check), self._label)
        comm.Set_attr(_comm_key, self)
        live[self._index] = self
        return self

    def _release(self) -> None:
        """Give back the private communicators.

        MPI calls this in ``comm.Free()``, at the same place of the program on every rank, so that
        collective calls are allowed here. At MPI_Finalize there is nothing to do.
        """
        if not sys.is_finalizing():
            _finish()
        is_last = sys.is_finalizing() or MPI._handleof(self.mpi) in _PREDEFINED
        for part in [] if is_last else self._parts.values():
            if not part.is_freed:
                part.mpi.Free()
        native.free_comm(self._index)
        self.is_freed = True
        live.pop(self._index, None)
        if not is_last:
            self.control.free()
            for one in self._private:
                if one is not self.mpi:
                    one.Free()
            self._parts, self.compared = {}, set()  # caches of JAX may keep this object for long
            for drop in after_free:
                drop()

    def require_live(self) -> None:
        """Raise ValueError if the communicator was freed, RuntimeError if MPI has ended."""
        if self.is_freed and MPI.Is_finalized():
            raise RuntimeError(
                "MPI must be running; it has ended on this rank. Call MPI.Finalize() after the "
                "last use of JPI, or leave it to mpi4py, which does so when Python ends."
            )
        if self.is_freed:
            raise ValueError(
                f"`comm` must be a live communicator; got {self!r}, whose mpi4py communicator was "
                "freed. Free it after its last use in JPI."
            )

    @property
    def index(self) -> int:
        """The small number by which compiled programs name this communicator."""
        self.require_live()
        return self._index

    def part(self, name: Any, color: int, key: int) -> Comm:
        """The communicator of the ranks with the same ``color``, in the order of ``key``.

        ``name`` says which, the same on every rank. It lives as long as this one.

        Communication: a split at the first call with this ``name``.
        """
        if name not in self._parts:
            split = self.control.split(color, key)
            check = duplicates(split, 0 if split.size == 1 else 1)
            self._parts[name] = Comm._wrap(split, [split, *check])
        return self._parts[name]

    @cached_property
    def reversed(self) -> Comm:
        """The communicator of the same ranks in the opposite order.

        Communication: a split at the first call.
        """
        other = self.part("reversed", 0, -self.rank)
        other.reversed = self
        return other

    @property
    def given_name(self) -> str:
        """The name that the program, or MPI, has given it; "" if there is none."""
        return "" if self._label == _UNNAMED else f"`{self._label}`"

    @property
    def words(self) -> str:
        """Its name and size, for texts that shall be the same on its ranks."""
        return f"`{self._label}` ({self.size} rank{'s' * (self.size != 1)})"

    def __repr__(self) -> str:
        return f"jpi.Comm(`{self._label}`, rank {self.rank} of {self.size})"


def _finish() -> None:
    for finish in finishing:
        with contextlib.suppress(Exception):  # the call itself raises its error
            finish()


def rank(comm: Any = None) -> int:
    """This process's rank in ``comm`` (all ranks by default)."""
    return int((MPI.COMM_WORLD if comm is None else comm).rank)


def size(comm: Any = None) -> int:
    """The number of ranks in ``comm`` (all ranks by default)."""
    return int((MPI.COMM_WORLD if comm is None else comm).size)
