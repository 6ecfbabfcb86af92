"""Sites: the lines of the user's program that make the collectives.

A collective in a function of the user's, compiled by `jpi.jit` or `jax.jit`, has its site in the
compiled program. One that JPI compiles for itself serves many lines: the token with which it is
called holds the number of the line.

Beside it stands the purpose, the operation on global arrays that needs the collective: a scope
among JAX's names, which transforms keep.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from types import CodeType
from typing import Any, NamedTuple

import jax

from jpi._jax.callers import calling_frame, is_library, line_of, line_text, traced_frames
from jpi._mpi.library import native

_boundaries: set[CodeType] = set()  # of functions that run what they are given: see `site_within`
_tokens: dict[tuple[str, int], jax.Array] = {}
_outer = threading.local()  # the origin of the operation that is made of those that are traced
_PURPOSE = "jpi:"
_SHOWN = 4  # arrays of a purpose
_PLAIN = str.maketrans("/()", "   ")


class Origin(NamedTuple):
    """Where a collective comes from; "" for what is not known."""

    site: str = ""
    purpose: str = ""


def boundary(function: Any) -> Any:
    """``function``, on whose stack what stands above it counts as what it was given to run."""
    _boundaries.add(function.__code__)
    return function


def site_within(traceback: Any) -> str:
    """The line of the innermost user's function of a traceback, "" if that has called JPI for this.

    That is, if a `boundary` lies between: then each of its calls has a site of its own.
    """
    for code, instruction in traced_frames(traceback):
        if code in _boundaries:
            return ""
        if not is_library(code.co_filename):
            return line_of(code, instruction)
    return ""


def purpose(name: str, arrays: Iterable[Any]) -> AbstractContextManager[None]:
    """A context whose collectives are for this function of global arrays: alike on all ranks."""
    types = [f"{x.dtype}{list(x.shape)}" for x in arrays]
    more = f" and {len(types) - _SHOWN} more" if len(types) > _SHOWN else ""
    text = f"{name} of {', '.join(types[:_SHOWN])}{more}"
    return jax.named_scope(_PURPOSE + text.translate(_PLAIN))


def origin(traceback: Any, name_stack: Any) -> Origin:
    """Where an operation comes from: its site, and its purpose or the outer one."""
    found = re.findall(rf"{_PURPOSE}([^/()]*)", str(name_stack))
    outer = getattr(_outer, "origin", Origin())
    return Origin(site_within(traceback) or outer.site, found[-1] if found else outer.purpose)


@contextlib.contextmanager
def within(outer: Origin) -> Iterator[None]:
    """A context in which what has no origin has this one."""
    before = getattr(_outer, "origin", Origin())
    _outer.origin = outer
    try:
        yield
    finally:
        _outer.origin = before


def calling_token() -> jax.Array:
    """A token that tells from which line of the user's program JPI was called."""
    frame = calling_frame()
    key = frame.f_code.co_filename, frame.f_lineno
    token = _tokens.get(key)
    if token is None:
        number = native.add_site(line_text(frame.f_code, frame.f_lineno))
        token = _tokens[key] = new_token(number)
    return token


def new_token(site: int = 0) -> jax.Array:
    """The value that the first collective of a program takes: the number of a site, 0 for none."""
    return jax.numpy.full((1,), site, jax.numpy.uint32)
