"""ScaLAPACK's factorizations, of a matrix that is dealt in blocks over a grid of ranks.

ScaLAPACK is used where it can be loaded and calls the MPI of this program: `benchmarks/linalg.py`
says how to make a package of Debian do so.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable

import numpy
from mpi4py import MPI

_LIBRARIES = ("libscalapack-mpich.so.2.2", "libscalapack-mpich.so")
ROUTINES = {"cholesky": "pdpotrf_", "lu": "pdgetrf_"}
_WORLD = MPI.COMM_WORLD

Factorization = Callable[[], numpy.ndarray]


def load() -> ctypes.CDLL | None:
    """Returns the library, if it computes with the MPI of this program."""
    for name in _LIBRARIES:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        return library if len(_libraries_of_mpi()) == 1 else None
    return None


class Grid:
    """A square matrix of float64, in blocks of ``width`` rows and columns over all ranks."""

    def __init__(self, library: ctypes.CDLL, matrix: numpy.ndarray, width: int) -> None:
        self._library, self._size = library, len(matrix)
        context, shape = ctypes.c_int(), MPI.Compute_dims(_WORLD.size, 2)
        library.Cblacs_get(0, 0, ctypes.byref(context))
        library.Cblacs_gridinit(ctypes.byref(context), b"R", *shape)
        place = divmod(_WORLD.rank, shape[1])
        dealt = numpy.arange(self._size) // width
        self._mine = [
            numpy.flatnonzero(dealt % ranks == own) for ranks, own in zip(shape, place, strict=True)
        ]
        self._matrix = numpy.asfortranarray(matrix[numpy.ix_(*self._mine)])
        self._result = numpy.empty_like(self._matrix)
        rows = max(1, len(self._mine[0]))
        self._description = (ctypes.c_int * 9)(
            1, context.value, self._size, self._size, width, width, 0, 0, rows
        )
        self._pivots = (ctypes.c_int * (rows + width))()

    def whole(self, name: str, call: Factorization) -> numpy.ndarray:
        """Returns the whole of what ``call`` computes."""
        factors = numpy.empty((self._size, self._size))
        for mine, part in _WORLD.allgather((self._mine, call())):
            factors[numpy.ix_(*mine)] = part
        return numpy.tril(factors) if name == "cholesky" else factors

    def factorization(self, name: str) -> Factorization:
        """Returns a call that computes this rank's part of the factors, as LAPACK packs them."""
        size, one, failed = ctypes.c_int(self._size), ctypes.c_int(1), ctypes.c_int()
        before = [b"L", ctypes.byref(size)] if name == "cholesky" else [ctypes.byref(size)] * 2
        after = [] if name == "cholesky" else [self._pivots]
        place = [ctypes.byref(one)] * 2 + [self._description]
        routine = getattr(self._library, ROUTINES[name])

        def call() -> numpy.ndarray:
            numpy.copyto(self._result, self._matrix)
            data = self._result.ctypes.data_as(ctypes.c_void_p)
            routine(*before, data, *place, *after, ctypes.byref(failed))
            if failed.value:
                raise ArithmeticError(f"{ROUTINES[name]}: info = {failed.value}")
            return self._result

        return call


def _libraries_of_mpi() -> set[str]:
    with open("/proc/self/maps") as maps:
        paths = {line.split()[-1] for line in maps if ".so" in line}
    return {path for path in paths if os.path.basename(path).startswith(("libmpi.", "libmpich."))}
