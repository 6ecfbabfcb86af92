"""Arguments of calls: what `jax.numpy` takes, and what it refuses, is the same here."""

import inspect

import jax
import jax.numpy
import numpy as np
import pytest
from support.oracle import assert_same, random_array

import jpi
import jpi.numpy
import jpi.random

pytestmark = pytest.mark.sweep

Y = random_array((4, 6))
HALF, BYTE = Y[0].astype("f2"), Y[0].astype("i1")
CUBE = random_array((2, 4, 3))
ONE, TWO, THREE = map(np.int64, (1, 2, 3))


def add(x, y):
    return x + y


# name -> a function of a module (jpi.numpy or jax.numpy) and Y, as an array of it
CALLS = {
    # numbers of NumPy and JAX are shapes, axes and counts
    "reshape to NumPy integers": lambda m, x: m.reshape(x, (np.int64(6), np.int64(4))),
    "reshape to a product of NumPy": lambda m, x: x.reshape(np.prod(x.shape)),
    "broadcast_to NumPy integers": lambda m, x: m.broadcast_to(x, (TWO, 4, 6)),
    "tile by an array": lambda m, x: m.tile(x, np.array([1, 2])),
    "tile by an array of JAX": lambda m, x: m.tile(x, jax.numpy.array([1, 2])),
    "cumsum along an axis": lambda m, x: m.cumsum(x, axis=ONE),
    "argsort along an axis": lambda m, x: m.argsort(x, axis=np.int64(0)),
    "swapaxes": lambda m, x: m.swapaxes(x, np.int64(0), 1),
    "tril": lambda m, x: m.tril(x, ONE),
    "rot90": lambda m, x: m.rot90(x, ONE),
    "diff": lambda m, x: m.diff(x, TWO),
    "partition": lambda m, x: m.partition(x, TWO),
    "vander": lambda m, x: m.vander(x[0], THREE),
    "polyder": lambda m, x: m.polyder(x[0], ONE),
    "resize": lambda m, x: m.resize(x, (np.int64(5), 2)),
    "sum along an array": lambda m, x: m.sum(x, axis=np.array(0)),
    "roll by an array": lambda m, x: m.roll(x, np.array([1, 2]), axis=(0, 1)),
    "split by a float": lambda m, x: m.split(x, 2.0),
    "repeat by counts": lambda m, x: m.repeat(x, np.array([1, 0, 2, 1]), axis=0),
    "zeros of NumPy": lambda m, x: m.zeros(THREE),
    "zeros of an array": lambda m, x: m.zeros(np.array([2, 3])),
    "zeros of an array of JAX": lambda m, x: m.zeros(jax.numpy.array(3)),
    "eye": lambda m, x: m.eye(THREE),
    "arange": lambda m, x: m.arange(np.int64(5)),
    "full": lambda m, x: m.full((TWO, 3), np.float32(2)),
    # floats and numbers of NumPy that are static in JAX
    "norm of order inf": lambda m, x: m.linalg.norm(x, np.inf),
    "norm of order 2.0": lambda m, x: m.linalg.norm(x[0], 2.0),
    "matrix_norm": lambda m, x: m.linalg.matrix_norm(x, ord=np.inf),
    "cond": lambda m, x: m.linalg.cond(x[:, :4] + np.eye(4, dtype="f4") * 9, p=np.inf),
    "take with a fill": lambda m, x: m.take(x, np.array([9]), axis=0, fill_value=3.0),
    "percentile": lambda m, x: m.percentile(x, np.float32(40), axis=0),
    "pad": lambda m, x: m.pad(x, ((1, 1), (0, 2)), constant_values=np.float32(3)),
    # types of scalars
    "times a NumPy integer": lambda m, x: x.astype("i1") * ONE,
    "times a NumPy float": lambda m, x: x.astype("f2") * np.float32(2),
    "times a NumPy bool": lambda m, x: x * np.bool_(True),
    "power of a NumPy integer": lambda m, x: x**TWO,
    "copysign of -0.0": lambda m, x: [m.copysign(x, 0.0), m.copysign(x, -0.0), x / -0.0, x / 0.0],
    # orders
    "reshape in Fortran order": lambda m, x: m.reshape(x, (6, 4), order="F"),
    "reshape of three in Fortran order": lambda m, x: m.reshape(x.T, (3, 4, 2), order="F"),
    "ravel in Fortran order": lambda m, x: x.ravel(order="F"),
    "average over axes": lambda m, x: m.average(
        x, axis=(1, 0), weights=np.arange(24, dtype="f4").reshape(6, 4)
    ),
    "percentile over axes": lambda m, x: m.percentile(x.reshape(2, 2, 6), 40.0, axis=(0, 2)),
    "concatenate the rows of an array": lambda m, x: m.concatenate(x.reshape(2, 2, 6), axis=1),
    # arrays of data
    "a number that does not fit": lambda m, x: m.array(2**31),
    "a number in a list that does not fit": lambda m, x: m.asarray([2**31, 1]),
    "a number that does not fit a dtype": lambda m, x: m.asarray([300], dtype="uint8"),
    "a negative number without a sign": lambda m, x: m.asarray([-1], dtype="uint8"),
    "an array that wraps": lambda m, x: m.asarray(np.array([300, -1]), dtype="uint8"),
    "a masked array": lambda m, x: m.asarray(np.ma.masked_array([1.0, 2.0], [0, 1])),
    "an array of objects": lambda m, x: m.asarray(np.array([1, None], dtype=object)),
    "a list of None": lambda m, x: m.asarray([None, 1]),
    "strings": lambda m, x: m.asarray(["a"]),
    "lists of different lengths": lambda m, x: m.asarray([[1], [1, 2]]),
    "big-endian numbers": lambda m, x: m.asarray(np.array([1, 2], ">f4")),
    "a big-endian operand": lambda m, x: x + np.arange(6).astype(">f4"),
    "a weak scalar": lambda m, x: m.asarray(2.0) * HALF,
    "a weak integer": lambda m, x: m.array(2) * m.asarray(BYTE),
    "a scalar of NumPy": lambda m, x: m.asarray(np.float32(2)) * m.asarray(HALF),
    "a complex scalar": lambda m, x: m.asarray(2j),
    "a copy": lambda m, x: [m.asarray(x, copy=True), m.array(x), m.array(x, copy=False)],
    "a copy of data": lambda m, x: [m.asarray(HALF, copy=True), m.asarray(HALF, copy=False)],
    "of a device": lambda m, x: m.asarray(HALF, device=jax.devices()[0]),
    "of two dimensions": lambda m, x: [m.array(HALF, ndmin=2), m.array(x, ndmin=3)],
    "a scalar of two dimensions": lambda m, x: m.array(1.5, ndmin=2),
    "in order K": lambda m, x: [m.array(HALF, order="K"), m.asarray(x, order="K")],
    "in Fortran order": lambda m, x: m.array(HALF, order="F"),
    "of another dtype": lambda m, x: [m.asarray(x, "f2"), m.array(x, dtype="f2")],
    "a list of arrays": lambda m, x: [m.asarray([x, x]), m.array([x[0], x[1]], dtype="f2")],
    "a list of numbers of an array": lambda m, x: m.asarray([x[0, 0], 3.0]),
    # methods
    "astype with a copy": lambda m, x: x.astype("f2", copy=True),
    "astype on a device": lambda m, x: x.astype("f2", device=jax.devices()[0]),
    "flatten": lambda m, x: [x.flatten(), x.flatten(order="C"), x.flatten("F")],
    "in": lambda m, x: [np.asarray(3 in m.arange(5)), np.asarray(7.0 in m.arange(5))],
    "in two dimensions": lambda m, x: 3 in x,
    "a string in": lambda m, x: "a" in x[0],
    "truth of one element": lambda m, x: np.asarray(bool(m.ones(1))),
    "bincount of negatives": lambda m, x: m.bincount(m.asarray([-1, 2, 2])),
    "weighted bincount": lambda m, x: m.bincount(
        m.asarray([-1, 2, 2]), weights=np.ones(3, "f4"), minlength=4
    ),
    "an index that does not fit": lambda m, x: x[2**31],
    "a slice that does not fit": lambda m, x: x[-(2**40) : 2**40],
    "ufuncs are equal": lambda m, x: np.asarray(m.frompyfunc(add, 2, 1) == m.frompyfunc(add, 2, 1)),
    # mistakes
    "norm of no order": lambda m, x: m.linalg.norm(x, 7.5),
    "reshape that does not fit": lambda m, x: m.reshape(x, (np.int64(5), 4)),
    "sum along no axis": lambda m, x: m.sum(x, axis=np.int64(2)),
    "add of shapes that do not fit": lambda m, x: x + np.ones(5, "f4"),
}


def outcome(call, module, x):
    """The results, or the type of the error."""
    try:
        return call(module, x)
    except Exception as error:
        return type(error)


def compare(call, x, y, name):
    actual, expected = outcome(call, jpi.numpy, x), outcome(call, jax.numpy, y)
    if isinstance(actual, type) or isinstance(expected, type):
        assert actual == expected, name
    else:
        assert_same(actual, expected, name)


@pytest.mark.parametrize("name", CALLS)
def test_arguments_mean_what_they_mean_in_jax(name, monkeypatch):
    monkeypatch.setattr(jpi.config, "fallback", "silent")
    compare(CALLS[name], jpi.numpy.asarray(Y), jax.numpy.asarray(Y), name)


@pytest.mark.parametrize("name", ["tile by an array", "norm of order inf", "copysign of -0.0"])
def test_arguments_mean_the_same_under_a_transform(name):
    x, y = jpi.numpy.asarray(Y), jax.numpy.asarray(Y)
    for m in (jpi.jit, jax.jit):
        assert_same(m(lambda x: CALLS[name](jpi.numpy, x))(x), CALLS[name](jax.numpy, y))


def test_cotangents_pass_a_reshape_in_fortran_order():
    def loss(m, x):
        return m.sum(m.reshape(x, (3, 8), order="F") ** 2 * np.arange(8, dtype="f4"))

    x, y = jpi.numpy.asarray(CUBE, spec=jpi.P(None, "ranks")), jax.numpy.asarray(CUBE)
    actual, expected = (jax.grad(lambda x, m=m: loss(m, x))(z) for m, z in
                        ((jpi.numpy, x), (jax.numpy, y)))  # fmt: skip
    assert_same(actual, expected)


def test_a_random_shape_of_numpy_integers():
    key = jax.random.key(0)
    assert_same(jpi.random.normal(key, (THREE,)), jax.random.normal(key, (3,)))


@pytest.mark.parametrize("dtype", ["int4", "uint4"])
def test_numbers_of_less_than_a_byte_move(dtype):
    y = jax.numpy.arange(5).astype(dtype)
    x = jpi.numpy.asarray(y)
    assert x.dtype == y.dtype
    for move in (
        lambda m, x: x,
        lambda m, x: m.roll(x, 1),
        lambda m, x: x[np.array([4, 0])],
        lambda m, x: x[::-1][1:],
    ):
        assert_same(move(jpi.numpy, x).astype("f4"), move(jax.numpy, y).astype("f4"))


KEYS = {
    "gather": lambda m, x: x,
    "one": lambda m, x: x[1],
    "some": lambda m, x: x[1:4],
    "by an array": lambda m, x: x[np.array([4, 0])],
    "reversed": lambda m, x: x[::-1],
    "roll": lambda m, x: m.roll(x, 1),
    "concatenate": lambda m, x: m.concatenate([x, x[:2]]),
    "reshape": lambda m, x: m.reshape(x, (5, 1)).T,
    "where": lambda m, x: m.where(np.arange(5) > 2, x, x[::-1]),
    "set": lambda m, x: x.at[2].set(x[0]),
}


@pytest.mark.parametrize("implementation", ["threefry2x32", "rbg"])
@pytest.mark.parametrize("name", KEYS)
def test_arrays_of_random_keys_move(name, implementation):
    keys = jax.random.split(jax.random.key(0, impl=implementation), 5)
    x = jpi.numpy.asarray(keys)
    for actual in (KEYS[name](jpi.numpy, x), jax.jit(lambda x: KEYS[name](jpi.numpy, x))(x)):
        data = jpi.random.key_data(actual)
        assert_same(data, jax.random.key_data(KEYS[name](jax.numpy, keys)))


def test_each_rank_draws_with_its_keys():
    keys = jax.random.split(jax.random.key(0), 5)
    draw = jax.vmap(lambda key: jax.random.normal(key, (2,)))
    assert_same(jpi.spmd(draw)(jpi.numpy.asarray(keys)), draw(keys))


@pytest.mark.filterwarnings("ignore:Explicitly requested dtype")
def test_an_array_of_float64_outlives_the_mode_it_was_made_in():
    with jax.enable_x64(True):
        x, y = (m.arange(5, dtype="float64") for m in (jpi.numpy, jax.numpy))
    for use in (lambda m, x: x + 1, lambda m, x: x.sum(), lambda m, x: m.sort(x)):
        assert_same(use(jpi.numpy, x), use(jax.numpy, y))
    assert_same(jax.jit(lambda x: x * 2)(x), jax.jit(lambda x: x * 2)(y))


def test_an_array_in_place_is_a_new_one():
    x = jpi.numpy.asarray(Y)
    y = jpi.numpy.asarray(x, copy=True)
    y += 1
    assert_same([x, y], [jax.numpy.asarray(Y), jax.numpy.asarray(Y) + 1])


def test_jit_and_spmd_with_options_are_decorators():
    @jpi.jit(static_argnames="power")
    def total(x, power):
        return jpi.numpy.sum(x**power)

    @jpi.spmd(out_spec=jpi.P(None))
    def doubled(x):
        return 2 * x

    x = jpi.numpy.arange(5)
    assert total(x, power=2) == 30
    assert_same(doubled(x), 2 * np.arange(5, dtype=np.int32))


def test_methods_have_the_signatures_of_jax():
    x = jpi.numpy.arange(5)
    ours, theirs = inspect.signature(x.sum), inspect.signature(x.gather().sum)
    assert ours == theirs and "Sum of the elements" in x.sum.__doc__
    ours, theirs = (inspect.signature(y.at[0].add) for y in (x, x.gather()))
    assert ours == theirs
