"""What JAX traces or compiles at the moment. JAX does not hand this on: its frames have it."""

from __future__ import annotations

import sys
from typing import Any

from jpi._jax.names import ClosedJaxpr


def program() -> ClosedJaxpr | None:
    """The program that JAX lowers."""
    found = _local("lower_jaxpr_to_module", "jaxpr")
    return found if isinstance(found, ClosedJaxpr) else None


def operands() -> list[Any] | None:
    """The arrays that the program which JAX lowers will run on, if it is called with any."""
    found = _local("_pjit_call_impl_python", "args")
    return None if found is None else list(found)


def arguments() -> tuple[Any, Any] | None:
    """The arguments, by position and by name, of the call of `jax.jit` that JAX traces."""
    args, kwargs = _local("cache_miss", "args"), _local("cache_miss", "kwargs")
    return None if args is None else (args, kwargs)


def _local(function: str, name: str) -> Any:
    """A variable of the innermost call of a function of JAX, None if there is none."""
    frame: Any = sys._getframe(2)
    while frame is not None and frame.f_code.co_name != function:
        frame = frame.f_back
    return frame and frame.f_locals.get(name)
