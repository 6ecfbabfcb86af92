"""The cost of the collectives of a part of a program, by operation and rank."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jpi._mpi.comm import Comm
from jpi._mpi.library import native
from jpi._ordered.compile import wait


@dataclass(frozen=True)
class Cost:
    """The cost of some calls.

    Attributes:
        calls: the number of calls.
        bytes: the bytes that left the rank.
        waiting: seconds until the other ranks arrived; 0 for messages, whose wait is in `moving`.
        moving: seconds in the calls themselves.
    """

    calls: int = 0
    bytes: int = 0
    waiting: float = 0.0
    moving: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.calls + other.calls,
            self.bytes + other.bytes,
            self.waiting + other.waiting,
            self.moving + other.moving,
        )


@dataclass
class Profile:
    """The costs of each rank, by operation; they print as a table, with those of all ranks."""

    ranks: list[Mapping[str, Cost]] = field(default_factory=list)

    @property
    def total(self) -> dict[str, Cost]:
        """The costs of all ranks together, by operation."""
        total: dict[str, Cost] = {}
        for costs in self.ranks:
            for name, cost in costs.items():
                total[name] = total.get(name, Cost()) + cost
        return total

    def __str__(self) -> str:
        heading = f"{'operation':<16}{'rank':>6}{'calls':>10}{'bytes':>16}"
        lines = [f"{heading}{'waiting [s]':>14}{'moving [s]':>14}"]
        for name, total in sorted(self.total.items()):
            rows = [(str(rank), costs.get(name)) for rank, costs in enumerate(self.ranks)]
            for rank, cost in [*rows, ("all", total)]:
                if cost:
                    lines.append(
                        f"{name:<16}{rank:>6}{cost.calls:>10}{cost.bytes:>16}"
                        f"{cost.waiting:>14.6f}{cost.moving:>14.6f}"
                    )
        return "\n".join(lines)


@contextlib.contextmanager
def profile() -> Iterator[Profile]:
    """A context that measures the collectives within it: by operation, on each rank and in all.

    A barrier before each collective separates the time that a rank waits for the others from the
    time of the call itself, so the program runs a little slower.

    Communication: collective over all ranks, at the beginning and at the end.

    Example::

        with jpi.profile() as costs:
            step(x)
        if jpi.rank() == 0:
            print(costs)
    """
    control = Comm().control
    wait()
    control.allgather(None, "the beginning of jpi.profile")
    native.profile_start()
    measured = Profile()
    try:
        yield measured
        wait()
    finally:
        own = {name: Cost(*numbers) for name, numbers in native.profile_take().items()}
    measured.ranks = control.allgather(own, "the end of jpi.profile")
