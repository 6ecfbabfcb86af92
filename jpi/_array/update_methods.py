"""The methods of ``x.at[index]``, with the names and signatures that `jax.numpy` has.

`update_methods.pyi` has their signatures; the script that writes it is `tests/stubs`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jpi._array.methods import described
from jpi._jax import names as _jax
from jpi._jax.tracebacks import api


def _method(name: str) -> Callable[..., Any]:
    def method(self: UpdateMethods, *args: Any, **kwargs: Any) -> Any:
        return self._updated(name, args, kwargs)

    return described(method, name, getattr(_jax.Updates, name, None))


@api
class UpdateMethods:
    """The part of ``x.at[index]`` that `jax.numpy` defines."""

    set, add, subtract = map(_method, ("set", "add", "subtract"))
    multiply, mul, divide, power = map(_method, ("multiply", "mul", "divide", "power"))
    min, max, apply, get = map(_method, ("min", "max", "apply", "get"))

    def _updated(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        raise NotImplementedError
