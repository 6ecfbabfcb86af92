"""The tokens that order the programs of `jax.jit`, without those of programs that have failed.

JAX gives the token of a program to the next one, so one failure would fail every later program,
after the error has been caught too.
"""

from __future__ import annotations

import contextlib
import functools
from typing import Any

import jax
from jax._src.dispatch import RuntimeTokenSet, runtime_tokens


def barrier() -> None:
    """Return when every program of `jax.jit` with effects has finished.

    Errors: that of a program that failed; raised once.
    """
    try:
        jax.effects_barrier()
    except Exception:
        runtime_tokens.clear()
        raise


def _has_failed(token: Any) -> bool:
    if not token._buf.is_ready():
        return False
    with contextlib.suppress(Exception):
        token.block_until_ready()
        return False
    return True


_given_on = RuntimeTokenSet.get_token_input


@functools.wraps(_given_on)
def _get_token_input(self: Any, effect: Any, devices: Any) -> Any:
    token = self.current_tokens.get(effect)
    if token is not None and _has_failed(token):
        del self.current_tokens[effect]
    return _given_on(self, effect, devices)


RuntimeTokenSet.get_token_input = _get_token_input
