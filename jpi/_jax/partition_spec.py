"""`jax.sharding.PartitionSpec` with a signature for type checkers.

JAX's own has no annotations, so strict checkers refuse to call it.
"""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

from jax.sharding import PartitionSpec

if TYPE_CHECKING:

    class P(PartitionSpec):
        """The mesh axes over which each dimension of an array is sharded."""

        def __new__(
            cls,
            *partitions: str | tuple[str, ...] | None,
            unreduced: Set[str] = ...,
            reduced: Set[str] = ...,
        ) -> P: ...
else:
    P = PartitionSpec
