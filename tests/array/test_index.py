"""Indexing, `at` and functions whose result shape depends on values, against `jax.numpy`."""

import jax
import numpy as np
import pytest
from support.oracle import assert_same, check, random_array

import jpi
import jpi.numpy

pytestmark = pytest.mark.sweep(2)

ROWS = np.array([3, 0, -1, 3])
BASIC = {
    "integers": lambda m, x: [x[0], x[-1], x[2, 1], x[:, 1], x[..., -1], x[np.int32(1)], x[0, :2]],
    "new dimensions": lambda m, x: [x[None], x[:, None, 1:], x[..., None], x[None, 1, ..., None]],
    "everything": lambda m, x: [x[...], x[:], x[()], x[:, :]],
    "slices": lambda m, x: [x[np.int64(1) : 5 : np.int8(2)], x[-3:], x[5:1], x[::-2, ::-1]],
}
ARRAYS = {
    "scalar masks": lambda m, x: [x[True], x[False], x[True, 1], x[:, None, True]],
    "rows": lambda m, x: [x[ROWS], x[jax.numpy.asarray(ROWS)], x[ROWS[:0]], x[np.array(2)]],
    "columns": lambda m, x: [x[:, ROWS], x[..., ROWS[None]]],
    "elements": lambda m, x: [
        x[ROWS, ROWS[::-1]],
        x[ROWS[:, None], ROWS],
        x[1, ROWS],
        x[ROWS, 1:3],
    ],
    "lists": lambda m, x: [x[[0, 1], :], x[:, [True, False, False, True]]],
    "ix_": lambda m, x: x[np.ix_([0, 2], [3, 1])],
    "at": lambda m, x: [
        x.at[1].set(2.0),
        x.at[ROWS].add(x[:4]),
        x.at[1:3].subtract(1.5),
        x.at[:, ROWS].multiply(2.0),
        x.at[ROWS, ROWS].min(0.1),
        x.at[::2].max(0.1),
        x.at[ROWS[1:]].divide(3.0),
        x.at[2, 1].power(2.0),
    ],
    "at outside": lambda m, x: [
        x.at[np.array([1, 30])].set(5.0, mode="drop"),
        x.at[np.array([1, 30])].get(mode="fill", fill_value=3.0),
        x.at[np.array([1, 30])].get(mode="clip", indices_are_sorted=True, unique_indices=True),
        x.at[np.array([-1, 0])].get(wrap_negative_indices=False, mode="fill"),
    ],
}
MASK = np.array([True, False, True, True, False, False, True])
SELECTED = {
    "rows": lambda m, x: x[x[:, 0] > 0],
    "elements": lambda m, x: x[x > 0],
    "a host's": lambda m, x: [x[MASK], x[jax.numpy.asarray(MASK)], x[~MASK & ~MASK]],
    "columns": lambda m, x: [x[:, MASK[:4]], x[..., x[0] > 0], x[1:3, MASK[:4]], x[None, MASK]],
}
SELECTED_BY_POSITION = {
    "and integers": lambda m, x: [x[MASK, 1], x[1, MASK[:4]], x[MASK, np.array([0, 1, 2, 3])]],
    "outside": lambda m, x: [x[9], x[np.array([20, -20])], x[:, np.array([7])]],
    "two": lambda m, x: x[MASK, MASK[[0, 2, 3, 6]]],
    "at": lambda m, x: [
        x.at[x > 0].set(0.0),
        x.at[x[:, 0] > 0].add(2.0),
        x.at[MASK].multiply(x[:4]),
        x.at[x > 0].get(),
        x.at[ROWS[1:]].apply(jax.numpy.sin),
    ],
}


def grid():
    rows = 2 if jpi.size() % 2 == 0 else 1
    return jpi.make_mesh((rows, jpi.size() // rows), ("a", "b"))


LAYOUTS = [(None, False), (jpi.P(None, "ranks"), False), (jpi.P("a", "b"), True)]


@pytest.mark.parametrize(("spec", "on_grid"), LAYOUTS, ids=str)
@pytest.mark.parametrize("table", [BASIC, ARRAYS], ids=["basic", "arrays"])
def test_values_and_gradients_equal_those_of_jax_numpy(table, spec, on_grid):
    check(table, [[random_array((7, 4), seed=1)]], spec, grid() if on_grid else None)


@pytest.mark.parametrize(("spec", "on_grid"), LAYOUTS, ids=str)
@pytest.mark.parametrize(
    "table",
    [SELECTED, SELECTED_BY_POSITION],
    ids=["direct", "positions"],
)
def test_masks_select_as_in_jax_numpy(table, spec, on_grid):
    x = random_array((7, 4), seed=1)
    cut = jpi.numpy.asarray(x, spec=spec, mesh=grid() if on_grid else None)
    for name, fun in table.items():
        actual, expected = fun(jpi.numpy, cut), fun(jax.numpy, jax.numpy.asarray(x))
        assert_same(actual, expected, what=name)


@pytest.mark.parametrize("spec", [None, jpi.P(None, "ranks")], ids=str)
@pytest.mark.parametrize("shape", [(7, 4), (0, 4), (2, 3)], ids=str)
def test_selections_are_balanced_and_differentiate(shape, spec):
    x = random_array(shape, seed=2)
    fun = lambda m: lambda x: m.sum(x[x > 0] ** 2) + 3 * m.sum(x[x[:, 0] < 0])  # noqa: E731
    cut = jpi.numpy.asarray(x, spec=spec)
    assert_same(jax.grad(fun(jpi.numpy))(cut), jax.grad(fun(jax.numpy))(jax.numpy.asarray(x)))
    chosen = cut[cut > 0]
    counts = np.array_split(np.arange(chosen.shape[0]), jpi.size())
    assert chosen.shard.shape[0] == len(counts[jpi.rank()])


@pytest.mark.parametrize("spec", [None, jpi.P()], ids=str)
def test_a_mask_with_values_selects_in_compiled_functions(spec):
    x, mask = random_array((7, 4)), random_array((7,)) > 0
    cut, cut_mask = jpi.numpy.asarray(x, spec=spec), jpi.numpy.asarray(mask)
    for known in (mask, cut_mask):
        if spec is None or known is mask:
            assert_same(jpi.jit(lambda x: 2 * x[known])(cut), 2 * x[mask])  # noqa: B023
    if spec is not None:  # a plain array is JAX's, and so are its operators
        with pytest.raises(IndexError, match="DistArray"):
            jpi.jit(lambda x: 2 * x[cut_mask])(cut)


NUMBERS = np.array([3, 1, 3, 0, 2, 0, 1, 1, 5, 0], np.int32)
NOT_NUMBERS = np.array([3, np.nan, 1, 3, np.nan, 0, 0], np.float32)
FOUND = {
    "nonzero": lambda m, x, y: [m.nonzero(x), x.nonzero(), m.where(x > 1), m.flatnonzero(x)],
    "argwhere": lambda m, x, y: [m.argwhere(x), m.argwhere(m.stack([x, 2 * x], axis=1))],
    "compress": lambda m, x, y: [
        m.compress(np.array([True, False, True]), x),
        x.compress(x > 0),
        m.compress(np.array([False, True]), m.stack([x, 2 * x], axis=1), axis=1),
        m.extract(x > 1, x),
    ],
    "delete": lambda m, x, y: [m.delete(x, x > 0), m.delete(x, NUMBERS > 1)],
    "trim_zeros": lambda m, x, y: [m.trim_zeros(x), m.trim_zeros(x, "b"), m.trim_zeros(0 * x)],
    "delete at": lambda m, x, y: m.delete(x, np.array([1, 1, -1])),
    "choose": lambda m, x, y: m.choose(x % 2, [x, -x]),
    "repeat": lambda m, x, y: [m.repeat(x, x), m.repeat(x, 0 * x), m.repeat(x, np.array([2]))],
    "bincount": lambda m, x, y: [m.bincount(x), m.bincount(x, minlength=9), m.bincount(x[:0])],
}
SETS = {
    "unique": lambda m, x, y: [
        m.unique(x),
        m.unique(y),
        m.unique(y, equal_nan=False),
        m.unique(x, return_index=True, return_inverse=True, return_counts=True),
        m.unique(m.stack([x % 2, x % 3], axis=1), axis=0),
        m.unique(x[:0]),
    ],
    "unique values": lambda m, x, y: [
        *m.unique_all(x),
        *m.unique_counts(y),
        *m.unique_inverse(x),
        m.unique_values(y),
    ],
    "union1d": lambda m, x, y: m.union1d(x, y),
    "setdiff1d": lambda m, x, y: [m.setdiff1d(x, y), m.setdiff1d(y, x), m.setdiff1d(x, x)],
    "setxor1d": lambda m, x, y: [m.setxor1d(x, y), m.setxor1d(x, x)],
    "intersect1d": lambda m, x, y: [
        m.intersect1d(x, y),
        m.intersect1d(x, -y - 1),
        m.intersect1d(x, y, return_indices=True),
    ],
    "assume_unique": lambda m, x, y: [
        m.setdiff1d(m.arange(5), m.arange(3), assume_unique=True),
        m.setxor1d(m.arange(5), m.arange(3) + 3, assume_unique=True),
        m.intersect1d(m.arange(5), m.arange(3) + 3, assume_unique=True),
    ],
}


@pytest.mark.parametrize("name", [*FOUND, *SETS])
def test_results_sized_by_values_equal_those_of_jax_numpy(name):
    fun = (FOUND | SETS)[name]
    cut = fun(jpi.numpy, jpi.numpy.asarray(NUMBERS), jpi.numpy.asarray(NOT_NUMBERS))
    assert_same(cut, fun(jax.numpy, jax.numpy.asarray(NUMBERS), jax.numpy.asarray(NOT_NUMBERS)))
    assert any(isinstance(x, jpi.DistArray) for x in jax.tree.leaves(cut, is_leaf=is_cut))


def is_cut(x):
    return isinstance(x, jpi.DistArray)


METHODS = {
    "item": lambda m, x: m.sum(x, axis=0, keepdims=True)[:, 0].item(),
    "tolist": lambda m, x: m.sum(x, axis=0).tolist(),
    "mT": lambda m, x: m.stack([x, x]).mT,
    "view": lambda m, x: x.view("int32"),
    "byteswap": lambda m, x: x.byteswap().byteswap(),
    "round": lambda m, x: round(x, 1),
}


@pytest.mark.parametrize("name", METHODS)
def test_methods_are_those_of_jax_arrays(name):
    x = random_array((7, 4))
    actual = METHODS[name](jpi.numpy, jpi.numpy.asarray(x))
    expected = METHODS[name](jax.numpy, jax.numpy.asarray(x))
    if isinstance(expected, float | list):
        np.testing.assert_allclose(actual, expected, rtol=1e-5)
    else:
        assert_same(actual, expected)


BAD = {
    "list": lambda m, x: x[[0, 1]],
    "float": lambda m, x: x[1.0],
    "string": lambda m, x: x["row"],
    "too many": lambda m, x: x[0, 0, 0],
    "two ellipses": lambda m, x: x[..., ...],
    "float slice": lambda m, x: x[1.5:],
    "zero step": lambda m, x: x[::0],
    "mask of another shape": lambda m, x: x[np.ones(5, bool)],
    "mask of too many dimensions": lambda m, x: x[x[..., None] > 0],
    "mask beside an ellipsis": lambda m, x: x[..., np.ones(7, bool)],
    "at": lambda m, x: x.at[1].set(np.ones(3)),
    "at mask": lambda m, x: x.at[np.ones(5, bool)].set(1.0),
    "assignment": lambda m, x: x.__setitem__(1, 2.0),
    "compress": lambda m, x: m.compress(x > 0, x),
    "compress outside": lambda m, x: m.compress(np.ones(9, bool), x, axis=0),
    "delete": lambda m, x: m.delete(x, x[:, 0] > 0, axis=1),
    "choose": lambda m, x: m.choose(x.astype(int) + 7, [x, x]),
    "nonzero": lambda m, x: m.nonzero(x.sum()),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_the_error_of_jax_numpy(name):
    x = random_array((7, 4))
    with pytest.raises(Exception) as expected:
        BAD[name](jax.numpy, jax.numpy.asarray(x))
    with pytest.raises(expected.type) as actual:
        BAD[name](jpi.numpy, jpi.numpy.asarray(x))
    assert str(actual.value).splitlines()[0] == str(expected.value).splitlines()[0]


IN_JIT = {
    "mask": lambda m, x: x[x > 0],
    "at mask": lambda m, x: x.at[x > 0].set(0.0),
    "nonzero": lambda m, x: m.nonzero(x),
    "unique": lambda m, x: m.unique(x),
    "compress": lambda m, x: m.compress(x[:, 0] > 0, x, axis=0),
}


@pytest.mark.parametrize("name", IN_JIT)
def test_what_depends_on_values_is_the_error_of_jax_numpy_in_compiled_functions(name):
    x = random_array((7, 4))
    with pytest.raises(Exception) as expected:
        jax.jit(lambda x: IN_JIT[name](jax.numpy, x))(x)
    with pytest.raises(expected.type) as actual:
        jpi.jit(lambda x: IN_JIT[name](jpi.numpy, x))(jpi.numpy.asarray(x))
    assert str(actual.value).splitlines()[0] == str(expected.value).splitlines()[0]
