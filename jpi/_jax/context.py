"""A setting of the current thread on which traced functions depend.

`jax.make_user_context` makes it part of JAX's caches of traces, but reading it takes 0.4 us, which
is much for an eager call, and the oldest JAX that JPI supports may not have it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import jax


class Context(threading.local):
    """Whether a part of the program is running.

    Attributes:
        is_active: whether the current thread is inside `active`.
    """

    is_active = False

    def __init__(self, cached: Any) -> None:
        self._cached = cached

    @contextlib.contextmanager
    def active(self) -> Iterator[None]:
        before, self.is_active = self.is_active, True
        try:
            with self._cached(True):
                yield
        finally:
            self.is_active = before


def make_context() -> Context:
    make = getattr(jax, "make_user_context", None)
    return Context(make(False) if make else contextlib.nullcontext)
