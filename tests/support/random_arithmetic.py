"""Operations that compute: elementwise, reductions, products, along one axis, control flow."""

from __future__ import annotations

import jax
import numpy as np

from support.oracle import random_array, spmd
from support.random_draws import (
    BOOLS,
    FLOATS,
    INEXACT,
    INTEGERS,
    a_contraction,
    a_matmul,
    along,
    any_of,
    one,
    pair,
    reduced,
)
from support.random_operations import generic, operation, product, table, total, unit

# ---- elementwise ----

table(
    "smooth",
    any_of(),
    {
        "sin": lambda m, x: m.sin(x),
        "tanh": lambda m, x: m.tanh(x),
        "bell": lambda m, x: m.exp(-x * x),
        "root": lambda m, x: m.sqrt(1 + x**2),
        "fraction": lambda m, x: 1.5 / (2 + m.square(x)),
        "expit": lambda m, x: spmd(jax.nn.sigmoid)(m, x),
        "log": lambda m, x: m.log1p(x * x) - 0.5,
        "abs": lambda m, x: m.abs(generic(x)),
        "clip": lambda m, x: m.clip(generic(x), -0.7, 0.9),
        "relu": lambda m, x: spmd(jax.nn.relu)(m, generic(x)),
        "nan_to_num": lambda m, x: m.nan_to_num(m.where(generic(x) > 0.5, m.nan, x)),
        "negative": lambda m, x: 2.5 - x,
    },
)
table("smooth", any_of(), {"cube": lambda m, x: x**3}, lambda xs, shape: xs[0].scale ** 3)
table(
    "binary",
    pair(INEXACT),
    {"add": lambda m, x, y: x + y, "subtract": lambda m, x, y: m.subtract(x, y)},
    lambda xs, shape: sum(x.scale for x in xs),
)
table("binary", pair(INEXACT), {"multiply": lambda m, x, y: x * y}, product)
table(
    "binary",
    pair(),
    {
        "divide": lambda m, x, y: x / (2 + y * y),
        "where": lambda m, x, y: m.where(generic(x) > 0.2, x, y),
        "maximum": lambda m, x, y: m.maximum(generic(x), y),
        "logaddexp": lambda m, x, y: m.logaddexp(x, y),
        "arctan2": lambda m, x, y: m.arctan2(x, 2 + m.abs(generic(y))),
        "select": lambda m, x, y: m.select([generic(x) > 1, generic(y) > 0.3], [x, 2 * y], 0.5),
    },
)
table("binary", pair(FLOATS, BOOLS), {"masked": lambda m, x, y: m.where(y, x, -0.5 * x)})
table("binary", pair(FLOATS, INTEGERS), {"by integers": lambda m, x, y: x * y})
table(
    "logic",
    any_of(),
    {
        "greater": lambda m, x: generic(x) > 0.1,
        "truncated": lambda m, x: (3 * generic(x)).astype("int32"),
    },
    unit,
)
table(
    "logic",
    pair(BOOLS),
    {"and": lambda m, x, y: x & ~y, "xor": lambda m, x, y: m.logical_xor(x, y)},
)
table(
    "logic",
    pair(INTEGERS),
    {"remainder": lambda m, x, y: x % 3 - y, "shift": lambda m, x, y: m.minimum(x << 1, y)},
)
table("logic", any_of(INTEGERS + BOOLS), {"float": lambda m, x: 0.3 * x})
table(
    "complex number",
    any_of("c"),
    {
        "real": lambda m, x: x.real,
        "conj": lambda m, x: m.conj(x) * (1 + 0.5j),
        "modulus": lambda m, x: m.abs(generic(x)),
    },
)
table(
    "complex number",
    pair(),
    {"lift": lambda m, x, y: x + 1j * y},
    lambda xs, _: sum(x.scale for x in xs),
)

# ---- reductions ----

table("reduction", reduced(INEXACT), {"sum": lambda m, x, **a: m.sum(x, **a)}, total)
table(
    "reduction",
    reduced(INEXACT, 1),
    {"mean": lambda m, x, **a: m.mean(x, **a), "norm": lambda m, x, **a: m.mean(abs(x) ** 2, **a)},
)
table(
    "reduction",
    reduced(FLOATS, 1),
    {
        "max": lambda m, x, **a: m.max(generic(x), **a),
        "min": lambda m, x, **a: m.amin(generic(x), **a),
        "var": lambda m, x, **a: m.var(x, **a),
        "std": lambda m, x, **a: m.std(generic(x), ddof=-1, **a),
        "logsumexp": lambda m, x, **a: spmd(lambda x: jax.nn.logsumexp(x, **a))(m, x),
        "prod": lambda m, x, **a: m.prod(1 + 0.2 * m.sin(x), **a),
        "sum where": lambda m, x, **a: m.sum(x, where=generic(x) > 0, **a) / x.size,
    },
)
table("reduction", reduced(BOOLS), {"any": lambda m, x, **a: m.any(x, **a)})
table("reduction", reduced(INTEGERS + BOOLS), {"count": lambda m, x, **a: m.sum(x, **a)})
table(
    "reduction",
    along(FLOATS, 1),
    {
        "centred": lambda m, x, axis: x - m.mean(x, axis=axis, keepdims=True),
        "softmax": lambda m, x, axis: spmd(lambda x: jax.nn.softmax(x, axis))(m, x),
    },
)


@operation("reduction", any_of(INEXACT, elements=1), total)
def frobenius(numpy, x):
    return numpy.linalg.norm(generic(x))


# ---- products ----


@operation("product", a_matmul, total)
def matmul(numpy, x, y):
    return x @ y


@operation("product", a_contraction, total)
def einsum(numpy, x, y, subscripts):
    return numpy.einsum(subscripts, x, y)


@operation("product", lambda draw, values: ([one(draw, values), one(draw, values)], {}), product)
def outer(numpy, x, y):
    return numpy.outer(x, y)


@operation("product", any_of(FLOATS, 2, 1), unit)
def solve(numpy, x):
    n = x.shape[-2]
    matrix = 0.1 * random_array((n, n), x.dtype, seed=91) + 2 * np.eye(n, dtype=x.dtype)
    return numpy.linalg.solve(matrix, x)


# ---- along one axis ----

table(
    "line",
    along(FLOATS),
    {
        "sort": lambda m, x, axis: m.sort(generic(x), axis=axis),
        "argsort": lambda m, x, axis: m.argsort(generic(x), axis=axis),
        "cumprod": lambda m, x, axis: m.cumprod(1 + 0.2 * m.sin(x), axis=axis),
        "cummax": lambda m, x, axis: spmd(lambda x: jax.lax.cummax(x, axis % x.ndim))(
            m, generic(x)
        ),
        "diff": lambda m, x, axis: m.diff(x, axis=axis),
    },
)
table(
    "line",
    along(INEXACT),
    {"cumsum": lambda m, x, axis: m.cumsum(x, axis=axis)},
    lambda xs, shape: 3 * xs[0].scale,
)
table(
    "line",
    along(FLOATS, 1),
    {"rfft": lambda m, x, axis: m.fft.rfft(x, axis=axis, norm="ortho")},
)
table(
    "line",
    along(INEXACT, 1),
    {
        "fft": lambda m, x, axis: m.fft.fft(x, axis=axis, norm="ortho"),
        "ifft": lambda m, x, axis: m.fft.ifft(x, axis=axis, norm="ortho"),
        "fftshift": lambda m, x, axis: m.fft.fftshift(x, axes=axis),
    },
)


@operation("line", any_of(INEXACT, 2, 1))
def fft2(numpy, x):
    return numpy.fft.fft2(x, norm="ortho")


# ---- control flow ----


@operation("control", any_of(FLOATS, 1))
def scan(numpy, x):
    def step(carry, row):
        carry = 0.5 * carry + jax.numpy.sin(row)
        return carry, carry * row

    return spmd(lambda x: jax.lax.scan(step, 0.1 * x.sum(0), x)[1])(numpy, x)


@operation("control", any_of(FLOATS))
def cond(numpy, x):
    def chosen(x):
        return jax.lax.cond(generic(x).sum() > 0.4, lambda x: x + x.sum(), lambda x: x[...] * 2, x)

    return spmd(chosen)(numpy, x)


@operation("control", any_of(FLOATS))
def fori_loop(numpy, x):
    def body(i, x):
        return jax.numpy.sin(x) + 0.1 * jax.numpy.tanh(x.sum())

    return spmd(lambda x: jax.lax.fori_loop(0, 3, body, x))(numpy, x)


@operation("control", any_of(FLOATS, 1))
def mapped(numpy, x):
    return spmd(jax.vmap(lambda row: row * jax.numpy.tanh(row.sum())))(numpy, x)


@operation("control", any_of(FLOATS))
def remat(numpy, x):
    return jax.checkpoint(lambda x: numpy.sin(x) * numpy.cos(x))(x)


@operation("smooth", any_of(INEXACT))
def scale(numpy, x, factor=0.3):
    return x * factor
