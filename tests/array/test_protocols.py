"""Protocols of other libraries: NumPy's functions, the Python Array API, conversions."""

import io

import jax
import numpy as np
import pytest
import scipy.special
from support.oracle import assert_same, is_plain, random_array

import jpi
import jpi.numpy as jnp

Y = random_array((7, 4))
ROW = np.float32([1.0, -2.0, 0.5, 3.0])


def make(spec=None):
    return jnp.asarray(Y, spec=spec)


FUNCTIONS = {
    "sin": lambda x: np.sin(x),
    "add number": lambda x: np.add(x, 1),
    "add list": lambda x: np.add([1.0, 2.0, 3.0, 4.0], x),
    "multiply from the left": lambda x: ROW * x,
    "matmul from the left": lambda x: np.ones((2, 7), np.float32) @ x,
    "scalar from the left": lambda x: np.float32(2) * x,
    "divmod": lambda x: np.divmod(x, 0.7),
    "reduce": lambda x: [np.add.reduce(x), np.add.reduce(x, axis=1, keepdims=True)],
    "maximum reduce": lambda x: np.maximum.reduce(x, axis=0),
    "accumulate": lambda x: np.add.accumulate(x, axis=1),
    "outer": lambda x: np.multiply.outer(x, ROW),
    "outer of no ufunc of JAX": lambda x: np.arctan2.outer(x, ROW),
    "scipy": lambda x: scipy.special.erf(x),
    "scipy of two": lambda x: scipy.special.xlogy(np.abs(x), 2.0),
    "sum": lambda x: [np.sum(x), np.sum(x, axis=0)],
    "mean": lambda x: np.mean(x, axis=0, keepdims=True),
    "concatenate": lambda x: np.concatenate([x, 2 * x]),
    "concatenate arrays": lambda x: np.concatenate([x, Y]),
    "where": lambda x: np.where(x > 0, x, 0.0),
    "einsum": lambda x: np.einsum("ij,ij->j", x, x),
    "norm": lambda x: np.linalg.norm(x, axis=0),
    "shape": lambda x: [np.shape(x), np.ndim(x), np.size(x)],
    "like": lambda x: np.zeros_like(x),
    "result_type": lambda x: np.result_type(x, np.float32),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_numpy_are_those_of_jpi(name):
    actual = FUNCTIONS[name](make())
    expected = FUNCTIONS[name](Y)
    for a, e in zip(*map(in_list, (actual, expected)), strict=True):
        if not isinstance(e, np.ndarray | np.generic):
            assert a == e
        elif np.ndim(e):
            assert is_plain(a) == (len(Y) > max(e.shape))  # its rows are summed over
            assert_same(a, jax.numpy.asarray(e))
        else:
            assert float(a) == pytest.approx(float(e), rel=1e-5)


def in_list(x):
    return x if isinstance(x, list | tuple) else [x]


REFUSED = {
    "out": (lambda x: np.add(x, 1, out=np.zeros((7, 4))), "`out` must be left out"),
    "out of a function": (lambda x: np.sum(x, axis=0, out=np.zeros(4)), "`out` must be left out"),
    "written to": (lambda x: np.add(Y, 1, out=x), "`out` must be left out"),
    "keywords": (lambda x: np.add(x, 1, where=Y > 0), "takes no keywords; got where"),
    "at": (lambda x: np.add.at(x, 1, 1.0), "cannot be written to"),
    "unknown ufunc": (lambda x: np.frompyfunc(abs, 1, 1)(x), "takes no distributed arrays"),
    "unknown function": (lambda x: np.copyto(np.zeros((7, 4)), x), "takes no distributed arrays"),
    "asarray": (lambda x: np.asarray(x), r"x\.gather\(\)"),
    "tolist": (lambda x: x.tolist(), r"x\.gather\(\)"),
    "dlpack": (lambda x: np.from_dlpack(x), r"x\.gather\(\)"),
    "save": (lambda x: np.save(io.BytesIO(), x), r"x\.gather\(root=0\)"),
    "savez": (lambda x: jnp.savez(io.BytesIO(), x=x), r"x\.gather\(root=0\)"),
    "float": (lambda x: float(x), "cannot be converted to float"),
    "index": (lambda x: [1][x], "cannot be converted to an index"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_impossible_conversions_are_refused(name):
    compute, words = REFUSED[name]
    with pytest.raises(TypeError, match=words):
        compute(make())


@pytest.mark.parametrize("plain", [Y, jax.numpy.asarray(Y)], ids=["numpy", "jax"])
def test_plain_arrays_defer_from_both_sides(plain):
    x = make()
    for result in (plain * x, x * plain, plain - x, plain @ x.T):
        assert isinstance(result, jpi.DistArray)
    assert not hasattr(x, "__jax_array__")
    assert_same(plain - 2 * x, -Y)


def test_the_namespace_is_that_of_jax():
    x = make()
    assert x.__array_namespace__() is jnp
    with pytest.raises(ValueError, match="api_version"):
        x.__array_namespace__(api_version="1970.1")
    info = jnp.__array_namespace_info__()
    assert info.capabilities() == jax.numpy.__array_namespace_info__().capabilities()
    assert jnp.isdtype(x.dtype, "real floating") and jnp.can_cast(x.dtype, "complex64")
    assert x.device == x.shard.device and x.to_device(x.device).shape == x.shape
    assert_same(jnp.stack([x, x]).mT, np.stack([Y, Y]).mT)


ATTRIBUTES = "dtype device mT ndim shape size T to_device __array_namespace__ __dlpack__".split()


def test_the_array_has_what_the_array_api_asks_for():
    x = make()
    operators = "abs add and bool eq floordiv ge getitem gt index int invert le len lshift lt mod "
    operators += "mul ne neg or pos pow rshift sub truediv xor radd rmul rmatmul matmul"
    assert all(hasattr(x, name) for name in ATTRIBUTES)
    assert all(hasattr(x, f"__{name}__") for name in operators.split())


def test_arrays_that_every_rank_holds_convert():
    x = make(spec=jpi.P())
    np.testing.assert_array_equal(np.asarray(x), Y)
    np.testing.assert_array_equal(np.from_dlpack(x), Y)
    assert x.tolist() == Y.tolist()
    file = io.BytesIO()
    jnp.save(file, x)
    np.testing.assert_array_equal(np.load(io.BytesIO(file.getvalue())), Y)


def test_an_array_of_no_dimensions_is_a_number():
    x, n = jnp.asarray([2.5]).sum(), jnp.asarray([1]).sum()
    assert is_plain(x) and is_plain(n)
    assert (float(x), int(x), complex(x), bool(x), x.item()) == (2.5, 2, 2.5, True, 2.5)
    assert [3, 4][n] == 4 and x.tolist() == 2.5
    for fun in (len, list):
        with pytest.raises(TypeError, match=r"0-d|unsized"):
            fun(x)
    with pytest.raises(TypeError):
        [3, 4][x]


def test_item_is_one_number_wherever_it_lies(monkeypatch):
    monkeypatch.setattr(jpi.config, "fallback", "silent")
    x = make()
    assert [x.item(i) for i in (0, 13, -1)] == [Y.item(i) for i in (0, 13, -1)]
    assert x.item(6, 2) == Y[6, 2]
    assert jnp.asarray(Y[:1, :1]).item() == Y[0, 0]
    with pytest.raises(ValueError, match="one number"):
        x.item()


@pytest.mark.parametrize("array", [Y, Y[:0], Y[:1, :1]], ids=lambda y: str(y.shape))
def test_truth_is_as_in_jax_numpy(array):
    x = jnp.asarray(array)
    try:
        expected = bool(jax.numpy.asarray(array))
    except ValueError:
        with pytest.raises(ValueError, match="neither true nor false"):
            bool(x)
    else:
        assert bool(x) == expected


def test_ufuncs_have_their_methods():
    x = make()
    assert_same(jnp.add.reduce(x, axis=0), Y.sum(0))
    assert_same(jnp.multiply.outer(x, ROW), np.multiply.outer(Y, ROW))
    assert_same(jnp.add.accumulate(x, axis=1), np.add.accumulate(Y, axis=1))
    assert (jnp.add.nin, jnp.add.nout, jnp.add.identity) == (2, 1, 0)
    assert_same(jnp.frompyfunc(lambda x, y: x * y + 1, 2, 1)(x, 2.0), Y * 2 + 1)


def test_vectorize_makes_a_function_of_distributed_arrays():
    x = make()
    norm = jnp.vectorize(lambda row: jax.numpy.sum(row**2), signature="(n)->()")
    assert_same(norm(x), np.sum(Y**2, axis=1))


def test_index_tricks_join_distributed_arrays():
    x = make()
    assert_same(jnp.c_[x, x], np.c_[Y, Y])
    assert_same(jnp.r_[x, x], np.r_[Y, Y])
    assert_same(jnp.r_[0:3, 5], jax.numpy.r_[0:3, 5])
