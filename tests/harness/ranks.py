"""The ranks of the session: their communicator, and how they agree, write and abort."""

from __future__ import annotations

import importlib.metadata
import os
import time

# Tests compile much and compute little: XLA's optimisations would take most of the time.
FLAGS = ["--xla_backend_optimization_level=0", "--xla_llvm_disable_expensive_passes=true"]
if importlib.metadata.version("jaxlib") < "0.11":  # newer versions do not have the flag
    FLAGS.append("--xla_cpu_use_fusion_emitters=false")
os.environ.setdefault("XLA_FLAGS", " ".join(FLAGS))

# A collective that waits longer aborts the job with an explanation, before pytest's own limit.
os.environ.setdefault("JPI_TIMEOUT", "100")

import jpi  # noqa: E402, F401 (it chooses settings that MPI reads when it starts)

# isort: split
from mpi4py import MPI  # noqa: E402

COMM = MPI.COMM_WORLD.Dup()  # private: no message of a test can match one of ours
RANK, SIZE = COMM.rank, COMM.size
LAST_WORDS = 1.0  # seconds for all ranks to write why the job ends, and the launcher to forward it
INTERNAL_ERROR = 3  # pytest's exit code

_stderr = 2  # the terminal's, once `keep_stderr` has saved it from pytest's capture


def keep_stderr() -> int:
    """Returns a file descriptor of the terminal that pytest does not capture; `say` uses it."""
    global _stderr
    _stderr = os.dup(2)
    return _stderr


def describe(outcomes) -> str:
    """Returns every distinct outcome (word, text) once, under the ranks that have it."""
    ranks = {}
    for rank, outcome in enumerate(outcomes):
        ranks.setdefault(outcome, []).append(str(rank))
    return "\n".join(
        f"~~~ {word} on rank {', '.join(who)} ~~~\n{text}" for (word, text), who in ranks.items()
    )


def say(text: str) -> None:
    """Writes a block to the terminal immediately, bypassing pytest's capture."""
    os.write(_stderr, f"\n[rank {RANK}] {text}\n".encode())


def meet(value):
    """Returns the values of all ranks; a waiting rank sleeps, so that the others can compute."""
    everyone = COMM.Ibarrier()
    while not everyone.Test():
        time.sleep(2e-4)
    return COMM.allgather(value)


def abort(reason: str, speaker: int = 0) -> None:
    """Aborts the job on all ranks, after the rank `speaker` has written the reason."""
    if RANK == speaker:
        say(reason)
    time.sleep(LAST_WORDS)
    MPI.COMM_WORLD.Abort(INTERNAL_ERROR)
