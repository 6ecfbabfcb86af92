"""Operations that move data: shapes and indices."""

from __future__ import annotations

import numpy as np

import jpi
from support.random_draws import (
    ANY,
    FLOATS,
    INEXACT,
    a_move,
    a_reshape,
    along,
    an_index,
    any_of,
    joined,
    one,
    rows_at,
    spec_of,
)
from support.random_operations import generic, operation, table, unit

# ---- shape ----

table(
    "shape",
    any_of(ANY),
    {
        "transpose": lambda m, x: x.T,
        "ravel": lambda m, x: m.ravel(x),
        "atleast_2d": lambda m, x: m.atleast_2d(x),
        "reversed": lambda m, x: m.flip(x),
        "squeeze": lambda m, x: m.squeeze(x),
    },
)
table(
    "shape", any_of(INEXACT, 2), {"tril": lambda m, x: m.tril(x), "triu": lambda m, x: m.triu(x, 1)}
)
table("shape", any_of(INEXACT, 2), {"diagonal": lambda m, x: m.diagonal(x)})


@operation("shape", a_reshape)
def reshape(numpy, x, shape):
    return x.reshape(shape)


@operation("shape", lambda draw, values: permuted(draw, one(draw, values, ANY, 2)))
def permute(numpy, x, axes):
    return numpy.transpose(x, axes)


def permuted(draw, x):
    return [x], {"axes": draw.order(range(len(x.shape)))}


@operation("shape", along(ANY))
def flip(numpy, x, axis):
    return numpy.flip(x, axis)


@operation("shape", along(ANY))
def expand_dims(numpy, x, axis):
    return numpy.expand_dims(x, axis)


@operation("shape", along(ANY, count=lambda draw, n: draw.integer(1, 3)))
def repeat(numpy, x, axis, count):
    return numpy.repeat(x, count, axis)


@operation("shape", any_of(ANY))
def tile(numpy, x):
    return numpy.tile(x, (2, *(1,) * x.ndim))


@operation("shape", along(ANY, shift=lambda draw, n: draw.integer(-n - 1, n + 1)))
def roll(numpy, x, axis, shift):
    return numpy.roll(x, shift, axis)


def padding(draw, n):
    wide = n if n < 2 else n - 1
    return tuple(draw.integer(0, min(3, wide)) for _ in range(2))


@operation(
    "shape",
    along(
        INEXACT,
        1,
        widths=padding,
        mode=lambda draw, n: draw.one_of(["constant", "edge", "wrap", "reflect", "symmetric"]),
    ),
)
def pad(numpy, x, axis, widths, mode):
    every = [(0, 0)] * x.ndim
    every[axis] = widths
    return numpy.pad(x, every, mode=mode)


@operation("shape", joined(new_axis=False))
def concatenate(numpy, *xs, axis):
    return numpy.concatenate(xs, axis)


@operation("shape", joined(new_axis=True))
def stack(numpy, *xs, axis):
    return numpy.stack(xs, axis)


@operation(
    "shape", along(ANY, 1, parts=lambda draw, n: (p := draw.integer(1, 4), draw.integer(0, p - 1)))
)
def split(numpy, x, axis, parts):
    return numpy.array_split(x, parts[0], axis)[parts[1]]


@operation("shape", a_move)
def redistribute(numpy, x, cuts):
    if not isinstance(x, jpi.DistArray):
        return x
    return x.redistribute(spec_of(cuts, x.mesh.axis_names, x.ndim))


# ---- indices ----


@operation("index", an_index)
def getitem(numpy, x, index):
    return x[index]


@operation("index", lambda draw, values: an_index(draw, values, new=False))
def at_set(numpy, x, index):
    return x.at[index].set(np.ones((), x.dtype))


@operation(
    "index",
    lambda draw, values: an_index(draw, [v for v in values if v.kind in INEXACT], new=False),
)
def at_multiply(numpy, x, index):
    return x.at[index].multiply(-0.5)


@operation("index", rows_at)
def take(numpy, x, axis, at):
    return numpy.take(x, np.array(at, np.int32), axis=axis)


@operation("index", rows_at, lambda xs, _: 3 * xs[0].scale)
def at_add(numpy, x, axis, at):
    """Rows added to rows that the array itself holds, some more than once."""
    index = (slice(None),) * axis + (np.array(at, np.int32),)
    return x.at[index].add(0.5 * x[index])


@operation("index", along(FLOATS, 1))
def along_argsort(numpy, x, axis):
    order = numpy.argsort(generic(x), axis=axis)
    return numpy.take_along_axis(x, order, axis=axis)


@operation("index", along(FLOATS, 1), unit)
def argmax(numpy, x, axis):
    return numpy.argmax(generic(x), axis=axis)
