"""The lines of the user's program: where it calls JPI, and where JAX traced an operation."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import jax

from jpi._jax.names import code_location, is_user_filename

_PACKAGE = str(Path(__file__).parents[1]) + os.sep
_LIBRARIES = (_PACKAGE, str(Path(jax.__file__).parent) + os.sep)


@functools.cache
def is_library(filename: str) -> bool:
    """Whether the file is JPI's, JAX's or Python's own."""
    return filename.startswith((_PACKAGE, "<frozen")) or not is_user_filename(filename)


def line_text(code: CodeType, line: int) -> str:
    path = os.path.relpath(code.co_filename) if os.path.isabs(code.co_filename) else ""
    short = path if path and not path.startswith("..") else code.co_filename
    return f"{short}:{line} in {code.co_qualname}"


def calling_line() -> str:
    """The line of the user's program that has called JPI."""
    frame = calling_frame()
    return line_text(frame.f_code, frame.f_lineno)


def calling_frame() -> Any:
    frame: Any = sys._getframe(2)
    while frame.f_back is not None and is_library(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def caller_level() -> int:
    """The stack level, for a warning, of the code that called into JPI."""
    frame, level = sys._getframe(1), 1
    while frame.f_back and frame.f_code.co_filename.startswith(_LIBRARIES):
        frame, level = frame.f_back, level + 1
    return level


def traced_frames(traceback: Any) -> Iterator[tuple[CodeType, int]]:
    """The code and the instruction of each frame of a traceback of JAX, innermost first."""
    return zip(*traceback.raw_frames(), strict=True) if traceback else iter(())


def line_of(code: CodeType, instruction: int) -> str:
    line, *_ = code_location(code, instruction)
    return line_text(code, line)
