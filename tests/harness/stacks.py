"""The time limit of a test: it ends the job after every rank has written its stacks."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
import traceback

import pytest

from harness.ranks import LAST_WORDS, say

DEFAULT_TIMEOUT = 120.0  # seconds for one test with its fixtures


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_set_timer(item, settings):
    """Starts the timer that ends the job, after every rank has written its stacks."""
    if settings.method != "thread":
        return None
    timer = threading.Timer(settings.timeout, expire, (item, settings.timeout))
    timer.daemon = True
    item.cancel_timeout = timer.cancel  # the attribute that pytest-timeout reads
    timer.start()
    return True


def expire(item, seconds: float) -> None:
    """Ends the job; each rank's timer calls it at the same time."""
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
