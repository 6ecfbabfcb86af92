"""Jobs that fail: each ends by itself, with an exit code and an explanation."""

import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.ending_programs import FAILED, KILLED, TIMEOUT
from support.failing_programs import BEGIN, FAILURES, places, program
from support.launcher import GUARD, finished, job_environment, mpirun

from jpi._watch.failures import Failures

pytestmark = pytest.mark.ranks(1)  # mpirun is started here, and does not nest


@pytest.fixture(scope="module")
def jobs(request, tmp_path_factory):
    """The jobs of the selected cases, a few at once, as they mostly wait."""
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


def test_a_rank_without_a_watch_speaks_for_itself(tmp_path):
    job = finished(tmp_path, program("raise ValueError(f'reason {rank}')"), JPI_CHECK="off")
    assert job.returncode == FAILED
    assert re.search(r"rank (\d):\nTraceback.*\n(.*\n)+?ValueError: reason \1\n", job.stderr)


def test_equal_failures_are_reported_once():
    failures = Failures(9)
    for rank, text in {4: "a\n", 0: "a\n", 7: "b\n", 1: "a\n", 2: ""}.items():
        failures.add(Failures.of(9, rank, FAILED if rank else 130, text))
    end = "jpi: ranks 0-2, 4, 7 of 9 have failed; all ranks end."
    assert failures.report == f"ranks 0-1, 4:\na\n\nrank 7:\nb\n\n{end}"
    assert failures.code == FAILED


def test_of_many_tracebacks_a_few_are_reported():
    failures = Failures(4096)
    for rank in range(4096):
        failures.add(Failures.of(4096, rank, FAILED, f"reason {rank}\n"))
    assert len(failures.report.splitlines()) <= 60
    assert "rank 3:\nreason 3\n" in failures.report
    assert "ranks 8-4095: other tracebacks" in failures.report
    assert "jpi: ranks 0-4095 of 4096 have failed" in failures.report


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
    assert "replicated value must be the same on every rank; it differs by up to 0.5" in job.stderr
    assert f"Called at {places(program(text))['line']} in <lambda>" in job.stderr


def test_timeout_names_the_waiting_and_the_missing_ranks(tmp_path):
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
    assert re.search(rf"rank 1: in no collective, at {at['line']} in <module>", job.stderr)


def test_long_wait_is_shown_with_the_line_of_a_rank_outside_of_jpi(tmp_path):
    text = """
        from jpi._watch import process
        process._watch._inspection._notable = 2.0  # seconds, in place of a minute
        if rank == 1: MPI.COMM_WORLD.recv()  # foreign
        jax.block_until_ready(jpi.allreduce(x)) if rank == 0 else None  # waits
        """
    job = finished(tmp_path, program(text), JPI_TIMEOUT="6")
    at, notice = places(program(text)), job.stderr.partition("longer than JPI_TIMEOUT")[0]
    assert job.returncode == TIMEOUT
    assert "the job goes on, as other ranks may only take long" in notice
    assert re.search(rf"rank 0: allreduce.*{at['waits']}.*waited for [2-5]\.", notice)
    assert re.search(rf"rank 1: in no collective, at {at['foreign']} in <module>", notice)


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
        assert job.wait(GUARD) != 0
    finally:
        job.kill()
        job.stdout.close()
    deadline = time.monotonic() + 5
    while any(os.path.exists(f"/proc/{pid}") for pid in ranks) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(os.path.exists(f"/proc/{pid}") for pid in ranks)


def test_interrupted_rank_names_the_call_it_waited_in(tmp_path):
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


def test_a_handler_of_the_program_gets_its_signal(tmp_path):
    text = """
        stops = []
        signal.signal(signal.SIGINT, lambda *_: stops.append(1))
        jpi.allreduce(x).block_until_ready()
        if rank == 0:
            time.sleep(3)
        else:
            threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        print(int(jpi.allreduce(x)[0]), len(stops))
        """
    job = finished(tmp_path, program(text))
    assert job.returncode == 0, job.stderr
    assert sorted(job.stdout.splitlines()) == ["2 0", "2 1"]


@pytest.mark.parametrize("variable", ["JPI_CHECK", "JPI_TIMEOUT"])
def test_unknown_setting_is_an_error(variable, tmp_path):
    job = finished(tmp_path, BEGIN, **{variable: "soon"})
    assert job.returncode != 0
    assert re.search("must be .*; got 'soon'", job.stderr)
