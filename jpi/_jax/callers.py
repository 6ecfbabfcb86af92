"""The lines of the user's program: where it calls JPI, and where JAX traced an operation."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType
from typing import Any

import jax

from jpi._jax.names import code_location, is_user_filename

_PACKAGE = str(Path(__file__).parents[1]) + os.sep
_TREES = tuple(
    str(Path(jax.__file__).parent / "_src" / name)
    for name in ("tree_util.py", "tree.py", "flatten_util.py")
)
# Parts of JAX that are written as a user would.
_AS_USERS = tuple(
    str(Path(jax.__file__).parent / name) + os.sep
    for name in ("scipy", "_src/scipy", "experimental", "example_libraries")
)
# Functions of JAX's own that compute with the leaves themselves, as a user would.
_COMPUTE = {
    os.path.join("_src", "lax", "lax.py"): ("reduce",),
    os.path.join("_src", "lax", "windowed_reductions.py"): ("reduce_window", "_reduce_window"),
    os.path.join("_src", "lax", "control_flow", "loops.py"): (
        "associative_scan",
        "_batch_and_remainder",
    ),
}
# Containers that take trees apart to give the leaves to JAX's transforms themselves.
_CONTAINERS = (
    *(
        os.path.join("equinox", name)
        for name in (
            "_ad.py",
            "_compile_utils.py",
            "_errors.py",
            "_eval_shape.py",
            "_filters.py",
            "_jit.py",
            "_make_jaxpr.py",
            "_module",
            "_vmap_pmap.py",
            "internal/_primitive.py",
        )
    ),
    os.path.join("flax", "nnx") + os.sep,
)
_CONTAINER_FUNCTIONS = {(os.path.join("equinox", "_tree.py"), "tree_at")}
_JACOBIANS = ("jacfwd.<locals>.jacfun", "jacrev.<locals>.jacfun")
try:
    _START = os.getcwd()  # programs go to other folders, and remove them
except FileNotFoundError:
    _START = os.sep
_LIBRARIES = (_PACKAGE, str(Path(jax.__file__).parent) + os.sep)


@functools.cache
def is_library(filename: str) -> bool:
    """Whether the file is JPI's, JAX's or Python's own."""
    return filename.startswith((_PACKAGE, "<frozen")) or not is_user_filename(filename)


def line_text(code: CodeType, line: int) -> str:
    path = os.path.relpath(code.co_filename, _START) if os.path.isabs(code.co_filename) else ""
    short = path if path and not path.startswith("..") else code.co_filename
    printable = short.encode(errors="backslashreplace").decode()  # a name need not be UTF-8
    return f"{printable}:{line} in {code.co_qualname}"


def line_of_function(function: Any) -> str:
    """The line where a function of a user is defined; "" if it is not one."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None or is_library(code.co_filename):
        return ""
    return line_text(code, code.co_firstlineno)


def calling_line() -> str:
    """The line of the user's program that has called JPI."""
    frame = calling_frame()
    return line_text(frame.f_code, frame.f_lineno)


def calling_frame() -> Any:
    return _users_frame(sys._getframe(2))


def line_among(frames: Sequence[tuple[CodeType, int | None]]) -> str:
    """The line of the user's program among the frames of a thread, innermost first; "" if none."""
    if not frames:
        return ""
    code, line = next((x for x in frames if not is_library(x[0].co_filename)), frames[-1])
    return line_text(code, line or code.co_firstlineno)


def _users_frame(frame: Any) -> Any:
    while frame.f_back is not None and is_library(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def is_function_of_trees() -> bool:
    """Whether a function of trees, no transform, called what calls this: a rule of a pytree."""
    frame: Any = sys._getframe(2)
    if frame.f_code.co_filename not in _TREES:
        return False  # compiled code of JAX, or a transform
    frame = _beyond_trees(frame)
    return frame is None or not _is_transform(frame.f_code)


def is_jacobian() -> bool:
    """Whether `jax.jacfwd` or `jax.jacrev` called what calls this: a rule of a pytree.

    They ask for the size of an array, by its leaves, and no public hook says that it is they.
    """
    frame: Any = sys._getframe(2)
    if frame.f_code.co_filename not in _TREES:
        return False
    frame = _beyond_trees(frame)
    return frame is not None and frame.f_code.co_qualname in _JACOBIANS


def _beyond_trees(frame: Any) -> Any:
    while frame is not None and frame.f_code.co_filename in _TREES:
        frame = frame.f_back
    return frame


@functools.cache
def _is_transform(code: CodeType) -> bool:
    name, outermost = code.co_filename, code.co_qualname.split(".")[0]
    if name.startswith(_LIBRARIES):
        computes = any(name.endswith(part) and outermost in _COMPUTE[part] for part in _COMPUTE)
        return not computes and not name.startswith(_AS_USERS)
    if any(part in name for part in _CONTAINERS):
        return True
    return any(part in name and outermost == function for part, function in _CONTAINER_FUNCTIONS)


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
