"""The table of the operations that random programs are made of.

An operation is called as ``apply(numpy, *operands, **params)`` with `jpi.numpy` or `jax.numpy`;
its ``draw`` chooses operands and parameters that make sense, or raises `Unfit`. Where a function
has a jump or a kink its operand is made `generic`, so that rounding cannot decide on a result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from oracle import random_array, spmd

import jpi


class Unfit(Exception):
    """There is nothing to choose from."""


class Draw:
    """Random choices, the same on every rank."""

    def __init__(self, *seed: int):
        self.generator = np.random.default_rng(seed)

    def integer(self, low: int, high: int) -> int:
        """From ``low`` to ``high``, both included."""
        return int(self.generator.integers(low, high + 1))

    def chance(self, probability: float) -> bool:
        return bool(self.generator.random() < probability)

    def one_of(self, options: Sequence[Any]) -> Any:
        if not options:
            raise Unfit
        return options[self.integer(0, len(options) - 1)]

    def some_of(self, options: Sequence[Any], least: int = 0) -> tuple[Any, ...]:
        """Some of the options, in their order."""
        if len(options) < least:
            raise Unfit
        count = self.integer(least, len(options))
        chosen = sorted(self.generator.permutation(len(options))[:count].tolist())
        return tuple(options[i] for i in chosen)

    def order(self, options: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(options[i] for i in self.generator.permutation(len(options)).tolist())


@dataclass(frozen=True)
class Known:
    """What is known of a value of a program: ``scale`` is about how large its numbers are."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float = 1.0

    @property
    def kind(self) -> str:
        return np.dtype(self.dtype).kind


@dataclass(frozen=True)
class Operation:
    """A row of the table: ``scale`` estimates how large the results are, from operands, result."""

    apply: Callable[..., Any]
    draw: Callable[[Draw, Sequence[Known]], tuple[Sequence[Known], dict[str, Any]]]
    scale: Callable[[Sequence[Known], tuple[int, ...]], float]


FAMILIES: dict[str, list[str]] = {}
OPERATIONS: dict[str, Operation] = {}


def largest(operands: Sequence[Known], shape: Any) -> float:
    return max(x.scale for x in operands)


def product(operands: Sequence[Known], shape: Any) -> float:
    return math.prod(x.scale for x in operands)


def total(operands: Sequence[Known], shape: tuple[int, ...]) -> float:
    """Of sums, over all that is in the operands and not in the result."""
    sizes = math.prod(math.prod(x.shape) for x in operands)
    return product(operands, shape) * max(1.0, (sizes / max(1, math.prod(shape))) ** 0.5)


def unit(operands: Sequence[Known], shape: Any) -> float:
    return 1.0


def operation(family: str, draw: Callable, scale: Callable = largest, name: str = "") -> Callable:
    """Registers the decorated ``apply`` under its name."""

    def register(apply: Callable) -> Callable:
        key = name or apply.__name__
        assert key not in OPERATIONS, key
        OPERATIONS[key] = Operation(apply, draw, scale)
        FAMILIES.setdefault(family, []).append(key)
        return apply

    return register


def table(family: str, draw: Callable, rows: dict[str, Callable], scale: Callable = largest):
    for name, apply in rows.items():
        operation(family, draw, scale, name)(apply)


def generic(x: Any) -> Any:
    """``x`` moved by fixed random numbers: no ties, and nothing at a kink but by a rare chance."""
    return x + random_array(x.shape, x.dtype, seed=90)


# ---- what is drawn: operands and parameters ----

FLOATS, INEXACT, INTEGERS, BOOLS, ANY = "f", "fc", "iu", "b", "fciub"


def one(
    draw: Draw, values: Sequence[Known], kinds: str = FLOATS, least: int = 0, elements: int = 0
) -> Known:
    """A value of these kinds, of so many dimensions and elements at least; rather a late one."""
    fitting = [
        x
        for x in values
        if x.kind in kinds and len(x.shape) >= least and math.prod(x.shape) >= elements
    ]
    return draw.one_of(fitting[-2:] if draw.chance(0.5) else fitting)


def any_of(kinds: str = FLOATS, least: int = 0, elements: int = 0) -> Callable:
    return lambda draw, values: ([one(draw, values, kinds, least, elements)], {})


def pair(kinds: str = FLOATS, second: str = "") -> Callable:
    """Two values that broadcast."""

    def chosen(draw: Draw, values: Sequence[Known]) -> Any:
        x = one(draw, values, kinds)
        y = draw.one_of(
            [y for y in values if y.kind in (second or kinds) and broadcast(x.shape, y.shape)]
        )
        return draw.order([x, y]) if not second else [x, y], {}

    return chosen


def broadcast(*shapes: tuple[int, ...]) -> bool:
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        return False
    return True


def along(kinds: str = FLOATS, elements: int = 0, **params: Callable) -> Callable:
    """A value, an axis of it, and parameters drawn from the size of that axis."""

    def chosen(draw: Draw, values: Sequence[Known]) -> Any:
        x = one(draw, values, kinds, 1, elements)
        axis = draw.integer(-len(x.shape), len(x.shape) - 1)
        drawn = {name: of(draw, x.shape[axis]) for name, of in params.items()}
        return [x], {"axis": axis, **drawn}

    return chosen


def reduced(kinds: str = FLOATS, elements: int = 0) -> Callable:
    """A value and the axes along which it is reduced, of which each has ``elements`` at least."""

    def chosen(draw: Draw, values: Sequence[Known]) -> Any:
        x = one(draw, values, kinds)
        if draw.chance(0.15):
            axis = None
        else:
            axis = draw.some_of([d for d, n in enumerate(x.shape) if n >= elements], least=1)
        if axis is None and math.prod(x.shape) < elements:
            raise Unfit
        return [x], {"axis": axis, "keepdims": draw.chance(0.4)}

    return chosen


def a_reshape(draw: Draw, values: Sequence[Known]) -> Any:
    """Random factors of the size, or with none of it random dimensions around a 0."""
    x = one(draw, values, ANY)
    rest, shape = math.prod(x.shape), []
    if rest == 0:
        shape, rest = [draw.one_of([1, 2, 3, 7]) for _ in range(draw.integer(0, 2))], 0
    while rest > 1 and len(shape) < 3 and draw.chance(0.7):
        factor = draw.one_of([n for n in range(1, rest + 1) if rest % n == 0])
        shape, rest = [*shape, factor], rest // factor
    return [x], {"shape": draw.order([*shape, rest])}


def an_index(draw: Draw, values: Sequence[Known], new: bool = True) -> Any:
    x = one(draw, values, ANY, 1)
    index: list[Any] = []
    for n in x.shape[: draw.integer(1, len(x.shape))]:
        if n and draw.chance(0.2):
            index.append(draw.integer(-n, n - 1))
        else:
            bounds = [draw.integer(-n - 1, n + 1) if draw.chance(0.5) else None for _ in range(2)]
            index.append(slice(*bounds, draw.one_of([None, None, 1, 2, 3, -1, -2])))
    if new and draw.chance(0.2):
        index.insert(draw.integer(0, len(index)), None)
    return [x], {"index": tuple(index)}


def rows_at(draw: Draw, values: Sequence[Known]) -> Any:
    """A value, an axis, and positions on it, some twice and in no order."""
    x = one(draw, values, INEXACT, 1, 1)
    axis = draw.integer(0, len(x.shape) - 1)
    n = x.shape[axis]
    count = draw.one_of([0, 1, 2, 3, 5, 9])
    return [x], {"axis": axis, "at": tuple(draw.integer(-n, n - 1) for _ in range(count))}


def joined(new_axis: bool) -> Callable:
    """Two or three values to be concatenated or stacked."""

    def chosen(draw: Draw, values: Sequence[Known]) -> Any:
        x = one(draw, values, ANY, 0 if new_axis else 1)
        axis = draw.integer(0, len(x.shape) - (0 if new_axis else 1))

        def rest(y: Known) -> Any:
            return y.shape if new_axis else (y.shape[:axis], y.shape[axis + 1 :])

        fitting = [y for y in values if len(y.shape) == len(x.shape) and rest(y) == rest(x)]
        others = [draw.one_of(fitting) for _ in range(draw.integer(0, 2))]
        return draw.order([x, *others]), {"axis": axis}

    return chosen


def a_contraction(draw: Draw, values: Sequence[Known]) -> Any:
    """Two values with a letter per dimension; equal letters are multiplied or summed over."""
    x, y = one(draw, values, INEXACT), one(draw, values, INEXACT)
    first = "abcd"[: len(x.shape)]
    second: list[str] = []
    for dim, n in enumerate(y.shape):
        alike = [c for c, m in zip(first, x.shape, strict=True) if m == n and c not in second]
        second.append(draw.one_of(alike) if alike and draw.chance(0.8) else "wxyz"[dim])
    letters = draw.order(sorted({*first, *second}))
    kept = draw.order(draw.some_of(letters))[:3]
    return [x, y], {"subscripts": f"{first},{''.join(second)}->{''.join(kept)}"}


def a_matmul(draw: Draw, values: Sequence[Known]) -> Any:
    x = one(draw, values, INEXACT, 1)
    fitting = [
        y
        for y in values
        if y.kind in INEXACT
        and y.shape
        and y.shape[max(0, len(y.shape) - 2)] == x.shape[-1]
        and (min(len(x.shape), len(y.shape)) < 2 or broadcast(x.shape[:-2], y.shape[:-2]))
    ]
    return [x, draw.one_of(fitting)], {}


def a_move(draw: Draw, values: Sequence[Known]) -> Any:
    """A value and the dimension over which each axis of the mesh cuts it, -1 for none.

    For axes that the mesh does not have it says nothing.
    """
    x = one(draw, values, ANY, 1)
    return [x], {"cuts": tuple(draw.integer(-1, len(x.shape) - 1) for _ in range(2))}


def spec_of(cuts: Sequence[int], axes: Sequence[str], ndim: int) -> tuple[tuple[str, ...], ...]:
    """The spec in which the mesh axis ``axes[i]`` cuts dimension ``cuts[i]``."""
    by_axis = list(zip(axes, cuts, strict=False))
    return tuple(tuple(a for a, cut in by_axis if cut == dim) for dim in range(ndim))


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


# ---- along a line ----

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
