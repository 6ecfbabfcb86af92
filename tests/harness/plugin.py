"""One pytest session over all ranks: after every phase of every test they agree on its outcome.

Rank 0 prints, the others are silent. A failure on one rank is a failure on all: they stay in step.
pytest-mpi adds the marks by number of ranks and the folders that all ranks share.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from types import SimpleNamespace

import pytest

import jpi
from harness.examples import RankFailure, agreed
from harness.ranks import COMM, RANK, SIZE, abort, describe, keep_stderr, meet, say
from harness.stacks import DEFAULT_TIMEOUT, pytest_timeout_set_timer  # noqa: F401 (a hook)


class Explanation:
    """A failure as pytest shows it: the text in the report, the message in the short summary."""

    def __init__(self, text: str, message: str):
        self.text = text
        self.reprcrash = SimpleNamespace(message=message)  # the attribute that pytest reads

    def __str__(self) -> str:
        return self.text


# ---- the session ----


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    jpi._watch.abort.stderr = keep_stderr()
    config.addinivalue_line("markers", "ranks(n): runs only in a session of n ranks")
    config.addinivalue_line(
        "markers",
        "sweep(n): slow but in a session of n ranks; or of 2, 3 or 4, as for the cases of a table",
    )
    config.addinivalue_line("markers", "fallback_allowed: may gather where a rule is missing")
    option = config.option
    if not (os.environ.get("PYTEST_TIMEOUT") or config.getini("timeout")):
        option.timeout = DEFAULT_TIMEOUT if option.timeout is None else option.timeout
    if option.timeout_method is None and not config.getini("timeout_method"):
        option.timeout_method = "thread"  # "signal" is not handled inside a collective


def pytest_sessionstart(session):
    if RANK:
        session.config.get_terminal_writer()._file = open(os.devnull, "w")


def pytest_sessionfinish(session):
    with contextlib.suppress(Exception):  # tests have checked these failures
        jpi.wait()


def pytest_internalerror(excrepr):
    if SIZE > 1:  # the other ranks would hang
        abort(str(excrepr), speaker=RANK)


# ---- collection ----

collection_errors: list[tuple[str, str]] = []


def pytest_collectreport(report):
    if report.failed:
        collection_errors.append((report.nodeid, report.longreprtext))


def drawn_ranks(item) -> int:
    """Returns 2, 3 or 4: cases beside each other in the table of a test have different numbers.

    It depends on the test and on the place of the case alone, so every session draws the same.
    """
    test = f"{item.path.stem} {item.originalname}".encode()
    places = getattr(item, "callspec", None)
    place = sum(places.indices.values()) if places else 0
    return 2 + (hashlib.sha256(test).digest()[0] + place) % 3


def is_of_this_size(item) -> bool:
    """Returns whether a test is no slow one on this number of ranks; a named one never is.

    One rank runs the cases of two.
    """
    if any("::" in argument for argument in item.config.args):
        return True
    sweep = item.get_closest_marker("sweep")
    if sweep and sweep.args:
        return SIZE == sweep.args[0]
    if item.get_closest_marker("ranks"):
        return True
    if sweep or hasattr(item, "callspec"):
        return drawn_ranks(item) == (SIZE if sweep else max(SIZE, 2))
    return True


def pytest_itemcollected(item):
    if not is_of_this_size(item):
        item.add_marker(pytest.mark.slow)
    wanted = item.get_closest_marker("ranks")
    if wanted and SIZE != wanted.args[0]:
        item.add_marker(pytest.mark.skip(reason=f"for a session of {wanted.args[0]} ranks"))
    hypothesis = getattr(getattr(item, "obj", None), "hypothesis", None)
    if SIZE > 1 and hypothesis and not hasattr(hypothesis.inner_test, "has_failed"):
        hypothesis.inner_test = agreed(hypothesis.inner_test)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session):
    """Reports the errors of all ranks on every rank; without any, aborts if the tests differ."""
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
    """Makes `report` a failure that shows every rank's outcome, unless all outcomes are equal."""
    word, text, message = report.outcome, "", ""
    if hasattr(report, "wasxfail"):
        word = "xpassed" if report.passed else "xfailed"
    if report.failed and not (excinfo and excinfo.errisinstance(RankFailure)):
        crash = getattr(report.longrepr, "reprcrash", None)
        message = (crash.message if crash else report.longreprtext).partition("\n")[0]
        captured = [f"{title}:\n{content}" for title, content in report.sections]
        text = re.sub(r"\b0x[0-9a-f]+", "0x...", "\n".join([report.longreprtext, *captured]))
        # Before the ranks synchronise: if the others hang, this explains it.
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
