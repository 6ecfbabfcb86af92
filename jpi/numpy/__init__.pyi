"""Written by tests/stubs; do not edit."""

from builtins import bool as _bool
from builtins import slice as _slice
from collections.abc import Callable, Sequence
from typing import Any, Literal, overload

import numpy as np
from jax import Array
from jax.numpy import ComplexWarning as ComplexWarning
from jax.numpy import bfloat16 as bfloat16
from jax.numpy import bool as bool
from jax.numpy import bool_ as bool_
from jax.numpy import cdouble as cdouble
from jax.numpy import character as character
from jax.numpy import complex64 as complex64
from jax.numpy import complex128 as complex128
from jax.numpy import complex_ as complex_
from jax.numpy import complexfloating as complexfloating
from jax.numpy import csingle as csingle
from jax.numpy import double as double
from jax.numpy import dtype as dtype
from jax.numpy import e as e
from jax.numpy import euler_gamma as euler_gamma
from jax.numpy import finfo as finfo
from jax.numpy import flexible as flexible
from jax.numpy import float4_e2m1fn as float4_e2m1fn
from jax.numpy import float8_e3m4 as float8_e3m4
from jax.numpy import float8_e4m3 as float8_e4m3
from jax.numpy import float8_e4m3b11fnuz as float8_e4m3b11fnuz
from jax.numpy import float8_e4m3fn as float8_e4m3fn
from jax.numpy import float8_e4m3fnuz as float8_e4m3fnuz
from jax.numpy import float8_e5m2 as float8_e5m2
from jax.numpy import float8_e5m2fnuz as float8_e5m2fnuz
from jax.numpy import float8_e8m0fnu as float8_e8m0fnu
from jax.numpy import float16 as float16
from jax.numpy import float32 as float32
from jax.numpy import float64 as float64
from jax.numpy import float_ as float_
from jax.numpy import floating as floating
from jax.numpy import generic as generic
from jax.numpy import iinfo as iinfo
from jax.numpy import index_exp as index_exp
from jax.numpy import inexact as inexact
from jax.numpy import inf as inf
from jax.numpy import int2 as int2
from jax.numpy import int4 as int4
from jax.numpy import int8 as int8
from jax.numpy import int16 as int16
from jax.numpy import int32 as int32
from jax.numpy import int64 as int64
from jax.numpy import int_ as int_
from jax.numpy import integer as integer
from jax.numpy import mgrid as mgrid
from jax.numpy import nan as nan
from jax.numpy import ndarray as ndarray
from jax.numpy import newaxis as newaxis
from jax.numpy import number as number
from jax.numpy import object_ as object_
from jax.numpy import ogrid as ogrid
from jax.numpy import pi as pi
from jax.numpy import s_ as s_
from jax.numpy import signedinteger as signedinteger
from jax.numpy import single as single
from jax.numpy import ufunc as ufunc
from jax.numpy import uint as uint
from jax.numpy import uint2 as uint2
from jax.numpy import uint4 as uint4
from jax.numpy import uint8 as uint8
from jax.numpy import uint16 as uint16
from jax.numpy import uint32 as uint32
from jax.numpy import uint64 as uint64
from jax.numpy import unsignedinteger as unsignedinteger
from jax.typing import ArrayLike, DTypeLike

from jpi._array.array import DistArray
from jpi._mpi.mesh import Mesh
from jpi._namespace.annotations import (
    BinaryUfunc,
    Operand,
    Spec,
    UniqueAllResult,
    UniqueCountsResult,
    UniqueInverseResult,
)
from jpi.numpy import fft as fft
from jpi.numpy import linalg as linalg
from jpi.numpy._unusual import c_ as c_
from jpi.numpy._unusual import frompyfunc as frompyfunc
from jpi.numpy._unusual import r_ as r_
from jpi.numpy._unusual import vectorize as vectorize

@overload
def abs(x: ArrayLike, /) -> Array:
    """Alias of `jax.numpy.absolute`."""

@overload
def abs(x: Operand, /) -> DistArray: ...
@overload
def absolute(x: ArrayLike, /) -> Array:
    """Calculate the absolute value element-wise."""

@overload
def absolute(x: Operand, /) -> DistArray: ...
@overload
def acos(x: ArrayLike, /) -> Array:
    """Alias of `jax.numpy.arccos`"""

@overload
def acos(x: Operand, /) -> DistArray: ...
@overload
def acosh(x: ArrayLike, /) -> Array:
    """Alias of `jax.numpy.arccosh`"""

@overload
def acosh(x: Operand, /) -> DistArray: ...

add: BinaryUfunc

@overload
def all(
    a: Operand,
    axis: None = None,
    out: None = None,
    keepdims: Literal[False] = False,
    *,
    where: Operand | None = None,
) -> Array:
    """Test whether all array elements along a given axis evaluate to True."""

@overload
def all(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    out: None = None,
    keepdims: _bool = False,
    *,
    where: ArrayLike | None = None,
) -> Array: ...
@overload
def all(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    out: None = None,
    keepdims: _bool = False,
    *,
    where: Operand | None = None,
) -> DistArray | Array: ...
@overload
def allclose(
    a: ArrayLike,
    b: ArrayLike,
    rtol: ArrayLike = 1e-05,
    atol: ArrayLike = 1e-08,
    equal_nan: _bool = False,
) -> Array:
    """Check if two arrays are element-wise approximately equal within a tolerance."""

@overload
def allclose(
    a: Operand, b: Operand, rtol: Operand = 1e-05, atol: Operand = 1e-08, equal_nan: _bool = False
) -> Array: ...
@overload
def amax(
    a: Operand,
    axis: None = None,
    out: None = None,
    keepdims: Literal[False] = False,
    initial: Operand | None = None,
    where: Operand | None = None,
) -> Array:
    """Alias of `jax.numpy.max`."""

@overload
def amax(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike | None = None,
) -> Array: ...
@overload
def amax(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: Operand | None = None,
    where: Operand | None = None,
) -> DistArray | Array: ...
@overload
def amin(
    a: Operand,
    axis: None = None,
    out: None = None,
    keepdims: Literal[False] = False,
    initial: Operand | None = None,
    where: Operand | None = None,
) -> Array:
    """Alias of `jax.numpy.min`."""

@overload
def amin(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike | None = None,
) -> Array: ...
@overload
def amin(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: Operand | None = None,
    where: Operand | None = None,
) -> DistArray | Array: ...
@overload
def angle(z: ArrayLike, deg: _bool = False) -> Array:
    """Return the angle of a complex valued number or array."""

@overload
def angle(z: Operand, deg: _bool = False) -> DistArray: ...
@overload
def any(
    a: Operand,
    axis: None = None,
    out: None = None,
    keepdims: Literal[False] = False,
    *,
    where: Operand | None = None,
) -> Array:
    """Test whether any of the array elements along a given axis evaluate to True."""

@overload
def any(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    out: None = None,
    keepdims: _bool = False,
    *,
    where: ArrayLike | None = None,
) -> Array: ...
@overload
def any(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    out: None = None,
    keepdims: _bool = False,
    *,
    where: Operand | None = None,
) -> DistArray | Array: ...
@overload
def append(arr: ArrayLike, values: ArrayLike, axis: int | None = None) -> Array:
    """Return a new array with values appended to the end of the original array."""

@overload
def append(arr: Operand, values: Operand, axis: int | None = None) -> DistArray: ...
@overload
def apply_along_axis(
    func1d: Callable, axis: int, arr: ArrayLike, *args: Any, **kwargs: Any
) -> Array:
    """Apply a function to 1D array slices along an axis."""

@overload
def apply_along_axis(
    func1d: Callable, axis: int, arr: Operand, *args: Any, **kwargs: Any
) -> DistArray: ...
@overload
def apply_over_axes(
    func: Callable[[ArrayLike, int], ArrayLike], a: ArrayLike, axes: Sequence[int]
) -> Array:
    """Apply a function repeatedly over specified axes."""

@overload
def apply_over_axes(
    func: Callable[[Operand, int], Operand], a: Operand, axes: Sequence[int]
) -> DistArray | Array: ...
def arange(
    start: Operand | int,
    stop: Operand | int | None = None,
    step: Operand | None = None,
    dtype: DTypeLike | None = None,
    *,
    device: Any = None,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension over all ranks. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

@overload
def arccos(x: ArrayLike, /) -> Array:
    """Compute element-wise inverse of trigonometric cosine of input."""

@overload
def arccos(x: Operand, /) -> DistArray: ...
@overload
def arccosh(x: ArrayLike, /) -> Array:
    """Calculate element-wise inverse of hyperbolic cosine of input."""

@overload
def arccosh(x: Operand, /) -> DistArray: ...
@overload
def arcsin(x: ArrayLike, /) -> Array:
    """Compute element-wise inverse of trigonometric sine of input."""

@overload
def arcsin(x: Operand, /) -> DistArray: ...
@overload
def arcsinh(x: ArrayLike, /) -> Array:
    """Calculate element-wise inverse of hyperbolic sine of input."""

@overload
def arcsinh(x: Operand, /) -> DistArray: ...
@overload
def arctan(x: ArrayLike, /) -> Array:
    """Compute element-wise inverse of trigonometric tangent of input."""

@overload
def arctan(x: Operand, /) -> DistArray: ...
@overload
def arctan2(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Compute the arctangent of x1/x2, choosing the correct quadrant."""

@overload
def arctan2(x1: Operand, x2: Operand, /) -> DistArray: ...
@overload
def arctanh(x: ArrayLike, /) -> Array:
    """Calculate element-wise inverse of hyperbolic tangent of input."""

@overload
def arctanh(x: Operand, /) -> DistArray: ...
@overload
def argmax(
    a: Operand, axis: None = None, out: None = None, keepdims: Literal[None] = None
) -> Array:
    """Return the index of the maximum value of an array."""

@overload
def argmax(
    a: ArrayLike, axis: int | None = None, out: None = None, keepdims: _bool | None = None
) -> Array: ...
@overload
def argmax(
    a: Operand, axis: int | None = None, out: None = None, keepdims: _bool | None = None
) -> DistArray | Array: ...
@overload
def argmin(
    a: Operand, axis: None = None, out: None = None, keepdims: Literal[None] = None
) -> Array:
    """Return the index of the minimum value of an array."""

@overload
def argmin(
    a: ArrayLike, axis: int | None = None, out: None = None, keepdims: _bool | None = None
) -> Array: ...
@overload
def argmin(
    a: Operand, axis: int | None = None, out: None = None, keepdims: _bool | None = None
) -> DistArray | Array: ...
@overload
def argpartition(a: ArrayLike, kth: int, axis: int = -1) -> Array:
    """Returns indices that partially sort an array."""

@overload
def argpartition(a: Operand, kth: int, axis: int = -1) -> DistArray: ...
@overload
def argsort(
    a: ArrayLike,
    axis: int | None = -1,
    *,
    kind: None = None,
    order: None = None,
    stable: _bool = True,
    descending: _bool = False,
    dtype: DTypeLike | None = None,
) -> Array:
    """Return indices that sort an array."""

@overload
def argsort(
    a: Operand,
    axis: int | None = -1,
    *,
    kind: None = None,
    order: None = None,
    stable: _bool = True,
    descending: _bool = False,
    dtype: DTypeLike | None = None,
) -> DistArray: ...
@overload
def argwhere(
    a: ArrayLike, *, size: int | None = None, fill_value: ArrayLike | None = None
) -> Array:
    """Find the indices of nonzero array elements"""

@overload
def argwhere(
    a: Operand, *, size: int | None = None, fill_value: Operand | None = None
) -> DistArray | Array: ...
@overload
def around(a: ArrayLike, decimals: int = 0, out: None = None) -> Array:
    """Alias of `jax.numpy.round`"""

@overload
def around(a: Operand, decimals: int = 0, out: None = None) -> DistArray: ...
@overload
def array(object: _bool | complex | np.number, *args: Any, **kwargs: Any) -> Array: ...
@overload
def array(
    object: Any,
    dtype: DTypeLike | None = None,
    *args: Any,
    copy: _bool = True,
    order: str | None = "K",
    ndmin: int = 0,
    device: Any = None,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray:
    """As `asarray`, with at least ``ndmin`` dimensions."""

@overload
def array_equal(a1: ArrayLike, a2: ArrayLike, equal_nan: _bool = False) -> Array:
    """Check if two arrays are element-wise equal."""

@overload
def array_equal(a1: Operand, a2: Operand, equal_nan: _bool = False) -> Array: ...
@overload
def array_equiv(a1: ArrayLike, a2: ArrayLike) -> Array:
    """Check if two arrays are element-wise equal."""

@overload
def array_equiv(a1: Operand, a2: Operand) -> Array: ...
def array_repr(
    arr: Any, max_line_width: Any = None, precision: Any = None, suppress_small: Any = None
) -> Any:
    """Return the string representation of an array."""

@overload
def array_split(
    ary: ArrayLike, indices_or_sections: int | Sequence[int] | ArrayLike, axis: int = 0
) -> list[Array]:
    """Split an array into sub-arrays."""

@overload
def array_split(
    ary: Operand, indices_or_sections: int | Sequence[int] | Operand, axis: int = 0
) -> list[DistArray]: ...
@overload
def array_str(
    a: ArrayLike, max_line_width: Any = None, precision: Any = None, suppress_small: Any = None
) -> Any:
    """Return a string representation of the data in an array."""

@overload
def array_str(
    a: Operand, max_line_width: Any = None, precision: Any = None, suppress_small: Any = None
) -> Any: ...
@overload
def asarray(a: _bool | complex | np.number, *args: Any, **kwargs: Any) -> Array: ...
@overload
def asarray(
    a: Any,
    dtype: DTypeLike | None = None,
    order: str | None = None,
    *,
    copy: _bool | None = None,
    device: Any = None,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray:
    """A distributed array of data that every rank has; each rank keeps its block."""

@overload
def asin(x: ArrayLike, /) -> Array:
    """Alias of `jax.numpy.arcsin`"""

@overload
def asin(x: Operand, /) -> DistArray: ...
@overload
def asinh(x: ArrayLike, /) -> Array:
    """Alias of `jax.numpy.arcsinh`"""

@overload
def asinh(x: Operand, /) -> DistArray: ...
@overload
def astype(
    x: ArrayLike, dtype: DTypeLike | None, /, *, copy: _bool = False, device: Any = None
) -> Array:
    """Convert an array to a specified dtype."""

@overload
def astype(
    x: Operand, dtype: DTypeLike | None, /, *, copy: _bool = False, device: Any = None
) -> DistArray: ...
@overload
def atan(x: ArrayLike, /) -> Array:
    """Alias of `jax.numpy.arctan`"""

@overload
def atan(x: Operand, /) -> DistArray: ...
@overload
def atan2(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Alias of `jax.numpy.arctan2`"""

@overload
def atan2(x1: Operand, x2: Operand, /) -> DistArray: ...
@overload
def atanh(x: ArrayLike, /) -> Array:
    """Alias of `jax.numpy.arctanh`"""

@overload
def atanh(x: Operand, /) -> DistArray: ...
@overload
def atleast_1d(*arys: ArrayLike) -> Array | list[Array]:
    """Convert inputs to arrays with at least 1 dimension."""

@overload
def atleast_1d(*arys: Operand) -> DistArray | list[DistArray]: ...
@overload
def atleast_2d(*arys: ArrayLike) -> Array | list[Array]:
    """Convert inputs to arrays with at least 2 dimensions."""

@overload
def atleast_2d(*arys: Operand) -> DistArray | list[DistArray]: ...
@overload
def atleast_3d(*arys: ArrayLike) -> Array | list[Array]:
    """Convert inputs to arrays with at least 3 dimensions."""

@overload
def atleast_3d(*arys: Operand) -> DistArray | list[DistArray]: ...
@overload
def average(
    a: Operand,
    axis: None = None,
    weights: Operand | None = None,
    returned: Literal[False] = False,
    keepdims: Literal[False] = False,
) -> Array:
    """Compute the weighed average."""

@overload
def average(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    weights: ArrayLike | None = None,
    returned: Literal[False] = False,
    keepdims: _bool = False,
) -> Array: ...
@overload
def average(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    weights: Operand | None = None,
    returned: Literal[False] = False,
    keepdims: _bool = False,
) -> DistArray | Array: ...
@overload
def average(
    a: Operand,
    axis: None = None,
    weights: Operand | None = None,
    returned: _bool = False,
    keepdims: Literal[False] = False,
) -> Array | tuple[Array, Array]: ...
@overload
def average(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    weights: ArrayLike | None = None,
    returned: _bool = False,
    keepdims: _bool = False,
) -> Array | tuple[Array, Array]: ...
@overload
def average(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    weights: Operand | None = None,
    returned: _bool = False,
    keepdims: _bool = False,
) -> DistArray | Array | tuple[DistArray | Array, DistArray | Array]: ...
def bartlett(M: int, *, spec: Spec = None, mesh: Mesh | None = None) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension over all ranks. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

@overload
def bincount(
    x: ArrayLike,
    weights: ArrayLike | None = None,
    minlength: int = 0,
    *,
    length: int | None = None,
    out_sharding: None = None,
) -> Array:
    """Count the number of occurrences of each value in an integer array."""

@overload
def bincount(
    x: Operand,
    weights: Operand | None = None,
    minlength: int = 0,
    *,
    length: int | None = None,
    out_sharding: None = None,
) -> DistArray | Array: ...

bitwise_and: BinaryUfunc

@overload
def bitwise_count(x: ArrayLike, /) -> Array:
    """Counts the number of 1 bits in the binary representation of the absolute value of each element of ``x``."""

@overload
def bitwise_count(x: Operand, /) -> DistArray: ...
@overload
def bitwise_invert(x: ArrayLike, /) -> Array:
    """Alias of `jax.numpy.invert`."""

@overload
def bitwise_invert(x: Operand, /) -> DistArray: ...
@overload
def bitwise_left_shift(x: ArrayLike, y: ArrayLike, /) -> Array:
    """Alias of `jax.numpy.left_shift`."""

@overload
def bitwise_left_shift(x: Operand, y: Operand, /) -> DistArray: ...
@overload
def bitwise_not(x: ArrayLike, /) -> Array:
    """Alias of `jax.numpy.invert`."""

@overload
def bitwise_not(x: Operand, /) -> DistArray: ...

bitwise_or: BinaryUfunc

@overload
def bitwise_right_shift(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Alias of `jax.numpy.right_shift`."""

@overload
def bitwise_right_shift(x1: Operand, x2: Operand, /) -> DistArray: ...

bitwise_xor: BinaryUfunc

def blackman(M: int, *, spec: Spec = None, mesh: Mesh | None = None) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension over all ranks. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

@overload
def block(arrays: ArrayLike | list[ArrayLike]) -> Array:
    """Create an array from a list of blocks."""

@overload
def block(arrays: Operand | list[Operand]) -> DistArray: ...
@overload
def broadcast_arrays(*args: ArrayLike) -> list[Array]:
    """Broadcast arrays to a common shape."""

@overload
def broadcast_arrays(*args: Operand) -> list[DistArray | Array]: ...
def broadcast_shapes(*shapes: Any) -> Any:
    """Broadcast input shapes to a common output shape."""

@overload
def broadcast_to(
    array: ArrayLike, shape: int | Sequence[int], *, out_sharding: None = None
) -> Array:
    """Broadcast an array to a specified shape."""

@overload
def broadcast_to(
    array: Operand, shape: int | Sequence[int], *, out_sharding: None = None
) -> DistArray: ...
def can_cast(from_: Any, to: Any, casting: Any = "safe") -> Any:
    """can_cast(from_, to, casting='safe')"""

@overload
def cbrt(x: ArrayLike, /) -> Array:
    """Calculates element-wise cube root of the input array."""

@overload
def cbrt(x: Operand, /) -> DistArray: ...
@overload
def ceil(x: ArrayLike, /) -> Array:
    """Round input to the nearest integer upwards."""

@overload
def ceil(x: Operand, /) -> DistArray: ...
@overload
def choose(
    a: ArrayLike,
    choices: ArrayLike | np.ndarray | Sequence[ArrayLike],
    out: None = None,
    mode: str = "raise",
) -> Array:
    """Construct an array by stacking slices of choice arrays."""

@overload
def choose(
    a: Operand,
    choices: Operand | np.ndarray | Sequence[Operand],
    out: None = None,
    mode: str = "raise",
) -> DistArray: ...
@overload
def clip(
    arr: ArrayLike | None = None, /, min: ArrayLike | None = None, max: ArrayLike | None = None
) -> Array:
    """Clip array values to a specified range."""

@overload
def clip(
    arr: Operand | None = None, /, min: Operand | None = None, max: Operand | None = None
) -> DistArray: ...
@overload
def column_stack(tup: np.ndarray | ArrayLike | Sequence[ArrayLike]) -> Array:
    """Stack arrays column-wise."""

@overload
def column_stack(tup: np.ndarray | Operand | Sequence[Operand]) -> DistArray: ...
@overload
def compress(
    condition: ArrayLike,
    a: ArrayLike,
    axis: int | None = None,
    *,
    size: int | None = None,
    fill_value: ArrayLike = 0,
    out: None = None,
) -> Array:
    """Compress an array along a given axis using a boolean condition."""

@overload
def compress(
    condition: Operand,
    a: Operand,
    axis: int | None = None,
    *,
    size: int | None = None,
    fill_value: Operand = 0,
    out: None = None,
) -> DistArray: ...
@overload
def concat(arrays: Sequence[ArrayLike], /, *, axis: int | None = 0) -> Array:
    """Join arrays along an existing axis."""

@overload
def concat(arrays: Sequence[Operand], /, *, axis: int | None = 0) -> DistArray: ...
@overload
def concatenate(
    arrays: np.ndarray | ArrayLike | Sequence[ArrayLike],
    axis: int | None = 0,
    dtype: DTypeLike | None = None,
) -> Array:
    """Join arrays along an existing axis."""

@overload
def concatenate(
    arrays: np.ndarray | Operand | Sequence[Operand],
    axis: int | None = 0,
    dtype: DTypeLike | None = None,
) -> DistArray: ...
@overload
def conj(x: ArrayLike, /) -> Array:
    """Alias of `jax.numpy.conjugate`"""

@overload
def conj(x: Operand, /) -> DistArray: ...
@overload
def conjugate(x: ArrayLike, /) -> Array:
    """Return element-wise complex-conjugate of the input."""

@overload
def conjugate(x: Operand, /) -> DistArray: ...
@overload
def convolve(
    a: ArrayLike,
    v: ArrayLike,
    mode: str = "full",
    *,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
) -> Array:
    """Convolution of two one dimensional arrays."""

@overload
def convolve(
    a: Operand,
    v: Operand,
    mode: str = "full",
    *,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
) -> DistArray: ...
@overload
def copy(a: ArrayLike, order: str | None = None) -> Array:
    """Return a copy of the array."""

@overload
def copy(a: Operand, order: str | None = None) -> DistArray: ...
@overload
def copysign(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Copies the sign of each element in ``x2`` to the corresponding element in ``x1``."""

@overload
def copysign(x1: Operand, x2: Operand, /) -> DistArray: ...
@overload
def corrcoef(
    x: ArrayLike, y: ArrayLike | None = None, rowvar: _bool = True, dtype: DTypeLike | None = None
) -> Array:
    """Compute the Pearson correlation coefficients."""

@overload
def corrcoef(
    x: Operand, y: Operand | None = None, rowvar: _bool = True, dtype: DTypeLike | None = None
) -> DistArray | Array: ...
@overload
def correlate(
    a: ArrayLike,
    v: ArrayLike,
    mode: str = "valid",
    *,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
) -> Array:
    """Correlation of two one dimensional arrays."""

@overload
def correlate(
    a: Operand,
    v: Operand,
    mode: str = "valid",
    *,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
) -> DistArray: ...
@overload
def cos(x: ArrayLike, /) -> Array:
    """Compute a trigonometric cosine of each element of input."""

@overload
def cos(x: Operand, /) -> DistArray: ...
@overload
def cosh(x: ArrayLike, /) -> Array:
    """Calculate element-wise hyperbolic cosine of input."""

@overload
def cosh(x: Operand, /) -> DistArray: ...
@overload
def count_nonzero(a: Operand, axis: None = None, keepdims: Literal[False] = False) -> Array:
    """Return the number of nonzero elements along a given axis."""

@overload
def count_nonzero(
    a: ArrayLike, axis: int | Sequence[int] | None = None, keepdims: _bool = False
) -> Array: ...
@overload
def count_nonzero(
    a: Operand, axis: int | Sequence[int] | None = None, keepdims: _bool = False
) -> DistArray | Array: ...
@overload
def cov(
    m: ArrayLike,
    y: ArrayLike | None = None,
    rowvar: _bool = True,
    bias: _bool = False,
    ddof: int | None = None,
    fweights: ArrayLike | None = None,
    aweights: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Array:
    """Estimate the weighted sample covariance."""

@overload
def cov(
    m: Operand,
    y: Operand | None = None,
    rowvar: _bool = True,
    bias: _bool = False,
    ddof: int | None = None,
    fweights: Operand | None = None,
    aweights: Operand | None = None,
    dtype: DTypeLike | None = None,
) -> DistArray | Array: ...
@overload
def cross(
    a: ArrayLike,
    b: ArrayLike,
    axisa: int = -1,
    axisb: int = -1,
    axisc: int = -1,
    axis: int | None = None,
) -> Array:
    """Compute the (batched) cross product of two arrays."""

@overload
def cross(
    a: Operand,
    b: Operand,
    axisa: int = -1,
    axisb: int = -1,
    axisc: int = -1,
    axis: int | None = None,
) -> DistArray: ...
@overload
def cumprod(
    a: ArrayLike, axis: int | None = None, dtype: DTypeLike | None = None, out: None = None
) -> Array:
    """Cumulative product of elements along an axis."""

@overload
def cumprod(
    a: Operand, axis: int | None = None, dtype: DTypeLike | None = None, out: None = None
) -> DistArray: ...
@overload
def cumsum(
    a: ArrayLike, axis: int | None = None, dtype: DTypeLike | None = None, out: None = None
) -> Array:
    """Cumulative sum of elements along an axis."""

@overload
def cumsum(
    a: Operand, axis: int | None = None, dtype: DTypeLike | None = None, out: None = None
) -> DistArray: ...
@overload
def cumulative_prod(
    x: ArrayLike,
    /,
    *,
    axis: int | None = None,
    dtype: DTypeLike | None = None,
    include_initial: _bool = False,
) -> Array:
    """Cumulative product along the axis of an array."""

@overload
def cumulative_prod(
    x: Operand,
    /,
    *,
    axis: int | None = None,
    dtype: DTypeLike | None = None,
    include_initial: _bool = False,
) -> DistArray: ...
@overload
def cumulative_sum(
    x: ArrayLike,
    /,
    *,
    axis: int | None = None,
    dtype: DTypeLike | None = None,
    include_initial: _bool = False,
) -> Array:
    """Cumulative sum along the axis of an array."""

@overload
def cumulative_sum(
    x: Operand,
    /,
    *,
    axis: int | None = None,
    dtype: DTypeLike | None = None,
    include_initial: _bool = False,
) -> DistArray: ...
@overload
def deg2rad(x: ArrayLike, /) -> Array:
    """Convert angles from degrees to radians."""

@overload
def deg2rad(x: Operand, /) -> DistArray: ...
@overload
def degrees(x: ArrayLike, /) -> Array:
    """Alias of `jax.numpy.rad2deg`"""

@overload
def degrees(x: Operand, /) -> DistArray: ...
@overload
def delete(
    arr: ArrayLike,
    obj: ArrayLike | _slice,
    axis: int | None = None,
    *,
    assume_unique_indices: _bool = False,
) -> Array:
    """Delete entry or entries from an array."""

@overload
def delete(
    arr: Operand,
    obj: Operand | _slice,
    axis: int | None = None,
    *,
    assume_unique_indices: _bool = False,
) -> DistArray: ...
@overload
def diag(v: ArrayLike, k: int = 0) -> Array:
    """Returns the specified diagonal or constructs a diagonal array."""

@overload
def diag(v: Operand, k: int = 0) -> DistArray: ...
@overload
def diag_indices(n: int, ndim: int = 2) -> tuple[Array, ...]:
    """Return indices for accessing the main diagonal of a multidimensional array."""

@overload
def diag_indices(n: int, ndim: int = 2) -> tuple[DistArray | Array, ...]: ...
@overload
def diag_indices_from(arr: ArrayLike) -> tuple[Array, ...]:
    """Return indices for accessing the main diagonal of a given array."""

@overload
def diag_indices_from(arr: Operand) -> tuple[DistArray | Array, ...]: ...
@overload
def diagflat(v: ArrayLike, k: int = 0) -> Array:
    """Return a 2-D array with the flattened input array laid out on the diagonal."""

@overload
def diagflat(v: Operand, k: int = 0) -> DistArray: ...
@overload
def diagonal(a: ArrayLike, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Array:
    """Returns the specified diagonal of an array."""

@overload
def diagonal(a: Operand, offset: int = 0, axis1: int = 0, axis2: int = 1) -> DistArray: ...
@overload
def diff(
    a: ArrayLike,
    n: int = 1,
    axis: int = -1,
    prepend: ArrayLike | None = None,
    append: ArrayLike | None = None,
) -> Array:
    """Calculate n-th order difference between array elements along a given axis."""

@overload
def diff(
    a: Operand,
    n: int = 1,
    axis: int = -1,
    prepend: Operand | None = None,
    append: Operand | None = None,
) -> DistArray: ...
@overload
def digitize(
    x: ArrayLike, bins: ArrayLike, right: _bool = False, *, method: str | None = None
) -> Array:
    """Convert an array to bin indices."""

@overload
def digitize(
    x: Operand, bins: Operand, right: _bool = False, *, method: str | None = None
) -> DistArray: ...
@overload
def divide(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Alias of `jax.numpy.true_divide`."""

@overload
def divide(x1: Operand, x2: Operand, /) -> DistArray: ...
@overload
def divmod(x1: ArrayLike, x2: ArrayLike, /) -> tuple[Array, Array]:
    """Calculates the integer quotient and remainder of x1 by x2 element-wise"""

@overload
def divmod(x1: Operand, x2: Operand, /) -> tuple[DistArray, DistArray]: ...
@overload
def dot(
    a: ArrayLike,
    b: ArrayLike,
    *,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    out_sharding: None = None,
) -> Array:
    """Compute the dot product of two arrays."""

@overload
def dot(
    a: Operand,
    b: Operand,
    *,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    out_sharding: None = None,
) -> DistArray | Array: ...
@overload
def dsplit(ary: ArrayLike, indices_or_sections: int | Sequence[int] | ArrayLike) -> list[Array]:
    """Split an array into sub-arrays depth-wise."""

@overload
def dsplit(ary: Operand, indices_or_sections: int | Sequence[int] | Operand) -> list[DistArray]: ...
@overload
def dstack(
    tup: np.ndarray | ArrayLike | Sequence[ArrayLike], dtype: DTypeLike | None = None
) -> Array:
    """Stack arrays depth-wise."""

@overload
def dstack(
    tup: np.ndarray | Operand | Sequence[Operand], dtype: DTypeLike | None = None
) -> DistArray: ...
@overload
def ediff1d(
    ary: ArrayLike, to_end: ArrayLike | None = None, to_begin: ArrayLike | None = None
) -> Array:
    """Compute the differences of the elements of the flattened array."""

@overload
def ediff1d(
    ary: Operand, to_end: Operand | None = None, to_begin: Operand | None = None
) -> DistArray: ...
@overload
def einsum(
    subscripts: Any,
    /,
    *operands: Any,
    out: None = None,
    optimize: _bool | list[tuple[int, ...]] | str = "auto",
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    out_sharding: None = None,
) -> Array:
    """Einstein summation"""

@overload
def einsum(
    subscripts: Any,
    /,
    *operands: Any,
    out: None = None,
    optimize: _bool | list[tuple[int, ...]] | str = "auto",
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    out_sharding: None = None,
) -> DistArray | Array: ...
def einsum_path(
    subscripts: Any, /, *operands: Any, optimize: _bool | list[tuple[int, ...]] | str = "auto"
) -> tuple[list[tuple[int, ...]], Any]:
    """Evaluates the optimal contraction path without evaluating the einsum."""

def empty(
    shape: int | Sequence[int],
    dtype: DTypeLike | None = None,
    *,
    device: Any = None,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension over all ranks. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

def empty_like(
    prototype: Any,
    dtype: DTypeLike | None = None,
    shape: Any = None,
    *,
    device: Any = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default that of the argument. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

@overload
def equal(x: ArrayLike, y: ArrayLike, /) -> Array:
    """Returns element-wise truth value of ``x == y``."""

@overload
def equal(x: Operand, y: Operand, /) -> DistArray: ...
@overload
def exp(x: ArrayLike, /) -> Array:
    """Calculate element-wise exponential of the input."""

@overload
def exp(x: Operand, /) -> DistArray: ...
@overload
def exp2(x: ArrayLike, /) -> Array:
    """Calculate element-wise base-2 exponential of input."""

@overload
def exp2(x: Operand, /) -> DistArray: ...
@overload
def expand_dims(a: ArrayLike, axis: int | Sequence[int]) -> Array:
    """Insert dimensions of length 1 into array"""

@overload
def expand_dims(a: Operand, axis: int | Sequence[int]) -> DistArray: ...
@overload
def expm1(x: ArrayLike, /) -> Array:
    """Calculate ``exp(x)-1`` of each element of the input."""

@overload
def expm1(x: Operand, /) -> DistArray: ...
@overload
def extract(
    condition: ArrayLike, arr: ArrayLike, *, size: int | None = None, fill_value: ArrayLike = 0
) -> Array:
    """Return the elements of an array that satisfy a condition."""

@overload
def extract(
    condition: Operand, arr: Operand, *, size: int | None = None, fill_value: Operand = 0
) -> DistArray: ...
def eye(
    N: int,
    M: int | None = None,
    k: int | Operand = 0,
    dtype: DTypeLike | None = None,
    *,
    device: Any = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension over all ranks. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

@overload
def fabs(x: ArrayLike, /) -> Array:
    """Compute the element-wise absolute values of the real-valued input."""

@overload
def fabs(x: Operand, /) -> DistArray: ...
@overload
def fill_diagonal(
    a: ArrayLike, val: ArrayLike, wrap: _bool = False, *, inplace: _bool = True
) -> Array:
    """Return a copy of the array with the diagonal overwritten."""

@overload
def fill_diagonal(
    a: Operand, val: Operand, wrap: _bool = False, *, inplace: _bool = True
) -> DistArray: ...
@overload
def flatnonzero(
    a: ArrayLike,
    *,
    size: int | None = None,
    fill_value: ArrayLike | tuple[ArrayLike, ...] | None = None,
) -> Array:
    """Return indices of nonzero elements in a flattened array"""

@overload
def flatnonzero(
    a: Operand, *, size: int | None = None, fill_value: Operand | tuple[Operand, ...] | None = None
) -> DistArray | Array: ...
@overload
def flip(m: ArrayLike, axis: int | Sequence[int] | None = None) -> Array:
    """Reverse the order of elements of an array along the given axis."""

@overload
def flip(m: Operand, axis: int | Sequence[int] | None = None) -> DistArray: ...
@overload
def fliplr(m: ArrayLike) -> Array:
    """Reverse the order of elements of an array along axis 1."""

@overload
def fliplr(m: Operand) -> DistArray: ...
@overload
def flipud(m: ArrayLike) -> Array:
    """Reverse the order of elements of an array along axis 0."""

@overload
def flipud(m: Operand) -> DistArray: ...

float6_e2m3fn: Any
float6_e3m2fn: Any

@overload
def float_power(x: ArrayLike, y: ArrayLike, /) -> Array:
    """Calculate element-wise base ``x`` exponential of ``y``."""

@overload
def float_power(x: Operand, y: Operand, /) -> DistArray: ...
@overload
def floor(x: ArrayLike, /) -> Array:
    """Round input to the nearest integer downwards."""

@overload
def floor(x: Operand, /) -> DistArray: ...
@overload
def floor_divide(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Calculates the floor division of x1 by x2 element-wise"""

@overload
def floor_divide(x1: Operand, x2: Operand, /) -> DistArray: ...
@overload
def fmax(x1: ArrayLike, x2: ArrayLike) -> Array:
    """Return element-wise maximum of the input arrays."""

@overload
def fmax(x1: Operand, x2: Operand) -> DistArray: ...
@overload
def fmin(x1: ArrayLike, x2: ArrayLike) -> Array:
    """Return element-wise minimum of the input arrays."""

@overload
def fmin(x1: Operand, x2: Operand) -> DistArray: ...
@overload
def fmod(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Calculate element-wise floating-point modulo operation."""

@overload
def fmod(x1: Operand, x2: Operand, /) -> DistArray: ...
@overload
def frexp(x: ArrayLike, /) -> tuple[Array, Array]:
    """Split floating point values into mantissa and twos exponent."""

@overload
def frexp(x: Operand, /) -> tuple[DistArray, DistArray]: ...
def from_dlpack(x: Any, /, *, device: Any = None, copy: _bool | None = None) -> Any: ...
@overload
def frombuffer(
    buffer: bytes | Any, dtype: DTypeLike = ..., count: int = -1, offset: int = 0
) -> Array:
    """Convert a buffer into a 1-D JAX array."""

@overload
def frombuffer(
    buffer: bytes | Any, dtype: DTypeLike = ..., count: int = -1, offset: int = 0
) -> DistArray | Array: ...
def fromfile(*args: Any, **kwargs: Any) -> Any:
    """Unimplemented JAX wrapper for jnp.fromfile."""

def fromfunction(
    function: Callable[..., Operand],
    shape: Any,
    *,
    dtype: DTypeLike = ...,
    spec: Spec = None,
    mesh: Mesh | None = None,
    **kwargs: Any,
) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension over all ranks. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

def fromiter(*args: Any, **kwargs: Any) -> Any:
    """Unimplemented JAX wrapper for jnp.fromiter."""

@overload
def fromstring(string: str, dtype: DTypeLike = ..., count: int = -1, *, sep: str) -> Array:
    """Convert a string of text into 1-D JAX array."""

@overload
def fromstring(
    string: str, dtype: DTypeLike = ..., count: int = -1, *, sep: str
) -> DistArray | Array: ...
def full(
    shape: int | Sequence[int],
    fill_value: Operand,
    dtype: DTypeLike | None = None,
    *,
    device: Any = None,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension over all ranks. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

def full_like(
    a: Any,
    fill_value: Operand,
    dtype: DTypeLike | None = None,
    shape: Any = None,
    *,
    device: Any = None,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default that of the argument. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

@overload
def gcd(x1: ArrayLike, x2: ArrayLike) -> Array:
    """Compute the greatest common divisor of two arrays."""

@overload
def gcd(x1: Operand, x2: Operand) -> DistArray: ...
def geomspace(
    start: Operand,
    stop: Operand,
    num: int = 50,
    endpoint: _bool = True,
    dtype: DTypeLike | None = None,
    axis: int = 0,
    *,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension over all ranks. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

def get_printoptions() -> Any:
    """Alias of `numpy.get_printoptions`."""

@overload
def gradient(
    f: ArrayLike,
    *varargs: ArrayLike,
    axis: int | Sequence[int] | None = None,
    edge_order: int | None = None,
) -> Array | list[Array]:
    """Compute the numerical gradient of a sampled function."""

@overload
def gradient(
    f: Operand,
    *varargs: Operand,
    axis: int | Sequence[int] | None = None,
    edge_order: int | None = None,
) -> DistArray | list[DistArray]: ...
@overload
def greater(x: ArrayLike, y: ArrayLike, /) -> Array:
    """Return element-wise truth value of ``x > y``."""

@overload
def greater(x: Operand, y: Operand, /) -> DistArray: ...
@overload
def greater_equal(x: ArrayLike, y: ArrayLike, /) -> Array:
    """Return element-wise truth value of ``x >= y``."""

@overload
def greater_equal(x: Operand, y: Operand, /) -> DistArray: ...
def hamming(M: int, *, spec: Spec = None, mesh: Mesh | None = None) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension over all ranks. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

def hanning(M: int, *, spec: Spec = None, mesh: Mesh | None = None) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension over all ranks. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

@overload
def heaviside(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Compute the heaviside step function."""

@overload
def heaviside(x1: Operand, x2: Operand, /) -> DistArray: ...
@overload
def histogram(
    a: ArrayLike,
    bins: ArrayLike = 10,
    range: Sequence[ArrayLike] | None = None,
    weights: ArrayLike | None = None,
    density: _bool | None = None,
) -> tuple[Array, Array]:
    """Compute a 1-dimensional histogram."""

@overload
def histogram(
    a: Operand,
    bins: Operand = 10,
    range: Sequence[Operand] | None = None,
    weights: Operand | None = None,
    density: _bool | None = None,
) -> tuple[DistArray | Array, DistArray | Array]: ...
@overload
def histogram2d(
    x: ArrayLike,
    y: ArrayLike,
    bins: ArrayLike | list[ArrayLike] = 10,
    range: Sequence[None | ArrayLike | Sequence[ArrayLike]] | None = None,
    weights: ArrayLike | None = None,
    density: _bool | None = None,
) -> tuple[Array, Array, Array]:
    """Compute a 2-dimensional histogram."""

@overload
def histogram2d(
    x: Operand,
    y: Operand,
    bins: Operand | list[Operand] = 10,
    range: Sequence[None | Operand | Sequence[Operand]] | None = None,
    weights: Operand | None = None,
    density: _bool | None = None,
) -> tuple[DistArray | Array, DistArray | Array, DistArray | Array]: ...
@overload
def histogram_bin_edges(
    a: ArrayLike,
    bins: ArrayLike = 10,
    range: ArrayLike | Sequence[ArrayLike] | None = None,
    weights: ArrayLike | None = None,
) -> Array:
    """Compute the bin edges for a histogram."""

@overload
def histogram_bin_edges(
    a: Operand,
    bins: Operand = 10,
    range: Operand | Sequence[Operand] | None = None,
    weights: Operand | None = None,
) -> DistArray | Array: ...
@overload
def histogramdd(
    sample: ArrayLike,
    bins: ArrayLike | list[ArrayLike] = 10,
    range: Sequence[None | ArrayLike | Sequence[ArrayLike]] | None = None,
    weights: ArrayLike | None = None,
    density: _bool | None = None,
) -> tuple[Array, list[Array]]:
    """Compute an N-dimensional histogram."""

@overload
def histogramdd(
    sample: Operand,
    bins: Operand | list[Operand] = 10,
    range: Sequence[None | Operand | Sequence[Operand]] | None = None,
    weights: Operand | None = None,
    density: _bool | None = None,
) -> tuple[DistArray | Array, list[DistArray | Array]]: ...
@overload
def hsplit(ary: ArrayLike, indices_or_sections: int | Sequence[int] | ArrayLike) -> list[Array]:
    """Split an array into sub-arrays horizontally."""

@overload
def hsplit(ary: Operand, indices_or_sections: int | Sequence[int] | Operand) -> list[DistArray]: ...
@overload
def hstack(
    tup: np.ndarray | ArrayLike | Sequence[ArrayLike], dtype: DTypeLike | None = None
) -> Array:
    """Horizontally stack arrays."""

@overload
def hstack(
    tup: np.ndarray | Operand | Sequence[Operand], dtype: DTypeLike | None = None
) -> DistArray: ...
@overload
def hypot(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Return element-wise hypotenuse for the given legs of a right angle triangle."""

@overload
def hypot(x1: Operand, x2: Operand, /) -> DistArray: ...
@overload
def i0(x: ArrayLike) -> Array:
    """Calculate modified Bessel function of first kind, zeroth order."""

@overload
def i0(x: Operand) -> DistArray: ...
def identity(
    n: int, dtype: DTypeLike | None = None, *, spec: Spec = None, mesh: Mesh | None = None
) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension over all ranks. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

@overload
def imag(val: ArrayLike, /) -> Array:
    """Return element-wise imaginary of part of the complex argument."""

@overload
def imag(val: Operand, /) -> DistArray: ...
def indices(
    dimensions: Sequence[int],
    dtype: DTypeLike | None = None,
    sparse: _bool = False,
    *,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | tuple[DistArray, ...]:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension of the grid over all ranks, so that ``i, j = indices((m, n))`` has blocks of the grid. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

@overload
def inner(
    a: ArrayLike,
    b: ArrayLike,
    *,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
) -> Array:
    """Compute the inner product of two arrays."""

@overload
def inner(
    a: Operand,
    b: Operand,
    *,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
) -> DistArray | Array: ...
@overload
def insert(
    arr: ArrayLike, obj: ArrayLike | _slice, values: ArrayLike, axis: int | None = None
) -> Array:
    """Insert entries into an array at specified indices."""

@overload
def insert(
    arr: Operand, obj: Operand | _slice, values: Operand, axis: int | None = None
) -> DistArray: ...

int1: Any

@overload
def interp(
    x: ArrayLike,
    xp: ArrayLike,
    fp: ArrayLike,
    left: ArrayLike | str | None = None,
    right: ArrayLike | str | None = None,
    period: ArrayLike | None = None,
) -> Array:
    """One-dimensional linear interpolation."""

@overload
def interp(
    x: Operand,
    xp: Operand,
    fp: Operand,
    left: Operand | str | None = None,
    right: Operand | str | None = None,
    period: Operand | None = None,
) -> DistArray: ...
@overload
def intersect1d(
    ar1: ArrayLike,
    ar2: ArrayLike,
    assume_unique: _bool = False,
    return_indices: _bool = False,
    *,
    size: int | None = None,
    fill_value: ArrayLike | None = None,
) -> Array | tuple[Array, Array, Array]:
    """Compute the set intersection of two 1D arrays."""

@overload
def intersect1d(
    ar1: Operand,
    ar2: Operand,
    assume_unique: _bool = False,
    return_indices: _bool = False,
    *,
    size: int | None = None,
    fill_value: Operand | None = None,
) -> DistArray | tuple[DistArray, DistArray, DistArray]: ...
@overload
def invert(x: ArrayLike, /) -> Array:
    """Compute the bitwise inversion of an input."""

@overload
def invert(x: Operand, /) -> DistArray: ...
@overload
def isclose(
    a: ArrayLike,
    b: ArrayLike,
    rtol: ArrayLike = 1e-05,
    atol: ArrayLike = 1e-08,
    equal_nan: _bool = False,
) -> Array:
    """Check if the elements of two arrays are approximately equal within a tolerance."""

@overload
def isclose(
    a: Operand, b: Operand, rtol: Operand = 1e-05, atol: Operand = 1e-08, equal_nan: _bool = False
) -> DistArray: ...
@overload
def iscomplex(x: ArrayLike) -> Array:
    """Return boolean array showing where the input is complex."""

@overload
def iscomplex(x: Operand) -> DistArray: ...
def iscomplexobj(x: Any) -> _bool:
    """Check if the input is a complex number or an array containing complex elements."""

def isdtype(dtype: DTypeLike, kind: str | DTypeLike | tuple[str | DTypeLike, ...]) -> _bool:
    """Returns a boolean indicating whether a provided dtype is of a specified kind."""

@overload
def isfinite(x: ArrayLike, /) -> Array:
    """Return a boolean array indicating whether each element of input is finite."""

@overload
def isfinite(x: Operand, /) -> DistArray: ...
@overload
def isin(
    element: ArrayLike,
    test_elements: ArrayLike,
    assume_unique: _bool = False,
    invert: _bool = False,
    *,
    method: Any = "auto",
) -> Array:
    """Determine whether elements in ``element`` appear in ``test_elements``."""

@overload
def isin(
    element: Operand,
    test_elements: Operand,
    assume_unique: _bool = False,
    invert: _bool = False,
    *,
    method: Any = "auto",
) -> DistArray: ...
@overload
def isinf(x: ArrayLike, /) -> Array:
    """Return a boolean array indicating whether each element of input is infinite."""

@overload
def isinf(x: Operand, /) -> DistArray: ...
@overload
def isnan(x: ArrayLike, /) -> Array:
    """Returns a boolean array indicating whether each element of input is ``NaN``."""

@overload
def isnan(x: Operand, /) -> DistArray: ...
@overload
def isneginf(x: ArrayLike, /, out: Any = None) -> Array:
    """Return boolean array indicating whether each element of input is negative infinite."""

@overload
def isneginf(x: Operand, /, out: Any = None) -> DistArray: ...
@overload
def isposinf(x: ArrayLike, /, out: Any = None) -> Array:
    """Return boolean array indicating whether each element of input is positive infinite."""

@overload
def isposinf(x: Operand, /, out: Any = None) -> DistArray: ...
@overload
def isreal(x: ArrayLike) -> Array:
    """Return boolean array showing where the input is real."""

@overload
def isreal(x: Operand) -> DistArray: ...
def isrealobj(x: Any) -> _bool:
    """Check if the input is not a complex number or an array containing complex elements."""

def isscalar(element: Any) -> _bool:
    """Return True if the input is a scalar."""

def issubdtype(arg1: DTypeLike, arg2: DTypeLike) -> _bool:
    """Return True if arg1 is equal or lower than arg2 in the type hierarchy."""

def iterable(y: Any) -> Any:
    """Check whether or not an object can be iterated over."""

@overload
def ix_(*args: ArrayLike) -> tuple[Array, ...]:
    """Return a multi-dimensional grid (open mesh) from N one-dimensional sequences."""

@overload
def ix_(*args: Operand) -> tuple[DistArray | Array, ...]: ...
def kaiser(M: int, beta: Operand, *, spec: Spec = None, mesh: Mesh | None = None) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension over all ranks. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

@overload
def kron(a: ArrayLike, b: ArrayLike) -> Array:
    """Compute the Kronecker product of two input arrays."""

@overload
def kron(a: Operand, b: Operand) -> DistArray: ...
@overload
def lcm(x1: ArrayLike, x2: ArrayLike) -> Array:
    """Compute the least common multiple of two arrays."""

@overload
def lcm(x1: Operand, x2: Operand) -> DistArray: ...
@overload
def ldexp(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Compute x1 * 2 ** x2"""

@overload
def ldexp(x1: Operand, x2: Operand, /) -> DistArray: ...
@overload
def left_shift(x: ArrayLike, y: ArrayLike, /) -> Array:
    """Shift bits of ``x`` to left by the amount specified in ``y``, element-wise."""

@overload
def left_shift(x: Operand, y: Operand, /) -> DistArray: ...
@overload
def less(x: ArrayLike, y: ArrayLike, /) -> Array:
    """Return element-wise truth value of ``x < y``."""

@overload
def less(x: Operand, y: Operand, /) -> DistArray: ...
@overload
def less_equal(x: ArrayLike, y: ArrayLike, /) -> Array:
    """Return element-wise truth value of ``x <= y``."""

@overload
def less_equal(x: Operand, y: Operand, /) -> DistArray: ...
@overload
def lexsort(keys: Any, axis: int = -1) -> Array:
    """Sort a sequence of keys in lexicographic order."""

@overload
def lexsort(keys: Any, axis: int = -1) -> DistArray: ...
@overload
def linspace(
    start: Operand,
    stop: Operand,
    num: int = 50,
    endpoint: _bool = True,
    retstep: Literal[False] = False,
    dtype: DTypeLike | None = None,
    axis: int = 0,
    *,
    device: Any = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension over all ranks. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

@overload
def linspace(
    start: Operand,
    stop: Operand,
    num: int = 50,
    endpoint: _bool = True,
    retstep: _bool = False,
    dtype: DTypeLike | None = None,
    axis: int = 0,
    *,
    device: Any = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray | tuple[DistArray, DistArray]: ...
def load(
    file: Any, *args: Any, spec: Spec = None, mesh: Mesh | None = None, **kwargs: Any
) -> DistArray | Array:
    """An open file, an archive (.npz), and whatever needs other arguments, each rank reads whole."""

@overload
def log(x: ArrayLike, /) -> Array:
    """Calculate element-wise natural logarithm of the input."""

@overload
def log(x: Operand, /) -> DistArray: ...
@overload
def log10(x: ArrayLike, /) -> Array:
    """Calculates the base-10 logarithm of x element-wise"""

@overload
def log10(x: Operand, /) -> DistArray: ...
@overload
def log1p(x: ArrayLike, /) -> Array:
    """Calculates element-wise logarithm of one plus input, ``log(x+1)``."""

@overload
def log1p(x: Operand, /) -> DistArray: ...
@overload
def log2(x: ArrayLike, /) -> Array:
    """Calculates the base-2 logarithm of ``x`` element-wise."""

@overload
def log2(x: Operand, /) -> DistArray: ...

logaddexp: BinaryUfunc
logaddexp2: BinaryUfunc
logical_and: BinaryUfunc

@overload
def logical_not(x: ArrayLike, /) -> Array:
    """Compute NOT bool(x) element-wise."""

@overload
def logical_not(x: Operand, /) -> DistArray: ...

logical_or: BinaryUfunc
logical_xor: BinaryUfunc

def logspace(
    start: Operand,
    stop: Operand,
    num: int = 50,
    endpoint: _bool = True,
    base: Operand = 10.0,
    dtype: DTypeLike | None = None,
    axis: int = 0,
    *,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension over all ranks. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

@overload
def mask_indices(
    n: int, mask_func: Callable[[ArrayLike, int], ArrayLike], k: int = 0, *, size: int | None = None
) -> tuple[Array, Array]:
    """Return indices of a mask of an (n, n) array."""

@overload
def mask_indices(
    n: int, mask_func: Callable[[Operand, int], Operand], k: int = 0, *, size: int | None = None
) -> tuple[DistArray | Array, DistArray | Array]: ...
@overload
def matmul(
    a: ArrayLike,
    b: ArrayLike,
    *,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    out_sharding: None = None,
) -> Array:
    """Perform a matrix multiplication."""

@overload
def matmul(
    a: Operand,
    b: Operand,
    *,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    out_sharding: None = None,
) -> DistArray | Array: ...
@overload
def matrix_transpose(x: ArrayLike, /) -> Array:
    """Transpose the last two dimensions of an array."""

@overload
def matrix_transpose(x: Operand, /) -> DistArray: ...
@overload
def matvec(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Batched matrix-vector product."""

@overload
def matvec(x1: Operand, x2: Operand, /) -> DistArray | Array: ...
@overload
def max(
    a: Operand,
    axis: None = None,
    out: None = None,
    keepdims: Literal[False] = False,
    initial: Operand | None = None,
    where: Operand | None = None,
) -> Array:
    """Return the maximum of the array elements along a given axis."""

@overload
def max(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike | None = None,
) -> Array: ...
@overload
def max(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: Operand | None = None,
    where: Operand | None = None,
) -> DistArray | Array: ...

maximum: BinaryUfunc

@overload
def mean(
    a: Operand,
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
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    keepdims: _bool = False,
    *,
    where: ArrayLike | None = None,
) -> Array: ...
@overload
def mean(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    keepdims: _bool = False,
    *,
    where: Operand | None = None,
) -> DistArray | Array: ...
@overload
def median(
    a: Operand,
    axis: None = None,
    out: None = None,
    overwrite_input: _bool = False,
    keepdims: Literal[False] = False,
) -> Array:
    """Return the median of array elements along a given axis."""

@overload
def median(
    a: ArrayLike,
    axis: int | tuple[int, ...] | None = None,
    out: None = None,
    overwrite_input: _bool = False,
    keepdims: _bool = False,
) -> Array: ...
@overload
def median(
    a: Operand,
    axis: int | tuple[int, ...] | None = None,
    out: None = None,
    overwrite_input: _bool = False,
    keepdims: _bool = False,
) -> DistArray | Array: ...
@overload
def meshgrid(
    *xi: ArrayLike, copy: _bool = True, sparse: _bool = False, indexing: str = "xy"
) -> list[Array]:
    """Construct N-dimensional grid arrays from N 1-dimensional vectors."""

@overload
def meshgrid(
    *xi: Operand, copy: _bool = True, sparse: _bool = False, indexing: str = "xy"
) -> list[DistArray]: ...
@overload
def min(
    a: Operand,
    axis: None = None,
    out: None = None,
    keepdims: Literal[False] = False,
    initial: Operand | None = None,
    where: Operand | None = None,
) -> Array:
    """Return the minimum of array elements along a given axis."""

@overload
def min(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike | None = None,
) -> Array: ...
@overload
def min(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: Operand | None = None,
    where: Operand | None = None,
) -> DistArray | Array: ...

minimum: BinaryUfunc

@overload
def mod(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Alias of `jax.numpy.remainder`"""

@overload
def mod(x1: Operand, x2: Operand, /) -> DistArray: ...
@overload
def modf(x: ArrayLike, /, out: Any = None) -> tuple[Array, Array]:
    """Return element-wise fractional and integral parts of the input array."""

@overload
def modf(x: Operand, /, out: Any = None) -> tuple[DistArray, DistArray]: ...
@overload
def moveaxis(a: ArrayLike, source: int | Sequence[int], destination: int | Sequence[int]) -> Array:
    """Move an array axis to a new position"""

@overload
def moveaxis(
    a: Operand, source: int | Sequence[int], destination: int | Sequence[int]
) -> DistArray: ...

multiply: BinaryUfunc

@overload
def nan_to_num(
    x: ArrayLike,
    copy: _bool = True,
    nan: ArrayLike = 0.0,
    posinf: ArrayLike | None = None,
    neginf: ArrayLike | None = None,
) -> Array:
    """Replace NaN and infinite entries in an array."""

@overload
def nan_to_num(
    x: Operand,
    copy: _bool = True,
    nan: Operand = 0.0,
    posinf: Operand | None = None,
    neginf: Operand | None = None,
) -> DistArray: ...
@overload
def nanargmax(
    a: Operand, axis: None = None, out: None = None, keepdims: Literal[None] = None
) -> Array:
    """Return the index of the maximum value of an array, ignoring NaNs."""

@overload
def nanargmax(
    a: ArrayLike, axis: int | None = None, out: None = None, keepdims: _bool | None = None
) -> Array: ...
@overload
def nanargmax(
    a: Operand, axis: int | None = None, out: None = None, keepdims: _bool | None = None
) -> DistArray | Array: ...
@overload
def nanargmin(
    a: Operand, axis: None = None, out: None = None, keepdims: Literal[None] = None
) -> Array:
    """Return the index of the minimum value of an array, ignoring NaNs."""

@overload
def nanargmin(
    a: ArrayLike, axis: int | None = None, out: None = None, keepdims: _bool | None = None
) -> Array: ...
@overload
def nanargmin(
    a: Operand, axis: int | None = None, out: None = None, keepdims: _bool | None = None
) -> DistArray | Array: ...
@overload
def nancumprod(
    a: ArrayLike, axis: int | None = None, dtype: DTypeLike | None = None, out: None = None
) -> Array:
    """Cumulative product of elements along an axis, ignoring NaN values."""

@overload
def nancumprod(
    a: Operand, axis: int | None = None, dtype: DTypeLike | None = None, out: None = None
) -> DistArray: ...
@overload
def nancumsum(
    a: ArrayLike, axis: int | None = None, dtype: DTypeLike | None = None, out: None = None
) -> Array:
    """Cumulative sum of elements along an axis, ignoring NaN values."""

@overload
def nancumsum(
    a: Operand, axis: int | None = None, dtype: DTypeLike | None = None, out: None = None
) -> DistArray: ...
@overload
def nanmax(
    a: Operand,
    axis: None = None,
    out: None = None,
    keepdims: Literal[False] = False,
    initial: Operand | None = None,
    where: Operand | None = None,
) -> Array:
    """Return the maximum of the array elements along a given axis, ignoring NaNs."""

@overload
def nanmax(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike | None = None,
) -> Array: ...
@overload
def nanmax(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: Operand | None = None,
    where: Operand | None = None,
) -> DistArray | Array: ...
@overload
def nanmean(
    a: Operand,
    axis: None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    keepdims: Literal[False] = False,
    where: Operand | None = None,
) -> Array:
    """Return the mean of the array elements along a given axis, ignoring NaNs."""

@overload
def nanmean(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    keepdims: _bool = False,
    where: ArrayLike | None = None,
) -> Array: ...
@overload
def nanmean(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    keepdims: _bool = False,
    where: Operand | None = None,
) -> DistArray | Array: ...
@overload
def nanmedian(
    a: Operand,
    axis: None = None,
    out: None = None,
    overwrite_input: _bool = False,
    keepdims: Literal[False] = False,
) -> Array:
    """Return the median of array elements along a given axis, ignoring NaNs."""

@overload
def nanmedian(
    a: ArrayLike,
    axis: int | tuple[int, ...] | None = None,
    out: None = None,
    overwrite_input: _bool = False,
    keepdims: _bool = False,
) -> Array: ...
@overload
def nanmedian(
    a: Operand,
    axis: int | tuple[int, ...] | None = None,
    out: None = None,
    overwrite_input: _bool = False,
    keepdims: _bool = False,
) -> DistArray | Array: ...
@overload
def nanmin(
    a: Operand,
    axis: None = None,
    out: None = None,
    keepdims: Literal[False] = False,
    initial: Operand | None = None,
    where: Operand | None = None,
) -> Array:
    """Return the minimum of the array elements along a given axis, ignoring NaNs."""

@overload
def nanmin(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike | None = None,
) -> Array: ...
@overload
def nanmin(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: Operand | None = None,
    where: Operand | None = None,
) -> DistArray | Array: ...
@overload
def nanpercentile(
    a: Operand,
    q: Operand,
    axis: None = None,
    out: None = None,
    overwrite_input: _bool = False,
    method: str = "linear",
    keepdims: Literal[False] = False,
    *,
    weights: Operand | None = None,
) -> Array:
    """Compute the percentile of the data along the specified axis, ignoring NaN values."""

@overload
def nanpercentile(
    a: ArrayLike,
    q: ArrayLike,
    axis: int | tuple[int, ...] | None = None,
    out: None = None,
    overwrite_input: _bool = False,
    method: str = "linear",
    keepdims: _bool = False,
    *,
    weights: ArrayLike | None = None,
) -> Array: ...
@overload
def nanpercentile(
    a: Operand,
    q: Operand,
    axis: int | tuple[int, ...] | None = None,
    out: None = None,
    overwrite_input: _bool = False,
    method: str = "linear",
    keepdims: _bool = False,
    *,
    weights: Operand | None = None,
) -> DistArray | Array: ...
@overload
def nanprod(
    a: Operand,
    axis: None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    keepdims: Literal[False] = False,
    initial: Operand | None = None,
    where: Operand | None = None,
) -> Array:
    """Return the product of the array elements along a given axis, ignoring NaNs."""

@overload
def nanprod(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike | None = None,
) -> Array: ...
@overload
def nanprod(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: Operand | None = None,
    where: Operand | None = None,
) -> DistArray | Array: ...
@overload
def nanquantile(
    a: Operand,
    q: Operand,
    axis: None = None,
    out: None = None,
    overwrite_input: _bool = False,
    method: str = "linear",
    keepdims: Literal[False] = False,
    *,
    weights: Operand | None = None,
) -> Array:
    """Compute the quantile of the data along the specified axis, ignoring NaNs."""

@overload
def nanquantile(
    a: ArrayLike,
    q: ArrayLike,
    axis: int | tuple[int, ...] | None = None,
    out: None = None,
    overwrite_input: _bool = False,
    method: str = "linear",
    keepdims: _bool = False,
    *,
    weights: ArrayLike | None = None,
) -> Array: ...
@overload
def nanquantile(
    a: Operand,
    q: Operand,
    axis: int | tuple[int, ...] | None = None,
    out: None = None,
    overwrite_input: _bool = False,
    method: str = "linear",
    keepdims: _bool = False,
    *,
    weights: Operand | None = None,
) -> DistArray | Array: ...
@overload
def nanstd(
    a: Operand,
    axis: None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    ddof: int = 0,
    keepdims: Literal[False] = False,
    where: Operand | None = None,
    mean: Operand | None = None,
) -> Array:
    """Compute the standard deviation along a given axis, ignoring NaNs."""

@overload
def nanstd(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    ddof: int = 0,
    keepdims: _bool = False,
    where: ArrayLike | None = None,
    mean: ArrayLike | None = None,
) -> Array: ...
@overload
def nanstd(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    ddof: int = 0,
    keepdims: _bool = False,
    where: Operand | None = None,
    mean: Operand | None = None,
) -> DistArray | Array: ...
@overload
def nansum(
    a: Operand,
    axis: None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    keepdims: Literal[False] = False,
    initial: Operand | None = None,
    where: Operand | None = None,
) -> Array:
    """Return the sum of the array elements along a given axis, ignoring NaNs."""

@overload
def nansum(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike | None = None,
) -> Array: ...
@overload
def nansum(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: Operand | None = None,
    where: Operand | None = None,
) -> DistArray | Array: ...
@overload
def nanvar(
    a: Operand,
    axis: None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    ddof: int = 0,
    keepdims: Literal[False] = False,
    where: Operand | None = None,
    mean: Operand | None = None,
) -> Array:
    """Compute the variance of array elements along a given axis, ignoring NaNs."""

@overload
def nanvar(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    ddof: int = 0,
    keepdims: _bool = False,
    where: ArrayLike | None = None,
    mean: ArrayLike | None = None,
) -> Array: ...
@overload
def nanvar(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    ddof: int = 0,
    keepdims: _bool = False,
    where: Operand | None = None,
    mean: Operand | None = None,
) -> DistArray | Array: ...
@overload
def ndim(a: ArrayLike) -> int:
    """Return the number of dimensions of an array."""

@overload
def ndim(a: Operand) -> int: ...

negative: BinaryUfunc

@overload
def nextafter(x: ArrayLike, y: ArrayLike, /) -> Array:
    """Return element-wise next floating point value after ``x`` towards ``y``."""

@overload
def nextafter(x: Operand, y: Operand, /) -> DistArray: ...
@overload
def nonzero(
    a: ArrayLike,
    *,
    size: int | None = None,
    fill_value: ArrayLike | tuple[ArrayLike, ...] | None = None,
) -> tuple[Array, ...]:
    """Return indices of nonzero elements of an array."""

@overload
def nonzero(
    a: Operand, *, size: int | None = None, fill_value: Operand | tuple[Operand, ...] | None = None
) -> tuple[DistArray | Array, ...]: ...
@overload
def not_equal(x: ArrayLike, y: ArrayLike, /) -> Array:
    """Returns element-wise truth value of ``x != y``."""

@overload
def not_equal(x: Operand, y: Operand, /) -> DistArray: ...
def ones(
    shape: int | Sequence[int],
    dtype: DTypeLike | None = None,
    *,
    device: Any = None,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension over all ranks. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

def ones_like(
    a: Any,
    dtype: DTypeLike | None = None,
    shape: Any = None,
    *,
    device: Any = None,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default that of the argument. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

@overload
def outer(a: ArrayLike, b: ArrayLike, out: None = None) -> Array:
    """Compute the outer product of two arrays."""

@overload
def outer(a: Operand, b: Operand, out: None = None) -> DistArray: ...
@overload
def packbits(a: ArrayLike, axis: int | None = None, bitorder: str = "big") -> Array:
    """Pack array of bits into a uint8 array."""

@overload
def packbits(a: Operand, axis: int | None = None, bitorder: str = "big") -> DistArray | Array: ...
@overload
def pad(
    array: ArrayLike, pad_width: Any, mode: str | Callable[..., Any] = "constant", **kwargs: Any
) -> Array:
    """Add padding to an array."""

@overload
def pad(
    array: Operand, pad_width: Any, mode: str | Callable[..., Any] = "constant", **kwargs: Any
) -> DistArray: ...
@overload
def partition(a: ArrayLike, kth: int, axis: int = -1) -> Array:
    """Returns a partially-sorted copy of an array."""

@overload
def partition(a: Operand, kth: int, axis: int = -1) -> DistArray | Array: ...
@overload
def percentile(
    a: Operand,
    q: Operand,
    axis: None = None,
    out: None = None,
    overwrite_input: _bool = False,
    method: str = "linear",
    keepdims: Literal[False] = False,
    *,
    weights: Operand | None = None,
    out_sharding: None = None,
) -> Array:
    """Compute the percentile of the data along the specified axis."""

@overload
def percentile(
    a: ArrayLike,
    q: ArrayLike,
    axis: int | tuple[int, ...] | None = None,
    out: None = None,
    overwrite_input: _bool = False,
    method: str = "linear",
    keepdims: _bool = False,
    *,
    weights: ArrayLike | None = None,
    out_sharding: None = None,
) -> Array: ...
@overload
def percentile(
    a: Operand,
    q: Operand,
    axis: int | tuple[int, ...] | None = None,
    out: None = None,
    overwrite_input: _bool = False,
    method: str = "linear",
    keepdims: _bool = False,
    *,
    weights: Operand | None = None,
    out_sharding: None = None,
) -> DistArray | Array: ...
@overload
def permute_dims(a: ArrayLike, /, axes: tuple[int, ...]) -> Array:
    """Permute the axes/dimensions of an array."""

@overload
def permute_dims(a: Operand, /, axes: tuple[int, ...]) -> DistArray: ...
@overload
def piecewise(
    x: ArrayLike,
    condlist: ArrayLike | Sequence[ArrayLike],
    funclist: list[ArrayLike | Callable[..., ArrayLike]],
    *args: Any,
    **kw: Any,
) -> Array:
    """Evaluate a function defined piecewise across the domain."""

@overload
def piecewise(
    x: Operand,
    condlist: Operand | Sequence[Operand],
    funclist: list[Operand | Callable[..., Operand]],
    *args: Any,
    **kw: Any,
) -> DistArray: ...
@overload
def place(arr: ArrayLike, mask: ArrayLike, vals: ArrayLike, *, inplace: _bool = True) -> Array:
    """Update array elements based on a mask."""

@overload
def place(arr: Operand, mask: Operand, vals: Operand, *, inplace: _bool = True) -> DistArray: ...
@overload
def poly(seq_of_zeros: ArrayLike) -> Array:
    """Returns the coefficients of a polynomial for the given sequence of roots."""

@overload
def poly(seq_of_zeros: Operand) -> DistArray | Array: ...
@overload
def polyadd(a1: ArrayLike, a2: ArrayLike) -> Array:
    """Returns the sum of the two polynomials."""

@overload
def polyadd(a1: Operand, a2: Operand) -> DistArray: ...
@overload
def polyder(p: ArrayLike, m: int = 1) -> Array:
    """Returns the coefficients of the derivative of specified order of a polynomial."""

@overload
def polyder(p: Operand, m: int = 1) -> DistArray: ...
@overload
def polydiv(
    u: ArrayLike, v: ArrayLike, *, trim_leading_zeros: _bool = False
) -> tuple[Array, Array]:
    """Returns the quotient and remainder of polynomial division."""

@overload
def polydiv(
    u: Operand, v: Operand, *, trim_leading_zeros: _bool = False
) -> tuple[DistArray | Array, DistArray | Array]: ...
@overload
def polyfit(
    x: ArrayLike,
    y: ArrayLike,
    deg: int,
    rcond: float | None = None,
    full: _bool = False,
    w: ArrayLike | None = None,
    cov: _bool = False,
) -> Array | tuple[Array, ...]:
    """Least squares polynomial fit to data."""

@overload
def polyfit(
    x: Operand,
    y: Operand,
    deg: int,
    rcond: float | None = None,
    full: _bool = False,
    w: Operand | None = None,
    cov: _bool = False,
) -> DistArray | Array | tuple[DistArray | Array, ...]: ...
@overload
def polyint(p: ArrayLike, m: int = 1, k: int | ArrayLike | None = None) -> Array:
    """Returns the coefficients of the integration of specified order of a polynomial."""

@overload
def polyint(p: Operand, m: int = 1, k: int | Operand | None = None) -> DistArray: ...
@overload
def polymul(a1: ArrayLike, a2: ArrayLike, *, trim_leading_zeros: _bool = False) -> Array:
    """Returns the product of two polynomials."""

@overload
def polymul(a1: Operand, a2: Operand, *, trim_leading_zeros: _bool = False) -> DistArray: ...
@overload
def polysub(a1: ArrayLike, a2: ArrayLike) -> Array:
    """Returns the difference of two polynomials."""

@overload
def polysub(a1: Operand, a2: Operand) -> DistArray: ...
@overload
def polyval(p: ArrayLike, x: ArrayLike, *, unroll: int = 16) -> Array:
    """Evaluates the polynomial at specific values."""

@overload
def polyval(p: Operand, x: Operand, *, unroll: int = 16) -> DistArray: ...
@overload
def positive(x: ArrayLike, /) -> Array:
    """Return element-wise positive values of the input."""

@overload
def positive(x: Operand, /) -> DistArray: ...
@overload
def pow(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Alias of `jax.numpy.power`"""

@overload
def pow(x1: Operand, x2: Operand, /) -> DistArray: ...
@overload
def power(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Calculate element-wise base ``x1`` exponential of ``x2``."""

@overload
def power(x1: Operand, x2: Operand, /) -> DistArray: ...
def printoptions(*args: Any, **kwargs: Any) -> Any:
    """Alias of `numpy.printoptions`."""

@overload
def prod(
    a: Operand,
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
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike | None = None,
    promote_integers: _bool = True,
) -> Array: ...
@overload
def prod(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: Operand | None = None,
    where: Operand | None = None,
    promote_integers: _bool = True,
) -> DistArray | Array: ...
def promote_types(a: DTypeLike, b: DTypeLike) -> DTypeLike:
    """Returns the type to which a binary operation should cast its arguments."""

@overload
def ptp(a: Operand, axis: None = None, out: None = None, keepdims: Literal[False] = False) -> Array:
    """Return the peak-to-peak range along a given axis."""

@overload
def ptp(
    a: ArrayLike, axis: int | Sequence[int] | None = None, out: None = None, keepdims: _bool = False
) -> Array: ...
@overload
def ptp(
    a: Operand, axis: int | Sequence[int] | None = None, out: None = None, keepdims: _bool = False
) -> DistArray | Array: ...
@overload
def put(
    a: ArrayLike, ind: ArrayLike, v: ArrayLike, mode: str | None = None, *, inplace: _bool = True
) -> Array:
    """Put elements into an array at given indices."""

@overload
def put(
    a: Operand, ind: Operand, v: Operand, mode: str | None = None, *, inplace: _bool = True
) -> DistArray: ...
@overload
def put_along_axis(
    arr: ArrayLike,
    indices: ArrayLike,
    values: ArrayLike,
    axis: int | None,
    inplace: _bool = True,
    *,
    mode: str | None = None,
) -> Array:
    """Put values into the destination array by matching 1d index and data slices."""

@overload
def put_along_axis(
    arr: Operand,
    indices: Operand,
    values: Operand,
    axis: int | None,
    inplace: _bool = True,
    *,
    mode: str | None = None,
) -> DistArray: ...
@overload
def quantile(
    a: Operand,
    q: Operand,
    axis: None = None,
    out: None = None,
    overwrite_input: _bool = False,
    method: str = "linear",
    keepdims: Literal[False] = False,
    *,
    weights: Operand | None = None,
) -> Array:
    """Compute the quantile of the data along the specified axis."""

@overload
def quantile(
    a: ArrayLike,
    q: ArrayLike,
    axis: int | tuple[int, ...] | None = None,
    out: None = None,
    overwrite_input: _bool = False,
    method: str = "linear",
    keepdims: _bool = False,
    *,
    weights: ArrayLike | None = None,
) -> Array: ...
@overload
def quantile(
    a: Operand,
    q: Operand,
    axis: int | tuple[int, ...] | None = None,
    out: None = None,
    overwrite_input: _bool = False,
    method: str = "linear",
    keepdims: _bool = False,
    *,
    weights: Operand | None = None,
) -> DistArray | Array: ...
@overload
def rad2deg(x: ArrayLike, /) -> Array:
    """Convert angles from radians to degrees."""

@overload
def rad2deg(x: Operand, /) -> DistArray: ...
@overload
def radians(x: ArrayLike, /) -> Array:
    """Alias of `jax.numpy.deg2rad`"""

@overload
def radians(x: Operand, /) -> DistArray: ...
@overload
def ravel(a: ArrayLike, order: str = "C", *, out_sharding: None = None) -> Array:
    """Flatten array into a 1-dimensional shape."""

@overload
def ravel(a: Operand, order: str = "C", *, out_sharding: None = None) -> DistArray: ...
@overload
def ravel_multi_index(
    multi_index: Sequence[ArrayLike],
    dims: Sequence[int],
    mode: str = "raise",
    order: str = "C",
    *,
    dtype: DTypeLike | None = None,
) -> Array:
    """Convert multi-dimensional indices into flat indices."""

@overload
def ravel_multi_index(
    multi_index: Sequence[Operand],
    dims: Sequence[int],
    mode: str = "raise",
    order: str = "C",
    *,
    dtype: DTypeLike | None = None,
) -> DistArray: ...
@overload
def real(val: ArrayLike, /) -> Array:
    """Return element-wise real part of the complex argument."""

@overload
def real(val: Operand, /) -> DistArray: ...
@overload
def reciprocal(x: ArrayLike, /) -> Array:
    """Calculate element-wise reciprocal of the input."""

@overload
def reciprocal(x: Operand, /) -> DistArray: ...
@overload
def remainder(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Returns element-wise remainder of the division."""

@overload
def remainder(x1: Operand, x2: Operand, /) -> DistArray: ...
@overload
def repeat(
    a: ArrayLike,
    repeats: ArrayLike,
    axis: int | None = None,
    *,
    total_repeat_length: int | None = None,
    out_sharding: None = None,
) -> Array:
    """Construct an array from repeated elements."""

@overload
def repeat(
    a: Operand,
    repeats: Operand,
    axis: int | None = None,
    *,
    total_repeat_length: int | None = None,
    out_sharding: None = None,
) -> DistArray: ...
@overload
def reshape(
    a: ArrayLike,
    shape: int | Sequence[int],
    order: str = "C",
    *,
    copy: _bool | None = None,
    out_sharding: None = None,
) -> Array:
    """Return a reshaped copy of an array."""

@overload
def reshape(
    a: Operand,
    shape: int | Sequence[int],
    order: str = "C",
    *,
    copy: _bool | None = None,
    out_sharding: None = None,
) -> DistArray: ...
@overload
def resize(a: ArrayLike, new_shape: Sequence[int]) -> Array:
    """Return a new array with specified shape."""

@overload
def resize(a: Operand, new_shape: Sequence[int]) -> DistArray: ...
def result_type(*args: Any) -> DTypeLike:
    """Return the result of applying JAX promotion rules to the inputs."""

@overload
def right_shift(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Right shift the bits of ``x1`` to the amount specified in ``x2``."""

@overload
def right_shift(x1: Operand, x2: Operand, /) -> DistArray: ...
@overload
def rint(x: ArrayLike, /) -> Array:
    """Rounds the elements of x to the nearest integer"""

@overload
def rint(x: Operand, /) -> DistArray: ...
@overload
def roll(
    a: ArrayLike, shift: ArrayLike | Sequence[int], axis: int | Sequence[int] | None = None
) -> Array:
    """Roll the elements of an array along a specified axis."""

@overload
def roll(
    a: Operand, shift: Operand | Sequence[int], axis: int | Sequence[int] | None = None
) -> DistArray: ...
@overload
def rollaxis(a: ArrayLike, axis: int, start: int = 0) -> Array:
    """Roll the specified axis to a given position."""

@overload
def rollaxis(a: Operand, axis: int, start: int = 0) -> DistArray: ...
@overload
def roots(p: ArrayLike, *, strip_zeros: _bool = True) -> Array:
    """Returns the roots of a polynomial given the coefficients ``p``."""

@overload
def roots(p: Operand, *, strip_zeros: _bool = True) -> DistArray | Array: ...
@overload
def rot90(m: ArrayLike, k: int = 1, axes: tuple[int, int] = ...) -> Array:
    """Rotate an array by 90 degrees counterclockwise in the plane specified by axes."""

@overload
def rot90(m: Operand, k: int = 1, axes: tuple[int, int] = ...) -> DistArray: ...
@overload
def round(a: ArrayLike, decimals: int = 0, out: None = None) -> Array:
    """Round input evenly to the given number of decimals."""

@overload
def round(a: Operand, decimals: int = 0, out: None = None) -> DistArray: ...
def save(file: Any, arr: Any, allow_pickle: Any = True) -> Any:
    """As `numpy.save`: by all ranks together if an array is sharded, each its block (see `jpi.io.save`); else by the rank that calls it."""

def savez(file: Any, *args: Any, allow_pickle: Any = True, **kwds: Any) -> Any:
    """As `numpy.savez`: by all ranks together if an array is sharded, each its block (see `jpi.io.save`); else by the rank that calls it."""

@overload
def searchsorted(
    a: ArrayLike,
    v: ArrayLike,
    side: str = "left",
    sorter: ArrayLike | None = None,
    *,
    method: str = "scan",
) -> Array:
    """Perform a binary search within a sorted array."""

@overload
def searchsorted(
    a: Operand,
    v: Operand,
    side: str = "left",
    sorter: Operand | None = None,
    *,
    method: str = "scan",
) -> DistArray: ...
@overload
def select(
    condlist: Sequence[ArrayLike], choicelist: Sequence[ArrayLike], default: ArrayLike = 0
) -> Array:
    """Select values based on a series of conditions."""

@overload
def select(
    condlist: Sequence[Operand], choicelist: Sequence[Operand], default: Operand = 0
) -> DistArray: ...
def set_printoptions(*args: Any, **kwargs: Any) -> Any:
    """Alias of `numpy.set_printoptions`."""

@overload
def setdiff1d(
    ar1: ArrayLike,
    ar2: ArrayLike,
    assume_unique: _bool = False,
    *,
    size: int | None = None,
    fill_value: ArrayLike | None = None,
) -> Array:
    """Compute the set difference of two 1D arrays."""

@overload
def setdiff1d(
    ar1: Operand,
    ar2: Operand,
    assume_unique: _bool = False,
    *,
    size: int | None = None,
    fill_value: Operand | None = None,
) -> DistArray: ...
@overload
def setxor1d(
    ar1: ArrayLike,
    ar2: ArrayLike,
    assume_unique: _bool = False,
    *,
    size: int | None = None,
    fill_value: ArrayLike | None = None,
) -> Array:
    """Compute the set-wise xor of elements in two arrays."""

@overload
def setxor1d(
    ar1: Operand,
    ar2: Operand,
    assume_unique: _bool = False,
    *,
    size: int | None = None,
    fill_value: Operand | None = None,
) -> DistArray: ...
@overload
def shape(a: ArrayLike) -> tuple[int, ...]:
    """Return the shape an array."""

@overload
def shape(a: Operand) -> tuple[int, ...]: ...
@overload
def sign(x: ArrayLike, /) -> Array:
    """Return an element-wise indication of sign of the input."""

@overload
def sign(x: Operand, /) -> DistArray: ...
@overload
def signbit(x: ArrayLike, /) -> Array:
    """Return the sign bit of array elements."""

@overload
def signbit(x: Operand, /) -> DistArray: ...
@overload
def sin(x: ArrayLike, /) -> Array:
    """Compute a trigonometric sine of each element of input."""

@overload
def sin(x: Operand, /) -> DistArray: ...
@overload
def sinc(x: ArrayLike, /) -> Array:
    """Calculate the normalized sinc function."""

@overload
def sinc(x: Operand, /) -> DistArray: ...
@overload
def sinh(x: ArrayLike, /) -> Array:
    """Calculate element-wise hyperbolic sine of input."""

@overload
def sinh(x: Operand, /) -> DistArray: ...
@overload
def size(a: ArrayLike, axis: int | Sequence[int] | None = None) -> int:
    """Return number of elements along a given axis."""

@overload
def size(a: Operand, axis: int | Sequence[int] | None = None) -> int: ...
@overload
def sort(
    a: ArrayLike,
    axis: int | None = -1,
    *,
    kind: None = None,
    order: None = None,
    stable: _bool = True,
    descending: _bool = False,
) -> Array:
    """Return a sorted copy of an array."""

@overload
def sort(
    a: Operand,
    axis: int | None = -1,
    *,
    kind: None = None,
    order: None = None,
    stable: _bool = True,
    descending: _bool = False,
) -> DistArray: ...
@overload
def sort_complex(a: ArrayLike) -> Array:
    """Return a sorted copy of complex array."""

@overload
def sort_complex(a: Operand) -> DistArray: ...
@overload
def spacing(x: ArrayLike, /) -> Array:
    """Return the spacing between ``x`` and the next adjacent number."""

@overload
def spacing(x: Operand, /) -> DistArray: ...
@overload
def split(
    ary: ArrayLike, indices_or_sections: int | Sequence[int] | ArrayLike, axis: int = 0
) -> list[Array]:
    """Split an array into sub-arrays."""

@overload
def split(
    ary: Operand, indices_or_sections: int | Sequence[int] | Operand, axis: int = 0
) -> list[DistArray]: ...
@overload
def sqrt(x: ArrayLike, /) -> Array:
    """Calculates element-wise non-negative square root of the input array."""

@overload
def sqrt(x: Operand, /) -> DistArray: ...
@overload
def square(x: ArrayLike, /) -> Array:
    """Calculate element-wise square of the input array."""

@overload
def square(x: Operand, /) -> DistArray: ...
@overload
def squeeze(a: ArrayLike, axis: int | Sequence[int] | None = None) -> Array:
    """Remove one or more length-1 axes from array"""

@overload
def squeeze(a: Operand, axis: int | Sequence[int] | None = None) -> DistArray: ...
@overload
def stack(
    arrays: np.ndarray | ArrayLike | Sequence[ArrayLike],
    axis: int = 0,
    out: None = None,
    dtype: DTypeLike | None = None,
) -> Array:
    """Join arrays along a new axis."""

@overload
def stack(
    arrays: np.ndarray | Operand | Sequence[Operand],
    axis: int = 0,
    out: None = None,
    dtype: DTypeLike | None = None,
) -> DistArray: ...
@overload
def std(
    a: Operand,
    axis: None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    ddof: int = 0,
    keepdims: Literal[False] = False,
    *,
    where: Operand | None = None,
    mean: Operand | None = None,
    correction: int | float | None = None,
) -> Array:
    """Compute the standard deviation along a given axis."""

@overload
def std(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    ddof: int = 0,
    keepdims: _bool = False,
    *,
    where: ArrayLike | None = None,
    mean: ArrayLike | None = None,
    correction: int | float | None = None,
) -> Array: ...
@overload
def std(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    ddof: int = 0,
    keepdims: _bool = False,
    *,
    where: Operand | None = None,
    mean: Operand | None = None,
    correction: int | float | None = None,
) -> DistArray | Array: ...

subtract: BinaryUfunc

@overload
def sum(
    a: Operand,
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
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike | None = None,
    promote_integers: _bool = True,
) -> Array: ...
@overload
def sum(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    keepdims: _bool = False,
    initial: Operand | None = None,
    where: Operand | None = None,
    promote_integers: _bool = True,
) -> DistArray | Array: ...
@overload
def swapaxes(a: ArrayLike, axis1: int, axis2: int) -> Array:
    """Swap two axes of an array."""

@overload
def swapaxes(a: Operand, axis1: int, axis2: int) -> DistArray: ...
@overload
def take(
    a: ArrayLike,
    indices: ArrayLike,
    axis: int | None = None,
    out: None = None,
    mode: str | None = None,
    unique_indices: _bool = False,
    indices_are_sorted: _bool = False,
    fill_value: ArrayLike | None = None,
) -> Array:
    """Take elements from an array."""

@overload
def take(
    a: Operand,
    indices: Operand,
    axis: int | None = None,
    out: None = None,
    mode: str | None = None,
    unique_indices: _bool = False,
    indices_are_sorted: _bool = False,
    fill_value: Operand | None = None,
) -> DistArray | Array: ...
@overload
def take_along_axis(
    arr: ArrayLike,
    indices: ArrayLike,
    axis: int | None = -1,
    mode: Any = None,
    fill_value: ArrayLike | None = None,
    *,
    wrap_negative_indices: _bool | None = None,
) -> Array:
    """Take elements from an array."""

@overload
def take_along_axis(
    arr: Operand,
    indices: Operand,
    axis: int | None = -1,
    mode: Any = None,
    fill_value: Operand | None = None,
    *,
    wrap_negative_indices: _bool | None = None,
) -> DistArray: ...
@overload
def tan(x: ArrayLike, /) -> Array:
    """Compute a trigonometric tangent of each element of input."""

@overload
def tan(x: Operand, /) -> DistArray: ...
@overload
def tanh(x: ArrayLike, /) -> Array:
    """Calculate element-wise hyperbolic tangent of input."""

@overload
def tanh(x: Operand, /) -> DistArray: ...
@overload
def tensordot(
    a: ArrayLike,
    b: ArrayLike,
    axes: Sequence[Sequence[int]] | Sequence[int] | int = 2,
    *,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    out_sharding: None = None,
) -> Array:
    """Compute the tensor dot product of two N-dimensional arrays."""

@overload
def tensordot(
    a: Operand,
    b: Operand,
    axes: Sequence[Sequence[int]] | Sequence[int] | int = 2,
    *,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    out_sharding: None = None,
) -> DistArray | Array: ...
@overload
def tile(A: ArrayLike, reps: int | Sequence[int]) -> Array:
    """Construct an array by repeating ``A`` along specified dimensions."""

@overload
def tile(A: Operand, reps: int | Sequence[int]) -> DistArray: ...
@overload
def trace(
    a: ArrayLike,
    offset: int | ArrayLike = 0,
    axis1: int = 0,
    axis2: int = 1,
    dtype: DTypeLike | None = None,
    out: None = None,
) -> Array:
    """Calculate sum of the diagonal of input along the given axes."""

@overload
def trace(
    a: Operand,
    offset: int | Operand = 0,
    axis1: int = 0,
    axis2: int = 1,
    dtype: DTypeLike | None = None,
    out: None = None,
) -> DistArray | Array: ...
@overload
def transpose(a: ArrayLike, axes: Sequence[int] | None = None) -> Array:
    """Return a transposed version of an N-dimensional array."""

@overload
def transpose(a: Operand, axes: Sequence[int] | None = None) -> DistArray: ...
@overload
def trapezoid(
    y: ArrayLike, x: ArrayLike | None = None, dx: ArrayLike = 1.0, axis: int = -1
) -> Array:
    """Integrate along the given axis using the composite trapezoidal rule."""

@overload
def trapezoid(
    y: Operand, x: Operand | None = None, dx: Operand = 1.0, axis: int = -1
) -> DistArray | Array: ...
def tri(
    N: int,
    M: int | None = None,
    k: int = 0,
    dtype: DTypeLike | None = None,
    *,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension over all ranks. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

@overload
def tril(m: ArrayLike, k: int = 0) -> Array:
    """Return lower triangle of an array."""

@overload
def tril(m: Operand, k: int = 0) -> DistArray: ...
@overload
def tril_indices(n: int, k: int = 0, m: int | None = None) -> tuple[Array, Array]:
    """Return the indices of lower triangle of an array of size ``(n, m)``."""

@overload
def tril_indices(
    n: int, k: int = 0, m: int | None = None
) -> tuple[DistArray | Array, DistArray | Array]: ...
@overload
def tril_indices_from(arr: ArrayLike, k: int = 0) -> tuple[Array, Array]:
    """Return the indices of lower triangle of a given array."""

@overload
def tril_indices_from(arr: Operand, k: int = 0) -> tuple[DistArray | Array, DistArray | Array]: ...
@overload
def trim_zeros(filt: ArrayLike, trim: str = "fb", axis: int | Sequence[int] | None = None) -> Array:
    """Trim leading and/or trailing zeros of the input array."""

@overload
def trim_zeros(
    filt: Operand, trim: str = "fb", axis: int | Sequence[int] | None = None
) -> DistArray: ...
@overload
def triu(m: ArrayLike, k: int = 0) -> Array:
    """Return upper triangle of an array."""

@overload
def triu(m: Operand, k: int = 0) -> DistArray: ...
@overload
def triu_indices(n: int, k: int = 0, m: int | None = None) -> tuple[Array, Array]:
    """Return the indices of upper triangle of an array of size ``(n, m)``."""

@overload
def triu_indices(
    n: int, k: int = 0, m: int | None = None
) -> tuple[DistArray | Array, DistArray | Array]: ...
@overload
def triu_indices_from(arr: ArrayLike, k: int = 0) -> tuple[Array, Array]:
    """Return the indices of upper triangle of a given array."""

@overload
def triu_indices_from(arr: Operand, k: int = 0) -> tuple[DistArray | Array, DistArray | Array]: ...
@overload
def true_divide(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Calculates the division of x1 by x2 element-wise"""

@overload
def true_divide(x1: Operand, x2: Operand, /) -> DistArray: ...
@overload
def trunc(x: ArrayLike) -> Array:
    """Round input to the nearest integer towards zero."""

@overload
def trunc(x: Operand) -> DistArray: ...

uint1: Any

@overload
def union1d(
    ar1: ArrayLike, ar2: ArrayLike, *, size: int | None = None, fill_value: ArrayLike | None = None
) -> Array:
    """Compute the set union of two 1D arrays."""

@overload
def union1d(
    ar1: Operand, ar2: Operand, *, size: int | None = None, fill_value: Operand | None = None
) -> DistArray: ...
@overload
def unique(
    ar: ArrayLike,
    return_index: Literal[False] = False,
    return_inverse: Literal[False] = False,
    return_counts: Literal[False] = False,
    axis: int | None = None,
    *,
    equal_nan: _bool = True,
    size: int | None = None,
    fill_value: ArrayLike | None = None,
    sorted: _bool = True,
) -> Array:
    """Return the unique values from an array."""

@overload
def unique(
    ar: Operand,
    return_index: Literal[False] = False,
    return_inverse: Literal[False] = False,
    return_counts: Literal[False] = False,
    axis: int | None = None,
    *,
    equal_nan: _bool = True,
    size: int | None = None,
    fill_value: Operand | None = None,
    sorted: _bool = True,
) -> DistArray | Array: ...
@overload
def unique(
    ar: ArrayLike,
    return_index: _bool = False,
    return_inverse: _bool = False,
    return_counts: _bool = False,
    axis: int | None = None,
    *,
    equal_nan: _bool = True,
    size: int | None = None,
    fill_value: ArrayLike | None = None,
    sorted: _bool = True,
) -> Array | tuple[Array, ...]: ...
@overload
def unique(
    ar: Operand,
    return_index: _bool = False,
    return_inverse: _bool = False,
    return_counts: _bool = False,
    axis: int | None = None,
    *,
    equal_nan: _bool = True,
    size: int | None = None,
    fill_value: Operand | None = None,
    sorted: _bool = True,
) -> DistArray | Array | tuple[DistArray | Array, ...]: ...
@overload
def unique_all(
    x: ArrayLike, /, *, size: int | None = None, fill_value: ArrayLike | None = None
) -> UniqueAllResult[Array]:
    """Return unique values from x, along with indices, inverse indices, and counts."""

@overload
def unique_all(
    x: Operand, /, *, size: int | None = None, fill_value: Operand | None = None
) -> UniqueAllResult[DistArray | Array]: ...
@overload
def unique_counts(
    x: ArrayLike, /, *, size: int | None = None, fill_value: ArrayLike | None = None
) -> UniqueCountsResult[Array]:
    """Return unique values from x, along with counts."""

@overload
def unique_counts(
    x: Operand, /, *, size: int | None = None, fill_value: Operand | None = None
) -> UniqueCountsResult[DistArray | Array]: ...
@overload
def unique_inverse(
    x: ArrayLike, /, *, size: int | None = None, fill_value: ArrayLike | None = None
) -> UniqueInverseResult[Array]:
    """Return unique values from x, along with indices, inverse indices, and counts."""

@overload
def unique_inverse(
    x: Operand, /, *, size: int | None = None, fill_value: Operand | None = None
) -> UniqueInverseResult[DistArray]: ...
@overload
def unique_values(
    x: ArrayLike, /, *, size: int | None = None, fill_value: ArrayLike | None = None
) -> Array:
    """Return unique values from x, along with indices, inverse indices, and counts."""

@overload
def unique_values(
    x: Operand, /, *, size: int | None = None, fill_value: Operand | None = None
) -> DistArray: ...
@overload
def unpackbits(
    a: ArrayLike, axis: int | None = None, count: int | None = None, bitorder: str = "big"
) -> Array:
    """Unpack the bits in a uint8 array."""

@overload
def unpackbits(
    a: Operand, axis: int | None = None, count: int | None = None, bitorder: str = "big"
) -> DistArray: ...
@overload
def unravel_index(indices: ArrayLike, shape: Sequence[int]) -> tuple[Array, ...]:
    """Convert flat indices into multi-dimensional indices."""

@overload
def unravel_index(indices: Operand, shape: Sequence[int]) -> tuple[DistArray, ...]: ...
@overload
def unstack(x: ArrayLike, /, *, axis: int = 0) -> tuple[Array, ...]:
    """Unstack an array along an axis."""

@overload
def unstack(x: Operand, /, *, axis: int = 0) -> tuple[DistArray, ...]: ...
@overload
def unwrap(
    p: ArrayLike,
    discont: ArrayLike | None = None,
    axis: int = -1,
    period: ArrayLike = 6.283185307179586,
) -> Array:
    """Unwrap a periodic signal."""

@overload
def unwrap(
    p: Operand, discont: Operand | None = None, axis: int = -1, period: Operand = 6.283185307179586
) -> DistArray: ...
@overload
def vander(x: ArrayLike, N: int | None = None, increasing: _bool = False) -> Array:
    """Generate a Vandermonde matrix."""

@overload
def vander(x: Operand, N: int | None = None, increasing: _bool = False) -> DistArray: ...
@overload
def var(
    a: Operand,
    axis: None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    ddof: int = 0,
    keepdims: Literal[False] = False,
    *,
    where: Operand | None = None,
    mean: Operand | None = None,
    correction: int | float | None = None,
) -> Array:
    """Compute the variance along a given axis."""

@overload
def var(
    a: ArrayLike,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    ddof: int = 0,
    keepdims: _bool = False,
    *,
    where: ArrayLike | None = None,
    mean: ArrayLike | None = None,
    correction: int | float | None = None,
) -> Array: ...
@overload
def var(
    a: Operand,
    axis: int | Sequence[int] | None = None,
    dtype: DTypeLike | None = None,
    out: None = None,
    ddof: int = 0,
    keepdims: _bool = False,
    *,
    where: Operand | None = None,
    mean: Operand | None = None,
    correction: int | float | None = None,
) -> DistArray | Array: ...
@overload
def vdot(
    a: ArrayLike,
    b: ArrayLike,
    *,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
) -> Array:
    """Perform a conjugate multiplication of two 1D vectors."""

@overload
def vdot(
    a: Operand,
    b: Operand,
    *,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
) -> Array: ...
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
    """Perform a conjugate multiplication of two batched vectors."""

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
def vecmat(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Batched conjugate vector-matrix product."""

@overload
def vecmat(x1: Operand, x2: Operand, /) -> DistArray | Array: ...
@overload
def vsplit(ary: ArrayLike, indices_or_sections: int | Sequence[int] | ArrayLike) -> list[Array]:
    """Split an array into sub-arrays vertically."""

@overload
def vsplit(ary: Operand, indices_or_sections: int | Sequence[int] | Operand) -> list[DistArray]: ...
@overload
def vstack(
    tup: np.ndarray | ArrayLike | Sequence[ArrayLike], dtype: DTypeLike | None = None
) -> Array:
    """Vertically stack arrays."""

@overload
def vstack(
    tup: np.ndarray | Operand | Sequence[Operand], dtype: DTypeLike | None = None
) -> DistArray: ...
@overload
def where(condition: ArrayLike, x: ArrayLike, y: ArrayLike, /) -> Array:
    """Select elements from two arrays based on a condition."""

@overload
def where(condition: Operand, x: Operand, y: Operand, /) -> DistArray: ...
@overload
def where(
    condition: Operand,
    x: None = None,
    y: None = None,
    /,
    *,
    size: int | None = None,
    fill_value: ArrayLike | tuple[ArrayLike, ...] | None = None,
) -> tuple[DistArray | Array, ...]: ...
def zeros(
    shape: int | Sequence[int],
    dtype: DTypeLike | None = None,
    *,
    device: Any = None,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension over all ranks. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

def zeros_like(
    a: Any,
    dtype: DTypeLike | None = None,
    shape: Any = None,
    *,
    device: Any = None,
    out_sharding: None = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default that of the argument. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""
