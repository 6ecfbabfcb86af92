"""Hypothesis on several ranks: the same examples everywhere, and one outcome for each."""

from __future__ import annotations

import functools
import traceback

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import HypothesisException, StopTest

from harness.ranks import describe, meet, say

REJECTED = (HypothesisException, StopTest, pytest.skip.Exception)  # no failure of an example

# The same examples on every rank: no random seed, database or deadline, one failure at a time.
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


def agreed(test):
    """Returns `test`, which fails on all ranks if it fails on any, so that all shrink together."""

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
        __tracebackhide__ = True  # pytest leaves this frame out of the traceback
        outcomes = meet(outcome)
        if len(set(outcomes)) > 1 or outcome[0] == "failed":
            raise RankFailure(describe(outcomes))
        if error:
            raise error

    agreed_test.has_failed = False
    return agreed_test
