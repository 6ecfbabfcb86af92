"""The watch: a thread that reports why a rank waits, and aborts ranks that cannot go on.

A rank that waits for more than a moment asks rank 0 to look. Rank 0 asks all ranks, twice, and
ends the job if some will never go on (see `deadlock`) or have waited longer than ``JPI_TIMEOUT``.
All messages go along a tree of the ranks (see `relay`). The watch sends nothing while no rank
waits.
"""

from __future__ import annotations

import contextlib
import math
import os
import select
import signal
import sys
import threading
import time
import traceback
from typing import Any

from jpi._config import timeout
from jpi._mpi.library import MPI
from jpi._watch import abort as _abort
from jpi._watch.activity import Activity
from jpi._watch.channel import Channel
from jpi._watch.failures import Failures
from jpi._watch.inspection import TIMEOUT, Inspection, own_report
from jpi._watch.relay import Alarm, Relay
from jpi._watch.report import FEW, own_words
from jpi._watch.sightings import Sightings
from jpi._watch.states import Picture, Place, State
from jpi._watch.tree import Tree

TICK = 0.2  # seconds between two looks
MOMENT = 1.0  # seconds of waiting before a rank asks
LONGEST_PAUSE = 30.0  # seconds between two inquiries about one wait
ARRIVAL = 30.0  # seconds for all ranks to import JPI
REPORT = 1.5  # seconds for rank 0 to report a failure and end all ranks
HURRY = 0.02  # seconds between two looks while failures are awaited
SOON = 3.0  # seconds for the other ranks to import JPI at the end of this one


def _open() -> tuple[MPI.Intracomm, Any]:
    """A channel of all ranks, and the pending request if some ranks have not imported JPI yet.

    MPI libraries may confuse communicators that are made at the same time as this one, so this
    function waits. It does not wait for ever, as Dup would, for a rank that never imports JPI.
    """
    channel, opening = MPI.COMM_WORLD.Idup()
    patience = time.monotonic() + ARRIVAL
    pause = 1e-4
    while not opening.Test():
        if time.monotonic() > patience:
            what = f"jpi: rank {channel.rank} has waited {ARRIVAL:g} s for all ranks to import jpi"
            advice = "Import it on every rank, or set JPI_IMPORTED_BY=some"
            _abort.say(f"{what}, and goes on. {advice}.")
            return channel, opening
        time.sleep(pause)
        pause = min(2 * pause, 0.02)
    return channel, None


class Watch:
    """The watch over all ranks."""

    def __init__(self) -> None:
        self._world, self._opening = _open()
        self._channel = Channel(self._world)
        self.activity = Activity()
        self._stopped = threading.Event()
        self._next_alarm: dict[Any, float] = {}
        self._sightings = Sightings()
        self._timed_out_at: float | None = None
        self._limit = timeout() or math.inf
        self._interrupted_at: float | None = None
        self._own_failure: Failures | None = None
        self._failures = Failures(self._world.size)
        self._tree = Tree(self._world.size)
        self._relay = Relay(
            self._tree,
            self._world.rank,
            self._channel.send,
            self._look,
            lambda alarm: self._inspection.alarm(alarm, time.monotonic()),
            self._failures.add,
        )
        ask = self._relay.ask_all
        self._inspection = Inspection(self._world.size, self._limit, ask, _abort.say)
        self._wakeup, self._signal = os.pipe()
        os.set_blocking(self._signal, False)
        self._watch_signals()
        self._thread = threading.Thread(target=self._run, name="jpi watch", daemon=True)
        self._thread.start()

    @property
    def is_open(self) -> bool:
        """Whether all ranks have imported JPI."""
        return not self._opening

    def report(self, code: int, text: str) -> None:
        """Let rank 0 end all ranks because of this one's failure; return if it does not."""
        if self.is_open and not self._stopped.is_set():
            self._own_failure = Failures.of(self._world.size, self._world.rank, code, text)
            os.write(self._signal, b"\0")
            time.sleep(REPORT + self._on_the_way)

    def end(self, patience: float = math.inf) -> bool:
        """Say that the program of this rank is over, and answer until those of all ranks are.

        Returns whether they are, after ``patience`` seconds at most.
        """
        if self._stopped.is_set():
            return True
        self.activity.has_ended = patience == math.inf  # else this rank ends all ranks itself
        if self._opens_soon():
            everyone, begin = self._world.Ibarrier(), time.monotonic()
            pause = 1e-4
            while not everyone.Test():
                if time.monotonic() - begin > patience:
                    return False
                time.sleep(pause)
                pause = min(2 * pause, 0.02)
        self.stop()
        return True

    def owns(self, descriptor: int) -> bool:
        """Whether signals are written to this file descriptor for the watch."""
        return descriptor == self._signal

    def stop(self) -> None:
        """Make the last MPI call of the thread; this must happen before MPI is finalised."""
        self._stopped.set()
        with contextlib.suppress(OSError):
            os.write(self._signal, b"\0")
        if threading.current_thread() is not self._thread:
            self._thread.join()

    @property
    def _on_the_way(self) -> float:
        """Seconds more for news from the lowest ranks to arrive, than from those below rank 0."""
        return (TICK + HURRY) * max(self._tree.height() - 1, 0)

    def _opens_soon(self) -> bool:
        """Whether all ranks have imported JPI; the channel opens as soon as they have."""
        patience = time.monotonic() + SOON
        while self._opening and time.monotonic() < patience:
            time.sleep(1e-3)
        return not self._opening

    # ---- the thread ----

    def _run(self) -> None:
        try:
            pause = 1e-4
            while self._opening and not self._stopped.is_set():
                if self._opening.Test():
                    self._opening = None
                time.sleep(pause)
                pause = min(2 * pause, TICK)
            while not self._stopped.is_set():
                self._sleep()
                if MPI.Is_finalized():
                    return
                if self._own_failure:
                    self._relay.fail(self._own_failure)
                    self._own_failure = None
                for source, tag, content in self._channel.messages():
                    self._relay.receive(source, tag, content, time.monotonic())
                self._look_at_own_calls()
                self._relay.work(time.monotonic())
                if verdict := self._inspection.verdict(time.monotonic()):
                    _abort.abort(*verdict)
                if self._failures.are_complete(self._on_the_way):
                    _abort.abort(self._failures.code, self._failures.report)
        except Exception:
            if not (sys.is_finalizing() or MPI.Is_finalized()):
                traceback.print_exc()

    def _sleep(self) -> None:
        is_busy = self._failures.codes or self._relay.is_busy or self._inspection.is_asking
        pause = HURRY if is_busy else TICK
        ready, _, _ = select.select([self._wakeup], [], [], pause)
        is_ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if ready and signal.SIGINT in os.read(self._wakeup, 64) and is_ours:
            self._interrupted_at = time.monotonic()

    def _watch_signals(self) -> None:
        """Notice Ctrl-C while the main thread is in a collective and cannot."""
        if threading.current_thread() is threading.main_thread():
            previous = signal.set_wakeup_fd(self._signal, warn_on_full_buffer=False)
            if previous != -1:  # the file descriptor of an event loop, which notices Ctrl-C itself
                signal.set_wakeup_fd(previous)

    def _look(self, number: int, places: tuple[Place, ...]) -> Picture:
        state = self._sightings.seen(self.activity.state(places), number)
        return Picture.of(self._world.rank, state, is_apart=self._world.size <= FEW)

    def _look_at_own_calls(self) -> None:
        now = time.monotonic()
        state = self.activity.state()
        if not state.calls:
            self._next_alarm.clear()
            self._timed_out_at = self._interrupted_at = None
            return
        line, call = max(
            zip(state.lines, state.calls, strict=True), key=lambda each: each[0].seconds
        )
        seconds = line.seconds[1]
        if self._interrupted_at and now - self._interrupted_at > MOMENT:
            _abort.abort(_abort.INTERRUPTED, f"jpi: interrupted in {own_words(line)}")
        if seconds > self._limit:
            if self._timed_out_at is None:
                self._timed_out_at = now
                self._alarm(state, is_timeout=True)
            elif now - self._timed_out_at > self._tree.longest_patience(self._world.rank):
                own = Picture.of(self._world.rank, state)
                _abort.abort(TIMEOUT, own_report(own, self._world.rank, self._limit))
        elif seconds > MOMENT:
            first = now + MOMENT
            if now >= self._next_alarm.setdefault(call.number, now):
                pause = min(max(seconds, MOMENT), LONGEST_PAUSE)
                self._next_alarm = {call.number: max(first, now + pause)}
                self._alarm(state, is_timeout=False)

    def _alarm(self, state: State, is_timeout: bool) -> None:
        """Ask rank 0 to look: the others may have made other calls where this rank waits."""
        places = frozenset((call.comm, call.position) for call in state.calls if call.position)
        self._relay.alarm(Alarm(is_timeout, places))
