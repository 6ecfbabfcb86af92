"""A file or folder that is written beside its place, and takes it when it is whole."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

from jpi._mpi.comm import Comm
from jpi.io._together import together

_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of Linux


@contextlib.contextmanager
def aside(
    comm: Comm, path: str, what: str, require_replaceable: Callable[[str], None]
) -> Iterator[str]:
    """A context with the name under which all ranks write; at its end one of them renames it.

    What is raised in the context must be raised on every rank. Then nothing is left of it.

    Args:
        require_replaceable: raises on the first rank if what is at ``path`` must stay.
    """
    place = partial_name(path)

    def begin() -> None:
        _require_folder_of(path)
        require_replaceable(path)
        remove(place)  # of a run that was killed

    on_first(comm, what, begin)
    try:
        yield place
        on_first(comm, what, lambda: replace(place, path))
    except Exception:
        if comm.rank == 0:
            with contextlib.suppress(OSError):
                remove(place)
        raise


def _require_folder_of(path: str) -> None:
    folder = os.path.dirname(os.path.abspath(path))
    try:
        os.stat(os.path.join(folder, ""))  # NotADirectoryError for a file
    except FileNotFoundError:
        raise FileNotFoundError(
            f"`path` must be in a folder that exists; got `{path}`, and there is no folder "
            f"`{folder}`. Make it: os.makedirs({folder!r}, exist_ok=True)."
        ) from None


def partial_name(path: str) -> str:
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.join(folder, f".{name}.partial")


def on_first(comm: Comm, what: str, action: Callable[[], None]) -> None:
    """``action()`` on the first rank; if it fails, it fails on all."""
    together(comm, what, action if comm.rank == 0 else lambda: None)


def remove(path: str) -> None:
    """Remove a file or folder, if there is one."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)


def replace(place: str, path: str) -> None:
    """Give what is at ``place`` the name ``path``; what had it is removed.

    A folder cannot be renamed to one that is there. Linux can exchange the two names at once;
    elsewhere there is a moment without either.
    """
    if not (os.path.isdir(place) or os.path.isdir(path)):
        with contextlib.suppress(FileNotFoundError):
            os.chmod(place, os.stat(path).st_mode & 0o777)  # a private file stays private
        os.replace(place, path)
    elif not os.path.lexists(path):
        os.rename(place, path)
    elif _exchange(place, path):
        remove(place)
    else:
        os.rename(path, f"{place}.old")
        os.rename(place, path)
        remove(f"{place}.old")


def _exchange(place: str, path: str) -> bool:
    rename: Any = getattr(ctypes.CDLL(None), "renameat2", None)
    names = os.fsencode(place), os.fsencode(path)
    return rename is not None and rename(_HERE, names[0], _HERE, names[1], _EXCHANGE) == 0
