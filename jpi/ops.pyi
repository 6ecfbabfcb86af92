"""Written by tests/stubs; do not edit."""

from builtins import bool as _bool
from typing import Any, overload

from jax import Array
from jax.typing import ArrayLike

from jpi._array.array import DistArray
from jpi._namespace.annotations import Operand

@overload
def segment_max(
    data: ArrayLike,
    segment_ids: ArrayLike,
    num_segments: int | None = None,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    bucket_size: int | None = None,
    mode: Any = None,
    out_sharding: None = None,
) -> Array:
    """Computes the maximum within segments of an array."""

@overload
def segment_max(
    data: Operand,
    segment_ids: Operand,
    num_segments: int | None = None,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    bucket_size: int | None = None,
    mode: Any = None,
    out_sharding: None = None,
) -> DistArray | Array: ...
@overload
def segment_min(
    data: ArrayLike,
    segment_ids: ArrayLike,
    num_segments: int | None = None,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    bucket_size: int | None = None,
    mode: Any = None,
    out_sharding: None = None,
) -> Array:
    """Computes the minimum within segments of an array."""

@overload
def segment_min(
    data: Operand,
    segment_ids: Operand,
    num_segments: int | None = None,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    bucket_size: int | None = None,
    mode: Any = None,
    out_sharding: None = None,
) -> DistArray | Array: ...
@overload
def segment_prod(
    data: ArrayLike,
    segment_ids: ArrayLike,
    num_segments: int | None = None,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    bucket_size: int | None = None,
    mode: Any = None,
    out_sharding: None = None,
) -> Array:
    """Computes the product within segments of an array."""

@overload
def segment_prod(
    data: Operand,
    segment_ids: Operand,
    num_segments: int | None = None,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    bucket_size: int | None = None,
    mode: Any = None,
    out_sharding: None = None,
) -> DistArray | Array: ...
@overload
def segment_sum(
    data: ArrayLike,
    segment_ids: ArrayLike,
    num_segments: int | None = None,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    bucket_size: int | None = None,
    mode: Any = None,
    out_sharding: None = None,
) -> Array:
    """Computes the sum within segments of an array."""

@overload
def segment_sum(
    data: Operand,
    segment_ids: Operand,
    num_segments: int | None = None,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    bucket_size: int | None = None,
    mode: Any = None,
    out_sharding: None = None,
) -> DistArray | Array: ...
