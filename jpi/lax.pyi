"""Written by tests/stubs; do not edit."""

from builtins import bool as _bool
from collections.abc import Callable, Sequence
from typing import Any, overload

import numpy as np
from jax import Array
from jax.lax import AccuracyMode as AccuracyMode
from jax.lax import ConvDimensionNumbers as ConvDimensionNumbers
from jax.lax import DotAlgorithm as DotAlgorithm
from jax.lax import DotAlgorithmPreset as DotAlgorithmPreset
from jax.lax import DotDimensionNumbers as DotDimensionNumbers
from jax.lax import FftType as FftType
from jax.lax import GatherDimensionNumbers as GatherDimensionNumbers
from jax.lax import GatherScatterMode as GatherScatterMode
from jax.lax import Precision as Precision
from jax.lax import RaggedDotDimensionNumbers as RaggedDotDimensionNumbers
from jax.lax import RandomAlgorithm as RandomAlgorithm
from jax.lax import RoundingMethod as RoundingMethod
from jax.lax import ScatterDimensionNumbers as ScatterDimensionNumbers
from jax.lax import Tolerance as Tolerance
from jax.lax import abs_p as abs_p
from jax.lax import acos_p as acos_p
from jax.lax import acosh_p as acosh_p
from jax.lax import add_p as add_p
from jax.lax import after_all_p as after_all_p
from jax.lax import all_gather_p as all_gather_p
from jax.lax import all_to_all_p as all_to_all_p
from jax.lax import and_p as and_p
from jax.lax import approx_top_k_p as approx_top_k_p
from jax.lax import argmax_p as argmax_p
from jax.lax import argmin_p as argmin_p
from jax.lax import asin_p as asin_p
from jax.lax import asinh_p as asinh_p
from jax.lax import atan2_p as atan2_p
from jax.lax import atan_p as atan_p
from jax.lax import atanh_p as atanh_p
from jax.lax import axis_index_p as axis_index_p
from jax.lax import bessel_i0e_p as bessel_i0e_p
from jax.lax import bessel_i1e_p as bessel_i1e_p
from jax.lax import bitcast_convert_type_p as bitcast_convert_type_p
from jax.lax import broadcast_in_dim_p as broadcast_in_dim_p
from jax.lax import cbrt_p as cbrt_p
from jax.lax import ceil_p as ceil_p
from jax.lax import clamp_p as clamp_p
from jax.lax import clz_p as clz_p
from jax.lax import complex_p as complex_p
from jax.lax import concatenate_p as concatenate_p
from jax.lax import cond_p as cond_p
from jax.lax import conj_p as conj_p
from jax.lax import conv_general_dilated_p as conv_general_dilated_p
from jax.lax import convert_element_type_p as convert_element_type_p
from jax.lax import copy_p as copy_p
from jax.lax import cos_p as cos_p
from jax.lax import cosh_p as cosh_p
from jax.lax import create_token_p as create_token_p
from jax.lax import cumlogsumexp_p as cumlogsumexp_p
from jax.lax import cummax_p as cummax_p
from jax.lax import cummin_p as cummin_p
from jax.lax import cumprod_p as cumprod_p
from jax.lax import cumsum_p as cumsum_p
from jax.lax import dce_sink_p as dce_sink_p
from jax.lax import device_put_p as device_put_p
from jax.lax import digamma_p as digamma_p
from jax.lax import div_p as div_p
from jax.lax import dot_general_p as dot_general_p
from jax.lax import dynamic_slice_p as dynamic_slice_p
from jax.lax import dynamic_update_slice_p as dynamic_update_slice_p
from jax.lax import eq_p as eq_p
from jax.lax import eq_to_p as eq_to_p
from jax.lax import erf_inv_p as erf_inv_p
from jax.lax import erf_p as erf_p
from jax.lax import erfc_p as erfc_p
from jax.lax import exp2_p as exp2_p
from jax.lax import exp_p as exp_p
from jax.lax import expm1_p as expm1_p
from jax.lax import fft_p as fft_p
from jax.lax import floor_p as floor_p
from jax.lax import gather_p as gather_p
from jax.lax import ge_p as ge_p
from jax.lax import gt_p as gt_p
from jax.lax import igamma_grad_a_p as igamma_grad_a_p
from jax.lax import igamma_p as igamma_p
from jax.lax import igammac_p as igammac_p
from jax.lax import imag_p as imag_p
from jax.lax import integer_pow_p as integer_pow_p
from jax.lax import iota_p as iota_p
from jax.lax import is_finite_p as is_finite_p
from jax.lax import le_p as le_p
from jax.lax import le_to_p as le_to_p
from jax.lax import lgamma_p as lgamma_p
from jax.lax import linalg as linalg
from jax.lax import linear_solve_p as linear_solve_p
from jax.lax import log1p_p as log1p_p
from jax.lax import log_p as log_p
from jax.lax import logistic_p as logistic_p
from jax.lax import lt_p as lt_p
from jax.lax import lt_to_p as lt_to_p
from jax.lax import max_p as max_p
from jax.lax import min_p as min_p
from jax.lax import mul_p as mul_p
from jax.lax import mulhi_p as mulhi_p
from jax.lax import ne_p as ne_p
from jax.lax import neg_p as neg_p
from jax.lax import nextafter_p as nextafter_p
from jax.lax import not_p as not_p
from jax.lax import optimization_barrier_p as optimization_barrier_p
from jax.lax import or_p as or_p
from jax.lax import pad_p as pad_p
from jax.lax import pmax_p as pmax_p
from jax.lax import pmin_p as pmin_p
from jax.lax import polygamma_p as polygamma_p
from jax.lax import population_count_p as population_count_p
from jax.lax import pow_p as pow_p
from jax.lax import ppermute_p as ppermute_p
from jax.lax import psum_p as psum_p
from jax.lax import ragged_all_to_all_p as ragged_all_to_all_p
from jax.lax import real_p as real_p
from jax.lax import reduce_and_p as reduce_and_p
from jax.lax import reduce_max_p as reduce_max_p
from jax.lax import reduce_min_p as reduce_min_p
from jax.lax import reduce_or_p as reduce_or_p
from jax.lax import reduce_p as reduce_p
from jax.lax import reduce_precision_p as reduce_precision_p
from jax.lax import reduce_prod_p as reduce_prod_p
from jax.lax import reduce_sum_p as reduce_sum_p
from jax.lax import reduce_window_max_p as reduce_window_max_p
from jax.lax import reduce_window_min_p as reduce_window_min_p
from jax.lax import reduce_window_p as reduce_window_p
from jax.lax import reduce_window_sum_p as reduce_window_sum_p
from jax.lax import reduce_xor_p as reduce_xor_p
from jax.lax import regularized_incomplete_beta_p as regularized_incomplete_beta_p
from jax.lax import rem_p as rem_p
from jax.lax import reshape_p as reshape_p
from jax.lax import rev_p as rev_p
from jax.lax import rng_bit_generator_p as rng_bit_generator_p
from jax.lax import rng_uniform_p as rng_uniform_p
from jax.lax import round_p as round_p
from jax.lax import rsqrt_p as rsqrt_p
from jax.lax import scan_p as scan_p
from jax.lax import scatter_add_p as scatter_add_p
from jax.lax import scatter_max_p as scatter_max_p
from jax.lax import scatter_min_p as scatter_min_p
from jax.lax import scatter_mul_p as scatter_mul_p
from jax.lax import scatter_p as scatter_p
from jax.lax import scatter_sub_p as scatter_sub_p
from jax.lax import select_and_gather_add_p as select_and_gather_add_p
from jax.lax import select_and_scatter_add_p as select_and_scatter_add_p
from jax.lax import select_and_scatter_p as select_and_scatter_p
from jax.lax import select_n_p as select_n_p
from jax.lax import sharding_constraint_p as sharding_constraint_p
from jax.lax import shift_left_p as shift_left_p
from jax.lax import shift_right_arithmetic_p as shift_right_arithmetic_p
from jax.lax import shift_right_logical_p as shift_right_logical_p
from jax.lax import sign_p as sign_p
from jax.lax import sin_p as sin_p
from jax.lax import sinh_p as sinh_p
from jax.lax import slice_p as slice_p
from jax.lax import sort_p as sort_p
from jax.lax import split_p as split_p
from jax.lax import sqrt_p as sqrt_p
from jax.lax import square_p as square_p
from jax.lax import squeeze_p as squeeze_p
from jax.lax import stack_p as stack_p
from jax.lax import stage_p as stage_p
from jax.lax import stop_gradient_p as stop_gradient_p
from jax.lax import sub_p as sub_p
from jax.lax import tan_p as tan_p
from jax.lax import tanh_p as tanh_p
from jax.lax import tile_p as tile_p
from jax.lax import top_k_p as top_k_p
from jax.lax import transpose_p as transpose_p
from jax.lax import unstack_p as unstack_p
from jax.lax import while_p as while_p
from jax.lax import xor_p as xor_p
from jax.lax import zeta_p as zeta_p
from jax.typing import ArrayLike, DTypeLike

from jpi._array.array import DistArray
from jpi._namespace.annotations import Operand

def ConvGeneralDilatedDimensionNumbers(*args: Any, **kwargs: Any) -> Any: ...
def PrecisionLike(*args: Any, **kwargs: Any) -> Any: ...
@overload
def abs(x: ArrayLike) -> Array:
    """Elementwise absolute value: `|x|`."""

@overload
def abs(x: Operand) -> DistArray: ...
@overload
def acos(x: ArrayLike) -> Array:
    """Elementwise arc cosine: `\\mathrm{acos}(x)`."""

@overload
def acos(x: Operand) -> DistArray: ...
@overload
def acosh(x: ArrayLike) -> Array:
    """Elementwise inverse hyperbolic cosine: `\\mathrm{acosh}(x)`."""

@overload
def acosh(x: Operand) -> DistArray: ...
@overload
def add(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise addition: `x + y`."""

@overload
def add(x: Operand, y: Operand) -> DistArray: ...
def after_all(*operands: Any) -> Any:
    """Merges one or more XLA token values. Experimental."""

@overload
def all_gather(
    x: ArrayLike,
    axis_name: Any,
    *,
    axis_index_groups: Any = None,
    axis: Any = 0,
    tiled: Any = False,
    to: str = "varying",
) -> Any:
    """Gather values of x across all replicas."""

@overload
def all_gather(
    x: Operand,
    axis_name: Any,
    *,
    axis_index_groups: Any = None,
    axis: Any = 0,
    tiled: Any = False,
    to: str = "varying",
) -> Any: ...
@overload
def all_to_all(
    x: ArrayLike,
    axis_name: Any,
    split_axis: Any,
    concat_axis: Any,
    *,
    axis_index_groups: Any = None,
    tiled: Any = False,
) -> Any:
    """Materialize the mapped axis and map a different axis."""

@overload
def all_to_all(
    x: Operand,
    axis_name: Any,
    split_axis: Any,
    concat_axis: Any,
    *,
    axis_index_groups: Any = None,
    tiled: Any = False,
) -> Any: ...
@overload
def approx_max_k(
    operand: ArrayLike,
    k: int,
    reduction_dimension: int = -1,
    recall_target: float = 0.95,
    reduction_input_size_override: int = -1,
    aggregate_to_topk: _bool = True,
) -> tuple[Array, Array]:
    """Returns max ``k`` values and their indices of the ``operand`` in an approximate manner."""

@overload
def approx_max_k(
    operand: Operand,
    k: int,
    reduction_dimension: int = -1,
    recall_target: float = 0.95,
    reduction_input_size_override: int = -1,
    aggregate_to_topk: _bool = True,
) -> tuple[DistArray | Array, DistArray | Array]: ...
@overload
def approx_min_k(
    operand: ArrayLike,
    k: int,
    reduction_dimension: int = -1,
    recall_target: float = 0.95,
    reduction_input_size_override: int = -1,
    aggregate_to_topk: _bool = True,
) -> tuple[Array, Array]:
    """Returns min ``k`` values and their indices of the ``operand`` in an approximate manner."""

@overload
def approx_min_k(
    operand: Operand,
    k: int,
    reduction_dimension: int = -1,
    recall_target: float = 0.95,
    reduction_input_size_override: int = -1,
    aggregate_to_topk: _bool = True,
) -> tuple[DistArray | Array, DistArray | Array]: ...
@overload
def argmax(operand: ArrayLike, axis: int, index_dtype: DTypeLike) -> Array:
    """Computes the index of the maximum element along ``axis``."""

@overload
def argmax(operand: Operand, axis: int, index_dtype: DTypeLike) -> DistArray | Array: ...
@overload
def argmin(operand: ArrayLike, axis: int, index_dtype: DTypeLike) -> Array:
    """Computes the index of the minimum element along ``axis``."""

@overload
def argmin(operand: Operand, axis: int, index_dtype: DTypeLike) -> DistArray | Array: ...
@overload
def asin(x: ArrayLike) -> Array:
    """Elementwise arc sine: `\\mathrm{asin}(x)`."""

@overload
def asin(x: Operand) -> DistArray: ...
@overload
def asinh(x: ArrayLike) -> Array:
    """Elementwise inverse hyperbolic sine: `\\mathrm{asinh}(x)`."""

@overload
def asinh(x: Operand) -> DistArray: ...
def associative_scan(fn: Callable, elems: Any, reverse: _bool = False, axis: int = 0) -> Any:
    """Args: fn: an associative function of two trees like ``elems``, of any equal number of elements along ``axis``: ``jnp.add``, a product of matrices, a step of a linear recurrence. elems: a tree of DistArrays, equally long along ``axis``. reverse: whether to run from the last element to the first. axis: the axis to scan along."""

@overload
def atan(x: ArrayLike) -> Array:
    """Elementwise arc tangent: `\\mathrm{atan}(x)`."""

@overload
def atan(x: Operand) -> DistArray: ...
@overload
def atan2(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise two-term arc tangent: `\\mathrm{atan}({x \\over y})`."""

@overload
def atan2(x: Operand, y: Operand) -> DistArray: ...
@overload
def atanh(x: ArrayLike) -> Array:
    """Elementwise inverse hyperbolic tangent: `\\mathrm{atanh}(x)`."""

@overload
def atanh(x: Operand) -> DistArray: ...
@overload
def axis_index(axis_name: Any) -> Array:
    """Return the index along the mapped axis ``axis_name``."""

@overload
def axis_index(axis_name: Any) -> DistArray | Array: ...
def axis_size(axis_name: Any) -> int:
    """Return the size of the mapped axis ``axis_name``."""

@overload
def batch_matmul(lhs: ArrayLike, rhs: ArrayLike, precision: Any = None) -> Array:
    """Batch matrix multiplication."""

@overload
def batch_matmul(lhs: Operand, rhs: Operand, precision: Any = None) -> DistArray | Array: ...
@overload
def bessel_i0e(x: ArrayLike) -> Array:
    """Exponentially scaled modified Bessel function of order 0: `\\mathrm{i0e}(x) = e^{-|x|} \\mathrm{i0}(x)`"""

@overload
def bessel_i0e(x: Operand) -> DistArray: ...
@overload
def bessel_i1e(x: ArrayLike) -> Array:
    """Exponentially scaled modified Bessel function of order 1: `\\mathrm{i1e}(x) = e^{-|x|} \\mathrm{i1}(x)`"""

@overload
def bessel_i1e(x: Operand) -> DistArray: ...
@overload
def betainc(a: ArrayLike, b: ArrayLike, x: ArrayLike) -> Array:
    """Elementwise regularized incomplete beta integral."""

@overload
def betainc(a: Operand, b: Operand, x: Operand) -> DistArray | Array: ...
@overload
def bitcast_convert_type(operand: ArrayLike, new_dtype: DTypeLike) -> Array:
    """Elementwise bitcast."""

@overload
def bitcast_convert_type(operand: Operand, new_dtype: DTypeLike) -> DistArray | Array: ...
@overload
def bitwise_and(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise AND: `x \\wedge y`."""

@overload
def bitwise_and(x: Operand, y: Operand) -> DistArray | Array: ...
@overload
def bitwise_not(x: ArrayLike) -> Array:
    """Elementwise NOT: `\\neg x`."""

@overload
def bitwise_not(x: Operand) -> DistArray | Array: ...
@overload
def bitwise_or(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise OR: `x \\vee y`."""

@overload
def bitwise_or(x: Operand, y: Operand) -> DistArray | Array: ...
@overload
def bitwise_xor(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise exclusive OR: `x \\oplus y`."""

@overload
def bitwise_xor(x: Operand, y: Operand) -> DistArray | Array: ...
@overload
def broadcast(operand: ArrayLike, sizes: Sequence[int], *, out_sharding: None = None) -> Array:
    """Broadcasts an array, adding new leading dimensions only."""

@overload
def broadcast(
    operand: Operand, sizes: Sequence[int], *, out_sharding: None = None
) -> DistArray | Array: ...
@overload
def broadcast_in_dim(
    operand: ArrayLike,
    shape: Sequence[int],
    broadcast_dimensions: Sequence[int],
    *,
    out_sharding: None = None,
) -> Array:
    """General broadcasting operation."""

@overload
def broadcast_in_dim(
    operand: Operand,
    shape: Sequence[int],
    broadcast_dimensions: Sequence[int],
    *,
    out_sharding: None = None,
) -> DistArray | Array: ...
@overload
def broadcast_like(arr: ArrayLike, like_arr: ArrayLike) -> Array:
    """Broadcasts an array to match the shape and sharding of another array."""

@overload
def broadcast_like(arr: Operand, like_arr: Operand) -> DistArray | Array: ...
def broadcast_shapes(*shapes: Any) -> Any:
    """Returns the shape that results from NumPy broadcasting of `shapes`."""

@overload
def broadcast_to_rank(x: ArrayLike, rank: int) -> Array:
    """Adds leading dimensions of ``1`` to give ``x`` rank ``rank``."""

@overload
def broadcast_to_rank(x: Operand, rank: int) -> DistArray | Array: ...
@overload
def broadcasted_iota(
    dtype: DTypeLike, shape: Sequence[int], dimension: int, *, out_sharding: None = None
) -> Array:
    """Convenience wrapper around ``iota``."""

@overload
def broadcasted_iota(
    dtype: DTypeLike, shape: Sequence[int], dimension: int, *, out_sharding: None = None
) -> DistArray | Array: ...
@overload
def cbrt(x: ArrayLike, *, accuracy: Any = None) -> Array:
    """Elementwise cube root: `\\sqrt[3]{x}`."""

@overload
def cbrt(x: Operand, *, accuracy: Any = None) -> DistArray: ...
@overload
def ceil(x: ArrayLike) -> Array:
    """Elementwise ceiling: `\\left\\lceil x \\right\\rceil`."""

@overload
def ceil(x: Operand) -> DistArray: ...
@overload
def clamp(min: ArrayLike, x: ArrayLike, max: ArrayLike) -> Array:
    """Elementwise clamp."""

@overload
def clamp(min: Operand, x: Operand, max: Operand) -> DistArray: ...
@overload
def clz(x: ArrayLike) -> Array:
    """Elementwise count-leading-zeros."""

@overload
def clz(x: Operand) -> DistArray: ...
@overload
def collapse(operand: ArrayLike, start_dimension: int, stop_dimension: int | None = None) -> Array:
    """Collapses dimensions of an array into a single dimension."""

@overload
def collapse(
    operand: Operand, start_dimension: int, stop_dimension: int | None = None
) -> DistArray | Array: ...
@overload
def complex(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise make complex number: `x + jy`."""

@overload
def complex(x: Operand, y: Operand) -> DistArray: ...
def composite(decomposition: Callable, name: str, version: int = 0) -> Any:
    """Composite with semantics defined by the decomposition function."""

@overload
def concatenate(operands: ArrayLike | Sequence[ArrayLike], dimension: int) -> Array:
    """Concatenates a sequence of arrays along `dimension`."""

@overload
def concatenate(operands: Operand | Sequence[Operand], dimension: int) -> DistArray | Array: ...
@overload
def cond(
    pred: ArrayLike,
    true_fun: Callable,
    false_fun: Callable,
    *operands: Any,
    operand: ArrayLike = ...,
) -> Array:
    """Conditionally apply ``true_fun`` or ``false_fun``."""

@overload
def cond(
    pred: Operand, true_fun: Callable, false_fun: Callable, *operands: Any, operand: Operand = ...
) -> DistArray | Array: ...
@overload
def conj(x: ArrayLike) -> Array:
    """Elementwise complex conjugate function: `\\overline{x}`."""

@overload
def conj(x: Operand) -> DistArray: ...
@overload
def conv(
    lhs: ArrayLike,
    rhs: ArrayLike,
    window_strides: Sequence[int],
    padding: str,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
) -> Array:
    """Convenience wrapper around `conv_general_dilated`."""

@overload
def conv(
    lhs: Operand,
    rhs: Operand,
    window_strides: Sequence[int],
    padding: str,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
) -> DistArray | Array: ...
def conv_dimension_numbers(lhs_shape: Any, rhs_shape: Any, dimension_numbers: Any) -> Any:
    """Converts convolution `dimension_numbers` to a `ConvDimensionNumbers`."""

@overload
def conv_general_dilated(
    lhs: ArrayLike,
    rhs: ArrayLike,
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    lhs_dilation: Sequence[int] | None = None,
    rhs_dilation: Sequence[int] | None = None,
    dimension_numbers: Any = None,
    feature_group_count: int = 1,
    batch_group_count: int = 1,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    out_sharding: None = None,
) -> Array:
    """General n-dimensional convolution operator, with optional dilation."""

@overload
def conv_general_dilated(
    lhs: Operand,
    rhs: Operand,
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    lhs_dilation: Sequence[int] | None = None,
    rhs_dilation: Sequence[int] | None = None,
    dimension_numbers: Any = None,
    feature_group_count: int = 1,
    batch_group_count: int = 1,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    out_sharding: None = None,
) -> DistArray | Array: ...
@overload
def conv_general_dilated_local(
    lhs: ArrayLike,
    rhs: ArrayLike,
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    filter_shape: Sequence[int],
    lhs_dilation: Sequence[int] | None = None,
    rhs_dilation: Sequence[int] | None = None,
    dimension_numbers: Any = None,
    precision: Any = None,
) -> Array:
    """General n-dimensional unshared convolution operator with optional dilation."""

@overload
def conv_general_dilated_local(
    lhs: Operand,
    rhs: Operand,
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    filter_shape: Sequence[int],
    lhs_dilation: Sequence[int] | None = None,
    rhs_dilation: Sequence[int] | None = None,
    dimension_numbers: Any = None,
    precision: Any = None,
) -> DistArray | Array: ...
@overload
def conv_general_dilated_patches(
    lhs: ArrayLike,
    filter_shape: Sequence[int],
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    lhs_dilation: Sequence[int] | None = None,
    rhs_dilation: Sequence[int] | None = None,
    dimension_numbers: Any = None,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
) -> Array:
    """Extract patches subject to the receptive field of `conv_general_dilated`."""

@overload
def conv_general_dilated_patches(
    lhs: Operand,
    filter_shape: Sequence[int],
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    lhs_dilation: Sequence[int] | None = None,
    rhs_dilation: Sequence[int] | None = None,
    dimension_numbers: Any = None,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
) -> DistArray | Array: ...
def conv_general_permutations(dimension_numbers: Any) -> Any:
    """Utility for convolution dimension permutations relative to Conv HLO."""

def conv_general_shape_tuple(
    lhs_shape: Any, rhs_shape: Any, window_strides: Any, padding: Any, dimension_numbers: Any
) -> Any: ...
def conv_shape_tuple(
    lhs_shape: Any, rhs_shape: Any, strides: Any, pads: Any, batch_group_count: Any = 1
) -> Any:
    """Compute the shape tuple of a conv given input shapes in canonical order."""

@overload
def conv_transpose(
    lhs: ArrayLike,
    rhs: ArrayLike,
    strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    rhs_dilation: Sequence[int] | None = None,
    dimension_numbers: Any = None,
    transpose_kernel: _bool = False,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    use_consistent_padding: _bool = False,
) -> Array:
    """Convenience wrapper for calculating the N-d convolution 'transpose'."""

@overload
def conv_transpose(
    lhs: Operand,
    rhs: Operand,
    strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    rhs_dilation: Sequence[int] | None = None,
    dimension_numbers: Any = None,
    transpose_kernel: _bool = False,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    use_consistent_padding: _bool = False,
) -> DistArray | Array: ...
def conv_transpose_shape_tuple(
    lhs_shape: Any, rhs_shape: Any, window_strides: Any, padding: Any, dimension_numbers: Any
) -> Any: ...
@overload
def conv_with_general_padding(
    lhs: ArrayLike,
    rhs: ArrayLike,
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    lhs_dilation: Sequence[int] | None,
    rhs_dilation: Sequence[int] | None,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
) -> Array:
    """Convenience wrapper around `conv_general_dilated`."""

@overload
def conv_with_general_padding(
    lhs: Operand,
    rhs: Operand,
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    lhs_dilation: Sequence[int] | None,
    rhs_dilation: Sequence[int] | None,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
) -> DistArray | Array: ...
@overload
def convert_element_type(operand: ArrayLike, new_dtype: Any) -> Array:
    """Elementwise cast."""

@overload
def convert_element_type(operand: Operand, new_dtype: Any) -> DistArray: ...
@overload
def cos(x: ArrayLike, *, accuracy: Any = None) -> Array:
    """Elementwise cosine: `\\mathrm{cos}(x)`."""

@overload
def cos(x: Operand, *, accuracy: Any = None) -> DistArray: ...
@overload
def cosh(x: ArrayLike) -> Array:
    """Elementwise hyperbolic cosine: `\\mathrm{cosh}(x)`."""

@overload
def cosh(x: Operand) -> DistArray: ...
def create_token(_: Any = None) -> Any:
    """Creates an XLA token value with no preconditions for sequencing effects."""

@overload
def cumlogsumexp(operand: ArrayLike, axis: int = 0, reverse: _bool = False) -> Array:
    """Computes a cumulative logsumexp along `axis`."""

@overload
def cumlogsumexp(operand: Operand, axis: int = 0, reverse: _bool = False) -> DistArray | Array: ...
@overload
def cummax(operand: ArrayLike, axis: int = 0, reverse: _bool = False) -> Array:
    """Computes a cumulative maximum along `axis`."""

@overload
def cummax(operand: Operand, axis: int = 0, reverse: _bool = False) -> DistArray | Array: ...
@overload
def cummin(operand: ArrayLike, axis: int = 0, reverse: _bool = False) -> Array:
    """Computes a cumulative minimum along `axis`."""

@overload
def cummin(operand: Operand, axis: int = 0, reverse: _bool = False) -> DistArray | Array: ...
@overload
def cumprod(operand: ArrayLike, axis: int = 0, reverse: _bool = False) -> Array:
    """Computes a cumulative product along `axis`."""

@overload
def cumprod(operand: Operand, axis: int = 0, reverse: _bool = False) -> DistArray | Array: ...
@overload
def cumsum(operand: ArrayLike, axis: int = 0, reverse: _bool = False) -> Array:
    """Computes a cumulative sum along `axis`."""

@overload
def cumsum(operand: Operand, axis: int = 0, reverse: _bool = False) -> DistArray | Array: ...
def custom_linear_solve(
    matvec: Any,
    b: Any,
    solve: Callable[[Callable, Any], Any],
    transpose_solve: Callable[[Callable, Any], Any] | None = None,
    symmetric: Any = False,
    has_aux: Any = False,
) -> Any:
    """Perform a matrix-free linear solve with implicitly defined gradients."""

def custom_root(
    f: Any,
    initial_guess: Any,
    solve: Callable[[Callable, Any], Any],
    tangent_solve: Callable[[Callable, Any], Any],
    has_aux: Any = False,
) -> Any:
    """Differentiably solve for the roots of a function."""

def dce_sink(val: Any, *, prevent_mlir_dce: _bool = False) -> Any: ...
@overload
def digamma(x: ArrayLike) -> Array:
    """Elementwise digamma: `\\psi(x)`."""

@overload
def digamma(x: Operand) -> DistArray: ...
@overload
def div(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise division: `x \\over y`."""

@overload
def div(x: Operand, y: Operand) -> DistArray: ...
@overload
def dot(
    lhs: ArrayLike,
    rhs: ArrayLike,
    *,
    dimension_numbers: Any = None,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    out_sharding: None = None,
) -> Array:
    """General dot product/contraction operator."""

@overload
def dot(
    lhs: Operand,
    rhs: Operand,
    *,
    dimension_numbers: Any = None,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    out_sharding: None = None,
) -> DistArray | Array: ...
@overload
def dot_general(
    lhs: ArrayLike,
    rhs: ArrayLike,
    dimension_numbers: Any,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    *,
    out_sharding: None = None,
) -> Array:
    """Alias of `jax.lax.dot`."""

@overload
def dot_general(
    lhs: Operand,
    rhs: Operand,
    dimension_numbers: Any,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    *,
    out_sharding: None = None,
) -> DistArray | Array: ...
def dtype(x: Any) -> DTypeLike:
    """Return the dtype object for a value or type."""

@overload
def dynamic_index_in_dim(
    operand: ArrayLike | np.ndarray,
    index: ArrayLike,
    axis: int = 0,
    keepdims: _bool = True,
    *,
    allow_negative_indices: _bool = True,
) -> Array:
    """Convenience wrapper around dynamic_slice to perform int indexing."""

@overload
def dynamic_index_in_dim(
    operand: Operand | np.ndarray,
    index: Operand,
    axis: int = 0,
    keepdims: _bool = True,
    *,
    allow_negative_indices: _bool = True,
) -> DistArray | Array: ...
@overload
def dynamic_slice(
    operand: ArrayLike | np.ndarray,
    start_indices: ArrayLike | np.ndarray | Sequence[ArrayLike],
    slice_sizes: Sequence[int],
    *,
    allow_negative_indices: _bool | Sequence[_bool] = True,
) -> Array:
    """Wraps XLA's `DynamicSlice <https://www.openxla.org/xla/operation_semantics#dynamicslice>`_ operator."""

@overload
def dynamic_slice(
    operand: Operand | np.ndarray,
    start_indices: Operand | np.ndarray | Sequence[Operand],
    slice_sizes: Sequence[int],
    *,
    allow_negative_indices: _bool | Sequence[_bool] = True,
) -> DistArray | Array: ...
@overload
def dynamic_slice_in_dim(
    operand: ArrayLike | np.ndarray,
    start_index: ArrayLike,
    slice_size: int,
    axis: int = 0,
    *,
    allow_negative_indices: _bool = True,
) -> Array:
    """Convenience wrapper around `lax.dynamic_slice` applied to one dimension."""

@overload
def dynamic_slice_in_dim(
    operand: Operand | np.ndarray,
    start_index: Operand,
    slice_size: int,
    axis: int = 0,
    *,
    allow_negative_indices: _bool = True,
) -> DistArray | Array: ...
@overload
def dynamic_update_index_in_dim(
    operand: ArrayLike | np.ndarray,
    update: ArrayLike,
    index: ArrayLike,
    axis: int,
    *,
    allow_negative_indices: _bool = True,
) -> Array:
    """Convenience wrapper around `dynamic_update_slice` to update a slice of size 1 in a single ``axis``."""

@overload
def dynamic_update_index_in_dim(
    operand: Operand | np.ndarray,
    update: Operand,
    index: Operand,
    axis: int,
    *,
    allow_negative_indices: _bool = True,
) -> DistArray | Array: ...
@overload
def dynamic_update_slice(
    operand: ArrayLike | np.ndarray,
    update: ArrayLike,
    start_indices: ArrayLike | Sequence[ArrayLike],
    *,
    allow_negative_indices: _bool | Sequence[_bool] = True,
) -> Array:
    """Wraps XLA's `DynamicUpdateSlice <https://www.openxla.org/xla/operation_semantics#dynamicupdateslice>`_ operator."""

@overload
def dynamic_update_slice(
    operand: Operand | np.ndarray,
    update: Operand,
    start_indices: Operand | Sequence[Operand],
    *,
    allow_negative_indices: _bool | Sequence[_bool] = True,
) -> DistArray | Array: ...
@overload
def dynamic_update_slice_in_dim(
    operand: ArrayLike | np.ndarray,
    update: ArrayLike,
    start_index: ArrayLike,
    axis: int,
    *,
    allow_negative_indices: _bool = True,
) -> Array:
    """Convenience wrapper around `dynamic_update_slice` to update a slice in a single ``axis``."""

@overload
def dynamic_update_slice_in_dim(
    operand: Operand | np.ndarray,
    update: Operand,
    start_index: Operand,
    axis: int,
    *,
    allow_negative_indices: _bool = True,
) -> DistArray | Array: ...
def empty(shape: Any, dtype: Any, *, out_sharding: None = None) -> Any:
    """Create an empty array of possibly uninitialized values."""

@overload
def eq(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise equals: `x = y`."""

@overload
def eq(x: Operand, y: Operand) -> DistArray: ...
@overload
def erf(x: ArrayLike) -> Array:
    """Elementwise error function: `\\mathrm{erf}(x)`."""

@overload
def erf(x: Operand) -> DistArray: ...
@overload
def erf_inv(x: ArrayLike) -> Array:
    """Elementwise inverse error function: `\\mathrm{erf}^{-1}(x)`."""

@overload
def erf_inv(x: Operand) -> DistArray: ...
@overload
def erfc(x: ArrayLike) -> Array:
    """Elementwise complementary error function: `\\mathrm{erfc}(x) = 1 - \\mathrm{erf}(x)`."""

@overload
def erfc(x: Operand) -> DistArray: ...
@overload
def exp(x: ArrayLike, *, accuracy: Any = None) -> Array:
    """Elementwise exponential: `e^x`."""

@overload
def exp(x: Operand, *, accuracy: Any = None) -> DistArray: ...
@overload
def exp2(x: ArrayLike, *, accuracy: Any = None) -> Array:
    """Elementwise base-2 exponential: `2^x`."""

@overload
def exp2(x: Operand, *, accuracy: Any = None) -> DistArray: ...
@overload
def expand_dims(array: ArrayLike, dimensions: Sequence[int]) -> Array:
    """Insert any number of size 1 dimensions into an array."""

@overload
def expand_dims(array: Operand, dimensions: Sequence[int]) -> DistArray | Array: ...
@overload
def expm1(x: ArrayLike, *, accuracy: Any = None) -> Array:
    """Elementwise `e^{x} - 1`."""

@overload
def expm1(x: Operand, *, accuracy: Any = None) -> DistArray: ...
@overload
def fft(x: ArrayLike, fft_type: Any, fft_lengths: Sequence[int]) -> Any: ...
@overload
def fft(x: Operand, fft_type: Any, fft_lengths: Sequence[int]) -> Any: ...
@overload
def floor(x: ArrayLike) -> Array:
    """Elementwise floor: `\\left\\lfloor x \\right\\rfloor`."""

@overload
def floor(x: Operand) -> DistArray: ...
def fori_loop(
    lower: Any, upper: Any, body_fun: Any, init_val: Any, *, unroll: int | _bool | None = None
) -> Any:
    """Loop from ``lower`` to ``upper`` by reduction to `jax.lax.while_loop`."""

@overload
def full(
    shape: Sequence[int],
    fill_value: ArrayLike,
    dtype: DTypeLike | None = None,
    *,
    sharding: Any = None,
) -> Array:
    """Returns an array of `shape` filled with `fill_value`."""

@overload
def full(
    shape: Sequence[int],
    fill_value: Operand,
    dtype: DTypeLike | None = None,
    *,
    sharding: Any = None,
) -> DistArray | Array: ...
@overload
def full_like(
    x: ArrayLike,
    fill_value: ArrayLike,
    dtype: DTypeLike | None = None,
    shape: Sequence[int] | None = None,
    sharding: Any = None,
) -> Array:
    """Create a full array like np.full based on the example array `x`."""

@overload
def full_like(
    x: Operand,
    fill_value: Operand,
    dtype: DTypeLike | None = None,
    shape: Sequence[int] | None = None,
    sharding: Any = None,
) -> DistArray | Array: ...
@overload
def gather(
    operand: ArrayLike,
    start_indices: ArrayLike,
    dimension_numbers: Any,
    slice_sizes: Sequence[int],
    *,
    unique_indices: _bool = False,
    indices_are_sorted: _bool = False,
    mode: Any = None,
    fill_value: Any = None,
) -> Array:
    """Gather operator."""

@overload
def gather(
    operand: Operand,
    start_indices: Operand,
    dimension_numbers: Any,
    slice_sizes: Sequence[int],
    *,
    unique_indices: _bool = False,
    indices_are_sorted: _bool = False,
    mode: Any = None,
    fill_value: Any = None,
) -> DistArray | Array: ...
@overload
def ge(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise greater-than-or-equals: `x \\geq y`."""

@overload
def ge(x: Operand, y: Operand) -> DistArray: ...
@overload
def gt(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise greater-than: `x > y`."""

@overload
def gt(x: Operand, y: Operand) -> DistArray: ...
@overload
def igamma(a: ArrayLike, x: ArrayLike) -> Array:
    """Elementwise regularized incomplete gamma function."""

@overload
def igamma(a: Operand, x: Operand) -> DistArray: ...
@overload
def igamma_grad_a(a: ArrayLike, x: ArrayLike) -> Array:
    """Elementwise derivative of the regularized incomplete gamma function."""

@overload
def igamma_grad_a(a: Operand, x: Operand) -> DistArray: ...
@overload
def igammac(a: ArrayLike, x: ArrayLike) -> Array:
    """Elementwise complementary regularized incomplete gamma function."""

@overload
def igammac(a: Operand, x: Operand) -> DistArray: ...
@overload
def imag(x: ArrayLike) -> Array:
    """Elementwise extract imaginary part: `\\mathrm{Im}(x)`."""

@overload
def imag(x: Operand) -> DistArray: ...
@overload
def index_in_dim(
    operand: ArrayLike | np.ndarray, index: int, axis: int = 0, keepdims: _bool = True
) -> Array:
    """Convenience wrapper around `lax.slice` to perform int indexing."""

@overload
def index_in_dim(
    operand: Operand | np.ndarray, index: int, axis: int = 0, keepdims: _bool = True
) -> DistArray | Array: ...
@overload
def index_take(src: ArrayLike, idxs: ArrayLike, axes: Sequence[int]) -> Array: ...
@overload
def index_take(src: Operand, idxs: Operand, axes: Sequence[int]) -> DistArray | Array: ...
@overload
def integer_pow(x: ArrayLike, y: int) -> Array:
    """Elementwise power: `x^y`, where `y` is a static integer."""

@overload
def integer_pow(x: Operand, y: int) -> DistArray: ...
@overload
def iota(dtype: DTypeLike, size: int) -> Array:
    """Wraps XLA's `Iota <https://www.openxla.org/xla/operation_semantics#iota>`_ operator."""

@overload
def iota(dtype: DTypeLike, size: int) -> DistArray | Array: ...
@overload
def is_finite(x: ArrayLike) -> Array:
    """Elementwise `\\mathrm{isfinite}`."""

@overload
def is_finite(x: Operand) -> DistArray: ...
@overload
def le(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise less-than-or-equals: `x \\leq y`."""

@overload
def le(x: Operand, y: Operand) -> DistArray: ...
@overload
def lgamma(x: ArrayLike) -> Array:
    """Elementwise log gamma: `\\mathrm{log}(\\Gamma(x))`."""

@overload
def lgamma(x: Operand) -> DistArray: ...
@overload
def log(x: ArrayLike, *, accuracy: Any = None) -> Array:
    """Elementwise natural logarithm: `\\mathrm{log}(x)`."""

@overload
def log(x: Operand, *, accuracy: Any = None) -> DistArray: ...
@overload
def log1p(x: ArrayLike, *, accuracy: Any = None) -> Array:
    """Elementwise `\\mathrm{log}(1 + x)`."""

@overload
def log1p(x: Operand, *, accuracy: Any = None) -> DistArray: ...
@overload
def logistic(x: ArrayLike, *, accuracy: Any = None) -> Array:
    """Elementwise logistic (sigmoid) function: `\\frac{1}{1 + e^{-x}}`."""

@overload
def logistic(x: Operand, *, accuracy: Any = None) -> DistArray: ...
@overload
def lt(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise less-than: `x < y`."""

@overload
def lt(x: Operand, y: Operand) -> DistArray: ...
def map(f: Any, xs: Any, *, batch_size: int | None = None) -> Any:
    """Map a function over leading array axes."""

@overload
def max(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise maximum: `\\mathrm{max}(x, y)`."""

@overload
def max(x: Operand, y: Operand) -> DistArray: ...
@overload
def min(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise minimum: `\\mathrm{min}(x, y)`"""

@overload
def min(x: Operand, y: Operand) -> DistArray: ...
@overload
def mul(x: ArrayLike, y: ArrayLike, *, out_dtype: DTypeLike | None = None) -> Array:
    """Elementwise multiplication: `x \\times y`."""

@overload
def mul(x: Operand, y: Operand, *, out_dtype: DTypeLike | None = None) -> DistArray: ...
@overload
def mulhi(x: ArrayLike, y: ArrayLike, /) -> Array:
    """Elementwise multiply-high: high bits of `x \\times y`."""

@overload
def mulhi(x: Operand, y: Operand, /) -> DistArray: ...
@overload
def ne(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise not-equals: `x \\neq y`."""

@overload
def ne(x: Operand, y: Operand) -> DistArray: ...
@overload
def neg(x: ArrayLike) -> Array:
    """Elementwise negation: `-x`."""

@overload
def neg(x: Operand) -> DistArray: ...
@overload
def nextafter(x1: ArrayLike, x2: ArrayLike) -> Array:
    """Returns the next representable value after ``x1`` in the direction of ``x2``."""

@overload
def nextafter(x1: Operand, x2: Operand) -> DistArray: ...
@overload
def optimization_barrier(operand: ArrayLike, /) -> Any:
    """Prevents the compiler from moving operations across the barrier."""

@overload
def optimization_barrier(operand: Operand, /) -> Any: ...
@overload
def pad(
    operand: ArrayLike, padding_value: ArrayLike, padding_config: Sequence[tuple[int, int, int]]
) -> Array:
    """Applies low, high, and/or interior padding to an array."""

@overload
def pad(
    operand: Operand, padding_value: Operand, padding_config: Sequence[tuple[int, int, int]]
) -> DistArray | Array: ...
def padtype_to_pads(
    in_shape: Sequence[int] | np.ndarray,
    window_shape: Sequence[int] | np.ndarray,
    window_strides: Sequence[int] | np.ndarray,
    padding: Any,
) -> list[tuple[int, int]]:
    """Convert a padding specification to a list of pad value pairs."""

@overload
def pbroadcast(x: ArrayLike, axis_name: Any, source: Any) -> Any:
    """Perform a collective broadcast and replicate from ``source``."""

@overload
def pbroadcast(x: Operand, axis_name: Any, source: Any) -> Any: ...
@overload
def pcast(x: ArrayLike, axis_name: Any, *, to: str) -> Any: ...
@overload
def pcast(x: Operand, axis_name: Any, *, to: str) -> Any: ...
def platform_dependent(*args: Any, default: Any = None, **per_platform: Any) -> Any:
    """Stages out platform-specific code."""

@overload
def pmax(x: ArrayLike, axis_name: Any, *, axis_index_groups: Any = None) -> Any:
    """Compute an all-reduce max on ``x`` over the pmapped axis ``axis_name``."""

@overload
def pmax(x: Operand, axis_name: Any, *, axis_index_groups: Any = None) -> Any: ...
@overload
def pmean(x: ArrayLike, axis_name: Any, *, axis_index_groups: Any = None) -> Any:
    """Compute an all-reduce mean on ``x`` over the pmapped axis ``axis_name``."""

@overload
def pmean(x: Operand, axis_name: Any, *, axis_index_groups: Any = None) -> Any: ...
@overload
def pmin(x: ArrayLike, axis_name: Any, *, axis_index_groups: Any = None) -> Any:
    """Compute an all-reduce min on ``x`` over the pmapped axis ``axis_name``."""

@overload
def pmin(x: Operand, axis_name: Any, *, axis_index_groups: Any = None) -> Any: ...
@overload
def polygamma(m: ArrayLike, x: ArrayLike) -> Array:
    """Elementwise polygamma: `\\psi^{(m)}(x)`."""

@overload
def polygamma(m: Operand, x: Operand) -> DistArray: ...
@overload
def population_count(x: ArrayLike) -> Array:
    """Elementwise popcount, count the number of set bits in each element."""

@overload
def population_count(x: Operand) -> DistArray: ...
@overload
def pow(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise power: `x^y`."""

@overload
def pow(x: Operand, y: Operand) -> DistArray: ...
@overload
def ppermute(x: ArrayLike, axis_name: Any, perm: Any) -> Any:
    """Perform a collective permutation according to the permutation ``perm``."""

@overload
def ppermute(x: Operand, axis_name: Any, perm: Any) -> Any: ...
def precv(token: Any, out_shape: Any, axis_name: Any, perm: Any) -> Any:
    """Perform a collective recv according to the permutation ``perm``."""

@overload
def psend(x: ArrayLike, axis_name: Any, perm: Any) -> Any:
    """Perform a collective send according to the permutation ``perm``."""

@overload
def psend(x: Operand, axis_name: Any, perm: Any) -> Any: ...
@overload
def pshuffle(x: ArrayLike, axis_name: Any, perm: Any) -> Any:
    """Convenience wrapper of jax.lax.ppermute with alternate permutation encoding"""

@overload
def pshuffle(x: Operand, axis_name: Any, perm: Any) -> Any: ...
@overload
def psum(x: ArrayLike, axis_name: Any, *, axis_index_groups: Any = None) -> Any:
    """Compute an all-reduce sum on ``x`` over the pmapped axis ``axis_name``."""

@overload
def psum(x: Operand, axis_name: Any, *, axis_index_groups: Any = None) -> Any: ...
@overload
def psum_scatter(
    x: ArrayLike,
    axis_name: Any,
    *,
    scatter_dimension: Any = 0,
    axis_index_groups: Any = None,
    tiled: Any = False,
) -> Any:
    """Like ``psum(x, axis_name)`` but each device retains only part of the result."""

@overload
def psum_scatter(
    x: Operand,
    axis_name: Any,
    *,
    scatter_dimension: Any = 0,
    axis_index_groups: Any = None,
    tiled: Any = False,
) -> Any: ...
@overload
def pswapaxes(x: ArrayLike, axis_name: Any, axis: Any, *, axis_index_groups: Any = None) -> Any:
    """Swap the pmapped axis ``axis_name`` with the unmapped axis ``axis``."""

@overload
def pswapaxes(x: Operand, axis_name: Any, axis: Any, *, axis_index_groups: Any = None) -> Any: ...
@overload
def ragged_all_to_all(
    operand: ArrayLike,
    output: Any,
    input_offsets: Any,
    send_sizes: Any,
    output_offsets: Any,
    recv_sizes: Any,
    *,
    axis_name: Any,
    axis_index_groups: Any = None,
) -> Any:
    """Ragged version of `all_to_all` collective."""

@overload
def ragged_all_to_all(
    operand: Operand,
    output: Any,
    input_offsets: Any,
    send_sizes: Any,
    output_offsets: Any,
    recv_sizes: Any,
    *,
    axis_name: Any,
    axis_index_groups: Any = None,
) -> Any: ...
@overload
def ragged_dot(
    lhs: ArrayLike,
    rhs: ArrayLike,
    group_sizes: ArrayLike,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    group_offset: ArrayLike | None = None,
    out_sharding: None = None,
) -> Array:
    """Ragged matrix multiplication."""

@overload
def ragged_dot(
    lhs: Operand,
    rhs: Operand,
    group_sizes: Operand,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    group_offset: Operand | None = None,
    out_sharding: None = None,
) -> DistArray | Array: ...
@overload
def ragged_dot_general(
    lhs: ArrayLike,
    rhs: ArrayLike,
    group_sizes: ArrayLike,
    ragged_dot_dimension_numbers: Any,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    group_offset: ArrayLike | None = None,
    out_sharding: None = None,
) -> Array:
    """Ragged matrix multiplication."""

@overload
def ragged_dot_general(
    lhs: Operand,
    rhs: Operand,
    group_sizes: Operand,
    ragged_dot_dimension_numbers: Any,
    precision: Any = None,
    preferred_element_type: DTypeLike | None = None,
    group_offset: Operand | None = None,
    out_sharding: None = None,
) -> DistArray | Array: ...
def random_gamma_grad(*args: Any) -> Any: ...
@overload
def real(x: ArrayLike) -> Array:
    """Elementwise extract real part: `\\mathrm{Re}(x)`."""

@overload
def real(x: Operand) -> DistArray: ...
@overload
def reciprocal(x: ArrayLike) -> Array:
    """Elementwise reciprocal: `1 \\over x`."""

@overload
def reciprocal(x: Operand) -> DistArray | Array: ...
def reduce(
    operands: Any,
    init_values: Any,
    computation: Callable[[Any, Any], Any],
    dimensions: Sequence[int],
    out_sharding: None = None,
) -> Any:
    """Wraps XLA's `Reduce <https://www.openxla.org/xla/operation_semantics#reduce>`_ operator."""

@overload
def reduce_and(operand: ArrayLike, axes: Sequence[int]) -> Array:
    """Compute the bitwise AND of elements over one or more array axes."""

@overload
def reduce_and(operand: Operand, axes: Sequence[int]) -> DistArray | Array: ...
@overload
def reduce_max(operand: ArrayLike, axes: Sequence[int]) -> Array:
    """Compute the maximum of elements over one or more array axes."""

@overload
def reduce_max(operand: Operand, axes: Sequence[int]) -> DistArray | Array: ...
@overload
def reduce_min(operand: ArrayLike, axes: Sequence[int]) -> Array:
    """Compute the minimum of elements over one or more array axes."""

@overload
def reduce_min(operand: Operand, axes: Sequence[int]) -> DistArray | Array: ...
@overload
def reduce_or(operand: ArrayLike, axes: Sequence[int]) -> Array:
    """Compute the bitwise OR of elements over one or more array axes."""

@overload
def reduce_or(operand: Operand, axes: Sequence[int]) -> DistArray | Array: ...
@overload
def reduce_precision(operand: float | ArrayLike, exponent_bits: int, mantissa_bits: int) -> Array:
    """Wraps XLA's `ReducePrecision <https://www.openxla.org/xla/operation_semantics#reduceprecision>`_ operator."""

@overload
def reduce_precision(
    operand: float | Operand, exponent_bits: int, mantissa_bits: int
) -> DistArray: ...
@overload
def reduce_prod(operand: ArrayLike, axes: Sequence[int]) -> Array:
    """Compute the product of elements over one or more array axes."""

@overload
def reduce_prod(operand: Operand, axes: Sequence[int]) -> DistArray | Array: ...
@overload
def reduce_sum(operand: ArrayLike, axes: Sequence[int], *, out_sharding: None = None) -> Array:
    """Compute the sum of elements over one or more array axes."""

@overload
def reduce_sum(
    operand: Operand, axes: Sequence[int], *, out_sharding: None = None
) -> DistArray | Array: ...
def reduce_window(
    operand: Any,
    init_value: Any,
    computation: Callable,
    window_dimensions: Sequence[int],
    window_strides: Sequence[int] | None = None,
    padding: str | Sequence[tuple[int, int]] = "VALID",
    base_dilation: Sequence[int] | None = None,
    window_dilation: Sequence[int] | None = None,
) -> Any:
    """Reduction over padded windows."""

def reduce_window_shape_tuple(
    operand_shape: Any,
    window_dimensions: Any,
    window_strides: Any,
    padding: Any,
    base_dilation: Any = None,
    window_dilation: Any = None,
) -> Any: ...
@overload
def reduce_xor(operand: ArrayLike, axes: Sequence[int]) -> Array:
    """Compute the bitwise XOR of elements over one or more array axes."""

@overload
def reduce_xor(operand: Operand, axes: Sequence[int]) -> DistArray | Array: ...
@overload
def rem(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise remainder: `x \\bmod y`."""

@overload
def rem(x: Operand, y: Operand) -> DistArray: ...
@overload
def reshape(
    operand: ArrayLike,
    new_sizes: Sequence[int],
    dimensions: Sequence[int] | None = None,
    *,
    out_sharding: None = None,
) -> Array:
    """Wraps XLA's `Reshape <https://www.openxla.org/xla/operation_semantics#reshape>`_ operator."""

@overload
def reshape(
    operand: Operand,
    new_sizes: Sequence[int],
    dimensions: Sequence[int] | None = None,
    *,
    out_sharding: None = None,
) -> DistArray | Array: ...
@overload
def rev(operand: ArrayLike, dimensions: Sequence[int]) -> Array:
    """Wraps XLA's `Rev <https://www.openxla.org/xla/operation_semantics#rev_reverse>`_ operator."""

@overload
def rev(operand: Operand, dimensions: Sequence[int]) -> DistArray | Array: ...
def rng_bit_generator(
    key: Any, shape: Any, dtype: Any = ..., algorithm: Any = ..., *, out_sharding: None = None
) -> Any:
    """Stateless PRNG bit generator. Experimental and its use is discouraged."""

@overload
def rng_uniform(a: ArrayLike, b: ArrayLike, shape: Any) -> Any:
    """Stateful PRNG generator. Experimental and its use is discouraged."""

@overload
def rng_uniform(a: Operand, b: Operand, shape: Any) -> Any: ...
@overload
def round(x: ArrayLike, rounding_method: Any = ...) -> Array:
    """Elementwise round."""

@overload
def round(x: Operand, rounding_method: Any = ...) -> DistArray: ...
@overload
def rsqrt(x: ArrayLike, *, accuracy: Any = None) -> Array:
    """Elementwise reciprocal square root: `1 \\over \\sqrt{x}`."""

@overload
def rsqrt(x: Operand, *, accuracy: Any = None) -> DistArray: ...
@overload
def scaled_dot(
    lhs: ArrayLike,
    rhs: ArrayLike,
    *,
    lhs_scale: ArrayLike | None = None,
    rhs_scale: ArrayLike | None = None,
    dimension_numbers: tuple[
        tuple[Sequence[int], Sequence[int]], tuple[Sequence[int], Sequence[int]]
    ]
    | None = None,
    preferred_element_type: DTypeLike | None = None,
) -> Any:
    """Computes a scaled dot product."""

@overload
def scaled_dot(
    lhs: Operand,
    rhs: Operand,
    *,
    lhs_scale: Operand | None = None,
    rhs_scale: Operand | None = None,
    dimension_numbers: tuple[
        tuple[Sequence[int], Sequence[int]], tuple[Sequence[int], Sequence[int]]
    ]
    | None = None,
    preferred_element_type: DTypeLike | None = None,
) -> Any: ...
def scan(
    f: Any,
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: _bool = False,
    unroll: int | _bool = 1,
    _split_transpose: _bool = False,
) -> Any:
    """Scan a function over leading array axes while carrying along state."""

@overload
def scatter(
    operand: ArrayLike,
    scatter_indices: ArrayLike,
    updates: ArrayLike,
    dimension_numbers: Any,
    *,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    mode: Any = None,
) -> Array:
    """Scatter-update operator."""

@overload
def scatter(
    operand: Operand,
    scatter_indices: Operand,
    updates: Operand,
    dimension_numbers: Any,
    *,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    mode: Any = None,
) -> DistArray | Array: ...
@overload
def scatter_add(
    operand: ArrayLike,
    scatter_indices: ArrayLike,
    updates: ArrayLike,
    dimension_numbers: Any,
    *,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    mode: Any = None,
) -> Array:
    """Scatter-add operator."""

@overload
def scatter_add(
    operand: Operand,
    scatter_indices: Operand,
    updates: Operand,
    dimension_numbers: Any,
    *,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    mode: Any = None,
) -> DistArray | Array: ...
@overload
def scatter_apply(
    operand: ArrayLike,
    scatter_indices: ArrayLike,
    func: Callable[[ArrayLike], ArrayLike],
    dimension_numbers: Any,
    *,
    update_shape: Sequence[int] = (),
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    mode: Any = None,
) -> Array:
    """Scatter-apply operator."""

@overload
def scatter_apply(
    operand: Operand,
    scatter_indices: Operand,
    func: Callable[[Operand], Operand],
    dimension_numbers: Any,
    *,
    update_shape: Sequence[int] = (),
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    mode: Any = None,
) -> DistArray | Array: ...
@overload
def scatter_max(
    operand: ArrayLike,
    scatter_indices: ArrayLike,
    updates: ArrayLike,
    dimension_numbers: Any,
    *,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    mode: Any = None,
) -> Array:
    """Scatter-max operator."""

@overload
def scatter_max(
    operand: Operand,
    scatter_indices: Operand,
    updates: Operand,
    dimension_numbers: Any,
    *,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    mode: Any = None,
) -> DistArray | Array: ...
@overload
def scatter_min(
    operand: ArrayLike,
    scatter_indices: ArrayLike,
    updates: ArrayLike,
    dimension_numbers: Any,
    *,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    mode: Any = None,
) -> Array:
    """Scatter-min operator."""

@overload
def scatter_min(
    operand: Operand,
    scatter_indices: Operand,
    updates: Operand,
    dimension_numbers: Any,
    *,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    mode: Any = None,
) -> DistArray | Array: ...
@overload
def scatter_mul(
    operand: ArrayLike,
    scatter_indices: ArrayLike,
    updates: ArrayLike,
    dimension_numbers: Any,
    *,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    mode: Any = None,
) -> Array:
    """Scatter-multiply operator."""

@overload
def scatter_mul(
    operand: Operand,
    scatter_indices: Operand,
    updates: Operand,
    dimension_numbers: Any,
    *,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    mode: Any = None,
) -> DistArray | Array: ...
@overload
def scatter_sub(
    operand: ArrayLike,
    scatter_indices: ArrayLike,
    updates: ArrayLike,
    dimension_numbers: Any,
    *,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    mode: Any = None,
) -> Array:
    """Scatter-sub operator."""

@overload
def scatter_sub(
    operand: Operand,
    scatter_indices: Operand,
    updates: Operand,
    dimension_numbers: Any,
    *,
    indices_are_sorted: _bool = False,
    unique_indices: _bool = False,
    mode: Any = None,
) -> DistArray | Array: ...
@overload
def select(pred: ArrayLike, on_true: ArrayLike, on_false: ArrayLike) -> Array:
    """Selects between two branches based on a boolean predicate."""

@overload
def select(pred: Operand, on_true: Operand, on_false: Operand) -> DistArray | Array: ...
@overload
def select_n(which: ArrayLike, *cases: ArrayLike) -> Array:
    """Selects array values from multiple cases."""

@overload
def select_n(which: Operand, *cases: Operand) -> DistArray: ...
def shape_as_value(shape: Sequence[int]) -> Any:
    """Converts a shape that may contain Poly values into a JAX value."""

@overload
def shift_left(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise left shift: `x \\ll y`."""

@overload
def shift_left(x: Operand, y: Operand) -> DistArray: ...
@overload
def shift_right_arithmetic(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise arithmetic right shift: `x \\gg y`."""

@overload
def shift_right_arithmetic(x: Operand, y: Operand) -> DistArray: ...
@overload
def shift_right_logical(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise logical right shift: `x \\gg y`."""

@overload
def shift_right_logical(x: Operand, y: Operand) -> DistArray: ...
@overload
def sign(x: ArrayLike) -> Array:
    """Elementwise sign."""

@overload
def sign(x: Operand) -> DistArray: ...
@overload
def sin(x: ArrayLike, *, accuracy: Any = None) -> Array:
    """Elementwise sine: `\\mathrm{sin}(x)`."""

@overload
def sin(x: Operand, *, accuracy: Any = None) -> DistArray: ...
@overload
def sinh(x: ArrayLike) -> Array:
    """Elementwise hyperbolic sine: `\\mathrm{sinh}(x)`."""

@overload
def sinh(x: Operand) -> DistArray: ...
@overload
def slice(
    operand: ArrayLike,
    start_indices: Sequence[int],
    limit_indices: Sequence[int],
    strides: Sequence[int] | None = None,
) -> Array:
    """Wraps XLA's `Slice <https://www.openxla.org/xla/operation_semantics#slice>`_ operator."""

@overload
def slice(
    operand: Operand,
    start_indices: Sequence[int],
    limit_indices: Sequence[int],
    strides: Sequence[int] | None = None,
) -> DistArray | Array: ...
@overload
def slice_in_dim(
    operand: ArrayLike | np.ndarray,
    start_index: int | None,
    limit_index: int | None,
    stride: int = 1,
    axis: int = 0,
) -> Array:
    """Convenience wrapper around `lax.slice` applying to only one dimension."""

@overload
def slice_in_dim(
    operand: Operand | np.ndarray,
    start_index: int | None,
    limit_index: int | None,
    stride: int = 1,
    axis: int = 0,
) -> DistArray | Array: ...
@overload
def sort(
    operand: ArrayLike | Sequence[ArrayLike],
    dimension: int = -1,
    is_stable: _bool = True,
    num_keys: int = 1,
) -> Array | tuple[Array, ...]:
    """Wraps XLA's `Sort <https://www.openxla.org/xla/operation_semantics#sort>`_ operator."""

@overload
def sort(
    operand: Operand | Sequence[Operand],
    dimension: int = -1,
    is_stable: _bool = True,
    num_keys: int = 1,
) -> DistArray | Array | tuple[DistArray | Array, ...]: ...
@overload
def sort_key_val(
    keys: ArrayLike, values: ArrayLike, dimension: int = -1, is_stable: _bool = True
) -> tuple[Array, Array]:
    """Sorts ``keys`` along ``dimension`` and applies the same permutation to ``values``."""

@overload
def sort_key_val(
    keys: Operand, values: Operand, dimension: int = -1, is_stable: _bool = True
) -> tuple[DistArray | Array, DistArray | Array]: ...
@overload
def split(operand: ArrayLike, sizes: Sequence[int], axis: int = 0) -> Sequence[Array]:
    """Splits an array along ``axis``."""

@overload
def split(operand: Operand, sizes: Sequence[int], axis: int = 0) -> Sequence[DistArray | Array]: ...
@overload
def sqrt(x: ArrayLike, *, accuracy: Any = None) -> Array:
    """Elementwise square root: `\\sqrt{x}`."""

@overload
def sqrt(x: Operand, *, accuracy: Any = None) -> DistArray: ...
@overload
def square(x: ArrayLike) -> Array:
    """Elementwise square: `x^2`."""

@overload
def square(x: Operand) -> DistArray: ...
@overload
def squeeze(array: ArrayLike, dimensions: Sequence[int]) -> Array:
    """Squeeze any number of size 1 dimensions from an array."""

@overload
def squeeze(array: Operand, dimensions: Sequence[int]) -> DistArray | Array: ...
@overload
def stack(operands: Sequence[ArrayLike], axis: int = 0) -> Array:
    """Joins a sequence of arrays along a new axis."""

@overload
def stack(operands: Sequence[Operand], axis: int = 0) -> DistArray | Array: ...
@overload
def stage(x: ArrayLike, /) -> Array:
    """Lifts a value into a trace."""

@overload
def stage(x: Operand, /) -> DistArray | Array: ...
def stop_gradient(x: Any) -> Any:
    """Stops gradient computation."""

@overload
def sub(x: ArrayLike, y: ArrayLike) -> Array:
    """Elementwise subtraction: `x - y`."""

@overload
def sub(x: Operand, y: Operand) -> DistArray: ...
def switch(index: Any, branches: Sequence[Callable], *operands: Any, operand: Any = ...) -> Any:
    """Apply exactly one of the ``branches`` given by ``index``."""

@overload
def tan(x: ArrayLike, *, accuracy: Any = None) -> Array:
    """Elementwise tangent: `\\mathrm{tan}(x)`."""

@overload
def tan(x: Operand, *, accuracy: Any = None) -> DistArray: ...
@overload
def tanh(x: ArrayLike, *, accuracy: Any = None) -> Array:
    """Elementwise hyperbolic tangent: `\\mathrm{tanh}(x)`."""

@overload
def tanh(x: Operand, *, accuracy: Any = None) -> DistArray: ...
@overload
def tile(operand: ArrayLike, reps: Sequence[int]) -> Array:
    """Tiles an array by repeating it along each dimension."""

@overload
def tile(operand: Operand, reps: Sequence[int]) -> DistArray | Array: ...
@overload
def top_k(operand: ArrayLike, k: int, *, axis: int = -1) -> tuple[Array, Array]:
    """Returns top ``k`` values and their indices along the specified axis of ``operand``."""

@overload
def top_k(
    operand: Operand, k: int, *, axis: int = -1
) -> tuple[DistArray | Array, DistArray | Array]: ...
@overload
def transpose(operand: ArrayLike, permutation: Sequence[int] | np.ndarray) -> Array:
    """Wraps XLA's `Transpose <https://www.openxla.org/xla/operation_semantics#transpose>`_ operator."""

@overload
def transpose(operand: Operand, permutation: Sequence[int] | np.ndarray) -> DistArray | Array: ...
@overload
def unstack(x: ArrayLike, axis: int = 0) -> tuple[Array, ...]:
    """Unstacks an array along an axis."""

@overload
def unstack(x: Operand, axis: int = 0) -> tuple[DistArray | Array, ...]: ...
def while_loop(cond_fun: Any, body_fun: Any, init_val: Any) -> Any:
    """Call ``body_fun`` repeatedly in a loop while ``cond_fun`` is True."""

@overload
def with_sharding_constraint(x: ArrayLike, shardings: Any) -> Any:
    """Mechanism to constrain the sharding of an Array inside a jitted computation"""

@overload
def with_sharding_constraint(x: Operand, shardings: Any) -> Any: ...
@overload
def zeta(x: ArrayLike, q: ArrayLike) -> Array:
    """Elementwise Hurwitz zeta function: `\\zeta(x, q)`"""

@overload
def zeta(x: Operand, q: Operand) -> DistArray: ...
