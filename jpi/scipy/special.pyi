"""Written by tests/stubs; do not edit."""

from builtins import bool as _bool
from collections.abc import Sequence
from typing import Literal, overload

from jax import Array
from jax.typing import ArrayLike

from jpi._array.array import DistArray
from jpi._namespace.annotations import Operand

@overload
def bernoulli(n: int) -> Array:
    """Generate the first N Bernoulli numbers."""

@overload
def bernoulli(n: int) -> DistArray | Array: ...
@overload
def bessel_jn(z: ArrayLike, *, v: int, n_iter: int = 50) -> Array:
    """Bessel function of the first kind of integer order and real argument."""

@overload
def bessel_jn(z: Operand, *, v: int, n_iter: int = 50) -> DistArray: ...
@overload
def beta(a: ArrayLike, b: ArrayLike) -> Array:
    """The beta function"""

@overload
def beta(a: Operand, b: Operand) -> DistArray: ...
@overload
def betainc(a: ArrayLike, b: ArrayLike, x: ArrayLike) -> Array:
    """The regularized incomplete beta function."""

@overload
def betainc(a: Operand, b: Operand, x: Operand) -> DistArray: ...
@overload
def betaln(a: ArrayLike, b: ArrayLike) -> Array:
    """Natural log of the absolute value of the beta function"""

@overload
def betaln(a: Operand, b: Operand) -> DistArray: ...
@overload
def boxcox(x: ArrayLike, lmbda: ArrayLike) -> Array:
    """Box-Cox power transformation."""

@overload
def boxcox(x: Operand, lmbda: Operand) -> DistArray: ...
@overload
def boxcox1p(x: ArrayLike, lmbda: ArrayLike) -> Array:
    """Box-Cox transformation of ``1 + x``."""

@overload
def boxcox1p(x: Operand, lmbda: Operand) -> DistArray: ...
@overload
def comb(N: ArrayLike, k: ArrayLike, *, repetition: _bool = False) -> Array:
    """The number of combinations of N things taken k at a time ('N choose k')."""

@overload
def comb(N: Operand, k: Operand, *, repetition: _bool = False) -> DistArray: ...
@overload
def dawsn(x: ArrayLike) -> Array:
    """Dawson's integral."""

@overload
def dawsn(x: Operand) -> DistArray: ...
@overload
def digamma(x: ArrayLike) -> Array:
    """The digamma function"""

@overload
def digamma(x: Operand) -> DistArray: ...
@overload
def entr(x: ArrayLike) -> Array:
    """The entropy function"""

@overload
def entr(x: Operand) -> DistArray: ...
@overload
def erf(x: ArrayLike) -> Array:
    """The error function"""

@overload
def erf(x: Operand) -> DistArray: ...
@overload
def erfc(x: ArrayLike) -> Array:
    """The complement of the error function"""

@overload
def erfc(x: Operand) -> DistArray: ...
@overload
def erfcx(x: ArrayLike) -> Array:
    """Scaled complementary error function."""

@overload
def erfcx(x: Operand) -> DistArray: ...
@overload
def erfinv(x: ArrayLike) -> Array:
    """The inverse of the error function"""

@overload
def erfinv(x: Operand) -> DistArray: ...
@overload
def exp1(x: ArrayLike) -> Array:
    """Exponential integral function."""

@overload
def exp1(x: Operand) -> DistArray: ...
@overload
def expi(x: ArrayLike) -> Array:
    """Exponential integral function."""

@overload
def expi(x: Operand) -> DistArray: ...
@overload
def expit(x: ArrayLike) -> Array:
    """The logistic sigmoid (expit) function"""

@overload
def expit(x: Operand) -> DistArray: ...
@overload
def expn(n: ArrayLike, x: ArrayLike) -> Array:
    """Generalized exponential integral function."""

@overload
def expn(n: Operand, x: Operand) -> DistArray: ...
@overload
def factorial(n: ArrayLike, exact: _bool = False) -> Array:
    """Factorial function"""

@overload
def factorial(n: Operand, exact: _bool = False) -> DistArray: ...
@overload
def fresnel(x: ArrayLike) -> tuple[Array, Array]:
    """The Fresnel integrals"""

@overload
def fresnel(x: Operand) -> tuple[DistArray, DistArray]: ...
@overload
def gamma(x: ArrayLike) -> Array:
    """The gamma function."""

@overload
def gamma(x: Operand) -> DistArray: ...
@overload
def gammainc(a: ArrayLike, x: ArrayLike) -> Array:
    """The regularized lower incomplete gamma function."""

@overload
def gammainc(a: Operand, x: Operand) -> DistArray: ...
@overload
def gammaincc(a: ArrayLike, x: ArrayLike) -> Array:
    """The regularized upper incomplete gamma function."""

@overload
def gammaincc(a: Operand, x: Operand) -> DistArray: ...
@overload
def gammaln(x: ArrayLike) -> Array:
    """Natural log of the absolute value of the gamma function."""

@overload
def gammaln(x: Operand) -> DistArray: ...
@overload
def gammasgn(x: ArrayLike) -> Array:
    """Sign of the gamma function."""

@overload
def gammasgn(x: Operand) -> DistArray: ...
@overload
def hyp1f1(a: ArrayLike, b: ArrayLike, x: ArrayLike) -> Array:
    """The 1F1 hypergeometric function."""

@overload
def hyp1f1(a: Operand, b: Operand, x: Operand) -> DistArray: ...
@overload
def hyp2f1(a: ArrayLike, b: ArrayLike, c: ArrayLike, x: ArrayLike) -> Array:
    """The 2F1 hypergeometric function."""

@overload
def hyp2f1(a: Operand, b: Operand, c: Operand, x: Operand) -> DistArray: ...
@overload
def i0(x: ArrayLike) -> Array:
    """Modified bessel function of zeroth order."""

@overload
def i0(x: Operand) -> DistArray: ...
@overload
def i0e(x: ArrayLike) -> Array:
    """Exponentially scaled modified bessel function of zeroth order."""

@overload
def i0e(x: Operand) -> DistArray: ...
@overload
def i1(x: ArrayLike) -> Array:
    """Modified bessel function of first order."""

@overload
def i1(x: Operand) -> DistArray: ...
@overload
def i1e(x: ArrayLike) -> Array:
    """Exponentially scaled modified bessel function of first order."""

@overload
def i1e(x: Operand) -> DistArray: ...
@overload
def kl_div(p: ArrayLike, q: ArrayLike) -> Array:
    """The Kullback-Leibler divergence."""

@overload
def kl_div(p: Operand, q: Operand) -> DistArray: ...
@overload
def log_ndtr(x: ArrayLike, series_order: int = 3) -> Array:
    """Log Normal distribution function."""

@overload
def log_ndtr(x: Operand, series_order: int = 3) -> DistArray: ...
@overload
def log_softmax(x: ArrayLike, /, *, axis: int | tuple[int, ...] | None = None) -> Array:
    """Log-Softmax function."""

@overload
def log_softmax(x: Operand, /, *, axis: int | tuple[int, ...] | None = None) -> DistArray: ...
@overload
def loggamma(x: ArrayLike) -> Array:
    """Principal branch of the logarithm of the gamma function."""

@overload
def loggamma(x: Operand) -> DistArray: ...
@overload
def logit(x: ArrayLike) -> Array:
    """The logit function"""

@overload
def logit(x: Operand) -> DistArray: ...
@overload
def logsumexp(
    a: Operand,
    axis: None = None,
    b: Operand | None = None,
    keepdims: Literal[False] = False,
    return_sign: Literal[False] = False,
    where: Operand | None = None,
) -> Array:
    """Log-sum-exp reduction."""

@overload
def logsumexp(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    b: ArrayLike | None = None,
    keepdims: _bool = False,
    return_sign: Literal[False] = False,
    where: ArrayLike | None = None,
) -> Array: ...
@overload
def logsumexp(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    b: Operand | None = None,
    keepdims: _bool = False,
    return_sign: Literal[False] = False,
    where: Operand | None = None,
) -> DistArray | Array: ...
@overload
def logsumexp(
    a: Operand,
    axis: None = None,
    b: Operand | None = None,
    keepdims: Literal[False] = False,
    return_sign: _bool = False,
    where: Operand | None = None,
) -> Array | tuple[Array, Array]: ...
@overload
def logsumexp(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    b: ArrayLike | None = None,
    keepdims: _bool = False,
    return_sign: _bool = False,
    where: ArrayLike | None = None,
) -> Array | tuple[Array, Array]: ...
@overload
def logsumexp(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    b: Operand | None = None,
    keepdims: _bool = False,
    return_sign: _bool = False,
    where: Operand | None = None,
) -> DistArray | Array | tuple[DistArray | Array, DistArray | Array]: ...
@overload
def multigammaln(a: ArrayLike, d: ArrayLike) -> Array:
    """The natural log of the multivariate gamma function."""

@overload
def multigammaln(a: Operand, d: Operand) -> DistArray: ...
@overload
def ndtr(x: ArrayLike) -> Array:
    """Normal distribution function."""

@overload
def ndtr(x: Operand) -> DistArray: ...
@overload
def ndtri(p: ArrayLike) -> Array:
    """The inverse of the CDF of the Normal distribution function."""

@overload
def ndtri(p: Operand) -> DistArray: ...
@overload
def owens_t(h: ArrayLike, a: ArrayLike) -> Array:
    """Owen's T function."""

@overload
def owens_t(h: Operand, a: Operand) -> DistArray: ...
@overload
def poch(z: ArrayLike, m: ArrayLike) -> Array:
    """The Pochammer symbol."""

@overload
def poch(z: Operand, m: Operand) -> DistArray: ...
@overload
def polygamma(n: ArrayLike, x: ArrayLike) -> Array:
    """The polygamma function."""

@overload
def polygamma(n: Operand, x: Operand) -> DistArray: ...
@overload
def rel_entr(p: ArrayLike, q: ArrayLike) -> Array:
    """The relative entropy function."""

@overload
def rel_entr(p: Operand, q: Operand) -> DistArray: ...
@overload
def sici(x: ArrayLike) -> tuple[Array, Array]:
    """Sine and cosine integrals."""

@overload
def sici(x: Operand) -> tuple[DistArray, DistArray]: ...
@overload
def softmax(x: ArrayLike, /, *, axis: int | tuple[int, ...] | None = None) -> Array:
    """Softmax function."""

@overload
def softmax(x: Operand, /, *, axis: int | tuple[int, ...] | None = None) -> DistArray: ...
@overload
def spence(x: ArrayLike) -> Array:
    """Spence's function, also known as the dilogarithm for real values."""

@overload
def spence(x: Operand) -> DistArray: ...
@overload
def sph_harm_y(
    n: ArrayLike,
    m: ArrayLike,
    theta: ArrayLike,
    phi: ArrayLike,
    diff_n: int | None = None,
    n_max: int | None = None,
) -> Array:
    """Computes the spherical harmonics."""

@overload
def sph_harm_y(
    n: Operand,
    m: Operand,
    theta: Operand,
    phi: Operand,
    diff_n: int | None = None,
    n_max: int | None = None,
) -> DistArray | Array: ...
@overload
def wofz(z: ArrayLike) -> Array:
    """Faddeeva function."""

@overload
def wofz(z: Operand) -> DistArray: ...
@overload
def xlog1py(x: ArrayLike, y: ArrayLike) -> Array:
    """Compute x*log(1 + y), returning 0 for x=0."""

@overload
def xlog1py(x: Operand, y: Operand) -> DistArray: ...
@overload
def xlogy(x: ArrayLike, y: ArrayLike) -> Array:
    """Compute x*log(y), returning 0 for x=0."""

@overload
def xlogy(x: Operand, y: Operand) -> DistArray: ...
@overload
def zeta(x: ArrayLike, q: ArrayLike | None = None) -> Array:
    """The Hurwitz zeta function."""

@overload
def zeta(x: Operand, q: Operand | None = None) -> DistArray: ...
