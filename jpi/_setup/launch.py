"""Who started this process: the variables that launchers set in each rank's environment."""

from __future__ import annotations

import os
from collections.abc import Mapping

Environment = dict[str, str] | os._Environ[str]

# The variables of each launcher: the number of ranks, the number on this node, and this rank. The
# first launcher that is set counts: an MPI launcher inside a Slurm step is the nearer one. For
# Slurm these are the variables of a step: the single processes of a batch script have SLURM_NTASKS
# too.
LAUNCHERS = (
    ("Hydra (MPICH's mpirun)", "PMI_SIZE", "MPI_LOCALNRANKS", "PMI_RANK"),
    (
        "Open MPI's mpirun",
        "OMPI_COMM_WORLD_SIZE",
        "OMPI_COMM_WORLD_LOCAL_SIZE",
        "OMPI_COMM_WORLD_RANK",
    ),
    (
        "MVAPICH's mpirun",
        "MV2_COMM_WORLD_SIZE",
        "MV2_COMM_WORLD_LOCAL_SIZE",
        "MV2_COMM_WORLD_RANK",
    ),
    ("srun", "SLURM_STEP_NUM_TASKS", "SLURM_STEP_TASKS_PER_NODE", "SLURM_PROCID"),
)

# Ranks that share a core must yield it while they wait.
OVERSUBSCRIBED = {"MPIR_CVAR_DEVICE_COLLECTIVES": "none", "OMPI_MCA_mpi_yield_when_idle": "1"}


def launched_ranks(environment: Mapping[str, str]) -> tuple[str, int, int]:
    """The launcher's name, its number of ranks and the number on this node; ("", 1, 1) if none."""
    for name, total, local, _ in LAUNCHERS:
        if total in environment:
            return name, _leading_int(environment[total]), _leading_int(environment.get(local, "1"))
    return "", 1, 1


def launched_rank(environment: Mapping[str, str]) -> int:
    """The rank that the launcher gave this process; 0 if there is none."""
    for _, total, _, rank in LAUNCHERS:
        if total in environment:
            return int(environment.get(rank, "0"))
    return 0


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


def set_defaults(environment: Environment) -> None:
    """Make waiting ranks yield where there are more of them than cores."""
    _, _, local = launched_ranks(environment)
    if local > usable_cores():
        for name, value in OVERSUBSCRIBED.items():
            environment.setdefault(name, value)
