"""Written by tests/stubs; do not edit."""

from builtins import bool as _bool
from typing import Any, overload

from jax import Array
from jax.scipy.stats import gaussian_kde as gaussian_kde
from jax.typing import ArrayLike

from jpi._array.array import DistArray
from jpi._namespace.annotations import ModeResult, Operand

class bernoulli:
    @overload
    @staticmethod
    def cdf(k: ArrayLike, p: ArrayLike) -> Array:
        """Bernoulli cumulative distribution function."""
    @overload
    @staticmethod
    def cdf(k: Operand, p: Operand) -> DistArray: ...
    @overload
    @staticmethod
    def logpmf(k: ArrayLike, p: ArrayLike, loc: ArrayLike = 0) -> Array:
        """Bernoulli log probability mass function."""
    @overload
    @staticmethod
    def logpmf(k: Operand, p: Operand, loc: Operand = 0) -> DistArray: ...
    @overload
    @staticmethod
    def pmf(k: ArrayLike, p: ArrayLike, loc: ArrayLike = 0) -> Array:
        """Bernoulli probability mass function."""
    @overload
    @staticmethod
    def pmf(k: Operand, p: Operand, loc: Operand = 0) -> DistArray: ...
    @overload
    @staticmethod
    def ppf(q: ArrayLike, p: ArrayLike) -> Array:
        """Bernoulli percent point function."""
    @overload
    @staticmethod
    def ppf(q: Operand, p: Operand) -> DistArray: ...

class beta:
    @overload
    @staticmethod
    def cdf(
        x: ArrayLike, a: ArrayLike, b: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1
    ) -> Array:
        """Beta cumulative distribution function"""
    @overload
    @staticmethod
    def cdf(
        x: Operand, a: Operand, b: Operand, loc: Operand = 0, scale: Operand = 1
    ) -> DistArray: ...
    @overload
    @staticmethod
    def logcdf(
        x: ArrayLike, a: ArrayLike, b: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1
    ) -> Array:
        """Beta log cumulative distribution function."""
    @overload
    @staticmethod
    def logcdf(
        x: Operand, a: Operand, b: Operand, loc: Operand = 0, scale: Operand = 1
    ) -> DistArray: ...
    @overload
    @staticmethod
    def logpdf(
        x: ArrayLike, a: ArrayLike, b: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1
    ) -> Array:
        """Beta log probability distribution function."""
    @overload
    @staticmethod
    def logpdf(
        x: Operand, a: Operand, b: Operand, loc: Operand = 0, scale: Operand = 1
    ) -> DistArray: ...
    @overload
    @staticmethod
    def logsf(
        x: ArrayLike, a: ArrayLike, b: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1
    ) -> Array:
        """Beta distribution log survival function."""
    @overload
    @staticmethod
    def logsf(
        x: Operand, a: Operand, b: Operand, loc: Operand = 0, scale: Operand = 1
    ) -> DistArray: ...
    @overload
    @staticmethod
    def pdf(
        x: ArrayLike, a: ArrayLike, b: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1
    ) -> Array:
        """Beta probability distribution function."""
    @overload
    @staticmethod
    def pdf(
        x: Operand, a: Operand, b: Operand, loc: Operand = 0, scale: Operand = 1
    ) -> DistArray: ...
    @overload
    @staticmethod
    def sf(
        x: ArrayLike, a: ArrayLike, b: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1
    ) -> Array:
        """Beta distribution survival function."""
    @overload
    @staticmethod
    def sf(
        x: Operand, a: Operand, b: Operand, loc: Operand = 0, scale: Operand = 1
    ) -> DistArray: ...

class betabinom:
    @overload
    @staticmethod
    def logpmf(k: ArrayLike, n: ArrayLike, a: ArrayLike, b: ArrayLike, loc: ArrayLike = 0) -> Array:
        """Beta-binomial log probability mass function."""
    @overload
    @staticmethod
    def logpmf(k: Operand, n: Operand, a: Operand, b: Operand, loc: Operand = 0) -> DistArray: ...
    @overload
    @staticmethod
    def pmf(k: ArrayLike, n: ArrayLike, a: ArrayLike, b: ArrayLike, loc: ArrayLike = 0) -> Array:
        """Beta-binomial probability mass function."""
    @overload
    @staticmethod
    def pmf(k: Operand, n: Operand, a: Operand, b: Operand, loc: Operand = 0) -> DistArray: ...

class binom:
    @overload
    @staticmethod
    def logpmf(k: ArrayLike, n: ArrayLike, p: ArrayLike, loc: ArrayLike = 0) -> Array:
        """Binomial log probability mass function."""
    @overload
    @staticmethod
    def logpmf(k: Operand, n: Operand, p: Operand, loc: Operand = 0) -> DistArray: ...
    @overload
    @staticmethod
    def pmf(k: ArrayLike, n: ArrayLike, p: ArrayLike, loc: ArrayLike = 0) -> Array:
        """Binomial probability mass function."""
    @overload
    @staticmethod
    def pmf(k: Operand, n: Operand, p: Operand, loc: Operand = 0) -> DistArray: ...

class cauchy:
    @overload
    @staticmethod
    def cdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Cauchy cumulative distribution function."""
    @overload
    @staticmethod
    def cdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def isf(q: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Cauchy distribution inverse survival function."""
    @overload
    @staticmethod
    def isf(q: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logcdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Cauchy log cumulative distribution function."""
    @overload
    @staticmethod
    def logcdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logpdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Cauchy log probability distribution function."""
    @overload
    @staticmethod
    def logpdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logsf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Cauchy distribution log survival function."""
    @overload
    @staticmethod
    def logsf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def pdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Cauchy probability distribution function."""
    @overload
    @staticmethod
    def pdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def ppf(q: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Cauchy distribution percent point function."""
    @overload
    @staticmethod
    def ppf(q: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def sf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Cauchy distribution log survival function."""
    @overload
    @staticmethod
    def sf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...

class chi2:
    @overload
    @staticmethod
    def cdf(x: ArrayLike, df: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Chi-square cumulative distribution function."""
    @overload
    @staticmethod
    def cdf(x: Operand, df: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logcdf(x: ArrayLike, df: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Chi-square log cumulative distribution function."""
    @overload
    @staticmethod
    def logcdf(x: Operand, df: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logpdf(x: ArrayLike, df: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Chi-square log probability distribution function."""
    @overload
    @staticmethod
    def logpdf(x: Operand, df: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logsf(x: ArrayLike, df: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Chi-square log survival function."""
    @overload
    @staticmethod
    def logsf(x: Operand, df: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def pdf(x: ArrayLike, df: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Chi-square probability distribution function."""
    @overload
    @staticmethod
    def pdf(x: Operand, df: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def sf(x: ArrayLike, df: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Chi-square survival function."""
    @overload
    @staticmethod
    def sf(x: Operand, df: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...

class dirichlet:
    @overload
    @staticmethod
    def logpdf(x: ArrayLike, alpha: ArrayLike) -> Array:
        """Dirichlet log probability distribution function."""
    @overload
    @staticmethod
    def logpdf(x: Operand, alpha: Operand) -> DistArray | Array: ...
    @overload
    @staticmethod
    def pdf(x: ArrayLike, alpha: ArrayLike) -> Array:
        """Dirichlet probability distribution function."""
    @overload
    @staticmethod
    def pdf(x: Operand, alpha: Operand) -> DistArray | Array: ...

class expon:
    @overload
    @staticmethod
    def cdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Exponential cumulative density function."""
    @overload
    @staticmethod
    def cdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logcdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Exponential log cumulative density function."""
    @overload
    @staticmethod
    def logcdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logpdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Exponential log probability distribution function."""
    @overload
    @staticmethod
    def logpdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logsf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Exponential log survival function."""
    @overload
    @staticmethod
    def logsf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def pdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Exponential probability distribution function."""
    @overload
    @staticmethod
    def pdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def ppf(q: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Exponential percent point function."""
    @overload
    @staticmethod
    def ppf(q: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def sf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Exponential survival function."""
    @overload
    @staticmethod
    def sf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...

class gamma:
    @overload
    @staticmethod
    def cdf(x: ArrayLike, a: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gamma cumulative distribution function."""
    @overload
    @staticmethod
    def cdf(x: Operand, a: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logcdf(x: ArrayLike, a: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gamma log cumulative distribution function."""
    @overload
    @staticmethod
    def logcdf(x: Operand, a: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logpdf(x: ArrayLike, a: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gamma log probability distribution function."""
    @overload
    @staticmethod
    def logpdf(x: Operand, a: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logsf(x: ArrayLike, a: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gamma log survival function."""
    @overload
    @staticmethod
    def logsf(x: Operand, a: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def pdf(x: ArrayLike, a: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gamma probability distribution function."""
    @overload
    @staticmethod
    def pdf(x: Operand, a: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def sf(x: ArrayLike, a: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gamma survival function."""
    @overload
    @staticmethod
    def sf(x: Operand, a: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...

class gennorm:
    @overload
    @staticmethod
    def cdf(x: ArrayLike, beta: ArrayLike) -> Array:
        """Generalized normal cumulative distribution function."""
    @overload
    @staticmethod
    def cdf(x: Operand, beta: Operand) -> DistArray: ...
    @overload
    @staticmethod
    def logpdf(x: ArrayLike, beta: ArrayLike) -> Array:
        """Generalized normal log probability distribution function."""
    @overload
    @staticmethod
    def logpdf(x: Operand, beta: Operand) -> DistArray: ...
    @overload
    @staticmethod
    def pdf(x: ArrayLike, beta: ArrayLike) -> Array:
        """Generalized normal probability distribution function."""
    @overload
    @staticmethod
    def pdf(x: Operand, beta: Operand) -> DistArray: ...

class geom:
    @overload
    @staticmethod
    def logpmf(k: ArrayLike, p: ArrayLike, loc: ArrayLike = 0) -> Array:
        """Geometric log probability mass function."""
    @overload
    @staticmethod
    def logpmf(k: Operand, p: Operand, loc: Operand = 0) -> DistArray: ...
    @overload
    @staticmethod
    def pmf(k: ArrayLike, p: ArrayLike, loc: ArrayLike = 0) -> Array:
        """Geometric probability mass function."""
    @overload
    @staticmethod
    def pmf(k: Operand, p: Operand, loc: Operand = 0) -> DistArray: ...

class gumbel_l:
    @overload
    @staticmethod
    def cdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gumbel Distribution (Left Skewed) cumulative density function."""
    @overload
    @staticmethod
    def cdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logcdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gumbel Distribution (Left Skewed) log cumulative density function."""
    @overload
    @staticmethod
    def logcdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logpdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gumbel Distribution (Left Skewed) log probability distribution function."""
    @overload
    @staticmethod
    def logpdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logsf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gumbel Distribution (Left Skewed) log survival function."""
    @overload
    @staticmethod
    def logsf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def pdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gumbel Distribution (Left Skewed) probability distribution function."""
    @overload
    @staticmethod
    def pdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def ppf(p: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gumbel Distribution (Left Skewed) percent point function (inverse of CDF)"""
    @overload
    @staticmethod
    def ppf(p: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def sf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gumbel Distribution (Left Skewed) survival function."""
    @overload
    @staticmethod
    def sf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...

class gumbel_r:
    @overload
    @staticmethod
    def cdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gumbel Distribution (Right Skewed) cumulative density function."""
    @overload
    @staticmethod
    def cdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logcdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gumbel Distribution (Right Skewed) log cumulative density function."""
    @overload
    @staticmethod
    def logcdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logpdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gumbel Distribution (Right Skewed) log probability distribution function."""
    @overload
    @staticmethod
    def logpdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logsf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gumbel Distribution (Right Skewed) log survival function."""
    @overload
    @staticmethod
    def logsf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def pdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gumbel Distribution (Right Skewed) probability distribution function."""
    @overload
    @staticmethod
    def pdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def ppf(p: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gumbel Distribution (Right Skewed) percent point function."""
    @overload
    @staticmethod
    def ppf(p: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def sf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Gumbel Distribution (Right Skewed) survival function."""
    @overload
    @staticmethod
    def sf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...

class laplace:
    @overload
    @staticmethod
    def cdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Laplace cumulative distribution function."""
    @overload
    @staticmethod
    def cdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logpdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Laplace log probability distribution function."""
    @overload
    @staticmethod
    def logpdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def pdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Laplace probability distribution function."""
    @overload
    @staticmethod
    def pdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...

class logistic:
    @overload
    @staticmethod
    def cdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Logistic cumulative distribution function."""
    @overload
    @staticmethod
    def cdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def isf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Logistic distribution inverse survival function."""
    @overload
    @staticmethod
    def isf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logpdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Logistic log probability distribution function."""
    @overload
    @staticmethod
    def logpdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def pdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Logistic probability distribution function."""
    @overload
    @staticmethod
    def pdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def ppf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Logistic distribution percent point function."""
    @overload
    @staticmethod
    def ppf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def sf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Logistic distribution survival function."""
    @overload
    @staticmethod
    def sf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...

@overload
def mode(
    a: ArrayLike, axis: int | None = 0, nan_policy: str = "propagate", keepdims: _bool = False
) -> ModeResult[Array]:
    """Compute the mode (most common value) along an axis of an array."""

@overload
def mode(
    a: Operand, axis: int | None = 0, nan_policy: str = "propagate", keepdims: _bool = False
) -> ModeResult[DistArray | Array]: ...

class multinomial:
    @overload
    @staticmethod
    def logpmf(x: ArrayLike, n: ArrayLike, p: ArrayLike) -> Array:
        """Multinomial log probability mass function."""
    @overload
    @staticmethod
    def logpmf(x: Operand, n: Operand, p: Operand) -> DistArray | Array: ...
    @overload
    @staticmethod
    def pmf(x: ArrayLike, n: ArrayLike, p: ArrayLike) -> Array:
        """Multinomial probability mass function."""
    @overload
    @staticmethod
    def pmf(x: Operand, n: Operand, p: Operand) -> DistArray | Array: ...

class multivariate_normal:
    @overload
    @staticmethod
    def logpdf(x: ArrayLike, mean: ArrayLike, cov: ArrayLike, allow_singular: None = None) -> Array:
        """Multivariate normal log probability distribution function."""
    @overload
    @staticmethod
    def logpdf(
        x: Operand, mean: Operand, cov: Operand, allow_singular: None = None
    ) -> DistArray | Array: ...
    @overload
    @staticmethod
    def pdf(x: ArrayLike, mean: ArrayLike, cov: ArrayLike) -> Array:
        """Multivariate normal probability distribution function."""
    @overload
    @staticmethod
    def pdf(x: Operand, mean: Operand, cov: Operand) -> DistArray | Array: ...

class nbinom:
    @overload
    @staticmethod
    def logpmf(k: ArrayLike, n: ArrayLike, p: ArrayLike, loc: ArrayLike = 0) -> Array:
        """Negative-binomial log probability mass function."""
    @overload
    @staticmethod
    def logpmf(k: Operand, n: Operand, p: Operand, loc: Operand = 0) -> DistArray: ...
    @overload
    @staticmethod
    def pmf(k: ArrayLike, n: ArrayLike, p: ArrayLike, loc: ArrayLike = 0) -> Array:
        """Negative-binomial probability mass function."""
    @overload
    @staticmethod
    def pmf(k: Operand, n: Operand, p: Operand, loc: Operand = 0) -> DistArray: ...

class norm:
    @overload
    @staticmethod
    def cdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Normal cumulative distribution function."""
    @overload
    @staticmethod
    def cdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def isf(q: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Normal distribution inverse survival function."""
    @overload
    @staticmethod
    def isf(q: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logcdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Normal log cumulative distribution function."""
    @overload
    @staticmethod
    def logcdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logpdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Normal log probability distribution function."""
    @overload
    @staticmethod
    def logpdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logsf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Normal distribution log survival function."""
    @overload
    @staticmethod
    def logsf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def pdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Normal probability distribution function."""
    @overload
    @staticmethod
    def pdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def ppf(q: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Normal distribution percent point function."""
    @overload
    @staticmethod
    def ppf(q: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def sf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Normal distribution survival function."""
    @overload
    @staticmethod
    def sf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...

class pareto:
    @overload
    @staticmethod
    def cdf(x: ArrayLike, b: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Pareto cumulative distribution function."""
    @overload
    @staticmethod
    def cdf(x: Operand, b: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logcdf(x: ArrayLike, b: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Pareto log cumulative distribution function."""
    @overload
    @staticmethod
    def logcdf(x: Operand, b: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logpdf(x: ArrayLike, b: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Pareto log probability distribution function."""
    @overload
    @staticmethod
    def logpdf(x: Operand, b: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logsf(x: ArrayLike, b: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Pareto log survival function."""
    @overload
    @staticmethod
    def logsf(x: Operand, b: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def pdf(x: ArrayLike, b: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Pareto probability distribution function."""
    @overload
    @staticmethod
    def pdf(x: Operand, b: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def ppf(q: ArrayLike, b: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Pareto percent point function (inverse CDF)."""
    @overload
    @staticmethod
    def ppf(q: Operand, b: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def sf(x: ArrayLike, b: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Pareto survival function."""
    @overload
    @staticmethod
    def sf(x: Operand, b: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...

class poisson:
    @overload
    @staticmethod
    def cdf(k: ArrayLike, mu: ArrayLike, loc: ArrayLike = 0) -> Array:
        """Poisson cumulative distribution function."""
    @overload
    @staticmethod
    def cdf(k: Operand, mu: Operand, loc: Operand = 0) -> DistArray: ...
    @overload
    @staticmethod
    def entropy(mu: ArrayLike, loc: ArrayLike = 0) -> Array:
        """Shannon entropy of the Poisson distribution."""
    @overload
    @staticmethod
    def entropy(mu: Operand, loc: Operand = 0) -> DistArray | Array: ...
    @overload
    @staticmethod
    def logpmf(k: ArrayLike, mu: ArrayLike, loc: ArrayLike = 0) -> Array:
        """Poisson log probability mass function."""
    @overload
    @staticmethod
    def logpmf(k: Operand, mu: Operand, loc: Operand = 0) -> DistArray: ...
    @overload
    @staticmethod
    def pmf(k: ArrayLike, mu: ArrayLike, loc: ArrayLike = 0) -> Array:
        """Poisson probability mass function."""
    @overload
    @staticmethod
    def pmf(k: Operand, mu: Operand, loc: Operand = 0) -> DistArray: ...

@overload
def rankdata(
    a: ArrayLike, method: str = "average", *, axis: int | None = None, nan_policy: str = "propagate"
) -> Array:
    """Compute the rank of data along an array axis."""

@overload
def rankdata(
    a: Operand, method: str = "average", *, axis: int | None = None, nan_policy: str = "propagate"
) -> DistArray | Array: ...
@overload
def sem(
    a: ArrayLike,
    axis: int | None = 0,
    ddof: int = 1,
    nan_policy: str = "propagate",
    *,
    keepdims: _bool = False,
) -> Array:
    """Compute the standard error of the mean."""

@overload
def sem(
    a: Operand,
    axis: int | None = 0,
    ddof: int = 1,
    nan_policy: str = "propagate",
    *,
    keepdims: _bool = False,
) -> DistArray | Array: ...

class t:
    @overload
    @staticmethod
    def logpdf(x: ArrayLike, df: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Student's T log probability distribution function."""
    @overload
    @staticmethod
    def logpdf(x: Operand, df: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def pdf(x: ArrayLike, df: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Student's T probability distribution function."""
    @overload
    @staticmethod
    def pdf(x: Operand, df: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...

class truncnorm:
    @overload
    @staticmethod
    def cdf(x: ArrayLike, a: ArrayLike, b: ArrayLike, loc: Any = 0, scale: Any = 1) -> Any:
        """Truncated normal cumulative distribution function."""
    @overload
    @staticmethod
    def cdf(x: Operand, a: Operand, b: Operand, loc: Any = 0, scale: Any = 1) -> Any: ...
    @overload
    @staticmethod
    def logcdf(x: ArrayLike, a: ArrayLike, b: ArrayLike, loc: Any = 0, scale: Any = 1) -> Any:
        """Truncated normal log cumulative distribution function."""
    @overload
    @staticmethod
    def logcdf(x: Operand, a: Operand, b: Operand, loc: Any = 0, scale: Any = 1) -> Any: ...
    @overload
    @staticmethod
    def logpdf(x: ArrayLike, a: ArrayLike, b: ArrayLike, loc: Any = 0, scale: Any = 1) -> Any:
        """Truncated normal log probability distribution function."""
    @overload
    @staticmethod
    def logpdf(x: Operand, a: Operand, b: Operand, loc: Any = 0, scale: Any = 1) -> Any: ...
    @overload
    @staticmethod
    def logsf(x: ArrayLike, a: ArrayLike, b: ArrayLike, loc: Any = 0, scale: Any = 1) -> Any:
        """Truncated normal distribution log survival function."""
    @overload
    @staticmethod
    def logsf(x: Operand, a: Operand, b: Operand, loc: Any = 0, scale: Any = 1) -> Any: ...
    @overload
    @staticmethod
    def pdf(x: ArrayLike, a: ArrayLike, b: ArrayLike, loc: Any = 0, scale: Any = 1) -> Any:
        """Truncated normal probability distribution function."""
    @overload
    @staticmethod
    def pdf(x: Operand, a: Operand, b: Operand, loc: Any = 0, scale: Any = 1) -> Any: ...
    @overload
    @staticmethod
    def sf(x: ArrayLike, a: ArrayLike, b: ArrayLike, loc: Any = 0, scale: Any = 1) -> Any:
        """Truncated normal distribution survival function."""
    @overload
    @staticmethod
    def sf(x: Operand, a: Operand, b: Operand, loc: Any = 0, scale: Any = 1) -> Any: ...

class uniform:
    @overload
    @staticmethod
    def cdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Uniform cumulative distribution function."""
    @overload
    @staticmethod
    def cdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def logpdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Uniform log probability distribution function."""
    @overload
    @staticmethod
    def logpdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def pdf(x: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Uniform probability distribution function."""
    @overload
    @staticmethod
    def pdf(x: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...
    @overload
    @staticmethod
    def ppf(q: ArrayLike, loc: ArrayLike = 0, scale: ArrayLike = 1) -> Array:
        """Uniform distribution percent point function."""
    @overload
    @staticmethod
    def ppf(q: Operand, loc: Operand = 0, scale: Operand = 1) -> DistArray: ...

class vonmises:
    @overload
    @staticmethod
    def logpdf(x: ArrayLike, kappa: ArrayLike) -> Array:
        """von Mises log probability distribution function."""
    @overload
    @staticmethod
    def logpdf(x: Operand, kappa: Operand) -> DistArray: ...
    @overload
    @staticmethod
    def pdf(x: ArrayLike, kappa: ArrayLike) -> Array:
        """von Mises probability distribution function."""
    @overload
    @staticmethod
    def pdf(x: Operand, kappa: Operand) -> DistArray: ...

class wrapcauchy:
    @overload
    @staticmethod
    def logpdf(x: ArrayLike, c: ArrayLike) -> Array:
        """Wrapped Cauchy log probability distribution function."""
    @overload
    @staticmethod
    def logpdf(x: Operand, c: Operand) -> DistArray: ...
    @overload
    @staticmethod
    def pdf(x: ArrayLike, c: ArrayLike) -> Array:
        """Wrapped Cauchy probability distribution function."""
    @overload
    @staticmethod
    def pdf(x: Operand, c: Operand) -> DistArray: ...
