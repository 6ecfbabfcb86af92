"""Written by tests/stubs; do not edit."""

from collections.abc import Sequence
from typing import overload

from jax import Array
from jax.typing import ArrayLike

from jpi._array.array import DistArray
from jpi._namespace.annotations import Operand

@overload
def dct(
    x: ArrayLike, type: int = 2, n: int | None = None, axis: int = -1, norm: str | None = None
) -> Array:
    """Computes the discrete cosine transform of the input"""

@overload
def dct(
    x: Operand, type: int = 2, n: int | None = None, axis: int = -1, norm: str | None = None
) -> DistArray: ...
@overload
def dctn(
    x: ArrayLike,
    type: int = 2,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str | None = None,
) -> Array:
    """Computes the multidimensional discrete cosine transform of the input"""

@overload
def dctn(
    x: Operand,
    type: int = 2,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str | None = None,
) -> DistArray: ...
@overload
def idct(
    x: ArrayLike, type: int = 2, n: int | None = None, axis: int = -1, norm: str | None = None
) -> Array:
    """Computes the inverse discrete cosine transform of the input"""

@overload
def idct(
    x: Operand, type: int = 2, n: int | None = None, axis: int = -1, norm: str | None = None
) -> DistArray: ...
@overload
def idctn(
    x: ArrayLike,
    type: int = 2,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str | None = None,
) -> Array:
    """Computes the multidimensional inverse discrete cosine transform of the input"""

@overload
def idctn(
    x: Operand,
    type: int = 2,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str | None = None,
) -> DistArray: ...
