"""Written by tests/stubs; do not edit."""

from builtins import bool as _bool
from collections.abc import Sequence
from typing import Any, Literal, overload

from jax import Array
from jax.typing import ArrayLike, DTypeLike

from jpi._array.array import DistArray
from jpi._namespace.annotations import (
    EighResult,
    EigResult,
    Operand,
    QRResult,
    SlogdetResult,
    SVDResult,
)

@overload
def cholesky(a: ArrayLike, *, upper: _bool = False, symmetrize_input: _bool = True) -> Array:
    """Compute the Cholesky decomposition of a matrix."""

@overload
def cholesky(a: Operand, *, upper: _bool = False, symmetrize_input: _bool = True) -> DistArray: ...
@overload
def cond(x: ArrayLike, p: Any = None) -> Array:
    """Compute the condition number of a matrix."""

@overload
def cond(x: Operand, p: Any = None) -> DistArray | Array: ...
@overload
def cross(x1: ArrayLike, x2: ArrayLike, /, *, axis: Any = -1) -> Array:
    """Compute the cross-product of two 3D vectors"""

@overload
def cross(x1: Operand, x2: Operand, /, *, axis: Any = -1) -> DistArray | Array: ...
@overload
def det(a: ArrayLike) -> Array:
    """Compute the determinant of an array."""

@overload
def det(a: Operand) -> DistArray | Array: ...
@overload
def diagonal(x: ArrayLike, /, *, offset: int = 0) -> Array:
    """Extract the diagonal of an matrix or stack of matrices."""

@overload
def diagonal(x: Operand, /, *, offset: int = 0) -> DistArray: ...
@overload
def eig(a: ArrayLike) -> EigResult[Array]:
    """Compute the eigenvalues and eigenvectors of a square array."""

@overload
def eig(a: Operand) -> EigResult[DistArray | Array]: ...
@overload
def eigh(
    a: ArrayLike, UPLO: str | None = None, symmetrize_input: _bool = True
) -> EighResult[Array]:
    """Compute the eigenvalues and eigenvectors of a Hermitian matrix."""

@overload
def eigh(
    a: Operand, UPLO: str | None = None, symmetrize_input: _bool = True
) -> EighResult[DistArray | Array]: ...
@overload
def eigvals(a: ArrayLike) -> Array:
    """Compute the eigenvalues of a general matrix."""

@overload
def eigvals(a: Operand) -> DistArray | Array: ...
@overload
def eigvalsh(a: ArrayLike, UPLO: str | None = "L", *, symmetrize_input: _bool = True) -> Array:
    """Compute the eigenvalues of a Hermitian matrix."""

@overload
def eigvalsh(
    a: Operand, UPLO: str | None = "L", *, symmetrize_input: _bool = True
) -> DistArray | Array: ...
@overload
def inv(a: ArrayLike) -> Array:
    """Return the inverse of a square matrix"""

@overload
def inv(a: Operand) -> DistArray: ...
@overload
def lstsq(
    a: ArrayLike, b: ArrayLike, rcond: float | None = None, *, numpy_resid: _bool = False
) -> tuple[Array, Array, Array, Array]:
    """Return the least-squares solution to a linear equation."""

@overload
def lstsq(
    a: Operand, b: Operand, rcond: float | None = None, *, numpy_resid: _bool = False
) -> tuple[DistArray | Array, DistArray | Array, DistArray | Array, DistArray | Array]: ...
@overload
def matmul(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    *,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
) -> Array:
    """Perform a matrix multiplication."""

@overload
def matmul(
    x1: Operand,
    x2: Operand,
    /,
    *,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
) -> DistArray | Array: ...
@overload
def matrix_norm(x: ArrayLike, /, *, keepdims: _bool = False, ord: str | int = "fro") -> Array:
    """Compute the norm of a matrix or stack of matrices."""

@overload
def matrix_norm(
    x: Operand, /, *, keepdims: _bool = False, ord: str | int = "fro"
) -> DistArray | Array: ...
@overload
def matrix_power(a: ArrayLike, n: int) -> Array:
    """Raise a square matrix to an integer power."""

@overload
def matrix_power(a: Operand, n: int) -> DistArray: ...
@overload
def matrix_rank(
    M: ArrayLike,
    rtol: ArrayLike | None = None,
    *,
    hermitian: _bool = False,
    tol: ArrayLike | None = None,
) -> Array:
    """Compute the rank of a matrix."""

@overload
def matrix_rank(
    M: Operand, rtol: Operand | None = None, *, hermitian: _bool = False, tol: Operand | None = None
) -> DistArray | Array: ...
@overload
def matrix_transpose(x: ArrayLike, /) -> Array:
    """Transpose a matrix or stack of matrices."""

@overload
def matrix_transpose(x: Operand, /) -> DistArray: ...
@overload
def multi_dot(arrays: Sequence[ArrayLike], *, precision: Any = None) -> Array:
    """Efficiently compute matrix products between a sequence of arrays."""

@overload
def multi_dot(arrays: Sequence[Operand], *, precision: Any = None) -> DistArray | Array: ...
@overload
def norm(
    x: Operand, ord: int | str | None = None, axis: None = None, keepdims: Literal[False] = False
) -> Array:
    """Compute the norm of a matrix or vector."""

@overload
def norm(
    x: ArrayLike,
    ord: int | str | None = None,
    axis: tuple[int, ...] | int | None = None,
    keepdims: _bool = False,
) -> Array: ...
@overload
def norm(
    x: Operand,
    ord: int | str | None = None,
    axis: tuple[int, ...] | int | None = None,
    keepdims: _bool = False,
) -> DistArray | Array: ...
@overload
def outer(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Compute the outer product of two 1-dimensional arrays."""

@overload
def outer(x1: Operand, x2: Operand, /) -> DistArray: ...
@overload
def pinv(
    a: ArrayLike,
    rtol: ArrayLike | None = None,
    hermitian: _bool = False,
    *,
    rcond: ArrayLike | None = None,
) -> Array:
    """Compute the (Moore-Penrose) pseudo-inverse of a matrix."""

@overload
def pinv(
    a: Operand,
    rtol: Operand | None = None,
    hermitian: _bool = False,
    *,
    rcond: Operand | None = None,
) -> DistArray: ...
@overload
def qr(a: ArrayLike, mode: str = "reduced") -> Array | QRResult[Array]:
    """Compute the QR decomposition of an array"""

@overload
def qr(a: Operand, mode: str = "reduced") -> DistArray | Array | QRResult[DistArray | Array]: ...
@overload
def slogdet(a: ArrayLike, *, method: str | None = None) -> SlogdetResult[Array]:
    """Compute the sign and (natural) logarithm of the determinant of an array."""

@overload
def slogdet(a: Operand, *, method: str | None = None) -> SlogdetResult[DistArray | Array]: ...
@overload
def solve(a: ArrayLike, b: ArrayLike) -> Array:
    """Solve a linear system of equations."""

@overload
def solve(a: Operand, b: Operand) -> DistArray: ...
@overload
def svd(
    a: ArrayLike,
    full_matrices: _bool = True,
    compute_uv: Literal[True] = True,
    hermitian: _bool = False,
    subset_by_index: tuple[int, int] | None = None,
) -> SVDResult[Array]:
    """Compute the singular value decomposition."""

@overload
def svd(
    a: Operand,
    full_matrices: _bool = True,
    compute_uv: Literal[True] = True,
    hermitian: _bool = False,
    subset_by_index: tuple[int, int] | None = None,
) -> SVDResult[DistArray | Array]: ...
@overload
def svd(
    a: ArrayLike,
    full_matrices: _bool = True,
    compute_uv: _bool = True,
    hermitian: _bool = False,
    subset_by_index: tuple[int, int] | None = None,
) -> Array | SVDResult[Array]: ...
@overload
def svd(
    a: Operand,
    full_matrices: _bool = True,
    compute_uv: _bool = True,
    hermitian: _bool = False,
    subset_by_index: tuple[int, int] | None = None,
) -> DistArray | Array | SVDResult[DistArray | Array]: ...
@overload
def svdvals(x: ArrayLike, /) -> Array:
    """Compute the singular values of a matrix."""

@overload
def svdvals(x: Operand, /) -> DistArray | Array: ...
@overload
def tensordot(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    *,
    axes: int | tuple[Sequence[int], Sequence[int]] = 2,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    out_sharding: None = None,
) -> Array:
    """Compute the tensor dot product of two N-dimensional arrays."""

@overload
def tensordot(
    x1: Operand,
    x2: Operand,
    /,
    *,
    axes: int | tuple[Sequence[int], Sequence[int]] = 2,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    out_sharding: None = None,
) -> DistArray | Array: ...
@overload
def tensorinv(a: ArrayLike, ind: int = 2) -> Array:
    """Compute the tensor inverse of an array."""

@overload
def tensorinv(a: Operand, ind: int = 2) -> DistArray: ...
@overload
def tensorsolve(a: ArrayLike, b: ArrayLike, axes: tuple[int, ...] | None = None) -> Array:
    """Solve the tensor equation a x = b for x."""

@overload
def tensorsolve(a: Operand, b: Operand, axes: tuple[int, ...] | None = None) -> DistArray: ...
@overload
def trace(x: ArrayLike, /, *, offset: int = 0, dtype: DTypeLike | None = None) -> Array:
    """Compute the trace of a matrix."""

@overload
def trace(
    x: Operand, /, *, offset: int = 0, dtype: DTypeLike | None = None
) -> DistArray | Array: ...
@overload
def vecdot(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    *,
    axis: int = -1,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
) -> Array:
    """Compute the (batched) vector conjugate dot product of two arrays."""

@overload
def vecdot(
    x1: Operand,
    x2: Operand,
    /,
    *,
    axis: int = -1,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
) -> DistArray | Array: ...
@overload
def vector_norm(
    x: Operand, /, *, axis: None = None, keepdims: Literal[False] = False, ord: int | str = 2
) -> Array:
    """Compute the vector norm of a vector or batch of vectors."""

@overload
def vector_norm(
    x: ArrayLike,
    /,
    *,
    axis: int | tuple[int, ...] | None = None,
    keepdims: _bool = False,
    ord: int | str = 2,
) -> Array: ...
@overload
def vector_norm(
    x: Operand,
    /,
    *,
    axis: int | tuple[int, ...] | None = None,
    keepdims: _bool = False,
    ord: int | str = 2,
) -> DistArray | Array: ...
