"""The threads of each rank: those of XLA, and of the linear algebra of NumPy and SciPy.

All of them start one for each core, in every rank. Where ranks share the cores, their threads then
wait for each other: on 2 ranks with 2 cores, XLA's sum of 500 000 numbers took twice as long as
with one thread for each rank, and a system of 300 equations 2.3 s in place of 7 ms.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator

from jpi._setup.launch import Environment, launched_ranks, usable_cores

SETTINGS = "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"
GIVEN = (*SETTINGS, "OMP_NUM_THREADS", "GOTO_NUM_THREADS")  # what a user may have set
OF_XLA = "NPROC"  # XLA reads it when it starts its threads, for the first array

# Modules that are linked with the library. It reads its settings when it is loaded.
_USERS = "numpy.linalg._umath_linalg", "scipy.linalg.cython_blas", "scipy.linalg._fblas"
_SETTERS = (
    "scipy_openblas_set_num_threads",
    "scipy_openblas_set_num_threads64_",
    "openblas_set_num_threads",
    "openblas_set_num_threads64_",
    "MKL_Set_Num_Threads",
)


def share_cores(environment: Environment) -> None:
    """Give each of several ranks on this node its share of the cores, if the user set nothing."""
    _, _, local = launched_ranks(environment)
    if local == 1:
        return
    threads = max(1, usable_cores() // local)
    if hasattr(os, "sched_getaffinity"):
        threads = min(threads, len(os.sched_getaffinity(0)))
    environment.setdefault(OF_XLA, str(threads))
    if any(name in environment for name in GIVEN):
        return
    environment.update(dict.fromkeys(SETTINGS, str(threads)))
    for setter in loaded(_SETTERS):
        setter(threads)


def loaded(names: tuple[str, ...]) -> Iterator[ctypes._NamedFuncPointer]:
    """The functions with such names in the libraries that are loaded already."""
    for module in _USERS:
        if module in sys.modules:
            library = ctypes.CDLL(str(sys.modules[module].__file__))
            yield from (getattr(library, name) for name in names if hasattr(library, name))
