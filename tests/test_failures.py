"""Jobs that go wrong: each ends within seconds, with an exit code and the lines that explain it."""

import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from launcher import job_environment, mpirun, run_python

pytestmark = pytest.mark.ranks(1)  # mpirun is started here, and does not nest

LIMIT = 20  # seconds
FAILED, KILLED, MISMATCH, TIMEOUT = 1, -1, 70, 75
BCAST = "rank 1: bcast of 4 float32, root 0, at {second}"
BEGIN = """
import os, signal, sys, threading, time
import jax, jax.numpy, jpi, jpi.numpy as jnp
from mpi4py import MPI

rank, x = jpi.rank(), jax.numpy.ones(4)
"""

# The program; its exit code; and what it says, where {name} is the line marked "# name".
FAILURES = {
    "another order": (
        """
        if rank == 0:
            jpi.allreduce(x)  # first
            jpi.bcast(x, 0)
        else:
            jpi.bcast(x, 0)  # second
            jpi.allreduce(x)
        jpi.wait()
        """,
        FAILED,
        ["differ in `operation`", "rank 0: allreduce.SUM. of 4 float32, at {first}", BCAST],
    ),
    "another order, later": (
        """
        for _ in range(2):
            jpi.allreduce(x), jpi.bcast(x, 0)
        if rank == 0:
            jpi.allreduce(x)  # first
            jpi.bcast(x, 0)
        else:
            jpi.bcast(x, 0)  # second
            jpi.allreduce(x)
        jpi.wait()
        """,
        MISMATCH,
        [
            "will never go on",
            r"rank 0: allreduce\(SUM\) of 4 float32, at {first}",
            "rank 1: .*{second}",
        ],
    ),
    "another order, compiled": (
        """
        def f(x):
            x = jpi.allreduce(x)  # first
            return jpi.bcast(x, 0)
        def g(x):
            x = jpi.bcast(x, 0)  # second
            return jpi.allreduce(x)
        jax.block_until_ready(jax.jit(f)(x) if rank == 0 else jpi.jit(g)(x))
        """,
        FAILED,
        ["differ in `operation`", "rank 0: .*{first} in f", "rank 1: .*{second} in g"],
    ),
    "another dtype": (
        """
        f = jpi.jit(lambda x: jpi.allreduce(x))  # line
        jax.block_until_ready(f(x if rank else x.astype(int)))
        """,
        FAILED,
        ["differ in `dtype`", "rank 0: .*int32, at {line}", "rank 1: .*float32, at {line}"],
    ),
    "another dtype, later": (
        """
        f = jpi.jit(lambda x: jpi.allreduce(x))  # line
        f(x)
        jax.block_until_ready(f(x if rank else x.astype(int)))
        """,
        MISMATCH,
        ["will never go on", "rank 0: .*int32, at {line}", "rank 1: .*float32, at {line}"],
    ),
    "another shape": (
        """
        shape = (4 + rank,)
        y = jax.jit(lambda: jpi.scan(jax.numpy.ones(shape), MPI.SUM))  # line
        jax.block_until_ready(y())
        """,
        FAILED,
        ["differ in `number of elements`", "rank 0: .*of 4 .*{line}", "rank 1: .*of 5 .*{line}"],
    ),
    "another global shape": (
        """
        y = jnp.zeros(4 + rank)
        jax.block_until_ready(y.sum())  # line
        """,
        FAILED,
        ["differ in `purpose`", r"rank 0: .*for sum of float32\[4\], at {line}", r"\[5\], at"],
    ),
    "another global shape, later": (
        """
        f = jpi.jit(lambda x: x.sum())  # line
        f(jnp.zeros(4))
        jax.block_until_ready(f(jnp.zeros(4 + rank)))
        """,
        MISMATCH,
        ["will never go on", r"rank 0: .*float32\[4\], at {line}", r"rank 1: .*\[5\], at"],
    ),
    "another root": (
        """
        jpi.gather(x, root=rank)  # line
        jpi.wait()
        """,
        FAILED,
        ["differ in `root`", "rank 0: .*root 0.*{line}", "rank 1: .*root 1.*{line}"],
    ),
    "a call left out": (
        """
        jnp.arange(4).sum()  # last
        if rank == 0:
            jax.block_until_ready(jnp.arange(4).max())  # line
        """,
        MISMATCH,
        ["will never go on", "rank 0: .*{line}", "rank 1: has ended; its last call .*{last}"],
    ),
    "a mask of one rank": (
        """
        y = jnp.arange(4.)
        y[y > 2]
        if rank == 0:
            y[y > 1]  # line
        """,
        MISMATCH,
        ["will never go on", "rank 0: how much a mask selects, at {line}", "rank 1: has ended"],
    ),
    "a send that nobody receives": (
        """
        jpi.allreduce(x)  # last
        if rank == 0:
            jpi.send(jax.numpy.ones(10**6), dest=1)  # line
        """,
        MISMATCH,
        ["rank 0: send of 1000000 float32, to rank 1, at {line}", "rank 1: has ended.*{last}"],
    ),
    "two receives": (
        """
        jpi.allreduce(x)
        if rank == 0:
            y = jpi.recv(x, source=1)  # first
        else:
            y = jpi.recv(x, source=0)  # second
        jax.block_until_ready(y)
        """,
        MISMATCH,
        ["rank 0: recv of .*from rank 1, at {first}", "rank 1: recv of .*from rank 0, at {second}"],
    ),
    "an exception": (
        """
        if rank == 1:
            raise ValueError("a reason")  # line
        jax.block_until_ready(jpi.allreduce(x))
        """,
        FAILED,
        ["line {number}", "ValueError: a reason", "rank 1 of 2 has failed; all ranks end"],
    ),
    "an exception in a thread": (
        """
        def work():
            raise ValueError("a reason")  # line
        if rank == 1:
            threading.Thread(target=work).start()
        jax.block_until_ready(jpi.allreduce(x)) if rank == 0 else time.sleep(100)
        """,
        FAILED,
        ["line {number}", "ValueError: a reason", "rank 1 of 2 has failed; all ranks end"],
    ),
    "an exit code": (
        """
        if rank == 1:
            sys.exit(3)
        jax.block_until_ready(jpi.allreduce(x))
        """,
        3,
        ["rank 1 has ended with exit code 3; all ranks end"],
    ),
    "a killed rank": (
        """
        jpi.allreduce(x)
        jpi.wait()
        if rank == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        jax.block_until_ready(jpi.allreduce(x))
        """,
        KILLED,
        [],
    ),
    "work in flight": (
        """
        jpi.allreduce(x)  # last
        if rank == 0:
            jpi.jit(lambda x: jpi.bcast(jpi.allreduce(x), 0))(x)  # line
        """,
        MISMATCH,
        ["will never go on", "rank 0: .*{line}", "rank 1: has ended.*{last}"],
    ),
    "a failure in flight": (
        """
        jpi.jit(lambda x: jpi.bcast(x, root=rank))(x)  # line
        """,
        FAILED,
        ["differ in `root`", "rank 0: .*root 0, at {line}", "rank 1: .*root 1, at {line}"],
    ),
}


def program(text):
    return BEGIN + "\n".join(line.removeprefix("        ") for line in text.splitlines())


def places(text):
    """Where the marked lines of a program stand, by their marks."""
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        if mark := re.search(r"# (\w+)$", line):
            found[mark[1]] = f"program.py:{number}"
            found["number"] = str(number)
    return found


def finished(folder, text, **environment):
    (folder / "program.py").write_text(text)
    start = time.monotonic()
    job = run_python(2, "program.py", folder=folder, **environment)
    assert time.monotonic() - start < LIMIT
    return job


@pytest.fixture(scope="module")
def jobs(request, tmp_path_factory):
    """The jobs of the selected cases, a few at once: they mostly wait."""
    cases = [vars(item).get("callspec") for item in request.session.items]
    selected = [spec.params["case"] for spec in cases if spec and "case" in spec.params]
    with ThreadPoolExecutor(3) as pool:
        yield {
            case: pool.submit(finished, tmp_path_factory.mktemp("job"), program(FAILURES[case][0]))
            for case in selected
            if case in FAILURES
        }


@pytest.mark.parametrize("case", FAILURES)
def test_failure_ends_all_ranks_and_is_explained(case, jobs):
    text, code, words = FAILURES[case]
    job = jobs[case].result()
    assert job.returncode != 0 if code == KILLED else job.returncode == code, job.stderr
    said = job.stdout + job.stderr
    for pattern in words:
        wanted = re.sub(r"{(\w+)}", lambda mark: places(program(text))[mark[1]], pattern)
        assert re.search(wanted, said), (wanted, said)


FINE = """
if rank == 0:
    jpi.send(x, dest=1)
else:
    jpi.recv(x, source=0)
local = jpi.jit(lambda x: 2 * x)(x) if rank == 0 else None
try:
    sys.exit(3)
except SystemExit:
    pass
time.sleep(3 * (rank == 0))
total = jnp.arange(10.0).sum()
for n in range(1 + rank, 4 + rank):  # recompiled here and not there
    jpi.allreduce(jax.numpy.ones((n, 3)).sum())
half = MPI.COMM_WORLD.Split(rank)
jpi.allreduce(x, comm=half)
print("fine", total)
"""


@pytest.mark.parametrize("check", ["off", "trace", "full"])
def test_legal_differences_are_left_alone(check, tmp_path):
    job = finished(tmp_path, BEGIN + FINE, JPI_CHECK=check)
    assert job.returncode == 0, job.stderr
    assert job.stdout.count("fine") == job.stdout.count("45.0") == 2


def test_check_full_compares_every_call(tmp_path):
    text = """
        for _ in range(2):
            jpi.allreduce(x), jpi.bcast(x, 0)
        jpi.allreduce(x) if rank == 0 else jpi.bcast(x, 0)  # line
        jpi.wait()
        """
    job = finished(tmp_path, program(text), JPI_CHECK="full")
    line = places(program(text))["line"]
    assert job.returncode == FAILED
    assert re.search(rf"rank 0: allreduce.*{line}.*\n.*rank 1: bcast.*{line}", job.stderr)


def test_check_full_finds_a_value_that_is_not_the_same_everywhere(tmp_path):
    text = """
        y = jnp.arange(6.0)
        loss = lambda w: (y * w).sum()  # line
        print(jax.grad(loss)(1.0 + rank))
        """
    job = finished(tmp_path, program(text), JPI_CHECK="full")
    assert job.returncode == FAILED
    assert "used as the same on every rank must be so; it differs by up to 0.5" in job.stderr
    assert f"Called at {places(program(text))['line']} in <lambda>" in job.stderr


def test_timeout_tells_who_waits_and_who_is_missing(tmp_path):
    text = """
        jpi.allreduce(x)  # before
        jax.block_until_ready(jpi.allreduce(x)) if rank == 0 else time.sleep(100)  # line
        """
    job = finished(tmp_path, program(text), JPI_TIMEOUT="3")
    at = places(program(text))
    assert job.returncode == TIMEOUT
    assert "longer than JPI_TIMEOUT, 3 s" in job.stderr
    assert re.search(rf"rank 0: allreduce.*{at['line']}.*waited for [34]\.", job.stderr)
    assert re.search(rf"before: allreduce\(SUM\) of 4 float32, at {at['before']}", job.stderr)
    assert re.search("rank 1: in no collective", job.stderr)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_signal_ends_ranks_inside_a_collective(name, tmp_path):
    text = program(
        """
        jax.block_until_ready(jpi.allreduce(x))
        os.write(1, b"%d\\n" % os.getpid())
        jax.block_until_ready(jpi.allreduce(x)) if rank == 0 else time.sleep(100)
        """
    )
    (tmp_path / "program.py").write_text(text)
    job = subprocess.Popen(
        [*mpirun(2), sys.executable, "program.py"],
        cwd=tmp_path,
        env=job_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    ranks = [int(job.stdout.readline()) for _ in range(2)]
    time.sleep(0.5)
    job.send_signal(getattr(signal, name))
    try:
        assert job.wait(LIMIT) != 0
    finally:
        job.kill()
        job.stdout.close()
    deadline = time.monotonic() + 5
    while any(os.path.exists(f"/proc/{pid}") for pid in ranks) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(os.path.exists(f"/proc/{pid}") for pid in ranks)


def test_interrupted_rank_tells_where_it_waited(tmp_path):
    text = """
        jax.block_until_ready(jpi.allreduce(x))
        if rank == 0:
            threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()
            jax.block_until_ready(jpi.allreduce(x))  # line
        time.sleep(100)
        """
    job = finished(tmp_path, program(text))
    assert job.returncode == 130, job.stderr
    assert re.search(rf"interrupted in allreduce.*{places(program(text))['line']}", job.stderr)


@pytest.mark.parametrize("variable", ["JPI_CHECK", "JPI_TIMEOUT"])
def test_unknown_setting_is_an_error(variable, tmp_path):
    job = finished(tmp_path, BEGIN, **{variable: "soon"})
    assert job.returncode != 0
    assert re.search("must be .*; got 'soon'", job.stderr)
