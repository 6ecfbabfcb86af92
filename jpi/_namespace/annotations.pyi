"""The words of the stubs that tests/stubs writes.

A stub says what a function returns for arrays that are sharded along their first axis, as they are
by default: `DistArray`, a plain `Array` (the sum of all numbers), or either of them.
"""

from builtins import bool as _bool
from collections.abc import Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar, overload

from jax import Array
from jax.sharding import PartitionSpec
from jax.typing import ArrayLike, DTypeLike

from jpi._array.array import DistArray

Operand: TypeAlias = DistArray | ArrayLike
Spec: TypeAlias = PartitionSpec | Sequence[str | tuple[str, ...] | None] | None

A = TypeVar("A")

class BinaryUfunc(Protocol):
    @property
    def nin(self) -> int: ...
    @property
    def nout(self) -> int: ...
    @property
    def nargs(self) -> int: ...
    @property
    def identity(self) -> Any: ...
    @overload
    def __call__(self, x: ArrayLike, y: ArrayLike, /) -> Array: ...
    @overload
    def __call__(self, x: Operand, y: Operand, /) -> DistArray: ...
    def reduce(
        self,
        a: Operand,
        /,
        *,
        axis: int | None = 0,
        dtype: DTypeLike | None = None,
        out: None = None,
        keepdims: _bool = False,
        initial: ArrayLike | None = None,
        where: Operand | None = None,
    ) -> DistArray | Array: ...
    def accumulate(
        self, a: Operand, /, *, axis: int = 0, dtype: DTypeLike | None = None, out: None = None
    ) -> DistArray | Array: ...
    def at(
        self, a: Operand, indices: Any, b: Operand | None = None, /, *, inplace: _bool = True
    ) -> DistArray | Array: ...
    def reduceat(
        self,
        a: Operand,
        indices: Any,
        *,
        axis: int = 0,
        dtype: DTypeLike | None = None,
        out: None = None,
    ) -> DistArray | Array: ...
    def outer(self, a: Operand, b: Operand, /) -> DistArray | Array: ...

class EigResult(NamedTuple, Generic[A]):
    eigenvalues: A
    eigenvectors: A

class EighResult(NamedTuple, Generic[A]):
    eigenvalues: A
    eigenvectors: A

class QRResult(NamedTuple, Generic[A]):
    Q: A
    R: A

class SVDResult(NamedTuple, Generic[A]):
    U: A
    S: A
    Vh: A

class SlogdetResult(NamedTuple, Generic[A]):
    sign: A
    logabsdet: A

class UniqueAllResult(NamedTuple, Generic[A]):
    values: A
    indices: A
    inverse_indices: A
    counts: A

class UniqueCountsResult(NamedTuple, Generic[A]):
    values: A
    counts: A

class UniqueInverseResult(NamedTuple, Generic[A]):
    values: A
    inverse_indices: A

class ModeResult(NamedTuple, Generic[A]):
    mode: A
    count: A  # type: ignore[assignment]
