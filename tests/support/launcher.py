"""Separate jobs: Python under mpirun, from a session on one rank (mpirun does not nest)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from jpi._setup.threads import GIVEN, OF_XLA

# Of the launcher and of the outer session; on CI pytest shows errors twice. Jobs choose the threads
# of their linear algebra as those of users do.
NOT_INHERITED = (
    "PMI",
    "HYD",
    "MPI_LOCAL",
    "OMPI",
    "PRTE",
    "PYTEST_TIMEOUT",
    "JPI_",
    "JAX_COMPILATION_CACHE_DIR",
    *GIVEN,
    OF_XLA,
    "CI",
    "BUILD_NUMBER",
)
RANKS_MAY_EXCEED_CORES = {
    "MPIR_CVAR_DEVICE_COLLECTIVES": "none",  # no spinning
    "OMPI_MCA_mpi_yield_when_idle": "1",
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
}
GUARD = 60  # seconds after which the launcher itself ends a job


def mpirun(ranks: int) -> list[str]:
    """The command, to be followed by a program, that starts it on so many ranks."""
    beside = Path(sys.executable).with_name("mpirun")
    command = str(beside) if beside.exists() else shutil.which("mpirun")
    assert command, "`mpirun` must be in PATH or beside python"
    return [command, "-n", str(ranks)]


def job_environment(**more: str) -> dict[str, str]:
    """The environment of a job, without the variables of this session."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(NOT_INHERITED)}
    return inherited | RANKS_MAY_EXCEED_CORES | {"MPIEXEC_TIMEOUT": str(GUARD)} | more


def run_python(
    ranks: int | None, *arguments: str, folder: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The finished process of Python with ``arguments`` in ``folder``, without mpirun for None."""
    return subprocess.run(
        [*(mpirun(ranks) if ranks else []), sys.executable, *arguments],
        cwd=folder,
        env=job_environment(**environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=2 * GUARD,
    )


def finished(folder: Path, text: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The finished job of a program on two ranks, which must not hang."""
    (folder / "program.py").write_text(text)
    start = time.monotonic()
    job = run_python(2, "program.py", folder=folder, **environment)
    assert time.monotonic() - start < GUARD, "it hung, and the launcher ended it"
    return job
