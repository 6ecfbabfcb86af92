"""Sessions of the plugin on several ranks: each test starts one in its own folder."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.launcher import run_python

from harness.plugin import drawn_ranks

pytestmark = pytest.mark.ranks(1)  # mpirun is started here, and does not nest

TESTS = Path(__file__).parents[1]


def run_session(folder: Path, ranks: int | None, *arguments: str, **files: str):
    """Returns the finished process of pytest on `files` (stem -> text), without mpirun for None."""
    shutil.copy(TESTS / "conftest.py", folder)
    (folder / "pytest.ini").write_text("[pytest]\n" + files.pop("ini", ""))
    for stem, text in files.items():
        (folder / f"{stem}.py").write_text(text)
    options = ("-p", "no:cacheprovider", "--color=no")
    arguments = ("-m", "pytest", *options, *arguments)
    return run_python(ranks, *arguments, folder=folder, PYTHONPATH=str(TESTS))


# ---- outcomes ----

OUTCOMES = """
import pytest
from hypothesis import given, strategies as st

@pytest.fixture
def broken_setup(rank):
    assert rank != 1

@pytest.fixture
def broken_teardown(rank):
    yield
    assert rank != 2

def test_passing(comm):
    assert comm.allreduce(1) == comm.size == 3

def test_failing_on_one(rank):
    print("seen by rank", rank)
    assert rank != 1, "a reason"

def test_failing_on_all():
    assert 1 == 2

def test_skipped_on_one(rank):
    if rank == 1:
        pytest.skip("here only")

def test_skipped_on_all():
    pytest.skip("everywhere")

@pytest.mark.xfail(reason="a gap")
def test_xfailed_on_one(rank):
    assert rank != 1

@pytest.mark.xfail(reason="a gap")
def test_xfailed_on_all():
    assert 1 == 2

def test_broken_setup(broken_setup, comm):
    comm.Barrier()

def test_broken_teardown(broken_teardown, comm):
    comm.Barrier()

@given(number=st.integers(), text=st.text(), floats=st.lists(st.floats()))
def test_examples_equal(comm, number, text, floats):
    assert len(set(comm.allgather(repr((number, text, floats))))) == 1

@given(number=st.integers(0, 1000))
def test_example_failing_on_one(comm, rank, number):
    comm.Barrier()
    assert rank != 1 or number <= 37

def test_last(comm):
    assert comm.allreduce(1) == 3
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    return run_session(tmp_path_factory.mktemp("outcomes"), 3, test_outcomes=OUTCOMES)


def section(session, heading: str) -> str:
    """Returns what the report shows under `heading`."""
    return re.search(rf"_+ {heading} _+\n(.*?)(?=\n__|\n==)", session.stdout, re.DOTALL)[1]


def test_session_has_one_report(outcomes):
    assert outcomes.returncode == 1
    assert outcomes.stdout.count("test session starts") == 1
    closing = outcomes.stdout.splitlines()[-1]
    assert re.search(r"5 failed, 4 passed, 1 skipped, 1 xfailed, 2 errors in", closing), closing


@pytest.mark.parametrize(
    ("heading", "shown"),
    [
        ("test_failing_on_one", "~~~ passed on rank 0, 2 ~~~"),
        ("test_failing_on_one", "~~~ failed on rank 1 ~~~"),
        ("test_failing_on_one", "AssertionError: a reason"),
        ("test_failing_on_one", "seen by rank 1"),
        ("test_failing_on_all", "assert 1 == 2\n\ntest_outcomes.py:"),
        ("test_skipped_on_one", "~~~ skipped on rank 1 ~~~"),
        ("test_xfailed_on_one", "~~~ xfailed on rank 1 ~~~"),
        ("ERROR at setup of test_broken_setup", "~~~ failed on rank 1 ~~~"),
        ("ERROR at teardown of test_broken_teardown", "~~~ failed on rank 2 ~~~"),
        ("test_example_failing_on_one", "number=38"),
    ],
)
def test_failure_is_shown_once(outcomes, heading, shown):
    assert section(outcomes, heading).count(shown) == 1


def test_error_of_a_rank_is_said_at_once(outcomes):
    said = "[rank 1] test_outcomes.py::test_failing_on_one failed in call: AssertionError: a reason"
    assert outcomes.stderr.count(said) == 1


def test_deadlock_is_killed_with_the_stacks_of_all_ranks(tmp_path):
    start = time.monotonic()
    session = run_session(
        tmp_path,
        2,
        "--timeout=3",
        test_deadlock="""
def test_deadlock(comm, rank):
    print("before", rank)
    if rank == 0:
        comm.Barrier()
    raise RuntimeError("the cause")
""",
    )
    assert session.returncode != 0
    assert time.monotonic() - start < 30
    cause, timeouts = session.stderr.split("Timeout:", maxsplit=1)
    assert "[rank 1] test_deadlock.py::test_deadlock failed in call: RuntimeError" in cause
    for rank, waits_in in enumerate(["comm.Barrier()", "in agree"]):
        assert f"[rank {rank}] Timeout: test_deadlock.py::test_deadlock" in session.stderr
        assert waits_in in timeouts
    assert "before 0" in timeouts


# ---- sessions that abort ----

PASSING = "def test_passing(comm):\n    comm.Barrier()\n"
RANK = "from mpi4py import MPI\nrank = MPI.COMM_WORLD.rank\n"
ABORTED = {
    "other tests": (
        "the ranks collected different tests",
        f"{RANK}import pytest\n@pytest.mark.parametrize('p', [rank])\ndef test_p(p): pass\n",
        "",
    ),
    "another order": (
        "the ranks run different tests",
        f"{PASSING}def test_other(): pass\n",
        f"{RANK}def pytest_runtestloop(session):\n    if rank: session.items.reverse()\n",
    ),
    "an error of pytest": (
        "a broken plugin",
        PASSING,
        f"{RANK}def pytest_runtest_logstart():\n    assert rank != 1, 'a broken plugin'\n",
    ),
}


@pytest.mark.parametrize(
    "case",
    [
        case if i == 0 else pytest.param(case, marks=pytest.mark.slow)
        for i, case in enumerate(ABORTED)
    ],
)
def test_session_is_aborted_for(tmp_path, case):
    reason, tests, plugin = ABORTED[case]
    session = run_session(tmp_path, 2, "-p", "plugin", test_abort=tests, plugin=plugin)
    assert session.returncode != 0
    assert session.stderr.count(reason) >= 1
    assert "passed in" not in session.stdout


def test_collection_error_on_one_rank_fails_all(tmp_path):
    session = run_session(
        tmp_path,
        2,
        test_broken=f"{RANK}assert rank != 1, 'cannot be read here'\n{PASSING}",
        test_passing=PASSING,
    )
    assert session.returncode == pytest.ExitCode.INTERRUPTED
    assert session.stdout.count("AssertionError: cannot be read here") == 1
    assert "on rank 1:" in session.stdout
    assert "1 error in" in session.stdout.splitlines()[-1]


MARKED = """
import pytest

@pytest.mark.mpi(min_size=2)
def test_on_two(comm):
    assert comm.size == 2

@pytest.mark.mpi(min_size=3)
def test_on_three():
    assert False

def test_shared_folder(comm, rank, mpi_tmp_path):
    (mpi_tmp_path / str(rank)).touch()
    comm.Barrier()
    assert {path.name for path in mpi_tmp_path.iterdir()} == {"0", "1"}

@pytest.mark.parametrize("k", range(4))
@pytest.mark.parametrize("letter", "abc")
def test_in_a_table(letter, k):
    pass

@pytest.mark.sweep
def test_in_a_sweep():
    pass
"""


def test_session_has_marks_and_one_summary_of_pytest_mpi(tmp_path):
    session = run_session(tmp_path, 2, "--with-mpi", "-m", "not slow", test_marked=MARKED)
    assert session.returncode == 0, session.stdout
    assert session.stdout.count("MPI Information") == session.stdout.count("size: 2") == 1
    sweep = SimpleNamespace(path=tmp_path / "test_marked.py", originalname="test_in_a_sweep")
    drawn = drawn_ranks(sweep) == 2
    passed, left = 2 + 4 + drawn, 8 + (not drawn)
    assert f"{passed} passed, 1 skipped, {left} deselected" in session.stdout.splitlines()[-1]


def test_cases_of_a_table_share_the_numbers_of_ranks():
    path = Path("test_marked.py")

    def drawn(letter, k):
        places = SimpleNamespace(indices={"letter": letter, "k": k})
        return drawn_ranks(SimpleNamespace(path=path, originalname="test", callspec=places))

    for letter in range(3):
        assert {drawn(letter, k) for k in range(3)} == {2, 3, 4}
    for k in range(4):
        assert {drawn(letter, k) for letter in range(3)} == {2, 3, 4}


def test_named_cases_run_on_any_number_of_ranks(tmp_path):
    named = ("test_marked.py::test_in_a_sweep", "test_marked.py::test_in_a_table")
    session = run_session(tmp_path, None, "-m", "not slow", *named, test_marked=MARKED)
    assert "13 passed in" in session.stdout.splitlines()[-1]


# ---- one rank ----


@pytest.mark.parametrize(
    ("arguments", "ini", "seconds"),
    [((), "", 120), (("--timeout=7",), "timeout = 9", 7), ((), "timeout = 9", 9)],
)
def test_session_without_mpirun_has_the_timeout(tmp_path, arguments, ini, seconds):
    session = run_session(tmp_path, None, *arguments, ini=ini, test_passing=PASSING)
    assert session.returncode == 0
    assert f"timeout: {seconds}.0s" in session.stdout
    assert "timeout method: thread" in session.stdout
    assert "1 passed in" in session.stdout.splitlines()[-1]
