"""Slices, flips, pads, tiles and functions made of them, against `jax.numpy`."""

import jax
import pytest
from support.oracle import ROWS, check, random_array, spmd

pytestmark = pytest.mark.sweep(3)


PADDINGS = [(2, 1, 0), (0, 3, 2), (-1, 2, 0), (-2, -1, 1), (1, -2, 3), (-3, 0, 2), (5, 0, 0)]


def paddings(x):
    size = x.shape[0]
    fit = [p for p in PADDINGS if p[0] + p[1] + size + max(size - 1, 0) * p[2] >= 0]
    return [jax.lax.pad(x, x.dtype.type(0.5), [p, (1, -1, 1)]) for p in fit]


SLICES = {
    "from": lambda m, x: x[2:],
    "to": lambda m, x: x[:-1],
    "span": lambda m, x: x[1:6],
    "steps": lambda m, x: [x[::2], x[1::3], x[2:9:4], x[:, ::2]],
    "both dimensions": lambda m, x: x[1:-1, 1::2],
    "a row": lambda m, x: x[1:2],
    "none": lambda m, x: x[5:5],
    "backwards": lambda m, x: [x[::-1], x[::-2], x[5:1:-3], x[:, ::-1]],
    "flip": lambda m, x: [m.flip(x), m.flipud(x), m.fliplr(x)],
    "rot90": lambda m, x: [m.rot90(x), m.rot90(x, 2), m.rot90(x, 3)],
    "array_split": lambda m, x: m.array_split(x, 4),
    "hsplit": lambda m, x: [*m.hsplit(x, 2), *m.dsplit(x.reshape(-1, 2, 2), 2)],
    "unstack": lambda m, x: [*m.unstack(x, axis=1), *m.unstack(x[:3])],
}
SHIFTS = {
    "roll": lambda m, x: [m.roll(x, 2, axis=0), m.roll(x, -5, axis=0), m.roll(x, 1, axis=1)],
    "roll all": lambda m, x: [m.roll(x, 3), m.roll(x, (1, 2), axis=(0, 1))],
    "tile": lambda m, x: [m.tile(x, 2), m.tile(x, (2, 1)), m.tile(x, (5, 3)), m.tile(x, (2, 1, 1))],
    "repeat": lambda m, x: [m.repeat(x, 3, axis=0), m.repeat(x, 2, axis=1), m.repeat(x, 2)],
    "diff": lambda m, x: [m.diff(x, axis=0), m.diff(x, 2, axis=0), m.diff(x)],
    "diff with ends": lambda m, x: m.diff(x, axis=0, prepend=1.0, append=x[:1]),
    "ediff1d": lambda m, x: m.ediff1d(x, to_begin=3.0, to_end=4.0),
    "append": lambda m, x: [m.append(x, x, axis=0), m.append(x, 1.5)],
    "block": lambda m, x: m.block([[x, 2 * x], [3 * x, x]]),
    "column_stack": lambda m, x: [m.column_stack([x, x[:, 0]]), m.dstack([x, x])],
    "tri": lambda m, x: [m.tril(x, 1), m.triu(x, -2), m.tri(5, 3)],
    "diag": lambda m, x: m.diag(x[:, 0], 1),
}
PADS = {
    "lax.pad": lambda m, x: spmd(paddings)(m, x),
    "lax.pad with a variable": lambda m, x: spmd(
        lambda x, y: jax.lax.pad(x, y, [(1, 2, 1), (0, 0, 0)])
    )(m, x, m.sum(x)),
    "constant": lambda m, x: m.pad(x, ((2, 1), (0, 3)), constant_values=((1.0, 2.0), (3.0, 4.0))),
    "empty": lambda m, x: m.pad(x, 2, mode="empty"),
}
PADS_OF_ROWS = {  # they repeat rows: no rows are an error in jax.numpy too
    mode: lambda m, x, mode=mode: m.pad(x, ((2, 1), (0, 3)), mode=mode)
    for mode in "edge linear_ramp maximum mean minimum reflect symmetric wrap".split()
} | {
    "gradient": lambda m, x: m.gradient(x) if x.shape[0] > 2 else x,
    "resize": lambda m, x: m.resize(x, (5, 3)),
    "split": lambda m, x: m.split(x, [1, 1, 2]),
    "delete": lambda m, x: [m.delete(x, 1, axis=0), m.delete(x, -1, axis=1)],
    "integer": lambda m, x: [x[0], x[-1], x[1, 2], x[:, 1]],
    "associative_scan": spmd(lambda x: jax.lax.associative_scan(jax.numpy.add, x)),
    "trapezoid": lambda m, x: m.trapezoid(x, axis=0),
}
CONSTANTS = {
    "iota": spmd(lambda x: x[:, 0] * jax.numpy.arange(3 * x.shape[0])[2::3]),
    "ones": lambda m, x: x + m.pad(m.ones_like(x), ((1, 0), (0, 1)))[1:, 1:],
    "tiles": spmd(lambda x: x * jax.numpy.tile(jax.numpy.arange(2.0), (x.shape[0], 2))),
    "rows": lambda m, x: x.sum(0)[1:3] * m.pad(x.sum(0), 1, constant_values=2.0)[2:4],
}


def cases(rows):
    return [[random_array((n, 4), seed=1)] for n in rows]


def halves(table):
    names = list(table)
    return [{name: table[name] for name in names[k::2]} for k in range(2)]


@pytest.mark.parametrize(
    "table", [*halves(SLICES), *halves(SHIFTS), PADS | CONSTANTS], ids=", ".join
)
def test_values_and_gradients_equal_those_of_jax_numpy(table):
    check(table, cases(ROWS[1:]))


@pytest.mark.parametrize("table", halves(PADS_OF_ROWS), ids=", ".join)
def test_values_and_gradients_equal_those_of_jax_numpy_for_some_rows(table):
    check(table, cases(ROWS[1:3]))
