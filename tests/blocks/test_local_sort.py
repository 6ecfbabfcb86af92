"""Sorting the numbers of one rank: the same as `jax.lax.sort`, in every dtype and length."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from support.oracle import assert_same, random_array

from jpi._blocks.local_sort import sort_keys_p, sort_local
from jpi._blocks.numpy_sorts import sorts
from jpi._mpi.library import native

LENGTHS = (0, 1, 24, 25, 200, 5000)  # inserted one by one, or sorted by digits
DTYPES = """bool int4 uint4 int8 uint8 int16 uint16 int32 uint32
    float8_e4m3fn float16 bfloat16 float32 complex64""".split()


def rows_of(length, dtype):
    """Two rows with ties, zeros of both signs and, among floats, infinities and NaN."""
    values = np.round(random_array((2, length), np.float32) * 8) / 2
    values = np.where(values < -7, -np.inf, np.where(values > 7, np.nan, values))
    values[:, ::7], values[:, ::11] = -0.0, 0.0
    if not jnp.issubdtype(dtype, jnp.inexact):
        values = np.nan_to_num(values, nan=7, neginf=-7)
        values = values if jnp.issubdtype(dtype, jnp.signedinteger) else np.abs(values)
    x = jnp.asarray(values).astype(dtype)
    return x + 1j * jnp.flip(x, axis=-1) if x.dtype == jnp.complex64 else x


def sorted_by_xla(operands, num_keys):
    return lax.sort(operands, dimension=-1, is_stable=True, num_keys=num_keys)


def assert_identical(actual, expected):
    for a, e in zip(actual, expected, strict=True):
        assert a.dtype == e.dtype
        wide = np.complex64 if a.dtype == np.complex64 else np.float32
        np.testing.assert_array_equal(np.asarray(a.astype(wide)), np.asarray(e.astype(wide)))


@pytest.mark.parametrize("dtype", DTYPES)
def test_sort_equals_that_of_jax(dtype):
    operands = [rows_of(length, dtype) for length in LENGTHS]
    actual = jax.jit(lambda xs: [sort_local([x], 1)[0] for x in xs])(operands)
    expected = jax.jit(lambda xs: [sorted_by_xla([x], 1)[0] for x in xs])(operands)
    assert_identical(actual, expected)
    if jnp.issubdtype(dtype, jnp.floating):  # zeros keep the order of their signs
        wide = [[x.astype(jnp.float32) for x in xs] for xs in (actual, expected)]
        signs = [[jnp.signbit(x) & (x == 0) for x in xs] for xs in wide]
        assert_same(*signs)


@pytest.mark.parametrize("dtype", [np.uint32, np.uint64])
def test_sorts_of_numpy_and_by_digits_are_the_same(dtype):
    draw = np.random.default_rng(1)
    top = np.iinfo(dtype).max
    rows = [draw.integers(0, high, 5000, dtype, endpoint=True) for high in (top, 3)]
    rows += [np.arange(5000, dtype=dtype), np.sort(rows[0].reshape(2, -1)).reshape(-1)]
    keys = np.stack(rows)
    with jax.enable_x64(True):
        try:
            for addresses in (sorts(), (0, 0)):
                native.set_sorts(*addresses)
                (found,) = sort_keys_p.bind(jnp.asarray(keys), has_places=False, dtype=keys.dtype)
                np.testing.assert_array_equal(found, np.sort(keys))
        finally:
            native.set_sorts(*sorts())


@pytest.mark.parametrize("runs", [1, 2, 3, 40])
@pytest.mark.parametrize("dtype", DTYPES)
def test_runs_are_merged_in_every_dtype(dtype, runs):
    merged = jnp.sort(rows_of(3840, dtype).reshape(2, runs, -1)).reshape(2, -1)
    operands = [merged, jnp.sort(rows_of(25, dtype)), jnp.full((1, 300), merged[0, 0])]
    actual = jax.jit(lambda xs: [sort_local([x], 1)[0] for x in xs])(operands)
    expected = jax.jit(lambda xs: [sorted_by_xla([x], 1)[0] for x in xs])(operands)
    assert_identical(actual, expected)


@pytest.mark.parametrize("num_keys", [1, 2])
def test_other_operands_follow_the_keys(num_keys):
    operands = [
        [rows_of(n, "float32"), rows_of(n, "int8")[:, ::-1], jnp.arange(2 * n).reshape(2, n)]
        for n in LENGTHS
    ]
    actual = jax.jit(lambda all: [sort_local(xs, num_keys) for xs in all])(operands)
    expected = jax.jit(lambda all: [sorted_by_xla(xs, num_keys) for xs in all])(operands)
    for a, e in zip(actual, expected, strict=True):
        assert_identical(a, e)


@pytest.mark.parametrize("runs", [1, 2, 3, 5, 32, 33])
@pytest.mark.parametrize("lengths", ["equal", "uneven"])
def test_sorted_runs_are_merged(runs, lengths):
    counts = [300] * runs if lengths == "equal" else [1 + 200 * (i % 3) for i in range(runs)]
    parts = [np.sort(np.round(9 * random_array((n,), seed=i))) for i, n in enumerate(counts)]
    x, places = jnp.asarray(np.concatenate(parts))[None], jnp.arange(sum(counts))[None]
    assert_identical(sort_local([x], 1), sorted_by_xla([x], 1))
    assert_identical(sort_local([x, places], 1), sorted_by_xla([x, places], 1))


def test_sort_in_transforms_equals_that_of_jax():
    x, y = (jnp.asarray(random_array((3, 4, 60), seed=seed)) for seed in (1, 2))

    def results(sort):
        def first(x, y):
            return jnp.sum(jnp.sin(sort([x, y], 1)[1]) * jnp.arange(60))

        def one(x):
            return sort([x], 1)[0]

        return [
            jax.grad(first, argnums=(0, 1))(x, y),
            jax.hessian(lambda y: first(x[0, 0], y))(y[0, 0]),
            jax.vmap(one, in_axes=-1, out_axes=1)(x),
            jax.vmap(jax.vmap(one, in_axes=1), in_axes=0)(x),
            jax.jvp(one, (x,), (y,)),
        ]

    assert_same(jax.jit(lambda: results(sort_local))(), jax.jit(lambda: results(sorted_by_xla))())


def test_sort_outside_of_a_compiled_function_equals_that_of_jax():
    x = jnp.asarray(random_array((3, 100)))
    assert_identical(sort_local([x], 1), sorted_by_xla([x], 1))


def test_operand_is_not_overwritten():
    x = jnp.asarray(np.random.default_rng(0).integers(0, 99, 1000).astype(np.uint32))
    before = np.array(x)
    sort_local([x], 1)
    np.testing.assert_array_equal(x, before)
