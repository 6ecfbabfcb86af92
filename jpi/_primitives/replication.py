"""Checks that a value is the same on every rank."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from jpi._config import config
from jpi._mpi.comm import Comm
from jpi._ordered.primitive import collective, linear

compare_p = collective("compare", message={}, may_overwrite=True)
linear(compare_p, lambda t, comm: t)


def checked(x: Any, comm: Comm) -> Any:
    """``x``, which the ranks of ``comm`` use as one value.

    Communication: with ``jpi.config.check = "full"`` an allreduce of a few bytes, and of the whole
    array where the ranks' bits differ. If it differs by more than rounding, that is an error.
    """
    if config.check != "full" or comm.size == 1:
        return x
    dtype = jax.typeof(x).dtype
    is_movable = not jnp.issubdtype(dtype, jax.dtypes.extended) and dtype != jax.dtypes.float0
    return compare_p.bind(x, comm=comm) if is_movable else x
