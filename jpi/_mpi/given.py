"""Data that a program gives as the same on every rank, compared once for each of its lines."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from jpi._config import config
from jpi._jax.callers import calling_frame, line_text
from jpi._jax.names import Tracer
from jpi._mpi.comm import Comm

_PURPOSE = "the comparison of data given as the same on every rank"
_PARTS, _PART = 64, 2**18  # of larger data, this many parts of so many bytes


def compare_given(what: str, arrays: Sequence[Any], comm: Comm, part: str = "") -> None:
    """Raise if ``arrays`` or numbers, which the ranks of ``comm`` give as the same, differ.

    Args:
        what: what gets the arrays, for the message.
        part: which arrays of a line they are, where it gives some at another time.

    Communication: a few bytes from every rank, once for each line of the user's program.
    Errors: ValueError on every rank, unless the arrays differ by rounding only, or if ``comm`` was
    freed.
    """
    comm.require_live()
    if comm.size == 1 or config.check != "trace":  # "full" compares where the data is used
        return
    frame = calling_frame()
    key = frame.f_code.co_filename, frame.f_lineno, part
    if key in comm.compared:
        return
    given = [_on_host(x) for x in arrays if _is_comparable(x)]
    if given:
        _compare(what, given, comm, line_text(frame.f_code, frame.f_lineno))
        comm.compared.add(key)


def compare_of_program(what: str, arrays: Sequence[Any], comm: Comm, key: str, lines: str) -> None:
    """As `compare_given`, once for each ``key``, for arrays of which a rank may leave some out.

    Each rank must have all those that it has in common, by types, with the rank that has most.
    """
    if comm.size == 1 or key in comm.compared:
        return
    given: dict[str, list[np.ndarray]] = {}
    for x in filter(_is_comparable, arrays):
        own = _on_host(x)
        given.setdefault(f"{own.dtype}{list(own.shape)}", []).append(own)
    sums = {kind: [_checksum(x) for x in same] for kind, same in given.items()}
    reports = comm.control.allgather(sums, _PURPOSE)
    firsts = sorted({next(iter(report)) for report in reports if report})
    if len(firsts) > 1:
        _refuse(what, lines, " and ".join(firsts))
    for kind in sorted(set().union(*reports)):
        found = [set(report.get(kind, [])) for report in reports]
        most = max(map(len, found))
        if any(len(one) == most and all(each <= one for each in found) for one in found):
            continue
        if len({len(each) for each in found}) > 1:
            _refuse(what, lines, f"other arrays of type {kind}")
        _compare(what, given[kind], comm, lines)
    comm.compared.add(key)


def _is_comparable(x: Any) -> bool:
    if isinstance(x, np.generic | int | float | complex):
        return True
    if isinstance(x, np.ndarray):
        return not x.dtype.hasobject
    if not isinstance(x, jax.Array) or isinstance(x, Tracer):
        return False
    is_number = not jax.numpy.issubdtype(x.dtype, jax.dtypes.extended)
    return (is_number or _is_key(x)) and x.is_fully_addressable


def _is_key(x: Any) -> bool:
    return jax.numpy.issubdtype(x.dtype, jax.dtypes.prng_key)


def _on_host(x: Any) -> np.ndarray:
    with jax.transfer_guard("allow"), jax.ensure_compile_time_eval():
        return np.asarray(jax.random.key_data(x) if isinstance(x, jax.Array) and _is_key(x) else x)


def _compare(what: str, given: Sequence[np.ndarray], comm: Comm, line: str) -> None:
    kinds = [f"{x.dtype}{list(x.shape)}" for x in given]
    report = kinds, [_checksum(x) for x in given]
    if comm.control.is_same(report, _PURPOSE):
        return
    reports = comm.control.allgather(report, _PURPOSE)
    for rank, (other, _) in enumerate(reports):
        if other != reports[0][0]:
            first, own = ", ".join(reports[0][0]), ", ".join(other)
            _refuse(what, line, f"{first} on rank 0 and {own} on rank {rank}")
    theirs = comm.control.bcast(given, 0, _PURPOSE)
    verdicts = comm.control.allgather(all(map(_is_rounded, given, theirs)), _PURPOSE)
    if not all(verdicts):
        _refuse(what, line, f"other values on rank {verdicts.index(False)} than on rank 0")


def _refuse(what: str, line: str, found: str) -> None:
    raise ValueError(
        f"{what} must be the same on every rank; got {found} at {line}. If each rank has its own "
        "rows, make the array of them with jpi.from_shard(rows); if one rank has the data, call "
        "jpi.bcast or jpi.scatter_from; numbers drawn at random need one seed on all ranks. "
        'jpi.config.check = "off" leaves the comparison out.'
    )


def _checksum(x: np.ndarray) -> int:
    """A checksum of the bytes; of large data, of parts of it at equal distances."""
    data = np.ascontiguousarray(x).reshape(-1).view(np.uint8)
    if data.size <= _PARTS * _PART:
        return zlib.crc32(data.tobytes())
    total = 0
    for start in np.linspace(0, data.size - _PART, _PARTS, dtype=np.int64):
        total = zlib.crc32(data[start : start + _PART].tobytes(), total)
    return total


def _is_rounded(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether ``x`` and ``y`` differ by no more than rounding."""
    if not jax.numpy.issubdtype(x.dtype, jax.numpy.inexact):
        return np.array_equal(x, y)
    # The tolerance of the native comparison with `check = "full"`.
    tolerance = float(jax.numpy.finfo(x.dtype).eps) ** 0.6
    wide = np.complex128 if jax.numpy.iscomplexobj(x) else np.float64
    x, y = x.astype(wide), y.astype(wide)
    scale = np.max(np.abs(y), initial=0, where=np.isfinite(y))
    return np.allclose(x, y, rtol=tolerance, atol=tolerance * scale, equal_nan=True)
