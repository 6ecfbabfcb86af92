"""Written by tests/stubs; do not edit."""

from builtins import bool as _bool
from typing import overload

from jax import Array
from jax.typing import ArrayLike

from jpi._array.array import DistArray
from jpi._namespace.annotations import Operand

@overload
def vq(obs: ArrayLike, code_book: ArrayLike, check_finite: _bool = True) -> tuple[Array, Array]:
    """Assign codes from a code book to a set of observations."""

@overload
def vq(
    obs: Operand, code_book: Operand, check_finite: _bool = True
) -> tuple[DistArray | Array, DistArray | Array]: ...
