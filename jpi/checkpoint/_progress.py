"""A line on the terminal that says how far a long work has come."""

from __future__ import annotations

import sys
import time
from types import TracebackType

_PATIENCE = 2.0  # seconds: shorter works show nothing
_WIDTH = 30


class Progress:
    """The progress of writing so many bytes, shown on a terminal by one rank."""

    def __init__(self, what: str, total: int, is_shown: bool) -> None:
        self._what, self._total, self._done = what, total, 0
        self._is_shown = is_shown and sys.stderr.isatty()
        self._since, self._has_line = time.monotonic(), False

    def __enter__(self) -> Progress:
        return self

    def add(self, count: int) -> None:
        self._done += count
        if not self._is_shown or time.monotonic() - self._since < _PATIENCE:
            return
        filled = _WIDTH * self._done // max(1, self._total)
        bar = "#" * filled + "-" * (_WIDTH - filled)
        sys.stderr.write(
            f"\r{self._what} [{bar}] {self._done / 1e6:.0f} of {self._total / 1e6:.0f} MB"
        )
        sys.stderr.flush()
        self._has_line = True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._has_line:
            sys.stderr.write("\n")
