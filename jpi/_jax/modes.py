"""The modes in which JAX traces code of JPI: those of the user are for the user's code."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

import jax

from jpi._jax.names import Primitive


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


def run_compiled(primitive: Primitive, *static: str) -> None:
    """Let calls of ``primitive`` outside of a program be a program, with `disable_jit` too.

    Args:
        static: the names of its parameters.
    """

    @functools.partial(jax.jit, static_argnames=static)
    def compiled(*operands: Any, **params: Any) -> Any:
        return primitive.bind(*operands, **params)

    @primitive.def_impl
    def run(*operands: Any, **params: Any) -> Any:
        with jax.disable_jit(False):
            return compiled(*operands, **params)
