"""Reduction operations, as the parameter ``op`` of a primitive: hashable, equal by value."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from jpi._mpi.library import MPI, native

NAMES = native.op_names

_names = {MPI._handleof(getattr(MPI, name)): name for name in NAMES}
_user_ops: dict[int, UserOp] = {}


class UserOp:
    """An operation that the user made with `mpi4py.MPI.Op.Create`."""

    def __init__(self, op: Any) -> None:
        self.op = op  # keep it alive: compiled programs may call it at any time
        self.index = native.add_op(MPI._handleof(op))

    def __repr__(self) -> str:
        return f"user_op_{self.index}"


Op = str | UserOp


def resolve(op: Any, dtype: Any, collective: str) -> Op:
    """The op parameter of a primitive for an mpi4py operation that must reduce ``dtype``."""
    if not isinstance(op, MPI.Op):
        raise TypeError(
            f"`op` of {collective} must be an mpi4py operation; got {op!r}. "
            "Pass MPI.SUM, MPI.MAX or another one."
        )
    handle = MPI._handleof(op)
    name = _names.get(handle)
    if name is None:
        return _user_op(handle, op, collective)
    if not _can_reduce(name, dtype):
        raise TypeError(
            f"`op` of {collective} must be able to reduce the dtype of `x`; got {name} for "
            f"{np.dtype(dtype).name}. Convert `x` with astype, or use another op."
        )
    return name


def _user_op(handle: int, op: Any, collective: str) -> UserOp:
    if op == MPI.OP_NULL or op.is_predefined:
        got = "a freed one" if op == MPI.OP_NULL else "another one of MPI's"
        raise TypeError(
            f"`op` of {collective} must be one of {', '.join(NAMES)} or an operation of your own; "
            f"got {got}. Pass one of these."
        )
    if handle not in _user_ops:
        _user_ops[handle] = UserOp(op)
    return _user_ops[handle]


def index(op: Op) -> int:
    """The number by which the native side knows an operation."""
    return op.index if isinstance(op, UserOp) else NAMES.index(op)


def neutral(op: str, dtype: Any) -> np.ndarray:
    """The neutral element of an operation, a number of ``dtype``."""
    dtype = np.dtype(dtype)
    low: Any
    high: Any
    ones: Any
    if dtype.kind == "b":
        low, high, ones = False, True, True
    elif dtype.kind in "iu":
        low, high, ones = np.iinfo(dtype).min, np.iinfo(dtype).max, ~np.zeros((), dtype)
    else:
        low, high, ones = -np.inf, np.inf, 0
    of = {"PROD": 1, "LAND": 1, "MAX": low, "MIN": high, "BAND": ones}
    return np.array(of.get(op, 0), dtype)


@functools.lru_cache(maxsize=1024)
def _can_reduce(name: str, dtype: Any) -> bool:
    return native.can_reduce(index(name), np.dtype(dtype).name)
