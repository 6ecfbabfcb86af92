"""Repairs of JAX, made when this module is imported."""

from __future__ import annotations

import warnings
from typing import Any

import jax
import jax.numpy as jnp
from jax._src import ad_checkpoint


def keep_complex_numbers() -> None:
    """Let `jax.checkpoint` keep complex results of collectives.

    It keeps the result of a collective, which must not be computed twice, and rounds it to its own
    precision. There it would take complex numbers for real ones, and raise TypeError.

    Errors: RuntimeWarning if JAX no longer has the function to replace.
    """
    round_kept = getattr(ad_checkpoint, "_insert_reduce_precision", None)
    if round_kept is None:
        warnings.warn(
            f"`jax.checkpoint` must call a function that JPI knows to round what it keeps; jax "
            f"{jax.__version__} has none. Complex results of collectives may fail in "
            "jax.checkpoint: use an older jax, or report it to JPI.",
            RuntimeWarning,
            stacklevel=2,
        )
        return

    def round_real(jaxpr: Any, count: int) -> Any:
        results, kept = jaxpr.outvars[: len(jaxpr.outvars) - count], jaxpr.outvars[-count:]
        real = [v for v in kept if not _is_complex(v)]
        if not count or len(real) == count:
            return round_kept(jaxpr, count)
        rounded = round_kept(jaxpr.replace(outvars=[*results, *real]), len(real))
        return rounded.replace(outvars=jaxpr.outvars)

    ad_checkpoint._insert_reduce_precision = round_real


def _is_complex(variable: Any) -> bool:
    return jnp.issubdtype(getattr(variable.aval, "dtype", bool), jnp.complexfloating)


keep_complex_numbers()
