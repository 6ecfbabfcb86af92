"""Errors that show the lines of the user's program, without the frames of JAX and JPI."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from types import FunctionType, TracebackType
from typing import Any, NoReturn, TypeVar

from jax._src import source_info_util, traceback_util

from jpi._jax.callers import is_library

_PACKAGE = str(Path(__file__).parents[1])

traceback_util.register_exclusion(_PACKAGE)
source_info_util.register_exclusion(_PACKAGE)

Public = TypeVar("Public", bound=Callable[..., Any])


def api(public: Public) -> Public:
    """``public``, a function or a class that users call, with errors that hide our frames.

    A function that is called so often that one more call in Python counts has the ``except``
    clause itself; `hides_frames` says so of a member of a class.
    """
    if isinstance(public, type):
        for name, member in list(vars(public).items()):
            if isinstance(member, FunctionType) and member not in _hiding:
                setattr(public, name, api(member))
        return public

    @functools.wraps(public)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return public(*args, **kwargs)
        except Exception as error:
            hide_frames(error)
            raise

    return call  # type: ignore[return-value]


_hiding: set[Callable[..., Any]] = set()


def hides_frames(member: Public) -> Public:
    """``member``, which calls `hide_frames` itself."""
    _hiding.add(member)
    return member


def hide_frames(error: Exception) -> None:
    """Take our frames out of the traceback of an error, in the way that `jax.config` sets.

    It is called in the ``except`` clause of a function that the user has called.
    """
    noted = len(getattr(error, "__notes__", ()))
    try:
        _raise(error)
    except Exception:
        error.__traceback__ = _from(error.__traceback__)
    notes = getattr(error, "__notes__", [])
    if len(notes) == noted:
        return  # JAX is to show them, or hides them in another call, around this one
    if notes[-1] in notes[:noted]:  # by a call inside this one
        notes.pop()
    _keep_lines_of_user(error)


@traceback_util.api_boundary
def _raise(error: Exception) -> NoReturn:
    raise error


def _from(trace: TracebackType | None) -> TracebackType | None:
    """The part of a traceback after the frames of this file."""
    while trace and trace.tb_frame.f_code.co_filename in (__file__, traceback_util.__file__):
        trace = trace.tb_next
    return trace


def _keep_lines_of_user(error: BaseException) -> None:
    """Leave out what JAX shows of itself: the functions of jax.numpy, and the errors in them."""
    kept = None
    for trace in reversed(_frames_of_user(error)):
        kept = TracebackType(kept, trace.tb_frame, trace.tb_lasti, trace.tb_lineno)
    error.__traceback__ = kept
    before = shown = _before(error)
    while shown and not _frames_of_user(shown):
        shown = _before(shown)
    if shown is not before:
        error.__cause__, error.__context__, error.__suppress_context__ = None, shown, False


def _frames_of_user(error: BaseException) -> list[TracebackType]:
    frames, trace = [], error.__traceback__
    while trace:
        if not is_library(trace.tb_frame.f_code.co_filename):
            frames.append(trace)
        trace = trace.tb_next
    return frames


def _before(error: BaseException) -> BaseException | None:
    """The error that Python shows before this one."""
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)
