"""What all ranks do together with files: it succeeds on all of them, or all raise one error."""

from __future__ import annotations

import errno
import os
import pickle
import re
import tokenize
import zipfile
import zlib
from collections.abc import Callable
from typing import Any, TypeVar

from jpi._layout.masks import mask
from jpi._layout.ranges import rank_words
from jpi._mpi.comm import Comm

Result = TypeVar("Result")


def together(comm: Comm, what: str, action: Callable[[], Result]) -> Result:
    """What ``action()`` gives on this rank, if it succeeds on every rank of ``comm``.

    Args:
        what: what all ranks do, the same on every rank.

    Communication: a few bytes from every rank, after the action.
    Errors: that of the first rank that failed, on every rank.
    """
    return attempt(action, lambda error: raise_together(comm, what, error))


def attempt(action: Callable[[], Result], agree: Callable[[Exception | None], None]) -> Result:
    """What ``action()`` gives, after ``agree`` has got the error of this rank, or None."""
    error: Exception | None = None
    try:
        result = action()
    except Exception as own:
        error = own
    agree(error)
    return result


def raise_together(comm: Comm, what: str, error: Exception | None) -> None:
    """Raise on every rank the error of the first rank that has one."""
    is_same = comm.control.is_same(error is None, what)
    if is_same and error is None:
        return
    reports = comm.control.allgather(None if error is None else packed(error), what)
    failed = [rank for rank, report in enumerate(reports) if report is not None]
    shared = unpacked(reports, comm.size)
    if what.rsplit(" ", 1)[-1].strip("`") not in str(shared):  # it names no file or folder
        shared.add_note(f"It concerns {what}.")
    raise shared from error if failed[0] == comm.rank else None


def packed(error: Exception) -> bytes:
    """``error`` in a form that every rank can make again."""
    known = plain(error)
    try:
        pickle.loads(pickle.dumps(known))
    except Exception:  # of a library whose errors take other arguments than they keep
        known = RuntimeError(f"{type(error).__name__}: {error}")
    return pickle.dumps(known)


def unpacked(reports: list[bytes | None], size: int) -> Exception:
    """The error of the first rank that has one, with a note of the ranks that failed."""
    failed = [rank for rank, report in enumerate(reports) if report is not None]
    error: Exception = pickle.loads(reports[failed[0]])  # type: ignore[arg-type]
    if len(failed) < size:
        error.add_note(f"It happened on {rank_words(mask(failed))} of {size}.")
    return error


_SYSTEM = re.compile(r"os_error_code='(\d+)'|errno = (\d+)")


def plain(error: Exception) -> Exception:
    """``error``, as Python's own: OSError where the system refused, which TensorStore and HDF5 say
    in the text only, and ValueError for a damaged file."""
    if isinstance(error, zipfile.BadZipFile | zlib.error | tokenize.TokenError):
        return ValueError(f"the file is damaged: {error}")
    found = None if getattr(error, "errno", None) else _SYSTEM.search(str(error))
    code = int(found[1] or found[2]) if found else 0
    if code not in errno.errorcode:
        return error
    text = str(error).split(" [")[0]
    return OSError(code, f"{os.strerror(code)} ({text})")


def require_same(comm: Comm, what: str, subject: str, value: Any) -> None:
    """Raise ValueError on every rank if ``value`` differs between ranks."""
    differing = find_difference(comm, what, value)
    if differing is not None:
        first, rank, other = differing
        raise ValueError(
            f"{subject} must be the same on every rank; got {first!r} on rank 0 and {other!r} on "
            f"rank {rank}. Give the same on every rank."
        )


def find_difference(comm: Comm, what: str, value: Any) -> tuple[Any, int, Any] | None:
    """Rank 0's ``value``, the first rank that has another one, and that; None if all are equal."""
    if comm.control.is_same(value, what):
        return None
    found = comm.control.allgather(value, what)
    rank = next(rank for rank, other in enumerate(found) if other != found[0])
    return found[0], rank, found[rank]
