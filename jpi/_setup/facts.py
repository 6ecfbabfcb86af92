"""What this process runs on: the lines that ``python -m jpi`` prints.

It may run after ``import jpi`` has failed, so it imports little and reports what is loaded.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.metadata
import os
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import jax

from jpi._config import config, variables
from jpi._layout.ranges import ranges
from jpi._native import ffi_version as built_ffi_version
from jpi._setup import versions as _versions
from jpi._setup.launch import launched_rank, launched_ranks, usable_cores

THREAD_LEVELS = ("SINGLE", "FUNNELED", "SERIALIZED", "MULTIPLE")
# Ranks that differ in these may compile different programs, or fail to communicate.
ALIKE = ("jpi", "Python", "jax", "jaxlib", "MPI", "ranks", "thread level")

Facts = dict[str, str]


class _SymbolInfo(ctypes.Structure):
    """The Dl_info of dladdr."""

    _fields_ = (
        ("file", ctypes.c_char_p),
        ("base", ctypes.c_void_p),
        ("symbol", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
    )


def file_of_symbol(extension: str, name: str) -> str:
    """The shared library that holds the function which the loaded ``extension`` calls ``name``."""
    function = getattr(ctypes.CDLL(extension), name)
    info = _SymbolInfo()
    if not ctypes.CDLL(None).dladdr(ctypes.cast(function, ctypes.c_void_p), ctypes.byref(info)):
        raise OSError(f"dladdr finds no file for {name}")
    return os.path.realpath(os.fsdecode(info.file))


def _version(name: str) -> Callable[[], str]:
    return lambda: importlib.import_module(name).__version__


def _with_mpi(fact: Callable[[Any], str]) -> Callable[[], str]:
    """The fact about the MPI that is loaded. Loading MPI here would start it."""

    def ask() -> str:
        mpi = sys.modules.get("mpi4py.MPI")
        return fact(mpi) if mpi and mpi.Is_initialized() else "not started"

    return ask


def _launcher() -> str:
    name, total, _ = launched_ranks(os.environ)
    return f"{name}, {total} ranks" if name else "none"


def _ffi_versions() -> str:
    running = _versions.ffi_version()
    return "{}.{} in jpi, ".format(*built_ffi_version) + (
        "{}.{} in jaxlib".format(*running) if running else "not known in jaxlib"
    )


def _threads() -> str:
    """The pool that computes on this rank, by the name that XLA gives its threads (on Linux)."""
    tasks = Path("/proc/self/task").glob("*/comm")
    count = sum(task.read_text().strip() == "tf_XLAEigen" for task in tasks)
    given = {
        name: os.environ.get(name) for name in ("NPROC", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    }
    settings = [f"{name}={value}" for name, value in given.items() if value]
    return ", ".join([f"{count or 'unknown'} per rank in XLA", *settings])


def _compile_cache() -> str:
    return str(jax.config.jax_compilation_cache_dir or "none: set JAX_COMPILATION_CACHE_DIR")


FACTS: dict[str, Callable[[], str]] = {
    "jpi": lambda: importlib.metadata.version("jpi"),
    "Python": platform.python_version,
    **{name: _version(name) for name in ("jax", "jaxlib", "mpi4py", "numpy")},
    "MPI": _with_mpi(
        lambda mpi: " ".join(mpi.Get_library_version().split("\n")[0].split()).strip("\0")
    ),
    "MPI library": _with_mpi(lambda mpi: file_of_symbol(mpi.__file__, "MPI_Init")),
    "launcher": _launcher,
    "ranks": _with_mpi(lambda mpi: str(mpi.COMM_WORLD.size)),
    "host": lambda: f"{platform.node()}, {usable_cores()} usable cores",
    "thread level": _with_mpi(lambda mpi: THREAD_LEVELS[mpi.Query_thread() - mpi.THREAD_SINGLE]),
    "devices": lambda: f"{jax.default_backend()}: {', '.join(map(str, jax.devices()))}",
    "threads": _threads,  # after the devices, which start them
    "XLA_FLAGS": lambda: os.environ.get("XLA_FLAGS", ""),
    "compile cache": _compile_cache,
    "XLA FFI API": _ffi_versions,
    "environment": lambda: " ".join(f"{name}={value}" for name, value in variables().items()),
    "config": lambda: repr(config),
}


def facts() -> Facts:
    """The facts about this process, a text for each label. Of an unknown fact it is the reason."""

    def text(fact: Callable[[], str]) -> str:
        try:
            return fact() or "none"
        except Exception as error:  # one fact that fails must not hide the others
            return f"not known ({type(error).__name__}: {error})"

    return {label: text(fact) for label, fact in FACTS.items()}


def _named(ranks: Sequence[int]) -> str:
    return f"{len(ranks)} ranks: {ranges(ranks)}" if len(ranks) > 1 else f"rank {ranges(ranks)}"


def _by_rank(texts: Sequence[str]) -> list[str]:
    """Each different text once, with the ranks that have it."""
    ranks: dict[str, list[int]] = {}
    for rank, text in enumerate(texts):
        ranks.setdefault(text, []).append(rank)
    return [f"{text} ({_named(who)})" for text, who in ranks.items()]


def render(everyones: Sequence[Facts]) -> str:
    """The report on the facts of all ranks; a fact that is the same on all ranks appears once."""
    lines = []
    for label in FACTS:
        texts = [own[label] for own in everyones]
        alike = label != "host" and len(set(texts)) == 1
        for i, text in enumerate(texts[:1] if alike else _by_rank(texts)):
            lines.append(f"{'' if i else label:<13} {text}")
    return "\n".join(lines)


def differences(everyones: Sequence[Facts]) -> list[str]:
    """A sentence for each fact that must be the same on all ranks and is not."""
    return [
        f"`{label}` must be the same on all ranks; got {'; '.join(_by_rank(texts))}. "
        "Start every rank in the same environment."
        for label in ALIKE
        if len(set(texts := [own[label] for own in everyones])) > 1
    ]


def is_command() -> bool:
    """Whether this is ``python -m jpi``. Python imports jpi before it runs ``__main__``."""
    return sys.argv[:1] == ["-m"] and not {"jpi", "-mjpi"}.isdisjoint(sys.orig_argv)


def explain(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print the problem that ended ``python -m jpi``, as `sys.excepthook`, and end all ranks."""
    if isinstance(error, (ImportError, RuntimeError)):
        rank = launched_rank(os.environ)
        if rank:  # rank 0 prints the full report
            print(f"problem on rank {rank}: {error}", file=sys.stderr)
        else:
            print(f"problem: {error}\n\n{render([facts()])}", flush=True)
    else:
        sys.__excepthook__(kind, error, trace)
    mpi = sys.modules.get("mpi4py.MPI")
    if mpi and mpi.Is_initialized() and mpi.COMM_WORLD.size > 1:
        mpi.COMM_WORLD.Abort(1)  # the other ranks may wait for this one
