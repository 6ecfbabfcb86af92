"""How a name of `jax.numpy` becomes one of `jpi.numpy`."""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from jpi._call import call


def distributed(source: ModuleType, name: str, module: str) -> Any:
    """The attribute ``name`` of ``source`` for ``module``: functions take distributed arrays.

    Errors: AttributeError if ``source`` has no such public name.
    """
    if name.startswith("_") or not hasattr(source, name):
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    value = getattr(source, name)
    if isinstance(value, type | ModuleType) or hasattr(value, "dtype") or not callable(value):
        return value  # a dtype, a constant

    @functools.wraps(value)
    def function(*args: Any, **kwargs: Any) -> Any:
        return call(value, args, kwargs)

    function.__module__ = module
    function.__doc__ = (
        f"`{source.__name__}.{name}` of distributed arrays; see its documentation.\n\n"
        f"{value.__doc__ or ''}"
    )
    return function
