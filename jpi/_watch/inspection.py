"""What rank 0 decides: when all ranks are asked, and whether their job ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from jpi._layout.masks import mask, union
from jpi._mpi.control import FIRST_USE
from jpi._watch.deadlock import stuck_ranks
from jpi._watch.inquiry import Inquiry
from jpi._watch.lines import COMPARED
from jpi._watch.relay import Alarm
from jpi._watch.report import report
from jpi._watch.states import Picture, Place

BETWEEN = 0.5  # seconds between the two inquiries
KEPT = 60.0  # seconds for which a place is asked about after an alarm: longer than between two
MISMATCH = 70  # the ranks deadlock
TIMEOUT = 75  # a rank has waited longer than JPI_TIMEOUT
NOTABLE = 60.0  # seconds of waiting, of which the first notice tells; then twice as long each time
_TOO_LONG = "a collective has waited longer than JPI_TIMEOUT, {:g} s"
_NOTICE = "a collective has waited for {:.0f} s; the job goes on, as other ranks may only take long"
_ALONE = "rank 0, which would ask the others, does not answer"
_LIMIT = "Set JPI_TIMEOUT to end a job in which a rank waits for too long."
_FIRST_USE = (
    "All ranks of a communicator must make the first call on it, which prepares it. Make this call "
    "on all of them, or let all call jpi.barrier(comm=...) with it before."
)
_LEVELS = (
    "Some ranks compare this call and others do not: `jpi.config.check` (JPI_CHECK) must be the "
    "same on all ranks."
)

Begin = Callable[[int, Iterable[Place], float], Inquiry]


class Inspection:
    """The inquiries of rank 0 into ``size`` ranks, of which none may wait longer than ``limit``.

    ``say`` writes a text that ends no job.

    Ranks are stuck if two inquiries one after the other find them so, in the same calls.
    """

    def __init__(self, size: int, limit: float, begin: Begin, say: Callable[[str], None]) -> None:
        self._all, self._limit, self._begin_at_all = mask(range(size)), limit, begin
        self._say, self._notable = say, NOTABLE
        self._number = 0
        self._inquiry: Inquiry | None = None
        self._is_timeout = False
        self._before: tuple[float, int] | None = None  # when ranks were stuck, and which
        self._places: dict[Place, float] = {}  # where ranks wait: when that was last said

    @property
    def is_asking(self) -> bool:
        """Whether answers are awaited."""
        return self._inquiry is not None

    def alarm(self, alarm: Alarm, now: float) -> None:
        """Ask all ranks, as some have waited for long."""
        self._places |= dict.fromkeys(alarm.places, now)
        self._is_timeout |= alarm.is_timeout
        self._begin(now)

    def verdict(self, now: float) -> tuple[int, str] | None:
        """The exit code and the reason, if the job must end now."""
        inquiry = self._inquiry
        if inquiry is None:
            if self._before and now - self._before[0] > BETWEEN:
                self._begin(now)
            return None
        if not inquiry.is_over(now):
            return None
        picture = inquiry.picture(now)
        is_timeout, self._inquiry, self._is_timeout = self._is_timeout, None, False
        stuck = stuck_ranks(picture)
        before, self._before = self._before, (now, stuck) if stuck else None
        if stuck and before and not stuck & ~(before[1] & self._seen_before(picture)):
            heading = "the ranks wait for each other and will never go on"
            return MISMATCH, report(heading, picture, stuck, self._all, _advice(picture))
        if is_timeout:
            return TIMEOUT, late_report(_TOO_LONG, picture, self._limit, self._all)
        self._notice(picture)
        return None

    def _notice(self, picture: Picture) -> None:
        """Say what all ranks do, if one has waited for long: some may wait outside of JPI."""
        longest = max((group.longest for group in picture.groups.values()), default=0.0)
        if longest > self._notable:
            self._notable = 2 * longest
            heading, advice = _NOTICE.format(longest), [*_advice(picture), _LIMIT]
            self._say(report(heading, picture, 0, self._all, advice))

    def _begin(self, now: float) -> None:
        if self._inquiry is None:
            self._number += 1
            self._places = {p: time for p, time in self._places.items() if now - time < KEPT}
            self._inquiry = self._begin_at_all(self._number, self._places, now)

    def _seen_before(self, picture: Picture) -> int:
        """The ranks in a call that an earlier inquiry has seen."""
        return union(r for call, r in picture.waiting.items() if call.number < self._number)


def late_report(heading: str, picture: Picture, limit: float, asked: int) -> str:
    """The report on the ``asked`` ranks; some have waited longer than ``limit`` seconds."""
    late = union(group.ranks for group in picture.groups.values() if group.longest > limit)
    return report(heading.format(limit), picture, late, asked, _advice(picture))


def own_report(picture: Picture, rank: int, limit: float) -> str:
    """The report of a rank that has waited too long, of itself, as rank 0 does not answer."""
    return late_report(f"{_TOO_LONG}; {_ALONE}", picture, limit, 1 << 0 | 1 << rank)


def _advice(picture: Picture) -> list[str]:
    """What helps in the first use of a communicator, and where ranks compare unlike the others."""
    lines = {line.words for group in picture.groups.values() for line in group.lines}
    is_level = any(words + COMPARED in lines for words in lines)
    is_first = any(call.comm.endswith(FIRST_USE) for call in picture.waiting)
    return [_LEVELS] * is_level + [_FIRST_USE] * is_first
