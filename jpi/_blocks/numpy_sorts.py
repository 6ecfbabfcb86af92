"""The functions by which NumPy sorts unsigned integers, for native/sorting/sort.h.

With vectors of 256 bits NumPy sorts twice as fast as we do by digits, and with 512 three times. Its
functions stand in the table that a dtype has for extensions (PyArray_ArrFuncs in NumPy's C API).
"""

from __future__ import annotations

import ctypes
import importlib
from typing import Any

import numpy as np

from jpi._blocks.local_primitives import address_in

_FEATURES = "AVX2", "X86_V3", "AVX512_SKX", "X86_V4"  # long vectors, as NumPy names them
_VERSION = "2"  # of NumPy, in which the two numbers below hold
_GET_TABLE = 365  # PyDataType_GetArrFuncs, among the functions for extensions
_SORT = 33  # the first function that sorts, among the pointers in the table of a dtype


def sorts() -> tuple[int, int]:
    """The addresses of the functions for 4 and for 8 bytes; 0 where ours is faster."""
    if np.__version__.partition(".")[0] != _VERSION:
        return 0, 0
    core = importlib.import_module("numpy._core._multiarray_umath")
    if not any(map(core.__cpu_features__.get, _FEATURES)):
        return 0, 0
    return _sort_of(np.dtype(np.uint32), core), _sort_of(np.dtype(np.uint64), core)


def _sort_of(dtype: np.dtype, core: Any) -> int:
    functions = ctypes.cast(address_in(core._ARRAY_API), ctypes.POINTER(ctypes.c_void_p))
    get_table = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object)(functions[_GET_TABLE])
    return ctypes.cast(get_table(dtype), ctypes.POINTER(ctypes.c_void_p))[_SORT] or 0
