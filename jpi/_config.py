"""The configuration: what JPI does at the points where a user may want otherwise."""

from __future__ import annotations

import os
from typing import Literal

from jpi import _native as native

Fallback = Literal["warn", "silent", "error"]
Check = Literal["off", "trace", "full"]  # for the type checker: see native.check_levels


class Config:
    """The settings of this process.

    Attributes:
        fallback: what happens when a primitive has no sharding rule and its operands are gathered
            on every rank: ``"warn"`` once per primitive (default), ``"silent"``, or ``"error"``.
        check: what is compared over the ranks of a communicator before it runs, so that ranks
            which make different calls get an error that names them all: ``"trace"``, each kind of
            call (operation, op, dtype, size, root, counts, purpose) the first time (default),
            ``"full"``, every call, and that what is used as replicated is the same everywhere, or
            ``"off"``. The environment variable ``JPI_CHECK`` sets it at start. The same on every
            rank.
    """

    __slots__ = ("_check", "_fallback")

    def __init__(self) -> None:
        self._fallback: Fallback = "warn"
        self._check: Check = "trace"
        self.check = os.environ.get("JPI_CHECK") or "trace"  # type: ignore[assignment]

    @property
    def check(self) -> Check:
        return self._check

    @check.setter
    def check(self, value: Check) -> None:
        if value not in native.check_levels:
            raise ValueError(
                f"`check` must be 'off', 'trace' or 'full'; got {value!r}. Use one of these."
            )
        self._check = value
        native.set_check(value)

    @property
    def fallback(self) -> Fallback:
        return self._fallback

    @fallback.setter
    def fallback(self, value: Fallback) -> None:
        if value not in ("warn", "silent", "error"):
            raise ValueError(
                f"`fallback` must be 'warn', 'silent' or 'error'; got {value!r}. Use one of these."
            )
        self._fallback = value

    def __repr__(self) -> str:
        return f"jpi.config(check={self._check!r}, fallback={self._fallback!r})"


config = Config()
