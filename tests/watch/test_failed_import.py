"""Jobs in which one rank cannot import JPI: they end, though the others wait for it."""

import signal

import pytest
from support.launcher import finished

pytestmark = pytest.mark.ranks(1)  # mpirun is started here, and does not nest

BEGIN = """
import os, sys
if os.environ.get("PMI_RANK", os.environ.get("OMPI_COMM_WORLD_RANK")) == "1":
    {fault}
"""
USE = """
import jpi, jpi.numpy as jnp
print(jnp.arange(8.0).sum())
"""
KILLED = {signal.SIGTERM, 128 + signal.SIGTERM}
FAULTS = {  # what goes wrong on rank 1, the exit codes of the job, and the error
    "a setting": ('os.environ["JPI_CHECK"] = "all"', {1}, "ValueError: `check` must be"),
    "no JAX": ('sys.modules["jax"] = None', {1}, "ModuleNotFoundError: import of jax"),
    "a part of JAX": ('sys.modules["jax.extend"] = None', {1}, "No module named 'jax.extend"),
    "no MPI": ('sys.modules["mpi4py.MPI"] = None', KILLED, "`mpi4py` must find an MPI library"),
}
WITHOUT = """
    sys.modules["jax"] = None
    try:
        import jpi
    except ImportError:
        {then}
"""


@pytest.mark.parametrize("name", FAULTS)
def test_all_ranks_end(tmp_path, name):
    fault, codes, error = FAULTS[name]
    job = finished(tmp_path, BEGIN.format(fault=fault) + USE)
    assert job.returncode in codes, job.stderr
    assert error in job.stderr and "rank 1 has failed before jpi was imported" in job.stderr


def test_a_rank_that_catches_the_error_and_fails_later_ends_all(tmp_path):
    job = finished(tmp_path, BEGIN.format(fault=WITHOUT.format(then="1 / 0")) + USE)
    assert job.returncode == 1, job.stderr
    assert "ZeroDivisionError" in job.stderr


def test_a_program_may_go_on_without_jpi(tmp_path):
    program = """
import sys
import mpi4py.MPI
sys.modules["jax"] = None
try:
    import jpi
except ImportError:
    print("gone on")
"""
    job = finished(tmp_path, program)
    assert job.returncode == 0 and job.stdout.count("gone on") == 2, job.stderr
