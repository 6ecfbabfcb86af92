"""Elementwise primitives: operands are sharded alike, and communicate only to agree on that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import (
    Deferred,
    Pending,
    Placed,
    Region,
    Value,
    agree,
    pending,
    region_of,
)
from jpi._evaluation.views import shifted
from jpi._layout.layout import layout
from jpi._rules._aligned import aligned, view_of_aligned

UNARY = """
abs acos acosh asin asinh atan atanh bessel_i0e bessel_i1e cbrt ceil clz conj convert_element_type
copy copy_p cos cosh digamma erf erf_inv erfc exp exp2 expm1 floor imag integer_pow is_finite
lgamma log log1p log2 logistic name neg not one_minus_square polynomial population_count real
reduce_precision round rsqrt sign sin sinh sqrt square stop_gradient tan tanh
""".split()
BINARY = """
add and atan2 complex div eq eq_to ge gt igamma igamma_grad_a igammac le le_to lt lt_to max
min mul mulhi ne nextafter or polygamma pow random_gamma_grad rem shift_left shift_right_arithmetic
shift_right_logical sub xor zeta
""".split()
CHEAP = {"add", "div", "mul", "neg", "sub"}  # of one array and of scalars
TERNARY = ["clamp", "regularized_incomplete_beta", "select_n"]


def dims_of(value: Value, ndim: int) -> range:
    """The result dimensions along which an operand runs; a scalar fits any of them."""
    return range(ndim) if value.ndim else range(0)


def labels_of(value: Value, shape: tuple[int, ...]) -> list[int | None]:
    """A label per operand dimension: its position, or None where it is stretched from size 1."""
    return [dim if n == shape[dim] else None for dim, n in enumerate(value.shape)]


def follows_from_region(values: tuple[Value, ...], shape: tuple[int, ...]) -> bool:
    """Whether a result of ``shape`` should be deferred: no operand of that size holds data yet."""
    if not shape or any(isinstance(value, Placed) and value.shape == shape for value in values):
        return False
    return all(value.is_replicated for value in values)


@rule(*UNARY, *BINARY, *TERNARY)
def elementwise(call: Call, *values: Value, **params: Any) -> Value:
    def build(region: Region) -> Any:
        return call.bind(*(v.take(region.operand(v.shape, dims_of(v, call_ndim))) for v in values))

    call_ndim = len(call.shape)
    total, *factor = values
    if isinstance(total, Pending) and _scales(call, total, *factor):
        return _scaled(call, total, *factor)
    if follows_from_region(values, call.shape):
        return Deferred(call.shape, call.dtype, build)
    labels = [labels_of(value, call.shape) for value in values]
    axes = agree(*zip(values, labels, strict=True))
    spec = tuple(axes.get(dim, ()) for dim in range(call_ndim))
    if near := aligned(call, values, labels, spec):
        return near
    target = layout(call.shape, call.mesh.axes, spec)
    result = Placed(build(region_of(call.mesh, target)), target)
    if call.primitive.name in CHEAP and sum(v.ndim > 0 for v in values) == 1:
        result.as_view = lambda: view_of_aligned(call, list(map(shifted, values)), labels, spec)
    return result


def _scales(call: Call, total: Value, *factor: Value) -> bool:
    """Whether the result is the sum ``total`` times a value that every rank holds."""
    is_linear = call.primitive.name in ("neg", "mul", "div") and total.dtype == call.dtype
    return is_linear and total.shape == call.shape and all(v.is_replicated for v in factor)


def _scaled(call: Call, total: Pending, *factor: Value) -> Value:
    """The scaled summands, which are not summed yet."""
    region = region_of(call.mesh, total.placement, total.over)
    scales = [v.take(region.operand(v.shape, dims_of(v, total.ndim))) for v in factor]
    return pending(call.bind(total.summand, *scales), call.mesh, total.over, total.placement)


@rule("optimization_barrier", "device_put")
def keep(call: Call, *values: Value, **params: Any) -> list[Value]:
    return list(values)


@rule("bitcast_convert_type")
def bitcast_convert_type(call: Call, value: Value, **params: Any) -> Value | Sequence[Value]:
    if len(call.shape) == value.ndim:
        return elementwise(call, value, **params)
    placed = value.settle(call.mesh)
    spec = placed.spec[: len(call.shape)] + ((),) * (len(call.shape) - placed.ndim)
    if len(call.shape) < placed.ndim and placed.spec[-1]:  # the last dimension becomes one number
        whole = placed.placement.with_spec((*placed.spec[:-1], ()))
        placed = Placed(placed.take(region_of(call.mesh, whole)), whole)
    return Placed(call.bind(placed.local), layout(call.shape, call.mesh.axes, spec))
