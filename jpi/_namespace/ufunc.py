"""Universal functions of distributed arrays, with NumPy's methods."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from jpi._call.call import call
from jpi._jax.tracebacks import api

METHODS = ("reduce", "accumulate", "reduceat", "outer", "at")


def _method(name: str) -> Callable[..., Any]:
    def method(self: Ufunc, *args: Any, **kwargs: Any) -> Any:
        return call(getattr(self._source, name), args, kwargs)

    method.__name__ = name
    method.__doc__ = f"As `jax.numpy.ufunc.{name}` on the global arrays."
    return method


@api
class Ufunc:
    """A `jax.numpy.ufunc` that takes distributed arrays where the original takes arrays.

    ``nin``, ``nout``, ``nargs`` and ``identity`` are those of the original.
    """

    reduce, accumulate, reduceat, outer, at = map(_method, METHODS)

    def __init__(self, source: jnp.ufunc) -> None:
        self._source = source
        self.__name__: str = getattr(source, "__name__", "ufunc")
        self.__doc__ = f"The ufunc {self.__name__!r} of distributed arrays.\n\n{source.__doc__}"
        self.__signature__ = inspect.signature(source)
        self.nin, self.nout = source.nin, source.nout
        self.nargs, self.identity = source.nargs, source.identity

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return call(self._source, args, kwargs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ufunc) and self._source == other._source

    def __hash__(self) -> int:
        return hash(self._source)

    def __repr__(self) -> str:
        return f"<jpi.numpy.ufunc {self.__name__!r}>"
