"""One pytest session over all ranks: after every phase of every test they agree on its outcome.

Rank 0 prints, the others are silent. What fails on one rank fails on all: they stay in step.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.metadata
import importlib.util
import os
import re
import sys
import threading
import time
import traceback
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import HypothesisException, StopTest

# Tests compile much and compute little: XLA's optimisations would take most of their time.
FLAGS = ["--xla_backend_optimization_level=0", "--xla_llvm_disable_expensive_passes=true"]
if importlib.metadata.version("jaxlib") < "0.11":  # newer ones have no other way
    FLAGS.append("--xla_cpu_use_fusion_emitters=false")
os.environ.setdefault("XLA_FLAGS", " ".join(FLAGS))

# A collective that waits longer ends the job and says where, before pytest's own limit does.
os.environ.setdefault("JPI_TIMEOUT", "100")

# Before mpi4py: jpi chooses settings that MPI reads when it starts.
jpi = importlib.import_module("jpi") if importlib.util.find_spec("jpi") else None

from mpi4py import MPI  # noqa: E402

COMM = MPI.COMM_WORLD.Dup()  # private: no message of a test can meet one of ours
RANK, SIZE = COMM.rank, COMM.size
STDERR = 2  # the terminal's, once `pytest_configure` has kept it from pytest's capture
DEFAULT_TIMEOUT = 120.0  # seconds for one test with its fixtures
LAST_WORDS = 1.0  # seconds for all ranks to write and the launcher to pass on why the job ends
REJECTED = (HypothesisException, StopTest, pytest.skip.Exception)  # no failures of an example

# The same examples on every rank: no random seed, database or clock, one failure at a time.
settings.register_profile(
    "ranks",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
settings.load_profile("ranks")


class RankFailure(AssertionError):
    """The failure of an example on any rank, raised by all of them."""


class Explanation:
    """What pytest shows of a failure: the text in the report, the message in the short summary."""

    def __init__(self, text: str, message: str):
        self.text = text
        self.reprcrash = SimpleNamespace(message=message)  # where pytest looks for it

    def __str__(self) -> str:
        return self.text


def describe(outcomes) -> str:
    """Returns every different outcome (word, text) once, under the ranks that share it."""
    ranks = {}
    for rank, outcome in enumerate(outcomes):
        ranks.setdefault(outcome, []).append(str(rank))
    return "\n".join(
        f"~~~ {word} on rank {', '.join(who)} ~~~\n{text}" for (word, text), who in ranks.items()
    )


def say(text: str) -> None:
    """Writes a block to the terminal at once, past pytest's capture and this rank's silence."""
    os.write(STDERR, f"\n[rank {RANK}] {text}\n".encode())


def meet(value):
    """Returns the values of all ranks; a rank that waits leaves its core to those that compute."""
    everyone = COMM.Ibarrier()
    while not everyone.Test():
        time.sleep(2e-4)
    return COMM.allgather(value)


def abort(reason: str, speaker: int = 0) -> None:
    """Ends the job on all ranks, once the rank `speaker` has said why."""
    if RANK == speaker:
        say(reason)
    time.sleep(LAST_WORDS)
    MPI.COMM_WORLD.Abort(pytest.ExitCode.INTERNAL_ERROR)


# ---- the session ----


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    global STDERR
    STDERR = os.dup(2)
    if jpi:
        jpi._watch.abort.stderr = STDERR
    config.addinivalue_line("markers", "ranks(n): runs only in a session of n ranks")
    config.addinivalue_line("markers", "sweep(n): slow but in a session of n ranks")
    config.addinivalue_line("markers", "fallback_allowed: may gather where a rule is missing")
    option = config.option
    if not (os.environ.get("PYTEST_TIMEOUT") or config.getini("timeout")):
        option.timeout = DEFAULT_TIMEOUT if option.timeout is None else option.timeout
    if option.timeout_method is None and not config.getini("timeout_method"):
        option.timeout_method = "thread"  # "signal" would wait for the collective that blocks


def pytest_sessionstart(session):
    if RANK:
        session.config.get_terminal_writer()._file = open(os.devnull, "w")


def pytest_sessionfinish(session):
    if jpi:
        with contextlib.suppress(Exception):  # what a test has seen fail is no failure at exit
            jpi.wait()


def pytest_internalerror(excrepr):
    if SIZE > 1:  # the other ranks would wait for this one
        abort(str(excrepr), speaker=RANK)


# ---- collection ----

collection_errors: list[tuple[str, str]] = []


def pytest_collectreport(report):
    if report.failed:
        collection_errors.append((report.nodeid, report.longreprtext))


def pytest_itemcollected(item):
    sweep = item.get_closest_marker("sweep")
    if sweep and SIZE != sweep.args[0]:
        item.add_marker(pytest.mark.slow)
    wanted = item.get_closest_marker("ranks")
    if wanted and SIZE != wanted.args[0]:
        item.add_marker(pytest.mark.skip(reason=f"for a session of {wanted.args[0]} ranks"))
    hypothesis = getattr(getattr(item, "obj", None), "hypothesis", None)
    if SIZE > 1 and hypothesis and not hasattr(hypothesis.inner_test, "has_failed"):
        hypothesis.inner_test = agreed(hypothesis.inner_test)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session):
    """Gives every rank the errors of all; with none, aborts unless they have the same tests."""
    own = list(collection_errors)
    everyones = COMM.allgather((own, [item.nodeid for item in session.items]))
    for rank, (errors, _) in enumerate(everyones):
        for nodeid, text in errors:
            if (nodeid, text) not in collection_errors:
                shown = Explanation(f"on rank {rank}:\n{text}", text.rpartition("\n")[-1])
                report = pytest.CollectReport(nodeid, "failed", shown, [])
                session.config.hook.pytest_collectreport(report=report)
                collection_errors.append((nodeid, text))
    tests = [nodeids for _, nodeids in everyones]
    if not collection_errors and any(nodeids != tests[0] for nodeids in tests):
        common = set(tests[0]).intersection(*tests)
        only = [("only", "\n".join(sorted(set(nodeids) - common))) for nodeids in tests]
        abort("the ranks collected different tests or another order\n" + describe(only))


# ---- tests ----


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if SIZE > 1:
        agree(report, call.excinfo)
    return report


def agree(report, excinfo) -> None:
    """Makes `report` a failure showing every rank's outcome, unless all have the same."""
    word, text, message = report.outcome, "", ""
    if hasattr(report, "wasxfail"):
        word = "xpassed" if report.passed else "xfailed"
    if report.failed and not (excinfo and excinfo.errisinstance(RankFailure)):
        crash = getattr(report.longrepr, "reprcrash", None)
        message = (crash.message if crash else report.longreprtext).partition("\n")[0]
        captured = [f"{title}:\n{content}" for title, content in report.sections]
        text = re.sub(r"\b0x[0-9a-f]+", "0x...", "\n".join([report.longreprtext, *captured]))
        # Before the ranks meet: if the others hang, it says why.
        say(f"{report.nodeid} failed in {report.when}: {message}")
    phase = ("runs", f"{report.nodeid} ({report.when})")
    everyones = meet((phase, (word, text), message))
    phases, outcomes, messages = zip(*everyones, strict=True)
    if len(set(phases)) > 1:
        abort("the ranks run different tests\n" + describe(phases))
    if len(set(outcomes)) > 1:
        report.outcome, report.sections = "failed", []
        vars(report).pop("wasxfail", None)
        differ = "the ranks differ: " + ", ".join(sorted({word for word, _ in outcomes}))
        report.longrepr = Explanation(describe(outcomes), next(filter(None, messages), differ))


def agreed(test):
    """Returns `test`, failing on all ranks if on any: together they look for a smaller example."""

    @functools.wraps(test)
    def agreed_test(*args, **kwargs):
        error, outcome = None, ("passed", "")
        try:
            test(*args, **kwargs)
        except REJECTED as rejection:
            error, outcome = rejection, (type(rejection).__name__, "")
        except (Exception, pytest.fail.Exception) as failure:
            outcome = ("failed", "".join(traceback.format_exception(failure)))
            if not agreed_test.has_failed:
                say(f"{test.__qualname__} failed for an example: {failure!r}")
            agreed_test.has_failed = True
        __tracebackhide__ = True  # pytest's name for a frame that is not worth showing
        outcomes = meet(outcome)
        if len(set(outcomes)) > 1 or outcome[0] == "failed":
            raise RankFailure(describe(outcomes))
        if error:
            raise error

    agreed_test.has_failed = False
    return agreed_test


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_set_timer(item, settings):
    """Starts the timer that ends the job, after every rank has written its stacks."""
    if settings.method != "thread":
        return None
    timer = threading.Timer(settings.timeout, expire, (item, settings.timeout))
    timer.daemon = True
    item.cancel_timeout = timer.cancel  # where pytest-timeout looks for it
    timer.start()
    return True


def expire(item, seconds: float) -> None:
    """Ends the job; a timer calls it on every rank, as all have waited equally long."""
    capture = item.config.pluginmanager.getplugin("capturemanager")
    capture.suspend_global_capture()
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    stacks = []
    for ident, frame in sys._current_frames().items():
        if ident != threading.get_ident():
            lines = traceback.format_list(
                call
                for call in traceback.extract_stack(frame)
                if not re.search("[/<](_?pytest|pluggy|frozen runpy)[/>]", call.filename)
            )
            stacks.append(f"--- stack of {names.get(ident)} ---\n" + "".join(lines))
    heading = f"Timeout: {item.nodeid} ran over {seconds:g} s"
    say("\n".join([heading, *capture.read_global_capture(), *stacks]))
    time.sleep(LAST_WORDS)
    os._exit(pytest.ExitCode.TESTS_FAILED)


# ---- fixtures ----


@pytest.fixture(scope="session")
def comm():
    """COMM_WORLD, as mpi4py's communicator."""
    return MPI.COMM_WORLD


@pytest.fixture(scope="session")
def rank(comm):
    return comm.rank


@pytest.fixture(scope="session")
def size(comm):
    return comm.size


@pytest.fixture(autouse=True)
def fallback(request, monkeypatch):
    """Makes a missing sharding rule an error, unless the test is marked `fallback_allowed`."""
    if jpi:
        allowed = request.node.get_closest_marker("fallback_allowed")
        monkeypatch.setattr(jpi.config, "fallback", "silent" if allowed else "error")
