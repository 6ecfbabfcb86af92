"""The end of all ranks when one of them fails; else the others would wait for ever."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from jpi._mpi.library import MPI
from jpi._watch.failures import Failures

FAILED = 1
INTERRUPTED = 130

stderr = 2  # the file of the last message; a test runner that captures 2 sets another
_LAST_WORDS = 0.3  # seconds for the launcher to pass on the last message
_exit_code: list[int] = [0]
_hooks: list[Any] = []  # the hook of `install`
_process = os.getpid()
reporters: list[Callable[[int, str], None]] = []  # of the watch: see `fail`


def say(text: str) -> None:
    """Write a line at once, without buffering; nothing if the file is closed."""
    with contextlib.suppress(OSError):
        os.write(stderr, f"\n{text}\n".encode(errors="backslashreplace"))


def flush() -> None:
    """Write what is in the buffers of Python's files, if they can be written."""
    for file in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            file.flush()


def abort(code: int, text: str = "") -> NoReturn:
    """End all ranks with this exit code, after writing the reason."""
    flush()
    if text:
        say(text)
    time.sleep(_LAST_WORDS)
    MPI.COMM_WORLD.Abort(code)
    os._exit(code)


def fail(code: int, text: str) -> NoReturn:
    """End all ranks because of an exception of this one; ``text`` is its traceback.

    The watch reports it together with those of the other ranks. Without a watch, or if it does not
    answer, this rank speaks for itself.
    """
    flush()
    for report in reporters:
        with contextlib.suppress(Exception):  # what a report lacks must not keep the ranks alive
            report(code, text)
    world = MPI.COMM_WORLD
    abort(code, Failures.of(world.size, world.rank, code, text).report)


def failed_exit_code() -> int:
    """The code of the exception that ends this process; 0 if there is none, or for success."""
    return _exit_code[0] or _code_behind_hook()


def _code_behind_hook() -> int:
    """The code of an exception that another hook has shown, put in the place of ours."""
    error = getattr(sys, "last_value", None)  # Python sets it before it calls the hook
    trace: Any = error and error.__traceback__
    is_of_program = bool(_hooks and trace) and trace.tb_frame.f_back is None  # nothing called it
    if not is_of_program or sys.excepthook in _hooks or _is_interactive():
        return 0
    return _of_exception([type(error)])


def is_forked() -> bool:
    """Whether this process is a child of a rank, by `os.fork`: not a rank itself."""
    return os.getpid() != _process


def _code(value: Any) -> int:
    """The exit code of a process that exits with ``value``; a failure even if it ends as 0."""
    if not isinstance(value, int):
        return 0 if value is None else FAILED
    return value % 256 or (FAILED if value else 0)


def _notice_exit_code() -> None:
    """Keep the code of the SystemExit that ends this process.

    Python has no hook for it, and drops the exception before the functions that run at exit. But it
    reads the exception's `code`, and only then without a frame of Python below.
    """
    member = SystemExit.__dict__["code"]

    def code(error: SystemExit) -> Any:
        value = member.__get__(error)
        try:
            sys._getframe(1)
        except ValueError:
            _exit_code[0] = _code(value)
        return value

    (members,) = gc.get_referents(SystemExit.__dict__)  # the type itself refuses a new attribute
    members["code"] = property(code, member.__set__, member.__delete__)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(SystemExit))
    sys.exit = _exit  # whose own exception does not exist yet, in Python 3.11, where it ends


def _exit(status: Any = None, /) -> NoReturn:
    raise SystemExit(status)


def _is_interactive() -> bool:
    return hasattr(sys, "ps1") or bool(sys.flags.interactive)


def _after(
    hook: Callable[..., Any], code_of: Callable[[Any], int], text_of: Callable[[Any], str]
) -> Callable[..., None]:
    """``hook``, and then the end of all ranks.

    In place of Python's own hook, the report of all ranks shows the exception.
    """
    is_own = hook in (sys.__excepthook__, threading.__excepthook__) and not _is_interactive()

    def called(*args: Any) -> None:
        code = code_of(args)
        if is_forked():
            hook(*args)
            _exit_code[0] = code if code_of is _of_exception else 0
            return
        ends = code and not _is_interactive() and not MPI.Is_finalized()
        if not (is_own and ends):
            hook(*args)
        if ends:
            fail(code, text_of(args) if is_own else "")

    return called


def _of_exception(args: Any) -> int:
    return INTERRUPTED if issubclass(args[0], KeyboardInterrupt) else FAILED


def _of_thread(args: Any) -> int:
    return 0 if args[0].exc_type is SystemExit else FAILED


def _text_of_exception(args: Any) -> str:
    return "".join(traceback.format_exception(*args))


def _text_of_thread(args: Any) -> str:
    error = args[0]
    name = error.thread.name if error.thread else "of another library"
    return f"Exception in thread {name}:\n" + _text_of_exception(error[:3])


def install() -> None:
    """Make an uncaught exception and a failed exit of this process the end of all ranks."""
    if MPI.COMM_WORLD.size == 1:
        return
    sys.excepthook = _after(sys.excepthook, _of_exception, _text_of_exception)
    _hooks.append(sys.excepthook)
    threading.excepthook = _after(threading.excepthook, _of_thread, _text_of_thread)
    _notice_exit_code()
