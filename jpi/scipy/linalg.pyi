"""Written by tests/stubs; do not edit."""

from builtins import bool as _bool
from collections.abc import Callable
from typing import Any, Literal, overload

from jax import Array
from jax.typing import ArrayLike, DTypeLike

from jpi._array.array import DistArray
from jpi._namespace.annotations import Operand

@overload
def block_diag(*arrs: ArrayLike) -> Array:
    """Create a block diagonal matrix from input arrays."""

@overload
def block_diag(*arrs: Operand) -> DistArray: ...
@overload
def cho_factor(
    a: ArrayLike, lower: _bool = False, overwrite_a: _bool = False, check_finite: _bool = True
) -> tuple[Array, _bool]:
    """Factorization for Cholesky-based linear solves"""

@overload
def cho_factor(
    a: Operand, lower: _bool = False, overwrite_a: _bool = False, check_finite: _bool = True
) -> tuple[DistArray, _bool]: ...
@overload
def cho_solve(
    c_and_lower: tuple[ArrayLike, _bool],
    b: ArrayLike,
    overwrite_b: _bool = False,
    check_finite: _bool = True,
) -> Array:
    """Solve a linear system using a Cholesky factorization"""

@overload
def cho_solve(
    c_and_lower: tuple[Operand, _bool],
    b: Operand,
    overwrite_b: _bool = False,
    check_finite: _bool = True,
) -> DistArray: ...
@overload
def cholesky(
    a: ArrayLike, lower: _bool = False, overwrite_a: _bool = False, check_finite: _bool = True
) -> Array:
    """Compute the Cholesky decomposition of a matrix."""

@overload
def cholesky(
    a: Operand, lower: _bool = False, overwrite_a: _bool = False, check_finite: _bool = True
) -> DistArray: ...
@overload
def circulant(c: ArrayLike) -> Array:
    """Construct a circulant matrix."""

@overload
def circulant(c: Operand) -> DistArray: ...
@overload
def companion(a: ArrayLike) -> Array:
    """Construct a companion matrix."""

@overload
def companion(a: Operand) -> DistArray: ...
@overload
def convolution_matrix(a: ArrayLike, n: int, mode: str = "full") -> Array:
    """Construct a convolution matrix."""

@overload
def convolution_matrix(a: Operand, n: int, mode: str = "full") -> DistArray: ...
@overload
def det(a: ArrayLike, overwrite_a: _bool = False, check_finite: _bool = True) -> Array:
    """Compute the determinant of a matrix"""

@overload
def det(
    a: Operand, overwrite_a: _bool = False, check_finite: _bool = True
) -> DistArray | Array: ...
@overload
def dft(n: int, scale: str | None = None, *, dtype: DTypeLike | None = None) -> Array:
    """Construct an n-by-n discrete Fourier transform matrix."""

@overload
def dft(
    n: int, scale: str | None = None, *, dtype: DTypeLike | None = None
) -> DistArray | Array: ...
@overload
def eigh(
    a: ArrayLike,
    b: ArrayLike | None = None,
    lower: _bool = True,
    eigvals_only: Literal[False] = False,
    overwrite_a: _bool = False,
    overwrite_b: _bool = False,
    turbo: _bool = True,
    eigvals: None = None,
    type: int = 1,
    check_finite: _bool = True,
) -> tuple[Array, Array]:
    """Compute eigenvalues and eigenvectors for a Hermitian matrix"""

@overload
def eigh(
    a: Operand,
    b: Operand | None = None,
    lower: _bool = True,
    eigvals_only: Literal[False] = False,
    overwrite_a: _bool = False,
    overwrite_b: _bool = False,
    turbo: _bool = True,
    eigvals: None = None,
    type: int = 1,
    check_finite: _bool = True,
) -> tuple[DistArray | Array, DistArray | Array]: ...
@overload
def eigh(
    a: ArrayLike,
    b: ArrayLike | None = None,
    lower: _bool = True,
    eigvals_only: _bool = False,
    overwrite_a: _bool = False,
    overwrite_b: _bool = False,
    turbo: _bool = True,
    eigvals: None = None,
    type: int = 1,
    check_finite: _bool = True,
) -> Array | tuple[Array, Array]: ...
@overload
def eigh(
    a: Operand,
    b: Operand | None = None,
    lower: _bool = True,
    eigvals_only: _bool = False,
    overwrite_a: _bool = False,
    overwrite_b: _bool = False,
    turbo: _bool = True,
    eigvals: None = None,
    type: int = 1,
    check_finite: _bool = True,
) -> DistArray | Array | tuple[DistArray | Array, DistArray | Array]: ...
@overload
def eigh_tridiagonal(
    d: ArrayLike,
    e: ArrayLike,
    *,
    eigvals_only: Literal[False] = False,
    select: str = "a",
    select_range: tuple[float, float] | None = None,
    tol: float | None = None,
    key: ArrayLike | None = None,
) -> tuple[Array, Array]:
    """Solve the eigenvalue problem for a symmetric real tridiagonal matrix"""

@overload
def eigh_tridiagonal(
    d: Operand,
    e: Operand,
    *,
    eigvals_only: Literal[False] = False,
    select: str = "a",
    select_range: tuple[float, float] | None = None,
    tol: float | None = None,
    key: Operand | None = None,
) -> tuple[DistArray, DistArray]: ...
@overload
def eigh_tridiagonal(
    d: ArrayLike,
    e: ArrayLike,
    *,
    eigvals_only: _bool = False,
    select: str = "a",
    select_range: tuple[float, float] | None = None,
    tol: float | None = None,
    key: ArrayLike | None = None,
) -> Array | tuple[Array, Array]: ...
@overload
def eigh_tridiagonal(
    d: Operand,
    e: Operand,
    *,
    eigvals_only: _bool = False,
    select: str = "a",
    select_range: tuple[float, float] | None = None,
    tol: float | None = None,
    key: Operand | None = None,
) -> DistArray | tuple[DistArray, DistArray]: ...
@overload
def expm(A: ArrayLike, *, upper_triangular: _bool = False, max_squarings: int = 16) -> Array:
    """Compute the matrix exponential"""

@overload
def expm(A: Operand, *, upper_triangular: _bool = False, max_squarings: int = 16) -> DistArray: ...
@overload
def expm_frechet(
    A: ArrayLike, E: ArrayLike, *, method: str | None = None, compute_expm: _bool = True
) -> Array | tuple[Array, Array]:
    """Compute the Frechet derivative of the matrix exponential."""

@overload
def expm_frechet(
    A: Operand, E: Operand, *, method: str | None = None, compute_expm: _bool = True
) -> DistArray | tuple[DistArray, DistArray]: ...
@overload
def fiedler(a: ArrayLike) -> Array:
    """Construct a symmetric Fiedler matrix."""

@overload
def fiedler(a: Operand) -> DistArray: ...
@overload
def fiedler_companion(a: ArrayLike) -> Array:
    """Construct a Fiedler companion matrix."""

@overload
def fiedler_companion(a: Operand) -> DistArray: ...
@overload
def funm(
    A: ArrayLike, func: Callable[[ArrayLike], ArrayLike], disp: _bool = True
) -> Array | tuple[Array, Array]:
    """Evaluate a matrix-valued function"""

@overload
def funm(
    A: Operand, func: Callable[[Operand], Operand], disp: _bool = True
) -> DistArray | Array | tuple[DistArray | Array, DistArray | Array]: ...
@overload
def hadamard(n: int, dtype: DTypeLike = ...) -> Array:
    """Construct an n-by-n Hadamard matrix."""

@overload
def hadamard(n: int, dtype: DTypeLike = ...) -> DistArray | Array: ...
@overload
def hankel(c: ArrayLike, r: ArrayLike | None = None) -> Array:
    """Construct a Hankel matrix."""

@overload
def hankel(c: Operand, r: Operand | None = None) -> DistArray: ...
@overload
def helmert(n: int, full: _bool = False) -> Array:
    """Construct a Helmert matrix."""

@overload
def helmert(n: int, full: _bool = False) -> DistArray | Array: ...
@overload
def hessenberg(
    a: ArrayLike, *, calc_q: _bool = False, overwrite_a: _bool = False, check_finite: _bool = True
) -> Array | tuple[Array, Array]:
    """Compute the Hessenberg form of the matrix"""

@overload
def hessenberg(
    a: Operand, *, calc_q: _bool = False, overwrite_a: _bool = False, check_finite: _bool = True
) -> DistArray | Array | tuple[DistArray | Array, DistArray | Array]: ...
@overload
def hilbert(n: int) -> Array:
    """Create a Hilbert matrix of order n."""

@overload
def hilbert(n: int) -> DistArray | Array: ...
@overload
def inv(a: ArrayLike, overwrite_a: _bool = False, check_finite: _bool = True) -> Array:
    """Return the inverse of a square matrix"""

@overload
def inv(a: Operand, overwrite_a: _bool = False, check_finite: _bool = True) -> DistArray: ...
@overload
def invhilbert(n: int) -> Array:
    """Compute the inverse of the Hilbert matrix of order n."""

@overload
def invhilbert(n: int) -> DistArray | Array: ...
@overload
def invpascal(n: int, kind: str | None = None) -> Array:
    """Compute the inverse of the Pascal matrix of order n."""

@overload
def invpascal(n: int, kind: str | None = None) -> DistArray | Array: ...
@overload
def leslie(f: ArrayLike, s: ArrayLike) -> Array:
    """Construct a Leslie matrix."""

@overload
def leslie(f: Operand, s: Operand) -> DistArray: ...
@overload
def lu(
    a: ArrayLike, permute_l: _bool = False, overwrite_a: _bool = False, check_finite: _bool = True
) -> tuple[Array, Array] | tuple[Array, Array, Array]:
    """Compute the LU decomposition"""

@overload
def lu(
    a: Operand, permute_l: _bool = False, overwrite_a: _bool = False, check_finite: _bool = True
) -> tuple[DistArray, DistArray] | tuple[DistArray, DistArray, DistArray]: ...
@overload
def lu_factor(
    a: ArrayLike, overwrite_a: _bool = False, check_finite: _bool = True
) -> tuple[Array, Array]:
    """Factorization for LU-based linear solves"""

@overload
def lu_factor(
    a: Operand, overwrite_a: _bool = False, check_finite: _bool = True
) -> tuple[DistArray | Array, DistArray | Array]: ...
@overload
def lu_solve(
    lu_and_piv: tuple[ArrayLike, ArrayLike],
    b: ArrayLike,
    trans: int = 0,
    overwrite_b: _bool = False,
    check_finite: _bool = True,
) -> Array:
    """Solve a linear system using an LU factorization"""

@overload
def lu_solve(
    lu_and_piv: tuple[Operand, Operand],
    b: Operand,
    trans: int = 0,
    overwrite_b: _bool = False,
    check_finite: _bool = True,
) -> DistArray: ...
@overload
def pascal(n: int, kind: str | None = None) -> Array:
    """Create a Pascal matrix approximation of order n."""

@overload
def pascal(n: int, kind: str | None = None) -> DistArray | Array: ...
@overload
def polar(
    a: ArrayLike,
    side: str = "right",
    *,
    method: str = "qdwh",
    eps: float | None = None,
    max_iterations: int | None = None,
) -> tuple[Array, Array]:
    """Computes the polar decomposition."""

@overload
def polar(
    a: Operand,
    side: str = "right",
    *,
    method: str = "qdwh",
    eps: float | None = None,
    max_iterations: int | None = None,
) -> tuple[DistArray | Array, DistArray | Array]: ...
@overload
def qr(
    a: ArrayLike,
    overwrite_a: _bool = False,
    lwork: Any = None,
    mode: str = "full",
    pivoting: _bool = False,
    check_finite: _bool = True,
) -> tuple[Array] | tuple[Array, Array] | tuple[Array, Array, Array]:
    """Compute the QR decomposition of an array"""

@overload
def qr(
    a: Operand,
    overwrite_a: _bool = False,
    lwork: Any = None,
    mode: str = "full",
    pivoting: _bool = False,
    check_finite: _bool = True,
) -> (
    tuple[DistArray | Array]
    | tuple[DistArray | Array, DistArray | Array]
    | tuple[DistArray | Array, DistArray | Array, DistArray | Array]
): ...
@overload
def qr_multiply(
    a: ArrayLike,
    c: ArrayLike,
    mode: str = "right",
    pivoting: _bool = False,
    conjugate: _bool = False,
    overwrite_a: _bool = False,
    overwrite_c: _bool = False,
) -> tuple[Array, Array] | tuple[Array, Array, Array]:
    """Calculate the QR decomposition and multiply Q with a matrix."""

@overload
def qr_multiply(
    a: Operand,
    c: Operand,
    mode: str = "right",
    pivoting: _bool = False,
    conjugate: _bool = False,
    overwrite_a: _bool = False,
    overwrite_c: _bool = False,
) -> (
    tuple[DistArray | Array, DistArray | Array]
    | tuple[DistArray | Array, DistArray | Array, DistArray | Array]
): ...
@overload
def rsf2csf(T: ArrayLike, Z: ArrayLike, check_finite: _bool = True) -> tuple[Array, Array]:
    """Convert real Schur form to complex Schur form."""

@overload
def rsf2csf(T: Operand, Z: Operand, check_finite: _bool = True) -> tuple[DistArray, DistArray]: ...
@overload
def schur(a: ArrayLike, output: str = "real") -> tuple[Array, Array]:
    """Compute the Schur decomposition"""

@overload
def schur(a: Operand, output: str = "real") -> tuple[DistArray | Array, DistArray | Array]: ...
@overload
def solve(
    a: ArrayLike,
    b: ArrayLike,
    lower: _bool = False,
    overwrite_a: _bool = False,
    overwrite_b: _bool = False,
    debug: _bool = False,
    check_finite: _bool = True,
    assume_a: str = "gen",
) -> Array:
    """Solve a linear system of equations."""

@overload
def solve(
    a: Operand,
    b: Operand,
    lower: _bool = False,
    overwrite_a: _bool = False,
    overwrite_b: _bool = False,
    debug: _bool = False,
    check_finite: _bool = True,
    assume_a: str = "gen",
) -> DistArray: ...
@overload
def solve_sylvester(
    A: ArrayLike, B: ArrayLike, C: ArrayLike, *, method: str = "schur", tol: float = 1e-08
) -> Array:
    """Solves the Sylvester equation .. math::"""

@overload
def solve_sylvester(
    A: Operand, B: Operand, C: Operand, *, method: str = "schur", tol: float = 1e-08
) -> DistArray | Array: ...
@overload
def solve_triangular(
    a: ArrayLike,
    b: ArrayLike,
    trans: int | str = 0,
    lower: _bool = False,
    unit_diagonal: _bool = False,
    overwrite_b: _bool = False,
    debug: Any = None,
    check_finite: _bool = True,
) -> Array:
    """Solve a triangular linear system of equations"""

@overload
def solve_triangular(
    a: Operand,
    b: Operand,
    trans: int | str = 0,
    lower: _bool = False,
    unit_diagonal: _bool = False,
    overwrite_b: _bool = False,
    debug: Any = None,
    check_finite: _bool = True,
) -> DistArray: ...
@overload
def sqrtm(A: ArrayLike, blocksize: int = 1) -> Array:
    """Compute the matrix square root"""

@overload
def sqrtm(A: Operand, blocksize: int = 1) -> DistArray | Array: ...
@overload
def svd(
    a: ArrayLike,
    full_matrices: _bool = True,
    compute_uv: Literal[True] = True,
    overwrite_a: _bool = False,
    check_finite: _bool = True,
    lapack_driver: str = "gesdd",
) -> tuple[Array, Array, Array]:
    """Compute the singular value decomposition."""

@overload
def svd(
    a: Operand,
    full_matrices: _bool = True,
    compute_uv: Literal[True] = True,
    overwrite_a: _bool = False,
    check_finite: _bool = True,
    lapack_driver: str = "gesdd",
) -> tuple[DistArray | Array, DistArray | Array, DistArray | Array]: ...
@overload
def svd(
    a: ArrayLike,
    full_matrices: _bool = True,
    compute_uv: _bool = True,
    overwrite_a: _bool = False,
    check_finite: _bool = True,
    lapack_driver: str = "gesdd",
) -> Array | tuple[Array, Array, Array]: ...
@overload
def svd(
    a: Operand,
    full_matrices: _bool = True,
    compute_uv: _bool = True,
    overwrite_a: _bool = False,
    check_finite: _bool = True,
    lapack_driver: str = "gesdd",
) -> DistArray | Array | tuple[DistArray | Array, DistArray | Array, DistArray | Array]: ...
@overload
def toeplitz(c: ArrayLike, r: ArrayLike | None = None) -> Array:
    """Construct a Toeplitz matrix."""

@overload
def toeplitz(c: Operand, r: Operand | None = None) -> DistArray: ...
