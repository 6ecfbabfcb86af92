"""The configuration: what a user can change in JPI.

Every environment variable of JPI is read here; those of launchers are in `_setup.launch`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, get_args

from jpi import _native as native

Fallback = Literal["warn", "silent", "error"]
Check = Literal["off", "trace", "full"]  # for the type checker: see native.check_levels
Linalg = Literal["auto", "gathered", "distributed"]

before_change: list[Callable[[], None]] = []  # called while the old level of checks holds
after_change: list[Callable[[], None]] = []  # called when a setting that programs depend on is new


def _require_one_of(name: str, choices: Sequence[str], value: object) -> None:
    if value not in choices:
        *others, last = map(repr, choices)
        raise ValueError(
            f"`{name}` must be {', '.join(others)} or {last}; got {value!r}. Use one of these."
        )


def _require_bytes(name: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(
            f"`{name}` must be a number of bytes from 0 on; got {value!r}. Set it to an int, such "
            "as 2**30."
        )


def _number_in(text: str) -> Any:
    return int(text) if text.isdecimal() else text


def _chooses_malloc(environment: Mapping[str, str]) -> bool:
    """Whether the user has set a variable of GNU's C library that says what memory it keeps."""
    tunables = environment.get("GLIBC_TUNABLES", "")
    return "glibc.malloc" in tunables or any(name.startswith("MALLOC_") for name in environment)


def _share_of_memory() -> int:
    """A core's share of this node's memory, in bytes."""
    try:
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # a system that does not say it
        return 2**31
    return pages // (os.cpu_count() or 1)


class Config:
    """The settings of this process.

    Attributes:
        fallback: what happens when a primitive has no sharding rule and its operands are gathered
            on every rank: ``"warn"`` once per primitive (default), ``"silent"``, or ``"error"``.
        check: what the ranks of a communicator compare before a call, so that different calls raise
            an error that names them all: ``"trace"``, each kind of call (operation, op, dtype,
            size, root, counts, purpose) the first time, and data given as the same on every rank
            once for each line of the program (default); ``"full"``, every call, with its line and
            what made its operands, and every value used as replicated; or ``"off"``. It must be
            the same on every rank; the environment variable ``JPI_CHECK`` sets it at start. A
            change waits for the calls in flight: it holds for the calls after it on each rank.
        cache_bytes: how much memory the compiled programs of JPI's own functions may take on this
            rank, by an estimate; those that were not used for longest are dropped first. The
            environment variable ``JPI_CACHE_BYTES`` sets it at start; 2**30 by default.
        kept_bytes: how much freed memory this rank keeps for its next results of up to 32 MiB,
            with GNU's C library; 2**31 - 1 at most. New memory for a large result can take longer
            than its message. The environment variable ``JPI_KEPT_BYTES`` sets it at start; 2**30 by
            default, or half of a core's share of the memory if that is less. None: as a variable
            such as ``MALLOC_TRIM_THRESHOLD_`` says.
        linalg: where a sharded matrix is factored, or a system with it solved: ``"distributed"``,
            by all ranks together, so that none holds it; ``"gathered"``, by each rank, on the whole
            matrix; or ``"auto"``, gathered where that is faster, which small matrices are
            (default). It must be the same on every rank.

    A function that was compiled before `fallback` or `linalg` changed is compiled anew.
    """

    __slots__ = ("_cache_bytes", "_check", "_chosen", "_fallback", "_kept_bytes", "_linalg")

    _chosen: tuple[Fallback, Linalg, Check]  # what a compiled program depends on; in one for speed

    def __init__(self) -> None:
        self._fallback: Fallback = "warn"
        self._linalg: Linalg = "auto"
        self._check: Check = "trace"
        self.check = os.environ.get("JPI_CHECK") or "trace"  # type: ignore[assignment]
        self._cache_bytes = 2**30
        if text := os.environ.get("JPI_CACHE_BYTES"):
            self.cache_bytes = _number_in(text)
        self._kept_bytes: int | None = None
        if text := os.environ.get("JPI_KEPT_BYTES"):
            self.kept_bytes = _number_in(text)
        elif not _chooses_malloc(os.environ):
            self.kept_bytes = min(2**30, _share_of_memory() // 2)

    def _choose(self) -> None:
        self._chosen = self._fallback, self._linalg, self._check
        for follow in after_change:
            follow()

    @property
    def cache_bytes(self) -> int:
        return self._cache_bytes

    @cache_bytes.setter
    def cache_bytes(self, value: int) -> None:
        _require_bytes("cache_bytes", value)
        self._cache_bytes = value

    @property
    def kept_bytes(self) -> int | None:
        return self._kept_bytes

    @kept_bytes.setter
    def kept_bytes(self, value: int) -> None:
        _require_bytes("kept_bytes", value)
        self._kept_bytes = min(value, 2**31 - 1)  # a C int
        native.keep_freed_memory(self._kept_bytes)

    @property
    def check(self) -> Check:
        return self._check

    @check.setter
    def check(self, value: Check) -> None:
        _require_one_of("check", native.check_levels, value)
        if value != self._check:
            for finish in before_change:
                finish()
        self._check = value
        self._choose()
        native.set_check(value)

    @property
    def fallback(self) -> Fallback:
        return self._fallback

    @fallback.setter
    def fallback(self, value: Fallback) -> None:
        _require_one_of("fallback", get_args(Fallback), value)
        self._fallback = value
        self._choose()

    @property
    def linalg(self) -> Linalg:
        return self._linalg

    @linalg.setter
    def linalg(self, value: Linalg) -> None:
        _require_one_of("linalg", get_args(Linalg), value)
        self._linalg = value
        self._choose()

    def __repr__(self) -> str:
        return (
            f"jpi.config(check={self._check!r}, fallback={self._fallback!r}, "
            f"cache_bytes={self._cache_bytes}, kept_bytes={self._kept_bytes}, "
            f"linalg={self._linalg!r})"
        )


config = Config()


def timeout() -> float | None:
    """The longest wait in one collective, in seconds, by ``JPI_TIMEOUT``; None without a limit.

    Errors: ValueError for a text that is not a number over 0.
    """
    text = os.environ.get("JPI_TIMEOUT", "")
    try:
        seconds = float(text or "inf")
    except ValueError:
        seconds = -1.0
    if not seconds > 0:
        raise ValueError(
            f"`JPI_TIMEOUT` must be a number of seconds over 0; got {text!r}. Set it to the "
            "longest wait in one collective, or unset it."
        )
    return seconds if text else None


def is_imported_by_all() -> bool:
    """Whether every rank of COMM_WORLD imports JPI, by ``JPI_IMPORTED_BY``: "all" or "some".

    Errors: ValueError for another text.
    """
    text = os.environ.get("JPI_IMPORTED_BY") or "all"
    if text not in ("all", "some"):
        raise ValueError(
            f"`JPI_IMPORTED_BY` must be 'all' or 'some'; got {text!r}. Set it to 'some' if other "
            "ranks of COMM_WORLD run programs without JPI."
        )
    return text == "all"


def is_logging() -> bool:
    """Whether every collective writes a line, by ``JPI_LOG``."""
    return os.environ.get("JPI_LOG", "0") not in ("", "0")


def allows_singletons(environment: Mapping[str, str]) -> bool:
    """Whether a launcher may start single ranks that do not know each other."""
    return bool(environment.get("JPI_ALLOW_SINGLETONS"))


def variables() -> dict[str, str]:
    """The environment variables of JPI that are set."""
    return {k: v for k, v in sorted(os.environ.items()) if k.startswith("JPI_")}
