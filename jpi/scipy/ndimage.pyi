"""Written by tests/stubs; do not edit."""

from typing import Any, overload

from jax import Array
from jax.typing import ArrayLike

from jpi._array.array import DistArray
from jpi._namespace.annotations import Operand

@overload
def map_coordinates(
    input: ArrayLike, coordinates: Any, order: int, mode: str = "constant", cval: ArrayLike = 0.0
) -> Array:
    """Map the input array to new coordinates using interpolation."""

@overload
def map_coordinates(
    input: Operand, coordinates: Any, order: int, mode: str = "constant", cval: Operand = 0.0
) -> DistArray: ...
