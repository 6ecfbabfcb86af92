"""The configuration: what JPI does at the points where a user may want otherwise."""

from __future__ import annotations

from typing import Literal

Fallback = Literal["warn", "silent", "error"]


class Config:
    """The settings of this process.

    Attributes:
        fallback: what happens when a primitive has no sharding rule and its operands are gathered
            on every rank: ``"warn"`` once per primitive (default), ``"silent"``, or ``"error"``.
    """

    __slots__ = ("_fallback",)

    def __init__(self) -> None:
        self._fallback: Fallback = "warn"

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
        return f"jpi.config(fallback={self._fallback!r})"


config = Config()
