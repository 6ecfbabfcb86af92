"""The end of all ranks when ``import jpi`` fails on one of them; else the others wait for it.

It is imported before all else, so it imports no module of JPI that can fail. It ends all ranks
after an uncaught exception, until `release`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from types import TracebackType

from jpi._setup.launch import launched_rank, launched_ranks

_STARTED = 30.0  # seconds for MPI to start; it may wait for ranks that never start it

_hook = sys.excepthook  # the program's


def release() -> None:
    """Give the program its own hook back."""
    if sys.excepthook is _end:
        sys.excepthook = _hook


def _end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _hook(kind, error, trace)
    loaded = sys.modules.get("mpi4py.MPI")
    if hasattr(sys, "ps1") or sys.flags.interactive or (loaded and loaded.Is_finalized()):
        return
    with contextlib.suppress(Exception):
        rank = launched_rank(os.environ)
        words = f"jpi: rank {rank} has failed before jpi was imported; all ranks end."
        print(words, file=sys.stderr)
        sys.stderr.flush()
    ending = threading.Thread(target=_abort, daemon=True)
    ending.start()
    ending.join(_STARTED)
    os.kill(os.getpid(), signal.SIGTERM)  # a launcher ends the others when a signal ends one


def _abort() -> None:
    with contextlib.suppress(Exception):  # there may be no MPI
        from mpi4py import MPI  # it starts here, if it has not

        MPI.COMM_WORLD.Abort(1)


if launched_ranks(os.environ)[1] > 1:
    sys.excepthook = _end
