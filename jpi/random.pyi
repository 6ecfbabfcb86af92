"""Written by tests/stubs; do not edit."""

from builtins import bool as _bool
from collections.abc import Sequence
from typing import Any, overload

from jax import Array
from jax.random import lognormal as lognormal
from jax.random import random_gamma_p as random_gamma_p
from jax.typing import ArrayLike, DTypeLike

from jpi._array.array import DistArray
from jpi._mpi.mesh import Mesh
from jpi._namespace.annotations import Operand, Spec

@overload
def PRNGKey(seed: int | ArrayLike, *, impl: Any = None) -> Array:
    """Create a legacy PRNG key given an integer seed."""

@overload
def PRNGKey(seed: int | Operand, *, impl: Any = None) -> Array: ...
def ball(
    key: Operand,
    d: int,
    p: float = 2,
    shape: Sequence[int] = (),
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

def bernoulli(
    key: Operand,
    p: Operand = 0.5,
    shape: Sequence[int] | None = None,
    mode: str = "low",
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

def beta(
    key: Operand,
    a: Operand,
    b: Operand,
    shape: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

def binomial(
    key: Operand,
    n: Operand,
    p: Operand,
    shape: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def bits(
    key: Operand,
    shape: tuple[()] = (),
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def bits(
    key: Operand,
    shape: Sequence[int],
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray: ...
def categorical(
    key: Operand,
    logits: Operand,
    axis: int = -1,
    shape: Sequence[int] | None = None,
    replace: _bool = True,
    mode: str | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def cauchy(
    key: Operand,
    shape: tuple[()] = (),
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def cauchy(
    key: Operand,
    shape: Sequence[int],
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray: ...
def chisquare(
    key: Operand,
    df: Operand,
    shape: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def choice(
    key: Operand,
    a: int | Operand,
    shape: tuple[()] = (),
    replace: _bool = True,
    p: Operand | None = None,
    axis: int = 0,
    mode: str | None = None,
    *,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def choice(
    key: Operand,
    a: int | Operand,
    shape: Sequence[int],
    replace: _bool = True,
    p: Operand | None = None,
    axis: int = 0,
    mode: str | None = None,
    *,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray: ...
def clone(key: Any) -> Any:
    """Clone a key for reuse"""

def dirichlet(
    key: Operand,
    alpha: Operand,
    shape: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def double_sided_maxwell(
    key: Operand,
    loc: Operand,
    scale: Operand,
    shape: tuple[()] = (),
    dtype: DTypeLike | None = None,
    *,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def double_sided_maxwell(
    key: Operand,
    loc: Operand,
    scale: Operand,
    shape: Sequence[int],
    dtype: DTypeLike | None = None,
    *,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray: ...
@overload
def exponential(
    key: Operand,
    shape: tuple[()] = (),
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def exponential(
    key: Operand,
    shape: Sequence[int],
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray: ...
def f(
    key: Operand,
    dfnum: Operand,
    dfden: Operand,
    shape: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def fold_in(key: ArrayLike, data: ArrayLike) -> Array:
    """Folds in data to a PRNG key to form a new PRNG key."""

@overload
def fold_in(key: Operand, data: Operand) -> Array: ...
def gamma(
    key: Operand,
    a: Operand,
    shape: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def generalized_normal(
    key: Operand,
    p: float,
    shape: tuple[()] = (),
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def generalized_normal(
    key: Operand,
    p: float,
    shape: Sequence[int],
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray: ...
def geometric(
    key: Operand,
    p: Operand,
    shape: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def gumbel(
    key: Operand,
    shape: tuple[()] = (),
    dtype: DTypeLike | None = None,
    mode: str | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def gumbel(
    key: Operand,
    shape: Sequence[int],
    dtype: DTypeLike | None = None,
    mode: str | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray: ...
@overload
def key(seed: int | ArrayLike, *, impl: Any = None, dtype: Any = None) -> Array:
    """Create a pseudo-random number generator (PRNG) key given an integer seed."""

@overload
def key(seed: int | Operand, *, impl: Any = None, dtype: Any = None) -> Array: ...
@overload
def key_data(keys: ArrayLike) -> Array:
    """Recover the bits of key data underlying a PRNG key array."""

@overload
def key_data(keys: Operand) -> Array: ...
def key_dtype(impl_spec: Any = None, *, spec: Spec = None, mesh: Mesh | None = None) -> Any:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def key_impl(keys: ArrayLike) -> Any: ...
@overload
def key_impl(keys: Operand) -> Any: ...
@overload
def laplace(
    key: Operand,
    shape: tuple[()] = (),
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def laplace(
    key: Operand,
    shape: Sequence[int],
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray: ...
def loggamma(
    key: Operand,
    a: Operand,
    shape: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def logistic(
    key: Operand,
    shape: tuple[()] = (),
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def logistic(
    key: Operand,
    shape: Sequence[int],
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray: ...
@overload
def maxwell(
    key: Operand,
    shape: tuple[()] = (),
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def maxwell(
    key: Operand,
    shape: Sequence[int],
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray: ...
def multinomial(
    key: Operand,
    n: Operand,
    p: Operand,
    *,
    shape: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    unroll: int | _bool = 1,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

def multivariate_normal(
    key: Operand,
    mean: Operand,
    cov: Operand,
    shape: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    method: str = "cholesky",
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def normal(
    key: Operand,
    shape: tuple[()] = (),
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def normal(
    key: Operand,
    shape: Sequence[int],
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray: ...
@overload
def orthogonal(
    key: Operand,
    n: int,
    shape: tuple[()] = (),
    dtype: DTypeLike | None = None,
    m: int | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def orthogonal(
    key: Operand,
    n: int,
    shape: Sequence[int],
    dtype: DTypeLike | None = None,
    m: int | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray: ...
def pareto(
    key: Operand,
    b: Operand,
    shape: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

def permutation(
    key: Operand,
    x: int | Operand,
    axis: int = 0,
    independent: _bool = False,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

def poisson(
    key: Operand,
    lam: Operand,
    shape: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def rademacher(
    key: Operand,
    shape: tuple[()] = (),
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def rademacher(
    key: Operand,
    shape: Sequence[int],
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray: ...
def randint(
    key: Operand,
    shape: Sequence[int],
    minval: Operand,
    maxval: Operand,
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

def rayleigh(
    key: Operand,
    scale: Operand,
    shape: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def split(key: ArrayLike, num: int | tuple[int, ...] = 2) -> Array:
    """Splits a PRNG key into `num` new keys by adding a leading axis."""

@overload
def split(key: Operand, num: int | tuple[int, ...] = 2) -> Array: ...
def t(
    key: Operand,
    df: Operand,
    shape: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

def triangular(
    key: Operand,
    left: Operand,
    mode: Operand,
    right: Operand,
    shape: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

def truncated_normal(
    key: Operand,
    lower: Operand,
    upper: Operand,
    shape: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def uniform(
    key: Operand,
    shape: tuple[()] = (),
    dtype: DTypeLike | None = None,
    minval: Operand = 0.0,
    maxval: Operand = 1.0,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def uniform(
    key: Operand,
    shape: Sequence[int],
    dtype: DTypeLike | None = None,
    minval: Operand = 0.0,
    maxval: Operand = 1.0,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray: ...
def wald(
    key: Operand,
    mean: Operand,
    shape: Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    *,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def weibull_min(
    key: Operand,
    scale: Operand,
    concentration: Operand,
    shape: tuple[()] = (),
    dtype: DTypeLike | None = None,
    *,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> Array:
    """It also takes ``spec``, the mesh axes over which each dimension is sharded (by default the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh (the current one by default)."""

@overload
def weibull_min(
    key: Operand,
    scale: Operand,
    concentration: Operand,
    shape: Sequence[int],
    dtype: DTypeLike | None = None,
    *,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray: ...
@overload
def wrap_key_data(key_bits_array: ArrayLike, *, impl: Any = None, dtype: Any = None) -> Any:
    """Wrap an array of key data bits into a PRNG key array."""

@overload
def wrap_key_data(key_bits_array: Operand, *, impl: Any = None, dtype: Any = None) -> Any: ...
