"""The watch: a thread that reports why a rank waits, and aborts ranks that cannot go on.

Each rank answers what it does. A rank that waits for more than a moment asks rank 0 to look. Rank 0
asks all ranks, twice, and ends the job if some will never go on (see `deadlock`) or have waited
longer than ``JPI_TIMEOUT``. The watch sends nothing while no rank waits.
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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jpi._config import config, timeout
from jpi._mpi.library import MPI
from jpi._watch import abort as _abort
from jpi._watch.activity import Activity, later, own_words, report
from jpi._watch.deadlock import State, Waiting, stuck_ranks
from jpi._watch.failures import Failures

TICK = 0.2  # seconds between two looks
MOMENT = 1.0  # seconds of waiting before a rank asks
LONGEST_PAUSE = 30.0  # seconds between two inquiries about one wait
ARRIVAL = 30.0  # seconds for all ranks to import JPI
ANSWERS = 3.0  # seconds for the ranks to answer
BETWEEN = 0.5  # seconds between the two inquiries
REPORT = 1.5  # seconds for rank 0 to report a failure and end all ranks
HURRY = 0.02  # seconds between two looks while failures are awaited
ASK, ANSWER, ALARM, FAILURE = 1, 2, 3, 4


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


@dataclass
class _Inquiry:
    """A question of rank 0 to all ranks."""

    number: int
    begin: float
    is_timeout: bool
    answers: dict[int, State] = field(default_factory=dict)
    times: dict[int, float] = field(default_factory=dict)

    def states(self) -> dict[int, State]:
        """What the ranks that have answered do now, as far as is known."""
        now = time.monotonic()
        return {rank: later(state, now - self.times[rank]) for rank, state in self.answers.items()}


class Watch:
    """The watch over all ranks."""

    def __init__(self) -> None:
        self._channel, self._opening = _open()
        self.activity = Activity()
        self._stopped = threading.Event()
        self._sent: list[Any] = []
        self._next_alarm: dict[Any, float] = {}
        self._inquiry: _Inquiry | None = None
        self._before: tuple[float, dict[int, Waiting]] | None = None
        self._places: dict[int, list[tuple[str, int]]] = {}  # by rank: where its calls wait
        self._number = 0
        self._timed_out_at: float | None = None
        self._limit = timeout() or math.inf
        self._interrupted_at: float | None = None
        self._own_failure: tuple[int, str] | None = None
        self._failures = Failures(self._channel.size)
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
            self._own_failure = code, text
            os.write(self._signal, b"\0")
            time.sleep(REPORT)

    def end(self, patience: float = math.inf) -> bool:
        """Say that the program of this rank is over, and answer until those of all ranks are.

        Returns whether they are, after ``patience`` seconds at most.
        """
        self.activity.has_ended = patience == math.inf  # else this rank ends all ranks itself
        if self._opens_soon():
            everyone, begin = self._channel.Ibarrier(), time.monotonic()
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

    def _opens_soon(self) -> bool:
        """Whether all ranks have imported JPI; the channel opens as soon as they have."""
        patience = time.monotonic() + ANSWERS
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
                    self._send(self._own_failure, 0, FAILURE)
                    self._own_failure = None
                for source, tag, content in self._messages():
                    self._receive(source, tag, content)
                self._look_at_own_calls()
                self._conclude()
                if self._failures.are_complete:
                    _abort.abort(self._failures.code, self._failures.report)
        except Exception:
            if not (sys.is_finalizing() or MPI.Is_finalized()):
                traceback.print_exc()

    def _sleep(self) -> None:
        pause = HURRY if self._failures.codes else TICK
        ready, _, _ = select.select([self._wakeup], [], [], pause)
        if ready and any(n in os.read(self._wakeup, 64) for n in (signal.SIGINT,)):
            self._interrupted_at = time.monotonic()

    def _watch_signals(self) -> None:
        """Notice Ctrl-C while the main thread is in a collective and cannot."""
        if threading.current_thread() is threading.main_thread():
            previous = signal.set_wakeup_fd(self._signal, warn_on_full_buffer=False)
            if previous != -1:  # the file descriptor of an event loop, which notices Ctrl-C itself
                signal.set_wakeup_fd(previous)

    def _messages(self) -> Iterator[tuple[int, int, Any]]:
        status = MPI.Status()
        while self._channel.Iprobe(MPI.ANY_SOURCE, MPI.ANY_TAG, status):
            source, tag = status.source, status.tag
            yield source, tag, self._channel.recv(source=source, tag=tag)

    def _send(self, content: Any, dest: int, tag: int) -> None:
        self._sent = [request for request in self._sent if not request.Test()]
        self._sent.append(self._channel.isend(content, dest, tag))

    def _receive(self, source: int, tag: int, content: Any) -> None:
        if tag == ASK:
            number, places = content
            self._send((number, self.activity.state(places)), source, ANSWER)
        elif tag == FAILURE:
            self._failures.add(source, *content)
        elif tag == ALARM:
            is_timeout, self._places[source] = content
            self._begin(is_timeout)
        elif self._inquiry and content[0] == self._inquiry.number:
            self._inquiry.answers[source] = content[1]
            self._inquiry.times[source] = time.monotonic()

    def _look_at_own_calls(self) -> None:
        now = time.monotonic()
        state = self.activity.state()
        call = max(state.calls, key=lambda call: call.seconds, default=None)
        if call is None:
            self._next_alarm.clear()
            self._timed_out_at = self._interrupted_at = None
            return
        if self._interrupted_at and now - self._interrupted_at > MOMENT:
            _abort.abort(_abort.INTERRUPTED, f"jpi: interrupted in {own_words(call)}")
        if call.seconds > self._limit:
            if self._timed_out_at is None:
                self._timed_out_at = now
                self._alarm(state, is_timeout=True)
            elif now - self._timed_out_at > 2 * ANSWERS:  # rank 0 does not answer
                own = {self._channel.rank: state}
                _abort.abort(_abort.TIMEOUT, self._report(self._too_long, own))
        elif call.seconds > MOMENT and config.check != "off":
            first = now + MOMENT
            if now >= self._next_alarm.setdefault(call.number, now):
                pause = min(max(call.seconds, MOMENT), LONGEST_PAUSE)
                self._next_alarm = {call.number: max(first, now + pause)}
                self._alarm(state, is_timeout=False)

    def _alarm(self, state: State, is_timeout: bool) -> None:
        """Ask rank 0 to look: the others may have made other calls where this rank waits."""
        places = [(call.comm, call.position) for call in state.calls if call.position]
        self._send((is_timeout, places), 0, ALARM)

    # ---- rank 0 ----

    def _begin(self, is_timeout: bool) -> None:
        if self._inquiry:
            self._inquiry.is_timeout |= is_timeout
            return
        self._number += 1
        self._inquiry = _Inquiry(self._number, time.monotonic(), is_timeout)
        places = sorted({place for each in self._places.values() for place in each})
        for rank in range(self._channel.size):
            self._send((self._number, places), rank, ASK)

    def _conclude(self) -> None:
        inquiry, now = self._inquiry, time.monotonic()
        if inquiry is None:
            if self._before and now - self._before[0] > BETWEEN:
                self._begin(is_timeout=False)
            return
        if len(inquiry.answers) < self._channel.size and now - inquiry.begin < ANSWERS:
            return
        self._inquiry = None
        stuck = stuck_ranks(inquiry.answers)
        before, self._before = self._before, (now, stuck) if stuck else None
        if stuck and before:
            same = {rank for rank, call in stuck.items() if call.is_same(before[1].get(rank))}
            if same == set(stuck):
                heading = "the ranks wait for each other and will never go on"
                _abort.abort(_abort.MISMATCH, self._report(heading, inquiry.states(), stuck))
        if inquiry.is_timeout:
            _abort.abort(_abort.TIMEOUT, self._report(self._too_long, inquiry.states()))

    def _report(
        self, heading: str, states: Mapping[int, State], explained: Iterable[int] | None = None
    ) -> str:
        """A report on all ranks; those that have waited too long are explained by default."""
        late = [
            rank
            for rank, state in states.items()
            if any(call.seconds > self._limit for call in state.calls)
        ]
        chosen = late if explained is None else sorted(explained)
        return report(heading, states, chosen, self._channel.size)

    @property
    def _too_long(self) -> str:
        return f"a collective has waited longer than JPI_TIMEOUT, {self._limit:g} s"
