"""Indexing by arrays, reading and writing, against `jax.numpy`: values and gradients."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.native_log import calls_during
from support.oracle import assert_same, check, random_array, spmd

import jpi
import jpi.numpy

pytestmark = pytest.mark.sweep(3)


def numbers(x, n, dtype=jnp.int32):
    """As many numbers below n as x has rows, sharded like the rows."""
    return (jnp.max(jnp.abs(x), axis=1) * 1000).astype(dtype) % max(n, 1)


def rows(x):
    return numbers(x, x.shape[0])


FEW = np.array([1, 0, -1, 1])
MANY = np.arange(30) * 7
GRID = np.array([[0, 1, 1], [1, 0, -2]])


def total(x):
    return jnp.sum(x, axis=1)


def one(x):
    """The index of a row, the same on every rank."""
    return jnp.argmax(jnp.max(x, axis=1))


def turned(x):
    return len(x) - 1 - jnp.arange(len(x))


READ = {
    "one": lambda x: [x[one(x)], x[one(x) - len(x)], x[one(x), 2]],
    "few": lambda x: x[FEW],
    "many": lambda x: x[MANY % len(x)],
    "in two dimensions": lambda x: x[GRID],
    "columns": lambda x: x[:, np.array([2, 0, 2])],
    "pairs": lambda x: [x[FEW, np.array([0, 3, 2, 1])], x[MANY % len(x), MANY % 4]],
    "pairs, cut": lambda x: x[rows(x), jnp.argmax(x, axis=1)],
    "own rows": lambda x: x[rows(x)],
    "outer": lambda x: x[rows(x)[:, None], np.array([1, 3])[None]],
    "fill": lambda x: [jnp.take(x, MANY - 5, axis=0), x.at[rows(x) * 2].get(mode="fill")],
    "fill value": lambda x: x.at[rows(x) * 2, 1].get(mode="fill", fill_value=7.0),
    "fill one": lambda x: x.at[one(x) + 1].get(mode="fill", fill_value=0.5),
    "clip": lambda x: jnp.take(x, jnp.asarray(MANY - 9), axis=0, mode="clip"),
    "wrap": lambda x: jnp.take(x, jnp.asarray(MANY - 9), axis=0, mode="wrap"),
    "flat": lambda x: jnp.take(x, MANY % x.size),
    "along rows": lambda x: jnp.take_along_axis(x, np.array([[0, 2, 1, 0], [2, 2, 0, 1]]), 0),
    "along rows, cut": lambda x: jnp.take_along_axis(x, (x > 0) + rows(x)[:, None] // 2, 0),
    "along columns": lambda x: jnp.take_along_axis(x, jnp.argmax(x, 1)[:, None], 1),
    "dynamic slice": lambda x: jax.lax.dynamic_slice(x, (one(x), 1), (len(x) // 2, 2)),
    "dynamic row": lambda x: jax.lax.dynamic_index_in_dim(x, one(x), 0),
    "dynamic columns": lambda x: jax.lax.dynamic_slice_in_dim(x, one(x), 2, 1),
    "trace": lambda x: [jnp.diagonal(x), jnp.trace(x)],
    "choose": lambda x: jnp.choose(np.array([0, 1, 1, 0]), [x, 2 * x], mode="wrap"),
    "unravel": lambda x: x[jnp.unravel_index(MANY % x.size, x.shape)],
    "triangle": lambda x: x[jnp.tril_indices(3)],
    "mapped": lambda x: jax.vmap(lambda row, i: row[i])(x, jnp.argmax(x, axis=1)),
    "mapped slices": lambda x: jax.vmap(lambda i: jax.lax.dynamic_slice(x, (i, 1), (2, 2)))(
        rows(x)
    ),
}
READ_OF_ANY = {
    "one_hot": lambda x: jax.nn.one_hot(numbers(x, 5), 5) * total(x)[:, None],
    "table": lambda x: jnp.cos(np.arange(50.0))[numbers(x, 50)] * total(x),
    "digitize": lambda x: jnp.digitize(x, np.array([-1.0, 0.0, 1.0]), method="compare_all"),
    "searchsorted": lambda x: jnp.searchsorted(np.arange(4.0), x, method="compare_all"),
    "nothing": lambda x: x[np.zeros(0, int)],
    "select": lambda x: jnp.select([x > 1, x > 0], [x, x * x], 1.0),
}
WRITE = {
    "set": lambda x: x.at[np.array([1, 0])].set(2 * x[FEW[:2]]),
    "set one": lambda x: x.at[1, 2].set(jnp.sum(x) * 3),
    "set columns": lambda x: x.at[:, np.array([2, 0])].set(x[:, np.array([1, 2])] * 2),
    "set and drop": lambda x: x.at[np.arange(30)].set(4.0, mode="drop"),
    "set cut": lambda x: x.at[rows(x)].set(x * x + jnp.mean(x)),
    "set slice": lambda x: x.at[1:].set(3.0),
    "add": lambda x: x.at[rows(x)].add(x * x),
    "add few": lambda x: x.at[FEW].add(jnp.sum(x, axis=0)),
    "add pairs": lambda x: x.at[rows(x), jnp.argmax(x, axis=1)].add(total(x) ** 2),
    "subtract": lambda x: x.at[rows(x)].subtract(x * x),
    "min": lambda x: x.at[rows(x)].min(jnp.sin(x)),
    "max": lambda x: x.at[rows(x), 1].max(jnp.sin(total(x))),
    "multiply by constants": lambda x: x.at[FEW].multiply(3.0),
    "multiply once": lambda x: x.at[turned(x)].multiply(x * x, unique_indices=True),
    "clip": lambda x: x.at[rows(x) * 3].add(x, mode="clip"),
    "permutation": lambda x: x.at[turned(x)].set(x, unique_indices=True),
    "along rows": lambda x: jnp.put_along_axis(x, x.argmax(0)[None], 2.0, 0, inplace=False),
    "along columns": lambda x: jnp.put_along_axis(
        x, jnp.argmax(x, 1)[:, None], total(x)[:, None] ** 2, 1, inplace=False
    ),
    "dynamic": lambda x: jax.lax.dynamic_update_slice(x, x.T[:, FEW] * 2, (one(x), 0)),
    "dynamic, cut": lambda x: jax.lax.dynamic_update_slice(x, x[:, FEW[:2]] * 2, (0, one(x))),
    "dynamic rows": lambda x: jax.lax.dynamic_update_slice(x, x[FEW] * 2, (one(x), 0)),
    "diagonal": lambda x: jnp.fill_diagonal(x, 3.0, inplace=False),
}
WRITE_INTO_ANOTHER = {
    "segment_sum": lambda x: jax.ops.segment_sum(x, numbers(x, 3), 3),
    "segment_sum into many": lambda x: jax.ops.segment_sum(x, numbers(x, 50), 50),
    "segment_max": lambda x: jax.ops.segment_max(x, numbers(x, 50), 50),
    "bincount": lambda x: jnp.bincount(numbers(x, 6), length=6),
    "weighted bincount": lambda x: jnp.bincount(numbers(x, 6), weights=total(x), length=6),
    "into columns": lambda x: jnp.zeros((4, 40)).at[:, numbers(x, 40)].add(x.T),
    "into another": lambda x: jnp.ones((9, 4)).at[numbers(x, 9)].max(x),
}
FAMILIES = [READ, READ_OF_ANY, WRITE, WRITE_INTO_ANOTHER]


def arrays(sizes):
    return [[random_array((n, 4), seed=1)] for n in sizes]


def checked(family, names, sizes, *where):
    check({name: spmd(family[name]) for name in names}, arrays(sizes), *where)


GROUPS = [(i, part) for i, parts in enumerate((3, 1, 3, 1)) for part in range(parts)]


@pytest.mark.parametrize(("family", "part"), GROUPS)
def test_values_and_gradients_equal_those_of_jax_numpy(family, part):
    table, parts = FAMILIES[family], sum(i == family for i, _ in GROUPS)
    checked(table, list(table)[part::parts], (7, 2, 0) if family % 2 else (7,))


def test_blocks_may_be_empty_and_even():
    checked(READ, ["own rows", "fill", "along columns", "mapped"], (12, 2))
    checked(WRITE, ["set cut", "add", "min", "set and drop", "along columns"], (12, 2))


LAYOUTS = {
    "columns": [
        (READ, ["many", "columns", "pairs", "along columns", "dynamic columns", "own rows"]),
        (WRITE, ["set columns", "add pairs", "dynamic, cut", "along columns"]),
    ],
    "both": [
        (READ, ["own rows", "pairs, cut", "fill", "along rows, cut", "mapped slices"]),
        (WRITE, ["set cut", "add pairs", "max", "dynamic rows"]),
        (WRITE_INTO_ANOTHER, ["segment_sum into many", "into another"]),
    ],
}


@pytest.mark.parametrize("cut", LAYOUTS)
def test_layouts_other_than_rows_give_the_same(cut):
    spec, mesh = jpi.P(None, "ranks"), None
    if cut == "both":
        size = jpi.size()
        grid = (2, size // 2) if size % 2 == 0 else (size, 1)
        spec, mesh = jpi.P("a", "b"), jpi.make_mesh(grid, ("a", "b"))
    for family, names in LAYOUTS[cut]:
        checked(family, names, (7,), spec, mesh)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint16", "float16", "complex64", "float8_e5m2"])
def test_every_dtype_is_indexed(dtype):
    x = random_array((7, 4)).astype(jnp.dtype(dtype))
    i = np.array([3, -1, 9, 0, 6, 2, 30])

    def results(x, i):
        values = [x.at[i].get(mode="fill"), x[jnp.min(i)], x[i[FEW]], x.at[i].set(x)]
        if dtype not in ("bool", "float8_e5m2"):
            values += [x.at[i].add(x), x.at[i].multiply(x), x.at[FEW].max(x[FEW[::-1]])]
        return values

    actual = jpi.jit(jpi.spmd(results))(jpi.numpy.asarray(x), jpi.numpy.asarray(i))
    assert_same(actual, results(jnp.asarray(x), jnp.asarray(i)), what=dtype)


def test_functions_are_applied_where_the_indices_say():
    apply = lambda x: x.at[np.array([0, 6, 0, 9])].apply(jnp.sin)  # noqa: E731
    x = random_array((7, 4))
    assert_same(jpi.spmd(apply)(jpi.numpy.asarray(x)), apply(jnp.asarray(x)))


def names_of(function, *arrays):
    """The collectives that a function of distributed arrays calls, and the bytes that they send."""
    run = jpi.jit(jpi.spmd(function))
    calls, _ = calls_during(lambda: run(*arrays))
    return [name for name, *_ in calls], sum(nbytes for *_, nbytes in calls)


@pytest.mark.mpi(min_size=2)  # one rank has nothing to send
def test_only_needed_rows_are_sent():
    n = 3000
    x = jpi.numpy.asarray(random_array((n, 8)))
    own = jpi.numpy.arange(n)
    table = jpi.numpy.asarray(random_array((5,)))
    assert names_of(lambda x: x[:, np.array([5, 1])], x) == ([], 0)
    assert names_of(lambda x: x.at[np.array([5, 1])].set(0.0), x) == ([], 0)
    assert names_of(lambda x, i: x[i], x, own)[0] == ["fetch"]
    assert names_of(lambda x, i: x[i], x, own)[1] == 0
    assert names_of(lambda x, i: x.at[i].add(x), x, own) == (["accumulate"], 0)
    assert names_of(lambda t, i: t[i % 5], table, own)[0] == ["allgather"]
    name, nbytes = names_of(lambda x: x[np.array([3])], x)
    assert (name, nbytes) == (["allreduce"], 8 * 4)
    name, nbytes = names_of(lambda x, i: x[i, i % 8], x, own)
    assert (name, nbytes) == (["fetch"], 0)
    name, nbytes = names_of(
        lambda x: jax.ops.segment_sum(x[:, np.array([0])], jnp.arange(n) % 3, 3), x
    )
    assert (name, nbytes) == (["allreduce"], 3 * 4)
