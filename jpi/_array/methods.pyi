"""Written by tests/stubs; do not edit."""

from builtins import bool as _bool
from collections.abc import Sequence
from typing import Any, ClassVar, Literal, overload

from jax import Array
from jax.typing import DTypeLike

from jpi._array.array import DistArray
from jpi._array.protocols import Protocols
from jpi._namespace.annotations import Operand

class Methods(Protocols):
    @overload
    def all(
        self,
        axis: None = None,
        out: None = None,
        keepdims: Literal[False] = False,
        *,
        where: Operand | None = None,
    ) -> Array:
        """Test whether all array elements along a given axis evaluate to True."""
    @overload
    def all(
        self,
        axis: int | Sequence[int] | None = None,
        out: None = None,
        keepdims: _bool = False,
        *,
        where: Operand | None = None,
    ) -> DistArray | Array: ...
    @overload
    def any(
        self,
        axis: None = None,
        out: None = None,
        keepdims: Literal[False] = False,
        *,
        where: Operand | None = None,
    ) -> Array:
        """Test whether any array elements along a given axis evaluate to True."""
    @overload
    def any(
        self,
        axis: int | Sequence[int] | None = None,
        out: None = None,
        keepdims: _bool = False,
        *,
        where: Operand | None = None,
    ) -> DistArray | Array: ...
    @overload
    def argmax(self, axis: None = None, out: None = None, keepdims: Literal[None] = None) -> Array:
        """Return the index of the maximum value."""
    @overload
    def argmax(
        self, axis: int | None = None, out: None = None, keepdims: _bool | None = None
    ) -> DistArray | Array: ...
    @overload
    def argmin(self, axis: None = None, out: None = None, keepdims: Literal[None] = None) -> Array:
        """Return the index of the minimum value."""
    @overload
    def argmin(
        self, axis: int | None = None, out: None = None, keepdims: _bool | None = None
    ) -> DistArray | Array: ...
    def argpartition(self, kth: int, axis: int = -1) -> DistArray:
        """Return the indices that partially sort the array."""
    def argsort(
        self,
        axis: int | None = -1,
        *,
        kind: None = None,
        order: None = None,
        stable: _bool = True,
        descending: _bool = False,
    ) -> DistArray:
        """Return the indices that sort the array."""
    def choose(
        self, choices: Sequence[Operand], out: None = None, mode: str = "raise"
    ) -> DistArray:
        """Construct an array choosing from elements of multiple arrays."""
    def clip(self, min: Operand | None = None, max: Operand | None = None) -> DistArray:
        """Return an array whose values are limited to a specified range."""
    def conj(self) -> DistArray:
        """Return the complex conjugate of the array."""
    def conjugate(self) -> DistArray:
        """Return the complex conjugate of the array."""
    def copy(self) -> DistArray:
        """Return a copy of the array."""
    def cumprod(
        self,
        axis: int | Sequence[int] | None = None,
        dtype: DTypeLike | None = None,
        out: None = None,
    ) -> DistArray:
        """Return the cumulative product of the array."""
    def cumsum(
        self,
        axis: int | Sequence[int] | None = None,
        dtype: DTypeLike | None = None,
        out: None = None,
    ) -> DistArray:
        """Return the cumulative sum of the array."""
    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> DistArray:
        """Return the specified diagonal from the array."""
    def dot(
        self, b: Operand, *, precision: Any = None, preferred_element_type: DTypeLike | None = None
    ) -> DistArray | Array:
        """Compute the dot product of two arrays."""
    @overload
    def max(
        self,
        axis: None = None,
        out: None = None,
        keepdims: Literal[False] = False,
        initial: Operand | None = None,
        where: Operand | None = None,
    ) -> Array:
        """Return the maximum of array elements along a given axis."""
    @overload
    def max(
        self,
        axis: int | Sequence[int] | None = None,
        out: None = None,
        keepdims: _bool = False,
        initial: Operand | None = None,
        where: Operand | None = None,
    ) -> DistArray | Array: ...
    @overload
    def mean(
        self,
        axis: None = None,
        dtype: DTypeLike | None = None,
        out: None = None,
        keepdims: Literal[False] = False,
        *,
        where: Operand | None = None,
    ) -> Array:
        """Return the mean of array elements along a given axis."""
    @overload
    def mean(
        self,
        axis: int | Sequence[int] | None = None,
        dtype: DTypeLike | None = None,
        out: None = None,
        keepdims: _bool = False,
        *,
        where: Operand | None = None,
    ) -> DistArray | Array: ...
    @overload
    def min(
        self,
        axis: None = None,
        out: None = None,
        keepdims: Literal[False] = False,
        initial: Operand | None = None,
        where: Operand | None = None,
    ) -> Array:
        """Return the minimum of array elements along a given axis."""
    @overload
    def min(
        self,
        axis: int | Sequence[int] | None = None,
        out: None = None,
        keepdims: _bool = False,
        initial: Operand | None = None,
        where: Operand | None = None,
    ) -> DistArray | Array: ...
    def nonzero(
        self, *, fill_value: Operand | tuple[Operand, ...] | None = None, size: int | None = None
    ) -> tuple[DistArray | Array, ...]:
        """Return indices of nonzero elements of an array."""
    @overload
    def prod(
        self,
        axis: None = None,
        dtype: DTypeLike | None = None,
        out: None = None,
        keepdims: Literal[False] = False,
        initial: Operand | None = None,
        where: Operand | None = None,
        promote_integers: _bool = True,
    ) -> Array:
        """Return product of the array elements over a given axis."""
    @overload
    def prod(
        self,
        axis: int | Sequence[int] | None = None,
        dtype: DTypeLike | None = None,
        out: None = None,
        keepdims: _bool = False,
        initial: Operand | None = None,
        where: Operand | None = None,
        promote_integers: _bool = True,
    ) -> DistArray | Array: ...
    @overload
    def ptp(self, axis: None = None, out: None = None, keepdims: Literal[False] = False) -> Array:
        """Return the peak-to-peak range along a given axis."""
    @overload
    def ptp(
        self, axis: int | Sequence[int] | None = None, out: None = None, keepdims: _bool = False
    ) -> DistArray | Array: ...
    def ravel(self, order: str = "C", *, out_sharding: None = None) -> DistArray:
        """Flatten array into a 1-dimensional shape."""
    def repeat(
        self,
        repeats: Operand,
        axis: int | None = None,
        *,
        total_repeat_length: int | None = None,
        out_sharding: None = None,
    ) -> DistArray:
        """Construct an array from repeated elements."""
    def round(self, decimals: int = 0, out: None = None) -> DistArray:
        """Round array elements to a given decimal."""
    def searchsorted(
        self, v: Operand, side: str = "left", sorter: Operand | None = None, *, method: str = "scan"
    ) -> DistArray:
        """Perform a binary search within a sorted array."""
    def sort(
        self,
        axis: int | None = -1,
        *,
        kind: None = None,
        order: None = None,
        stable: _bool = True,
        descending: _bool = False,
    ) -> DistArray:
        """Return a sorted copy of an array."""
    def squeeze(self, axis: int | Sequence[int] | None = None) -> DistArray:
        """Remove one or more length-1 axes from array."""
    @overload
    def std(
        self,
        axis: None = None,
        dtype: DTypeLike | None = None,
        out: None = None,
        ddof: int = 0,
        keepdims: Literal[False] = False,
        *,
        where: Operand | None = None,
        correction: int | float | None = None,
    ) -> Array:
        """Compute the standard deviation along a given axis."""
    @overload
    def std(
        self,
        axis: int | Sequence[int] | None = None,
        dtype: DTypeLike | None = None,
        out: None = None,
        ddof: int = 0,
        keepdims: _bool = False,
        *,
        where: Operand | None = None,
        correction: int | float | None = None,
    ) -> DistArray | Array: ...
    @overload
    def sum(
        self,
        axis: None = None,
        dtype: DTypeLike | None = None,
        out: None = None,
        keepdims: Literal[False] = False,
        initial: Operand | None = None,
        where: Operand | None = None,
        promote_integers: _bool = True,
    ) -> Array:
        """Sum of the elements of the array over a given axis."""
    @overload
    def sum(
        self,
        axis: int | Sequence[int] | None = None,
        dtype: DTypeLike | None = None,
        out: None = None,
        keepdims: _bool = False,
        initial: Operand | None = None,
        where: Operand | None = None,
        promote_integers: _bool = True,
    ) -> DistArray | Array: ...
    def swapaxes(self, axis1: int, axis2: int) -> DistArray:
        """Swap two axes of an array."""
    def take(
        self,
        indices: Operand,
        axis: int | None = None,
        out: None = None,
        mode: str | None = None,
        unique_indices: _bool = False,
        indices_are_sorted: _bool = False,
        fill_value: Operand | None = None,
    ) -> DistArray | Array:
        """Take elements from an array."""
    def trace(
        self,
        offset: int | Operand = 0,
        axis1: int = 0,
        axis2: int = 1,
        dtype: DTypeLike | None = None,
        out: None = None,
    ) -> DistArray | Array:
        """Return the sum along the diagonal."""
    @overload
    def var(
        self,
        axis: None = None,
        dtype: DTypeLike | None = None,
        out: None = None,
        ddof: int = 0,
        keepdims: Literal[False] = False,
        *,
        where: Operand | None = None,
        correction: int | float | None = None,
    ) -> Array:
        """Compute the variance along a given axis."""
    @overload
    def var(
        self,
        axis: int | Sequence[int] | None = None,
        dtype: DTypeLike | None = None,
        out: None = None,
        ddof: int = 0,
        keepdims: _bool = False,
        *,
        where: Operand | None = None,
        correction: int | float | None = None,
    ) -> DistArray | Array: ...
    def byteswap(self) -> DistArray:
        """Swap the bytes of the array elements."""
    def view(self, dtype: DTypeLike | None = None, type: None = None) -> DistArray:
        """Return a bitwise copy of the array, viewed as a new dtype."""
    def __add__(self, other: Operand, /) -> DistArray: ...
    def __radd__(self, other: Operand, /) -> DistArray: ...
    def __sub__(self, other: Operand, /) -> DistArray: ...
    def __rsub__(self, other: Operand, /) -> DistArray: ...
    def __mul__(self, other: Operand, /) -> DistArray: ...
    def __rmul__(self, other: Operand, /) -> DistArray: ...
    def __truediv__(self, other: Operand, /) -> DistArray: ...
    def __rtruediv__(self, other: Operand, /) -> DistArray: ...
    def __floordiv__(self, other: Operand, /) -> DistArray: ...
    def __rfloordiv__(self, other: Operand, /) -> DistArray: ...
    def __mod__(self, other: Operand, /) -> DistArray: ...
    def __rmod__(self, other: Operand, /) -> DistArray: ...
    def __pow__(self, other: Operand, /) -> DistArray: ...
    def __rpow__(self, other: Operand, /) -> DistArray: ...
    def __and__(self, other: Operand, /) -> DistArray: ...
    def __rand__(self, other: Operand, /) -> DistArray: ...
    def __or__(self, other: Operand, /) -> DistArray: ...
    def __ror__(self, other: Operand, /) -> DistArray: ...
    def __xor__(self, other: Operand, /) -> DistArray: ...
    def __rxor__(self, other: Operand, /) -> DistArray: ...
    def __lshift__(self, other: Operand, /) -> DistArray: ...
    def __rlshift__(self, other: Operand, /) -> DistArray: ...
    def __rshift__(self, other: Operand, /) -> DistArray: ...
    def __rrshift__(self, other: Operand, /) -> DistArray: ...
    def __lt__(self, other: Operand, /) -> DistArray: ...
    def __le__(self, other: Operand, /) -> DistArray: ...
    def __gt__(self, other: Operand, /) -> DistArray: ...
    def __ge__(self, other: Operand, /) -> DistArray: ...
    def __eq__(self, other: Operand, /) -> DistArray: ...  # type: ignore[override]
    def __ne__(self, other: Operand, /) -> DistArray: ...  # type: ignore[override]
    def __matmul__(self, other: Operand, /) -> DistArray | Array: ...
    def __rmatmul__(self, other: Operand, /) -> DistArray | Array: ...
    def __divmod__(self, other: Operand, /) -> tuple[DistArray, DistArray]: ...
    def __rdivmod__(self, other: Operand, /) -> tuple[DistArray, DistArray]: ...
    def __neg__(self) -> DistArray: ...
    def __pos__(self) -> DistArray: ...
    def __abs__(self) -> DistArray: ...
    def __invert__(self) -> DistArray: ...
    def __round__(self, ndigits: int | None = None) -> DistArray: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]
