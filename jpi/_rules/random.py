"""Random numbers: every rank makes those of its own block, the same for any number of ranks.

The bits of an array are a function of its key and of each element's number in row-major order (its
counter), so a block needs only its counters. JAX's own implementation makes the bits, with the
counters of the block in place of those of the whole array.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jpi._evaluation.fallback import record_fallback
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Deferred, Placed, Region, Value, agree, region_of, replicated
from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._layout.layout import Box, layout
from jpi._rules.elementwise import elementwise, follows_from_region, labels_of

Draw = Callable[[Any, Any, Sequence[int]], Any]
Words = tuple[Any, Any]  # a 64-bit number as its high and its low 32 bits

rule("random_seed", "random_fold_in", "random_clone")(elementwise)


@rule("random_bits")
def random_bits(call: Call, keys: Value, *, bit_width: int, shape: Sequence[int]) -> Value:
    def draw(generator: Any, key: Any, shape: Sequence[int]) -> Any:
        return generator.random_bits(key, bit_width, shape)

    def build(region: Region) -> Any:
        if keys.ndim == 0 and math.prod(region.shape) > _PIECE:
            return _in_pieces(keys, region, call.dtype, draw)
        return _by_counters(keys, region, draw)

    return _drawn(call, keys, build)


@rule("random_split")
def random_split(call: Call, keys: Value, *, shape: Sequence[int]) -> Value:
    return _drawn(call, keys, lambda region: _new_keys(keys, region))


@rule("random_gamma")
def random_gamma(call: Call, keys: Value, shapes: Value, *, log_space: bool) -> Value:
    def build(region: Region) -> Any:
        data = jax.random.key_data(_new_keys(keys, region))
        return _gamma(data, shapes.take(region), _jax.generator_of(keys.dtype).name, log_space)

    if not _is_counted(keys):
        return _replicated_draw(call, keys, shapes)
    if keys.is_replicated and follows_from_region((shapes,), call.shape):
        return Deferred(call.shape, call.dtype, build)
    axes = agree((shapes, labels_of(shapes, call.shape)), (keys, range(keys.ndim)))
    spec = tuple(axes.get(dim, ()) for dim in range(len(call.shape)))
    target = layout(call.shape, call.mesh.axes, spec)
    return Placed(build(region_of(call.mesh, target)), target)


@functools.partial(jax.custom_jvp, nondiff_argnums=(2, 3))
def _gamma(data: Any, shapes: Any, generator: str, log_space: bool) -> Any:
    """A number of the gamma distribution for each key, given by its data, and shape parameter."""
    keys = jax.random.wrap_key_data(data, impl=generator)
    one = functools.partial(_jax.gamma_of_one, log_space=log_space)
    return jnp.reshape(jax.vmap(one)(jnp.ravel(keys), jnp.ravel(shapes)), shapes.shape)


@_gamma.defjvp
def _gamma_tangent(generator: str, log_space: bool, primals: Any, tangents: Any) -> Any:
    data, shapes = primals
    sample = _gamma(data, shapes, generator, log_space)
    if not log_space:
        return sample, tangents[1] * lax.random_gamma_grad(shapes, sample)
    least = jnp.finfo(sample.dtype).tiny  # the exponential of a small sample may underflow to 0
    plain = jnp.maximum(jnp.exp(sample), least)
    return sample, tangents[1] * lax.random_gamma_grad(shapes, plain) / plain


@rule("random_wrap")
def random_wrap(call: Call, data: Value, *, impl: Any) -> Value:
    spec = data.spec[: len(call.shape)]
    whole = layout(data.shape, call.mesh.axes, spec)
    local = data.take(region_of(call.mesh, whole))
    return Placed(call.bind(local), layout(call.shape, call.mesh.axes, spec))


@rule("random_unwrap")
def random_unwrap(call: Call, keys: Value) -> Value:
    placed = keys.settle(call.mesh)
    return Placed(call.bind(placed.local), layout(call.shape, call.mesh.axes, placed.spec))


def _drawn(call: Call, keys: Value, build: Callable[[Region], Any]) -> Value:
    if not _is_counted(keys):
        return _replicated_draw(call, keys)
    if keys.is_replicated:
        small = math.prod(call.shape) <= _SMALL
        drawn = Deferred(call.shape, call.dtype, build)
        return drawn.settle(call.mesh) if small else drawn
    target = layout(call.shape, call.mesh.axes, keys.spec)
    return Placed(build(region_of(call.mesh, target)), target)


_SMALL = 16  # fewer numbers are not deferred: the few keys that a function splits its own into


def _is_counted(keys: Value) -> bool:
    """Whether the numbers of these keys are a function of each element's counter."""
    generator = _jax.generator_of(keys.dtype)
    return generator.name == "threefry2x32" and jax.config.jax_threefry_partitionable


def _replicated_draw(call: Call, *values: Value) -> Value:
    """The numbers of another generator, all of them on every rank."""
    record_fallback(call.primitive.name, math.prod(call.shape) * call.dtype.itemsize)
    return replicated(call.mesh, call.bind(*(value.replicate(call.mesh) for value in values)))


def _local_keys(keys: Value, region: Region) -> Any:
    """The keys of this rank's part ``region`` of an array whose leading dimensions are theirs."""
    placement = None
    if region.layout is not None and not keys.is_replicated:
        placement = layout(keys.shape, region.mesh.axes, region.layout.spec[: keys.ndim])
    return keys.take(Region(region.mesh, keys.shape, region.box[: keys.ndim], (), placement))


_PIECE = 2**16  # the numbers that are made at a time, with their counters


def _in_pieces(keys: Value, region: Region, dtype: Any, draw: Draw) -> Any:
    """The result of `_by_counters` for one key, made piece by piece to save memory."""
    dim = max(range(len(region.shape)), key=lambda dim: region.shape[dim])
    size = region.shape[dim]
    width = max(1, size * _PIECE // math.prod(region.shape))
    start, _ = region.box[dim]
    piece = replace(
        region, box=(*region.box[:dim], (start, start + width), *region.box[dim + 1 :]), layout=None
    )

    def step(i: Any, drawn: Any) -> Any:
        first = jnp.minimum(i * width, size - width)  # the last piece overlaps the one before
        return lax.dynamic_update_slice_in_dim(
            drawn, _by_counters(keys, piece, draw, (dim, first)), first, dim
        )

    return lax.fori_loop(0, -(-size // width), step, jnp.zeros(region.shape, dtype))


def _by_counters(
    keys: Value, region: Region, draw: Draw, moved: tuple[int, Any] | None = None
) -> Any:
    """The part in a region of ``draw(generator, key, shape)`` for each of ``keys``.

    The dimensions of the region are those of the keys, then those of the shape; ``moved`` is one of
    them and the distance by which the region moves along it.
    """
    ndim = keys.ndim
    generator, shape = _jax.generator_of(keys.dtype), region.shape[ndim:]

    def function(key: Any) -> Any:
        return draw(generator, key, shape)

    for _ in range(ndim):
        function = jax.vmap(function)
    data = jax.random.key_data(_local_keys(keys, region))
    closed = jax.make_jaxpr(function)(data)
    counters = _counters(region.whole[ndim:], region.box[ndim:])
    if moved is not None:
        dim, steps = moved
        stride = math.prod(region.whole[dim + 1 :])
        counters = _plus(counters, _times(steps.astype(np.uint32), stride))
    (result,) = _with_counters(closed, counters, [data])
    return result


def _new_keys(keys: Value, region: Region) -> Any:
    """The keys into which ``keys`` split, one for each element of a region."""

    def draw(generator: Any, key: Any, shape: Sequence[int]) -> Any:
        return generator.split(key, tuple(shape))

    data = _by_counters(keys, region, draw)
    return jax.random.wrap_key_data(data, impl=_jax.generator_of(keys.dtype).name)


def _with_counters(closed: Any, counters: Words, args: Sequence[Any]) -> list[Any]:
    """The results of a jaxpr that uses ``counters`` in place of those of a whole array."""

    def apply(equation: _jax.JaxprEqn, operands: list[Any]) -> Sequence[Any]:
        if equation.primitive.name == "iota_2x32_shape":
            return counters
        if equation.primitive.name in ("jit", "pjit"):
            return _with_counters(equation.params["jaxpr"], counters, operands)
        return jaxprs.bind_equation(equation, operands)

    return jaxprs.walk(closed, args, apply)


def _counters(whole: Sequence[int], box: Box) -> Words:
    """The number in row-major order, among ``whole``, of each element in ``box``."""
    shape = tuple(stop - start for start, stop in box)
    strides = [math.prod(whole[dim + 1 :]) for dim in range(len(whole))]
    first = sum(start * stride for (start, _), stride in zip(box, strides, strict=True))
    total: Words = _words(first)
    for dim, stride in enumerate(strides):
        steps = lax.broadcasted_iota(
            np.uint32, [n if d == dim else 1 for d, n in enumerate(shape)], dim
        )
        total = _plus(total, _times(steps, stride))
    return jnp.broadcast_to(total[0], shape), jnp.broadcast_to(total[1], shape)


def _words(n: int) -> tuple[np.uint32, np.uint32]:
    return np.uint32((n >> 32) & 0xFFFFFFFF), np.uint32(n & 0xFFFFFFFF)


def _plus(x: Words, y: Words) -> Words:
    low = jnp.add(x[1], y[1])
    return x[0] + y[0] + (low < y[1]).astype(np.uint32), low


def _times(i: Any, n: int) -> Words:
    """``i * n`` for 32-bit ``i``, by the partial products of 16-bit halves."""
    if n == 1:
        return jnp.zeros_like(i), i
    high, low = _words(n)
    i_high, i_low = i >> 16, i & 0xFFFF
    n_high, n_low = np.uint32(low >> 16), np.uint32(low & 0xFFFF)
    least, cross, across = i_low * n_low, i_low * n_high, i_high * n_low
    middle = (least >> 16) + (cross & 0xFFFF) + (across & 0xFFFF)
    top = i_high * n_high + (cross >> 16) + (across >> 16) + (middle >> 16)
    return top + i * high, (least & 0xFFFF) | (middle << 16)
