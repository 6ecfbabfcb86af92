"""Written by tests/stubs; do not edit."""

from builtins import bool as _bool
from collections.abc import Sequence
from typing import Any, overload

from jax import Array
from jax.image import ResizeMethod as ResizeMethod
from jax.typing import ArrayLike

from jpi._array.array import DistArray
from jpi._namespace.annotations import Operand

@overload
def resize(
    image: ArrayLike,
    shape: Sequence[int],
    method: Any,
    antialias: _bool = True,
    precision: Any = ...,
) -> Array:
    """Image resize."""

@overload
def resize(
    image: Operand, shape: Sequence[int], method: Any, antialias: _bool = True, precision: Any = ...
) -> DistArray | Array: ...
@overload
def scale_and_translate(
    image: ArrayLike,
    shape: Sequence[int],
    spatial_dims: Sequence[int],
    scale: Any,
    translation: Any,
    method: Any,
    antialias: _bool = True,
    precision: Any = ...,
) -> Array:
    """Apply a scale and translation to an image."""

@overload
def scale_and_translate(
    image: Operand,
    shape: Sequence[int],
    spatial_dims: Sequence[int],
    scale: Any,
    translation: Any,
    method: Any,
    antialias: _bool = True,
    precision: Any = ...,
) -> DistArray | Array: ...
