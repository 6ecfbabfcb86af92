"""Fourier transforms along one dimension, whole or sharded.

A sharded line of ``n = rows * columns`` numbers is a matrix sharded by rows. It is transformed
along its columns and then along its rows, with factors between (Gentleman and Sande, 1966); an
exchange before each step makes the dimension of the transform whole. Where ``n`` has no such
factors, the transform is a convolution with a chirp (Bluestein, 1970), by transforms whose length
is a power of two.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from jpi._blocks.rows import move_rows, on_axis
from jpi._evaluation.evaluate import evaluate
from jpi._evaluation.fallback import record_fallback
from jpi._evaluation.values import Placed, Value, region_of
from jpi._layout.layout import Spec, layout
from jpi._mpi.mesh import Mesh

Kind = lax.FftType
Factors = tuple[int, int]  # rows and columns
_LONGEST_CHIRP = 2**29  # beyond this, remainders of squares exceed 32 bits


def moved(mesh: Mesh, value: Value, spec: Spec) -> Placed:
    """``value`` sharded as ``spec`` says."""
    target = layout(value.shape, mesh.axes, spec)
    return Placed(value.take(region_of(mesh, target)), target)


def transform_whole(
    mesh: Mesh, placed: Placed, kind: Any, dims: Sequence[int], lengths: Sequence[int]
) -> Placed:
    """The transform along unsharded dimensions, at most three."""
    ends = range(-len(dims), 0)
    local = lax.fft(jnp.moveaxis(placed.local, dims, ends), kind, tuple(lengths))
    local = jnp.moveaxis(local, ends, dims)
    shape = [local.shape[d] if d in dims else size for d, size in enumerate(placed.shape)]
    return Placed(local, layout(tuple(shape), mesh.axes, placed.spec))


def transform_line(mesh: Mesh, placed: Placed, kind: Any, dim: int, length: int) -> Placed:
    """The transform along a dimension that is sharded, and stays sharded."""
    parts = placed.placement.parts(dim)
    if length < parts**2:  # too short to be a matrix with a row and a column for each rank
        whole = (*placed.spec[:dim], (), *placed.spec[dim + 1 :])
        return transform_whole(mesh, moved(mesh, placed, whole), kind, [dim], [length])
    line = _run(mesh, lambda x: jnp.moveaxis(x, dim, -1), placed)
    if kind == Kind.RFFT:
        line = _transform(mesh, _run(mesh, _as_complex, line), Kind.FFT)
        line = _first(mesh, line, length // 2 + 1)
    elif kind == Kind.IRFFT:
        full = _run(mesh, partial(_doubled, length=length), line)
        line = _run(mesh, jnp.real, _transform(mesh, full, Kind.IFFT))
    else:
        line = _transform(mesh, line, kind)
    return _run(mesh, lambda x: jnp.moveaxis(x, -1, dim), line)


def _as_complex(x: Any) -> Any:
    return lax.complex(x, jnp.zeros_like(x))


def _doubled(x: Any, length: int) -> Any:
    """Frequencies such that the real part of their transform is the real inverse of ``x``.

    A frequency that also stands for its conjugate counts twice, and the conjugate is zero.
    """
    position = lax.broadcasted_iota(jnp.uint32, x.shape, x.ndim - 1)
    is_single = (position == 0) | (2 * position == length)
    zeros = jnp.zeros((*x.shape[:-1], length - x.shape[-1]), x.dtype)
    return jnp.concatenate([jnp.where(is_single, x, 2 * x), zeros], axis=-1)


def _transform(mesh: Mesh, line: Placed, kind: Any) -> Placed:
    """The complex transform along the last dimension, which is sharded."""
    size, parts = line.shape[-1], line.placement.parts(line.ndim - 1)
    factors = _factors(size, parts)
    if factors is None:
        return _chirp_transform(mesh, line, kind, parts)
    matrix = _to_frequencies(mesh, line, kind, factors)
    turned = _run(mesh, lambda x: jnp.swapaxes(x, -1, -2), matrix)
    return _run(mesh, lambda x: x.reshape(line.shape), _reshard(mesh, turned, -1, -2))


@lru_cache(maxsize=4096)
def _factors(size: int, least: int) -> Factors | None:
    """The two factors of ``size`` closest to each other; None if one is below ``least``."""
    rows = next((d for d in range(math.isqrt(size), least - 1, -1) if size % d == 0), None)
    return None if rows is None else (rows, size // rows)


def _to_frequencies(mesh: Mesh, line: Placed, kind: Any, factors: Factors) -> Placed:
    """The transform as a matrix sharded by rows: row r, column c has the frequency r + rows * c."""
    matrix = _run(mesh, lambda x: x.reshape(*x.shape[:-1], *factors), line)
    matrix = _reshard(mesh, matrix, -2, -1)
    matrix = transform_whole(mesh, matrix, kind, [matrix.ndim - 2], factors[:1])
    matrix = _run(mesh, partial(_twiddled, kind=kind), matrix)
    matrix = _reshard(mesh, matrix, -1, -2)
    return transform_whole(mesh, matrix, kind, [matrix.ndim - 1], factors[1:])


def _from_frequencies(mesh: Mesh, matrix: Placed, kind: Any, factors: Factors) -> Placed:
    """The transform of a matrix of frequencies: `_to_frequencies` with each step reversed."""
    matrix = transform_whole(mesh, matrix, kind, [matrix.ndim - 1], factors[1:])
    matrix = _run(mesh, partial(_twiddled, kind=kind), matrix)
    matrix = _reshard(mesh, matrix, -2, -1)
    matrix = transform_whole(mesh, matrix, kind, [matrix.ndim - 2], factors[:1])
    matrix = _reshard(mesh, matrix, -1, -2)
    return _run(mesh, lambda x: x.reshape(*x.shape[:-2], math.prod(factors)), matrix)


def _twiddled(x: Any, kind: Any) -> Any:
    rows, columns = (lax.broadcasted_iota(jnp.uint32, x.shape[-2:], dim) for dim in (0, 1))
    return x * _root(rows * columns, math.prod(x.shape[-2:]), kind, x.dtype)


def _root(power: Any, order: int, kind: Any, dtype: Any) -> Any:
    """The power, from 0 to ``order - 1``, of the primitive root of unity that ``kind`` uses."""
    real = jnp.finfo(dtype).dtype
    turns = jnp.where(power > order // 2, -((order - power).astype(real)), power.astype(real))
    angle = turns * (2 * math.pi / order)
    return lax.complex(jnp.cos(angle), -jnp.sin(angle) if kind == Kind.FFT else jnp.sin(angle))


# ---- lengths without factors ----


def _chirp_transform(mesh: Mesh, line: Placed, kind: Any, parts: int) -> Placed:
    # With w a primitive root of order 2n, as 2jk = j^2 + k^2 - (k - j)^2, the transform
    #     sum_j x_j w^(2jk)    is the convolution    w^(k^2) sum_j (x_j w^(j^2)) w^(-(k - j)^2).
    size = line.shape[-1]
    if size > _LONGEST_CHIRP:
        record_fallback("fft", math.prod(line.shape) * line.dtype.itemsize)
        whole = moved(mesh, line, (*line.spec[:-1], ()))
        return transform_whole(mesh, whole, kind, [line.ndim - 1], [size])
    padded = 2 ** (2 * size - 2).bit_length()
    factors = _factors(padded, parts)
    assert factors is not None, (padded, parts)
    chirped = _run(mesh, partial(_chirped, kind=kind, padded=padded), line)
    kernel = _run(mesh, partial(_kernel, size, kind=kind, padded=padded, dtype=line.dtype))
    kernel = moved(mesh, kernel, line.spec[-1:])
    product = _run(
        mesh,
        lambda x, h: x * h,
        _to_frequencies(mesh, chirped, Kind.FFT, factors),
        _to_frequencies(mesh, kernel, Kind.FFT, factors),
    )
    convolved = _first(mesh, _from_frequencies(mesh, product, Kind.IFFT, factors), size)
    scale = 1 / size if kind == Kind.IFFT else 1.0
    return _run(mesh, lambda x: scale * x * _chirp(size, size, kind, x.dtype), convolved)


def _chirped(x: Any, kind: Any, padded: int) -> Any:
    size = x.shape[-1]
    zeros = jnp.zeros((*x.shape[:-1], padded - size), x.dtype)
    return jnp.concatenate([x * _chirp(size, size, kind, x.dtype), zeros], axis=-1)


def _kernel(size: int, kind: Any, padded: int, dtype: Any) -> Any:
    """The chirp for the convolution; its negative positions are at the end."""
    position = lax.iota(jnp.int32, padded)
    distance = jnp.minimum(position, padded - position)
    chirp = jnp.conj(_root(_square(distance % size, 2 * size), 2 * size, kind, dtype))
    return jnp.where(distance < size, chirp, jnp.zeros((), dtype))


def _chirp(count: int, size: int, kind: Any, dtype: Any) -> Any:
    return _root(_square(lax.iota(jnp.int32, count), 2 * size), 2 * size, kind, dtype)


def _square(x: Any, modulus: int) -> Any:
    """``x * x`` modulo at most 2**30, exact in 32 bits, for ``x`` below the modulus."""
    result = jnp.zeros_like(x)
    for shift in reversed(range(0, modulus.bit_length(), 8)):
        digit = (x >> shift) & 255
        result = _scaled(result, 256, modulus) + _scaled(x, digit, modulus)
        result = jnp.where(result >= modulus, result - modulus, result)
    return result


def _scaled(x: Any, factor: Any, modulus: int) -> Any:
    """``x * factor`` for a factor up to 256.

    The quotient is at most one off; the products may overflow, but their difference does not.
    """
    ratio = jnp.asarray(factor, jnp.float32) * jnp.float32(1 / modulus)
    quotient = jnp.floor(x.astype(jnp.float32) * ratio).astype(jnp.int32)
    rest = x * factor - quotient * modulus
    return jnp.where(rest < 0, rest + modulus, jnp.where(rest >= modulus, rest - modulus, rest))


# ---- functions of global arrays ----


def _run(mesh: Mesh, function: Callable[..., Any], *values: Value) -> Any:
    """A function of global arrays on values; its result is settled unless it has no operands."""
    types = [jax.ShapeDtypeStruct(value.shape, value.dtype) for value in values]
    (result,) = evaluate(mesh, jax.make_jaxpr(function)(*types), values)
    return result.settle(mesh) if values else result


def _reshard(mesh: Mesh, placed: Placed, dim: int, to: int) -> Placed:
    """``placed`` with the mesh axes of ``dim`` moved to the dimension ``to``, which has none."""
    spec = list(placed.spec)
    spec[to], spec[dim] = spec[dim], ()
    return moved(mesh, placed, tuple(spec))


def _first(mesh: Mesh, line: Placed, count: int) -> Placed:
    """The first ``count`` numbers along the last dimension, which is sharded."""
    target = layout((*line.shape[:-1], count), mesh.axes, line.spec)
    dim, axes = line.ndim - 1, line.spec[-1]
    before, after = line.placement.offsets(dim), target.offsets(dim)
    local = on_axis(lambda x: move_rows(x, mesh, axes, before, after), line.local, dim)
    return Placed(local, target)
