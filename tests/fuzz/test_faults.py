"""Random programs with faults: each ends right or with a report, and none hangs.

JPI_FUZZ=100 JPI_FUZZ_SEED=7 python -m pytest -q -m slow tests/fuzz/test_faults.py
"""

import os
import re
import time

import pytest
from support.launcher import run_python
from support.random_faults import draw_job

pytestmark = [pytest.mark.ranks(1), pytest.mark.slow]  # mpirun is started here

COUNT = int(os.environ.get("JPI_FUZZ", "5"))
SEED = int(os.environ.get("JPI_FUZZ_SEED", "0"))
PROGRAMS = 10  # of one job
LIMIT = 20  # seconds without a word
PATIENCE = 25  # seconds of JPI_TIMEOUT, for ranks that wait in mpi4py, which JPI cannot know


@pytest.mark.parametrize("seed", range(SEED, SEED + COUNT))
def test_faulty_program_ends_right_or_with_a_report(seed, tmp_path):
    job = draw_job(seed, PROGRAMS)
    (tmp_path / "program.py").write_text(job.text)
    start = time.monotonic()
    done = run_python(job.ranks, "program.py", folder=tmp_path, JPI_TIMEOUT=str(PATIENCE))
    said = f"{job.text}\n{done.stdout}\n{done.stderr}"
    is_right = done.returncode == 0 and done.stdout.count("right") == job.ranks
    is_reported = done.returncode in (1, 70) and "jpi: " in done.stderr
    in_mpi4py = re.search(r"in no collective, at program\.py:(\d+)", done.stderr)
    if done.returncode == 75 and in_mpi4py:
        is_reported |= "MPI.COMM_WORLD.Dup()" in job.text.splitlines()[int(in_mpi4py[1]) - 1]
    is_reported |= done.returncode == 3  # the code of an exit, if all ranks end by themselves too
    assert is_right or (job.is_fatal and is_reported), said
    limit = 2 * LIMIT + (PATIENCE if in_mpi4py else 0)  # with the start of the ranks
    assert time.monotonic() - start < limit, said
