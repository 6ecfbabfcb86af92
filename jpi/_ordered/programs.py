"""The compiled programs of JPI's own functions, within a bound on the memory that they take.

A rank decides alone what it drops: to compile a program again takes no communication.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
from collections.abc import Callable, Iterable
from typing import Any

from jpi._config import config
from jpi._mpi import comm as _comm
from jpi._mpi.comm import Comm

# JAX does not say how much memory a program takes, and what a process has grown by depends on what
# it had freed before. So this is an estimate, from benchmarks of functions of many sizes: what XLA
# needs for any program, and for each operation in it.
_PROGRAM = 1_400_000
_OPERATION = 30_000
_TRACED = 4_000  # an operation that is traced, not compiled
_KEPT = 0.8  # of the bound, when it is exceeded: collecting garbage takes a moment


class Size:
    """The bytes that a program takes: a number of operations, known once it is traced."""

    __slots__ = ("is_compiled", "operations")

    def __init__(self, is_compiled: bool = True, operations: int = 0) -> None:
        self.is_compiled, self.operations = is_compiled, operations

    @property
    def nbytes(self) -> int:
        if not self.is_compiled:
            return _TRACED * (1 + self.operations)
        return _PROGRAM + _OPERATION * self.operations


class _Kept:
    __slots__ = ("comm", "program", "size", "used")

    def __init__(self, program: Any, comm: Comm | None, size: Size, used: int) -> None:
        self.program, self.comm, self.size, self.used = program, comm, size, used


class Programs:
    """Programs by key; those that were not used for longest are dropped first."""

    def __init__(self) -> None:
        self._kept: dict[Any, _Kept] = {}
        self._time = 0  # the number of programs so far

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def nbytes(self) -> int:
        """An estimate of the memory that they take."""
        return sum(kept.size.nbytes for kept in list(self._kept.values()))

    def find(self, key: Any) -> Any:
        """The program with this key, or None. Errors: TypeError if the key is not hashable."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        kept.used = self._time
        return kept.program

    def keep(self, key: Any, program: Any, size: Size, comm: Comm | None = None) -> None:
        """Keep a program, as long as the bound and its communicator allow."""
        if self.nbytes > config.cache_bytes:
            self._drop_oldest(int(_KEPT * config.cache_bytes))
        self._time += 1
        self._kept[key] = _Kept(program, comm, size, self._time)

    def clear(self) -> None:
        self._kept.clear()

    def drop_freed(self) -> None:
        """Drop the programs of communicators that were freed."""
        self._drop([k for k, kept in list(self._kept.items()) if kept.comm and kept.comm.is_freed])

    def _drop_oldest(self, bound: int) -> None:
        nbytes, dropped = self.nbytes, []
        for key, kept in sorted(self._kept.items(), key=lambda item: item[1].used):
            if nbytes <= bound:
                break
            dropped.append(key)
            nbytes -= kept.size.nbytes
        self._drop(dropped)
        return_memory()

    def _drop(self, keys: Iterable[Any]) -> None:
        for key in keys:
            self._kept.pop(key, None)


programs = Programs()
clearing: list[Callable[[], Any]] = [programs.clear]  # what `clear_caches` calls
_comm.after_free.append(programs.drop_freed)


def comm_of(values: Iterable[Any]) -> Comm | None:
    """The communicator of the first of ``values`` that is one, or is on one."""
    found = (x if isinstance(x, Comm) else getattr(x, "comm", None) for x in values)
    return next((comm for comm in found if isinstance(comm, Comm)), None)


def return_memory() -> None:
    """Give memory that nothing refers to back to the operating system."""
    gc.collect()
    with contextlib.suppress(AttributeError, OSError):  # a C library other than GNU's
        ctypes.CDLL(None).malloc_trim(0)
