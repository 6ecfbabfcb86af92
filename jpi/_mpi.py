"""The MPI of this process, as mpi4py loads it, and the native layer bound to it.

Importing this module initialises MPI. It sets defaults in the environment before, and checks after,
so that the usual mistakes are reported rather than met as a hang or as ranks that never talk.
"""

from __future__ import annotations

import ctypes
import os
import sys
import warnings
from collections.abc import Mapping

# What a launcher tells each process: the ranks in all, and on this node. The first that is set
# counts: an MPI launcher inside a Slurm step is the nearer one. A Slurm step's own variables are
# used, not SLURM_NTASKS, which a batch script's single processes see too.
LAUNCHERS = (
    ("Hydra (MPICH's mpirun)", "PMI_SIZE", "MPI_LOCALNRANKS"),
    ("Open MPI's mpirun", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE"),
    ("MVAPICH's mpirun", "MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_LOCAL_SIZE"),
    ("srun", "SLURM_STEP_NUM_TASKS", "SLURM_STEP_TASKS_PER_NODE"),
)

# Ranks that share a core must give it up while they wait.
OVERSUBSCRIBED = {"MPIR_CVAR_DEVICE_COLLECTIVES": "none", "OMPI_MCA_mpi_yield_when_idle": "1"}


def launched_ranks(environment: Mapping[str, str]) -> tuple[str, int, int]:
    """The launcher's name, its number of ranks and the number on this node; ("", 1, 1) if none."""
    for name, total, local in LAUNCHERS:
        if total in environment:
            return name, _leading_int(environment[total]), _leading_int(environment.get(local, "1"))
    return "", 1, 1


def _leading_int(text: str) -> int:
    # Slurm writes "4(x2),3" for tasks per node; the first node has the most.
    digits = text.partition("(")[0].partition(",")[0]
    return int(digits) if digits.isdigit() else 1


def usable_cores() -> int:
    """The number of cores that the ranks of this node share."""
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    # A launcher may have bound this rank to one core; its parent still has them all.
    return max(len(os.sched_getaffinity(pid)) for pid in (0, os.getppid()))


def set_defaults(environment: dict[str, str] | os._Environ[str]) -> None:
    """Make waiting ranks yield where there are more of them than cores."""
    _, _, local = launched_ranks(environment)
    if local > usable_cores():
        for name, value in OVERSUBSCRIBED.items():
            environment.setdefault(name, value)


set_defaults(os.environ)

from mpi4py import MPI  # noqa: E402

from jpi import _native as native  # noqa: E402

__all__ = ["MPI", "native"]


def check_launch(environment: Mapping[str, str], size: int) -> None:
    """Raise if a launcher started several ranks and MPI knows of one only."""
    name, launched, _ = launched_ranks(environment)
    if size > 1 or launched == 1 or environment.get("JPI_ALLOW_SINGLETONS"):
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
    """The size of an MPI_Status, and where in it stand the source and the tag, in bytes."""
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
        constants={name: MPI._handleof(getattr(MPI, name)) for name in native.constants()},
    )


_initialize()
