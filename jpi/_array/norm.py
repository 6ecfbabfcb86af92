"""The norm of a whole tree of arrays, distributed and plain."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from jpi._call.arguments import is_sharded
from jpi._call.call import call
from jpi._jax.tracebacks import api


@api
def global_norm(tree: Any) -> jax.Array:
    """The square root of the sum of the squares of all elements of all arrays in ``tree``.

    It is ``jpi.spmd(optax.global_norm)``; ``optax.global_norm`` itself raises on a DistArray. A
    DistArray counts as the whole array. A plain array, the same on every rank, counts once, not
    once per rank. Complex elements count by their absolute values.

    Communication: an allreduce of one number for each sharded array.
    Example: ``scale = jnp.minimum(1, 1 / jpi.global_norm(gradients))``
    """
    leaves = jax.tree.leaves(tree, is_leaf=is_sharded)
    return jnp.sqrt(sum(call(_sum_of_squares, (x,), {}) for x in leaves))


def _sum_of_squares(x: Any) -> jax.Array:
    x = jnp.asarray(x)
    return jnp.sum(jnp.real(jnp.conj(x) * x))
