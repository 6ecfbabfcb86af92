"""Settings of ours that the programs which JAX compiles depend on."""

from __future__ import annotations

from collections.abc import Hashable

import jax

_context = jax.make_user_context()
_set_global = getattr(_context, "set_global", None) or _context._obj.set_global  # jax 0.8


def compile_for(settings: Hashable) -> None:
    """From now on, programs that were compiled for other settings are not used."""
    _set_global(settings)
