"""Distributed arrays in a function of global arrays that is being traced.

There every array is a global one, on which functions of `jpi.numpy` are those of `jax.numpy`.
"""

from __future__ import annotations

import jax

from jpi._call.sharded import Sharded
from jpi._evaluation.tracing import tracing_globally
from jpi._rules.closed_over import closed_over


def is_tracing_globally() -> bool:
    return tracing_globally.is_active


def as_global(x: Sharded) -> jax.Array:
    """``x`` as the global array that it is."""
    return closed_over(x._shard, x._mesh, x._layout)
