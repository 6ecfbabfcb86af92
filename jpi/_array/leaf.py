"""The leaf that a function of trees gets for a distributed array.

It stands for the whole array: its operators and methods are those of a DistArray. Filters that ask
for a `jax.Array` keep it; functions of `jax.numpy`, which cannot compute with it, say what to do.
"""

from __future__ import annotations

from typing import Any

import jax

from jpi._jax.callers import calling_line


class Leaf(jax.Array):
    """What makes a distributed array pass for a `jax.Array`: none of its abstract members is there.

    JAX asks for them to compute with an array, and would take this one for an array of this device.
    """

    shape: Any

    @property
    def aval(self) -> Any:
        # `jax.numpy.zeros_like`, which needs shape and dtype only, asks whether there is one.
        raise _OfManyRanksError(_explained(self))

    def _refused(self, *_: Any) -> Any:
        raise TypeError(_explained(self))

    sharding = addressable_shards = global_shards = committed = property(_refused)
    is_fully_addressable = is_fully_replicated = property(_refused)
    addressable_data = copy_to_host_async = _refused  # type: ignore[assignment]


class _OfManyRanksError(TypeError, AttributeError):
    """A function for arrays on one device got a distributed array."""

    __module__, __qualname__ = "builtins", "TypeError"  # as users know it


_OfManyRanksError.__name__ = "TypeError"


def _explained(x: Leaf) -> str:
    return (
        f"a function for arrays on one device, such as those of jax.numpy, got an array of shape "
        f"{x.shape} that is distributed over ranks, from a function of trees at {calling_line()}. "
        "Call the function that holds this line as jpi.spmd(function)(...), or use jpi.numpy there."
    )
