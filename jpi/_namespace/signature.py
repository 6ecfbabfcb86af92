"""The signature of a function made from one of JAX."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from jpi._jax.tracebacks import api

Function = TypeVar("Function", bound=Callable[..., Any])
_KEYWORD = inspect.Parameter.KEYWORD_ONLY
_PLACEMENT = [inspect.Parameter(name, _KEYWORD, default=None) for name in ("spec", "mesh")]


def placed_like(source: Callable) -> Callable[[Function], Function]:
    """A decorator that gives a public function the signature of ``source``, with ``spec`` and
    ``mesh``."""

    def sign(function: Function) -> Function:
        found = inspect.signature(source)
        given = list(found.parameters.values())
        count = len(given) - (bool(given) and given[-1].kind is inspect.Parameter.VAR_KEYWORD)
        signature = found.replace(parameters=[*given[:count], *_PLACEMENT, *given[count:]])
        signed = api(function)
        signed.__signature__ = signature  # type: ignore[attr-defined]
        return signed

    return sign
