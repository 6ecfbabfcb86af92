"""Writing while the program goes on: a thread on each rank, and how the threads meet."""

from __future__ import annotations

import atexit
import threading
import time
import traceback
from collections.abc import Callable

import numpy as np

from jpi._mpi.comm import Comm
from jpi._mpi.library import MPI
from jpi._watch import abort
from jpi.io._together import packed, unpacked

_PAUSE = 2e-3  # seconds between two looks whether all ranks are there


class _Work:
    """The one work that goes on in the background, and the error that is still to be raised."""

    thread: threading.Thread | None = None
    error: Exception | None = None
    is_registered = False


_work = _Work()


def start(work: Callable[[], None]) -> None:
    """Run ``work`` in the background; `finish` raises its error."""
    if not _work.is_registered:
        atexit.register(_report)
        _work.is_registered = True

    def run() -> None:
        try:
            work()
        except Exception as error:
            _work.error = error

    _work.thread = threading.Thread(target=run, name="jpi checkpoint")
    _work.thread.start()


def finish() -> None:
    """Wait for the work in the background, and raise its error, the same on every rank."""
    if _work.thread is not None:
        _work.thread.join()
    error, _work.thread, _work.error = _work.error, None, None
    if error is not None:
        error.add_note("A checkpoint that was written in the background failed.")
        raise error


def _report() -> None:
    """End all ranks with an error that nobody has waited for."""
    try:
        finish()
    except Exception:
        abort.fail(abort.FAILED, traceback.format_exc())


class Meeting:
    """Where the threads of all ranks meet: a communicator that no other call uses.

    They wait asleep, and the watch does not see them: they are not where the program is.
    """

    def __init__(self, comm: Comm) -> None:
        self._mpi = comm.part("checkpoints", 0, comm.rank).mpi

    def agree(self, error: Exception | None) -> None:
        """Raise on every rank the error of the first rank that has one."""
        rank, size = self._mpi.rank, self._mpi.size
        first = np.array(size if error is None else rank)
        self._wait(self._mpi.Iallreduce(MPI.IN_PLACE, first, MPI.MIN))
        if first == size:
            return
        is_own = rank == first
        text = packed(error) if is_own and error is not None else b""
        length = np.array(len(text))
        self._wait(self._mpi.Ibcast(length, int(first)))
        data = np.frombuffer(text, np.uint8).copy() if is_own else np.empty(int(length), np.uint8)
        self._wait(self._mpi.Ibcast(data, int(first)))
        reports: list[bytes | None] = [None] * size
        reports[int(first)] = data.tobytes()
        raise unpacked(reports, size)

    def _wait(self, request: MPI.Request) -> None:
        while not request.Test():
            time.sleep(_PAUSE)
