"""Origins: the lines of the user's program that call the collectives, and their purposes.

A collective in a function that the user compiles by `jpi.jit` or `jax.jit` has its site, the line,
in the compiled program. A function that JPI compiles for itself serves many lines: it gets the
number of the line in its token.

The purpose is the operation on global arrays that needs the collective: a scope among JAX's names,
which transforms keep.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from types import CodeType
from typing import Any, NamedTuple

import jax
import numpy as np

from jpi._config import config
from jpi._jax import names as _jax
from jpi._jax.callers import calling_frame, is_library, line_of, line_text, traced_frames
from jpi._mpi.library import native

_boundaries: set[CodeType] = set()  # code that runs functions it is given: see `site_within`
_sites: dict[tuple[str, int], tuple[int, jax.Array]] = {}  # the number and the token of a line
_outer = threading.local()  # the origin for operations traced without one of their own
_PURPOSE = "jpi:"
_SHOWN = 4  # the number of arrays that a purpose shows
_PLAIN = str.maketrans("/()#", "    ")
_STATICS = "#"  # before a hash of what is static in a purpose, and words for it


class Origin(NamedTuple):
    """The origin of a collective; "" and 0 for what is not known."""

    site: str = ""
    purpose: str = ""
    statics: int = 0
    given: str = ""

    @property
    def attributes(self) -> dict[str, Any]:
        """The origin as the native side takes it, which does not compare what is given."""
        given = f"{native.given}{self.given}" if self.given else ""
        return {"site": self.site, "purpose": self.purpose + given, "statics": self.statics}


def boundary(function: Any) -> Any:
    """``function``, marked as one that runs another function: see `site_within`."""
    _boundaries.add(function.__code__)
    return function


def site_within(traceback: Any) -> str:
    """The line of the innermost user's function in a traceback; "" if a `boundary` is inside it.

    A boundary means that this function called JPI, so each such call has a site of its own.
    """
    for code, instruction in traced_frames(traceback):
        if code in _boundaries:
            return ""
        if not is_library(code.co_filename):
            return line_of(code, instruction)
    return ""


def purpose(
    name: str, arrays: Iterable[Any], statics: int | None = None, given: str = ""
) -> AbstractContextManager[None]:
    """A context whose collectives have this function as their purpose, the same on all ranks.

    ``statics`` is a hash of what is static in it, and ``given`` shows static arguments; without a
    hash, those of the outer purpose hold.
    """
    types = [f"{x.dtype}{list(x.shape)}" for x in arrays]
    more = f" and {len(types) - _SHOWN} more" if len(types) > _SHOWN else ""
    text = f"{name} of {', '.join(types[:_SHOWN])}{more}"
    mark = "" if statics is None else f"{_STATICS}{statics:016x}{given.translate(_PLAIN)}"
    return jax.named_scope(_PURPOSE + text.translate(_PLAIN) + mark)


def with_origin(fun: Callable) -> Callable:
    """``fun``, which JAX traces apart from its call, with the origin of the operation in progress.

    So it traces functions with a derivative of their own.
    """
    source = _jax.current_source()

    @functools.wraps(fun)
    def traced(*args: Any) -> Any:
        with _jax.user_context(source.traceback, name_stack=source.name_stack):
            return fun(*args)

    return traced


def origin(traceback: Any, name_stack: Any) -> Origin:
    """The origin of an operation: its site, and its own purpose or the outer one."""
    outer = getattr(_outer, "origin", Origin())
    site = site_within(traceback) or outer.site
    found = re.findall(rf"{_PURPOSE}([^/()#]*)", str(name_stack))
    if not found:
        return outer._replace(site=site)
    marks = re.findall(rf"{_STATICS}([0-9a-f]{{16}})([^/()#]*)", str(name_stack))
    if not marks:
        return outer._replace(site=site, purpose=found[-1])
    return Origin(site, found[-1], int(marks[-1][0], 16), marks[-1][1])


@contextlib.contextmanager
def within(outer: Origin) -> Iterator[None]:
    """A context in which operations without an origin get ``outer``."""
    before = getattr(_outer, "origin", Origin())
    _outer.origin = outer
    try:
        yield
    finally:
        _outer.origin = before


@contextlib.contextmanager
def with_operands(made_by: int) -> Iterator[None]:
    """A context whose calls have operands that were made by the calls with this hash."""
    before = _operands.made_by
    _operands.made_by = made_by
    try:
        yield
    finally:
        _operands.made_by = before


class _Operands(threading.local):
    made_by: int | None = None


_operands = _Operands()
_forks: list[int] = []  # in the child of a rank, by `os.fork`, its process
os.register_at_fork(after_in_child=lambda: _forks.append(os.getpid()))


def check_is_rank() -> None:
    """Errors: RuntimeError in the child of a rank, where neither JAX nor MPI works."""
    if _forks:
        raise RuntimeError(
            f"JPI works on the ranks that mpirun has started; process {os.getpid()} is a fork of "
            "one. Call JPI before os.fork() or in the rank itself, and give the child NumPy arrays."
        )


def calling_token() -> jax.Array:
    """A token that holds the line of the user's program that called JPI."""
    check_is_rank()
    frame = calling_frame()
    key = frame.f_code.co_filename, frame.f_lineno
    site = _sites.get(key)
    if site is None:
        number = native.add_site(line_text(frame.f_code, frame.f_lineno))
        site = _sites[key] = number, new_token(number)
    number, token = site
    if _operands.made_by is None or config.check != "full":
        return token
    return new_token(number, *divmod(_operands.made_by, 2**32))


def new_token(*numbers: int) -> jax.Array:
    """The first token of a program. It holds the number of a site, 0 for none.

    After it may come the two halves of a hash of the calls that made the operands.
    """
    with jax.transfer_guard("allow"):  # the guard is for the user's arrays
        return jax.numpy.asarray(np.array(numbers or (0,), np.uint32))
