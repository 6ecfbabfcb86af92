"""Checks that a value is the same on every rank, or its cotangent."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from jpi._config import config
from jpi._mpi.comm import Comm
from jpi._ordered.primitive import collective, linear, local

compare_p = collective("compare", message={}, may_overwrite=True)
shared_p = local("shared", lambda x, comm: x, moves_rows=False)
linear(compare_p, lambda t, comm: t)
linear(shared_p, lambda t, comm: compare_p.bind(t, comm=comm))


def checked(x: Any, comm: Comm) -> Any:
    """``x``, which the ranks of ``comm`` use as one value.

    Communication: with ``jpi.config.check = "full"`` an allreduce of a few bytes, and of the whole
    array where the ranks' bits differ. If it differs by more than rounding, that is an error.
    """
    return compare_p.bind(x, comm=comm) if _is_compared(x, comm) else x


def shared(x: Any, comm: Comm) -> Any:
    """``x``, a result that every rank of ``comm`` gets, and must use alike.

    Communication: that of `checked`, for the cotangent of ``x``.
    """
    is_compared = _is_compared(x, comm) and jnp.issubdtype(jax.typeof(x).dtype, jnp.inexact)
    return shared_p.bind(x, comm=comm) if is_compared else x


def _is_compared(x: Any, comm: Comm) -> bool:
    if config.check != "full" or comm.size == 1:
        return False
    dtype = jax.typeof(x).dtype
    return not jnp.issubdtype(dtype, jax.dtypes.extended) and dtype != jax.dtypes.float0
