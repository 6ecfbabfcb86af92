"""The beginning and the end of this process as a rank: its watch, its last calls, its exit code."""

from __future__ import annotations

import os
import signal
import threading
import traceback

from jpi._config import is_imported_by_all, is_logging, timeout
from jpi._mpi.comm import Comm
from jpi._mpi.library import MPI, native
from jpi._ordered.compile import is_settled, wait
from jpi._watch import abort as _abort
from jpi._watch.watch import Watch

_MOMENT = 2.0  # seconds for all ranks to end after a failed exit of one


def finish() -> None:
    """End this rank's part: first its own work in flight, then all ranks together.

    A rank that ends by a failed exit, or whose work in flight fails, ends all ranks.
    """
    if _abort.is_forked():
        _end_child()
    code, text = _abort.failed_exit_code(), ""
    if not code:
        try:
            wait()
        except Exception:
            code, text = _abort.FAILED, traceback.format_exc()
    if text and MPI.COMM_WORLD.size > 1 and not MPI.Is_finalized():
        _abort.fail(code, text)
    if text:
        _abort.say(text)
    if MPI.Is_finalized():
        return
    if code and not _all_exit():
        if MPI.COMM_WORLD.size > 1:
            rank = MPI.COMM_WORLD.rank
            _abort.abort(code, f"jpi: rank {rank} has ended with exit code {code}; all ranks end.")
        _abort.flush()
        os._exit(code)
    if _watch and not code:
        _watch.end()
    if _watch:
        MPI.COMM_SELF.Delete_attr(_finalize_key)


def _end_child() -> None:
    """End the child of a rank here: the end of MPI, which follows, would wait for all ranks."""
    _abort.flush()
    os._exit(_abort.failed_exit_code())


def _all_exit() -> bool:
    """Whether this rank exits by its own code, and all other ranks end as well, within a moment.

    Then nobody waits for it, and what another rank still prints is not lost.
    """
    return bool(
        _watch and _abort.failed_exit_code() and is_settled() and _watch.end(patience=_MOMENT)
    )


def _after_fork() -> None:
    """Leave Ctrl-C in the child of a rank to the child."""
    if _watch and threading.current_thread() is threading.main_thread():
        previous = signal.set_wakeup_fd(-1)
        if previous != -1 and not _watch.owns(previous):
            signal.set_wakeup_fd(previous)


_watch: Watch | None = None
if is_imported_by_all() and (MPI.COMM_WORLD.size > 1 or timeout()):
    _watch = Watch()
    _abort.reporters.append(_watch.report)
    # MPI deletes the attributes of COMM_SELF before it finalises anything. Then it waits for all
    # ranks, which may wait for this one.
    _finalize_key = MPI.Comm.Create_keyval(delete_fn=lambda comm, key, watch: watch.end())
    MPI.COMM_SELF.Set_attr(_finalize_key, _watch)
    os.register_at_fork(after_in_child=_after_fork)
if _watch and _watch.is_open:
    Comm()  # prepares COMM_WORLD: then some of its ranks can exchange messages without the others
if is_logging():
    native.set_verbose(True)
