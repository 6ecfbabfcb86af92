"""How a module of JAX becomes one of JPI: a name is made from the original at its first use."""

from __future__ import annotations

import difflib
import functools
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

import jax.numpy as jnp

from jpi._call.call import call
from jpi._jax.tracebacks import api
from jpi._namespace.ufunc import Ufunc


def namespace(
    source: ModuleType, module: dict[str, Any]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` for the module with these globals, which wraps ``source``."""

    @api
    def get(name: str) -> Any:
        value = module[name] = distributed(source, name, module["__name__"])
        return value

    def names() -> list[str]:
        return sorted({*module, *dir(source)})

    return get, names


def submodules(source: ModuleType, module: str) -> dict[str, ModuleType]:
    """The modules in the module ``source``, by name, each made from the original.

    ``import`` finds them in ``module``, the one that wraps ``source``.
    """
    found = {}
    for name, inner in vars(source).items():
        if isinstance(inner, ModuleType) and inner.__name__ == f"{source.__name__}.{name}":
            made = ModuleType(f"{module}.{name}", f"`{inner.__name__}` for distributed arrays.")
            get, names = namespace(inner, vars(made))
            vars(made).update(__getattr__=get, __dir__=names)
            found[name] = sys.modules[made.__name__] = made
    return found


def unknown(name: str, module: str, names: Iterable[str]) -> AttributeError:
    """The error for a name that the module lacks, with that of ``names`` which is most like it."""
    public = [other for other in names if not other.startswith("_")]
    close = difflib.get_close_matches(name, public, n=1)
    hint = f". Did you mean {close[0]!r}?" if close else ""
    return AttributeError(f"module {module!r} has no attribute {name!r}{hint}", name=name)


def distributed(source: ModuleType, name: str, module: str) -> Any:
    """The attribute ``name`` of ``source`` for ``module``; functions take distributed arrays.

    Errors: AttributeError if ``source`` has no such public name.
    """
    if name.startswith("_") or not hasattr(source, name):
        raise unknown(name, module, dir(source))
    value = getattr(source, name)
    if isinstance(value, type | ModuleType) or hasattr(value, "dtype") or not callable(value):
        return value  # a dtype, a constant
    if isinstance(value, jnp.ufunc):
        return Ufunc(value)

    @api
    @functools.wraps(value)
    def function(*args: Any, **kwargs: Any) -> Any:
        return call(value, args, kwargs)

    function.__module__ = module
    function.__doc__ = (
        f"`{source.__name__}.{name}` of distributed arrays; see its documentation.\n\n"
        f"{value.__doc__ or ''}"
    )
    return function
