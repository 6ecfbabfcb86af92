"""The threads of the linear algebra in NumPy and SciPy, which JAX uses too, on each rank.

OpenBLAS and MKL start one for each core, in every rank. Where ranks share the cores, their threads
then wait for each other: a system of 300 equations took 2.3 s on 2 ranks with 2 cores, and 7 ms
with one thread for each rank.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator

from jpi._setup.launch import Environment, launched_ranks, usable_cores

SETTINGS = "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"
GIVEN = (*SETTINGS, "OMP_NUM_THREADS", "GOTO_NUM_THREADS")  # what a user may have set

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
    if local == 1 or any(name in environment for name in GIVEN):
        return
    threads = max(1, usable_cores() // local)
    if hasattr(os, "sched_getaffinity"):
        threads = min(threads, len(os.sched_getaffinity(0)))
    environment.update(dict.fromkeys(SETTINGS, str(threads)))
    for setter in loaded(_SETTERS):
        setter(threads)


def loaded(names: tuple[str, ...]) -> Iterator[ctypes._NamedFuncPointer]:
    """The functions with such names in the libraries that are loaded already."""
    for module in _USERS:
        if module in sys.modules:
            library = ctypes.CDLL(str(sys.modules[module].__file__))
            yield from (getattr(library, name) for name in names if hasattr(library, name))
