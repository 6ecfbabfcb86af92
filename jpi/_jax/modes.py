"""The modes in which JAX traces code of JPI: those of the user are for the user's code."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

import jax


@contextlib.contextmanager
def own_modes() -> Iterator[None]:
    """A context without the modes in which `jax.numpy` refuses what it takes by default."""
    with jax.numpy_rank_promotion("allow"), jax.numpy_dtype_promotion("standard"):
        yield


def in_own_modes(fun: Callable) -> Callable:
    @functools.wraps(fun)
    def traced(*args: Any, **kwargs: Any) -> Any:
        with own_modes():
            return fun(*args, **kwargs)

    return traced
