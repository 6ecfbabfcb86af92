"""Written by tests/stubs; do not edit."""

from builtins import bool as _bool
from collections.abc import Sequence
from typing import Any, Literal, overload

from jax import Array
from jax.nn import initializers as initializers
from jax.typing import ArrayLike, DTypeLike

from jpi._array.array import DistArray
from jpi._namespace.annotations import Operand

@overload
def celu(x: ArrayLike, alpha: ArrayLike = 1.0) -> Array:
    """Continuously-differentiable exponential linear unit activation."""

@overload
def celu(x: Operand, alpha: Operand = 1.0) -> DistArray: ...
@overload
def dot_product_attention(
    query: ArrayLike,
    key: ArrayLike,
    value: ArrayLike,
    bias: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    *,
    scale: float | None = None,
    is_causal: _bool = False,
    query_seq_lengths: ArrayLike | None = None,
    key_value_seq_lengths: ArrayLike | None = None,
    local_window_size: int | tuple[int, int] | None = None,
    implementation: Literal["xla", "cudnn"] | None = None,
    return_residual: _bool = False,
) -> Array:
    """Scaled dot product attention function."""

@overload
def dot_product_attention(
    query: Operand,
    key: Operand,
    value: Operand,
    bias: Operand | None = None,
    mask: Operand | None = None,
    *,
    scale: float | None = None,
    is_causal: _bool = False,
    query_seq_lengths: Operand | None = None,
    key_value_seq_lengths: Operand | None = None,
    local_window_size: int | tuple[int, int] | None = None,
    implementation: Literal["xla", "cudnn"] | None = None,
    return_residual: _bool = False,
) -> DistArray: ...
@overload
def elu(x: ArrayLike, alpha: ArrayLike = 1.0) -> Array:
    """Exponential linear unit activation function."""

@overload
def elu(x: Operand, alpha: Operand = 1.0) -> DistArray: ...
@overload
def gelu(x: ArrayLike, approximate: _bool = True) -> Array:
    """Gaussian error linear unit activation function."""

@overload
def gelu(x: Operand, approximate: _bool = True) -> DistArray: ...
@overload
def get_scaled_dot_general_config(
    mode: Literal["nvfp4", "mxfp8"], global_scale: ArrayLike | None = None
) -> Any:
    """Get quantization configs for scaled_dot_general."""

@overload
def get_scaled_dot_general_config(
    mode: Literal["nvfp4", "mxfp8"], global_scale: Operand | None = None
) -> Any: ...
@overload
def glu(x: ArrayLike, axis: int = -1) -> Array:
    """Gated linear unit activation function."""

@overload
def glu(x: Operand, axis: int = -1) -> DistArray: ...
@overload
def hard_sigmoid(x: ArrayLike) -> Array:
    """Hard Sigmoid activation function."""

@overload
def hard_sigmoid(x: Operand) -> DistArray: ...
@overload
def hard_silu(x: ArrayLike) -> Array:
    """Hard SiLU (swish) activation function"""

@overload
def hard_silu(x: Operand) -> DistArray: ...
@overload
def hard_swish(x: ArrayLike) -> Array:
    """Hard SiLU (swish) activation function"""

@overload
def hard_swish(x: Operand) -> DistArray: ...
@overload
def hard_tanh(x: ArrayLike) -> Array:
    """Hard `\\mathrm{tanh}` activation function."""

@overload
def hard_tanh(x: Operand) -> DistArray: ...
@overload
def identity(x: ArrayLike) -> Array:
    """Identity activation function."""

@overload
def identity(x: Operand) -> DistArray: ...
@overload
def leaky_relu(x: ArrayLike, negative_slope: ArrayLike = 0.01) -> Array:
    """Leaky rectified linear unit activation function."""

@overload
def leaky_relu(x: Operand, negative_slope: Operand = 0.01) -> DistArray: ...
@overload
def log1mexp(x: ArrayLike) -> Array:
    """Numerically stable calculation of `\\log(1 - \\exp(-x))`."""

@overload
def log1mexp(x: Operand) -> DistArray: ...
@overload
def log_sigmoid(x: ArrayLike) -> Array:
    """Log-sigmoid activation function."""

@overload
def log_sigmoid(x: Operand) -> DistArray: ...
@overload
def log_softmax(
    x: ArrayLike, axis: int | Sequence[int] | None = -1, where: ArrayLike | None = None
) -> Array:
    """Log-Softmax function."""

@overload
def log_softmax(
    x: Operand, axis: int | Sequence[int] | None = -1, where: Operand | None = None
) -> DistArray: ...
@overload
def logmeanexp(
    x: Operand, axis: None = None, where: Operand | None = None, keepdims: Literal[False] = False
) -> Array:
    """Log mean exp."""

@overload
def logmeanexp(
    x: ArrayLike,
    axis: int | Sequence[int] | None = None,
    where: ArrayLike | None = None,
    keepdims: _bool = False,
) -> Array: ...
@overload
def logmeanexp(
    x: Operand,
    axis: int | Sequence[int] | None = None,
    where: Operand | None = None,
    keepdims: _bool = False,
) -> DistArray | Array: ...
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
def mish(x: ArrayLike) -> Array:
    """Mish activation function."""

@overload
def mish(x: Operand) -> DistArray: ...
@overload
def one_hot(x: Any, num_classes: int, *, dtype: Any | None = None, axis: Any = -1) -> Array:
    """One-hot encodes the given indices."""

@overload
def one_hot(x: Any, num_classes: int, *, dtype: Any | None = None, axis: Any = -1) -> DistArray: ...
@overload
def relu(x: ArrayLike) -> Array:
    """Rectified linear unit activation function."""

@overload
def relu(x: Operand) -> DistArray: ...
@overload
def relu6(x: ArrayLike) -> Array:
    """Rectified Linear Unit 6 activation function."""

@overload
def relu6(x: Operand) -> DistArray: ...
@overload
def scaled_dot_general(
    lhs: ArrayLike,
    rhs: ArrayLike,
    dimension_numbers: Any,
    preferred_element_type: Any = ...,
    configs: Any = None,
    implementation: Literal["cudnn"] | None = None,
) -> Array:
    """Scaled dot general operation."""

@overload
def scaled_dot_general(
    lhs: Operand,
    rhs: Operand,
    dimension_numbers: Any,
    preferred_element_type: Any = ...,
    configs: Any = None,
    implementation: Literal["cudnn"] | None = None,
) -> DistArray: ...
@overload
def scaled_matmul(
    lhs: ArrayLike,
    rhs: ArrayLike,
    lhs_scales: ArrayLike,
    rhs_scales: ArrayLike,
    preferred_element_type: DTypeLike = ...,
) -> Array:
    """Scaled matrix multiplication function."""

@overload
def scaled_matmul(
    lhs: Operand,
    rhs: Operand,
    lhs_scales: Operand,
    rhs_scales: Operand,
    preferred_element_type: DTypeLike = ...,
) -> DistArray: ...
@overload
def selu(x: ArrayLike) -> Array:
    """Scaled exponential linear unit activation."""

@overload
def selu(x: Operand) -> DistArray: ...
@overload
def sigmoid(x: ArrayLike) -> Array:
    """Sigmoid activation function."""

@overload
def sigmoid(x: Operand) -> DistArray: ...
@overload
def silu(x: ArrayLike) -> Array:
    """SiLU (aka swish) activation function."""

@overload
def silu(x: Operand) -> DistArray: ...
@overload
def soft_sign(x: ArrayLike) -> Array:
    """Soft-sign activation function."""

@overload
def soft_sign(x: Operand) -> DistArray: ...
@overload
def softmax(
    x: ArrayLike, axis: int | Sequence[int] | None = -1, where: ArrayLike | None = None
) -> Array:
    """Softmax function."""

@overload
def softmax(
    x: Operand, axis: int | Sequence[int] | None = -1, where: Operand | None = None
) -> DistArray: ...
@overload
def softplus(x: ArrayLike) -> Array:
    """Softplus activation function."""

@overload
def softplus(x: Operand) -> DistArray: ...
@overload
def sparse_plus(x: ArrayLike) -> Array:
    """Sparse plus function."""

@overload
def sparse_plus(x: Operand) -> DistArray: ...
@overload
def sparse_sigmoid(x: ArrayLike) -> Array:
    """Sparse sigmoid activation function."""

@overload
def sparse_sigmoid(x: Operand) -> DistArray: ...
@overload
def squareplus(x: ArrayLike, b: ArrayLike = 4) -> Array:
    """Squareplus activation function."""

@overload
def squareplus(x: Operand, b: Operand = 4) -> DistArray: ...
@overload
def standardize(
    x: ArrayLike,
    axis: int | Sequence[int] | None = -1,
    mean: ArrayLike | None = None,
    variance: ArrayLike | None = None,
    epsilon: ArrayLike = 1e-05,
    where: ArrayLike | None = None,
    *,
    algorithm: str = "fast",
) -> Array:
    """Standardizes input to zero mean and unit variance."""

@overload
def standardize(
    x: Operand,
    axis: int | Sequence[int] | None = -1,
    mean: Operand | None = None,
    variance: Operand | None = None,
    epsilon: Operand = 1e-05,
    where: Operand | None = None,
    *,
    algorithm: str = "fast",
) -> DistArray: ...
@overload
def swish(x: ArrayLike) -> Array:
    """SiLU (aka swish) activation function."""

@overload
def swish(x: Operand) -> DistArray: ...
@overload
def tanh(x: ArrayLike, /) -> Array:
    """Calculate element-wise hyperbolic tangent of input."""

@overload
def tanh(x: Operand, /) -> DistArray: ...
