"""Written by tests/stubs; do not edit."""

from typing import overload

from jax import Array
from jax.typing import ArrayLike

from jpi._array.array import DistArray
from jpi._namespace.annotations import Operand

@overload
def trapezoid(
    y: ArrayLike, x: ArrayLike | None = None, dx: ArrayLike = 1.0, axis: int = -1
) -> Array:
    """Integrate along the given axis using the composite trapezoidal rule."""

@overload
def trapezoid(
    y: Operand, x: Operand | None = None, dx: Operand = 1.0, axis: int = -1
) -> DistArray | Array: ...
