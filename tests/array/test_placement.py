"""Creation functions: equal to `jax.numpy`, placed as asked, without a global-size buffer."""

import jax
import numpy as np
import pytest
from support.oracle import assert_same, is_plain, random_array

import jpi
import jpi.numpy

CASES = {
    "zeros": lambda m, n, **k: m.zeros((n, 3), **k),
    "zeros int": lambda m, n, **k: m.zeros(n, "int32", **k),
    "ones": lambda m, n, **k: m.ones((n, 2, 2), "complex64", **k),
    "full": lambda m, n, **k: m.full((n, 2), 2.5, **k),
    "full row": lambda m, n, **k: m.full((n, 2), np.array([1, 2]), **k),
    "empty": lambda m, n, **k: m.empty((n,), **k) * 0,
    "arange": lambda m, n, **k: m.arange(n, **k),
    "arange step": lambda m, n, **k: m.arange(3, 3 + 2 * n, 2, **k),
    "arange float": lambda m, n, **k: m.arange(0.0, n * 0.5, 0.5, **k),
    "linspace": lambda m, n, **k: m.linspace(-1, 2, n, **k),
    "linspace open": lambda m, n, **k: m.linspace(0.0, 1.0, n, endpoint=False, **k),
    "eye": lambda m, n, **k: m.eye(n, **k),
    "eye k": lambda m, n, **k: m.eye(n, 5, k=1, dtype="int32", **k),
    "identity": lambda m, n, **k: m.identity(n, **k),
}


@pytest.mark.sweep(2)
@pytest.mark.parametrize("spec", [None, jpi.P()], ids=str)
@pytest.mark.parametrize("case", CASES)
def test_created_arrays_equal_those_of_jax_numpy(case, spec):
    for n in (12, 7, 2, 0):
        actual = CASES[case](jpi.numpy, n, spec=spec)
        assert isinstance(actual, jpi.DistArray if spec is None else jax.Array)
        assert is_plain(actual) == (spec is not None)
        assert_same(actual, CASES[case](jax.numpy, n), what=f"{n}")


@pytest.mark.parametrize("shape", [(9, 4), (2, 3, 2), (3,), (0, 2)])
def test_indices_of_a_grid_have_its_blocks(shape):
    found = jpi.numpy.indices(shape)
    assert_same(found, jax.numpy.indices(shape))
    for each, expected in zip(found, jax.numpy.indices(shape), strict=True):
        assert each.spec == jpi.numpy.zeros(shape).spec
        assert_same(each, expected)
    sparse = jpi.numpy.indices(shape, sparse=True)
    assert_same(list(sparse), list(jax.numpy.indices(shape, sparse=True)))
    rows = jpi.numpy.indices(shape, spec=())
    assert is_plain(rows)


@pytest.mark.parametrize("name", ["zeros_like", "ones_like", "full_like", "empty_like"])
def test_likes_take_the_layout_of_their_argument(name):
    x = jpi.numpy.asarray(random_array((5, 6)), spec=jpi.P(None, "ranks"))
    args = (3,) if name == "full_like" else ()
    y = getattr(jpi.numpy, name)(x, *args)
    assert y.spec == x.spec
    assert_same(y * 0, getattr(jax.numpy, name)(random_array((5, 6)), *args) * 0)
    assert getattr(jpi.numpy, name)(x, *args, spec=jpi.P("ranks")).spec == jpi.P("ranks", None)


def test_no_rank_holds_a_global_size_buffer():
    n = 10**11  # bytes: more memory than any test machine has
    if jpi.size() == 1:
        n = 10**6
    mesh = jpi.current_mesh()
    traced = [
        lambda: jpi.numpy.zeros(n, "int8"),
        lambda: jpi.numpy.linspace(0.0, 1.0, 10**9),
        lambda: jpi.numpy.eye(10**5),
        lambda: jpi.numpy.arange(10**9) * 2.0 + 1,
    ]
    for make in traced:
        jaxpr = jax.make_jaxpr(lambda make=make: make().shard)()
        largest = max(
            (np.prod(v.aval.shape, dtype=float) for eqn in jaxpr.eqns for v in eqn.outvars),
            default=0.0,
        )
        shape = jax.eval_shape(make).shape
        assert largest <= np.prod(shape, dtype=float) / mesh.size + shape[-1] + 1


SOURCES = {
    "numpy": lambda: random_array((7, 3)),
    "float64": lambda: random_array((7, 3), np.float64),
    "jax": lambda: jax.numpy.asarray(random_array((7, 3))),
    "list": lambda: [[1, 2], [3, 4], [5, 6]],
    "floats": lambda: [0.5, 1, 2],
    "scalar": lambda: 2.5,
    "empty": lambda: np.zeros((0, 3), np.int8),
    "list of jax": lambda: [jax.numpy.ones(3), jax.numpy.zeros(3)],
}


@pytest.mark.parametrize("source", SOURCES)
def test_asarray_takes_what_jax_numpy_takes(source):
    x = SOURCES[source]()
    assert_same(jpi.numpy.asarray(x), jax.numpy.asarray(x))
    assert_same(jpi.numpy.array(x, "complex64"), jax.numpy.array(x, "complex64"))


def test_asarray_of_a_distributed_array_is_that_array():
    x = jpi.numpy.zeros((7, 3))
    assert jpi.numpy.asarray(x) is x
    assert jpi.numpy.asarray(x, "int32").dtype == np.int32
    assert is_plain(jpi.numpy.asarray(x, spec=jpi.P()))


def test_asarray_of_a_traced_array_differentiates():
    w = random_array((7, 2))
    loss = lambda w: (jpi.numpy.asarray(w) ** 3).sum()  # noqa: E731
    assert_same(jax.grad(loss)(w), 3 * w**2)
    assert_same(jpi.jit(jax.grad(loss))(w), 3 * w**2)


def test_functions_that_return_no_array_return_what_jax_numpy_returns():
    x = jpi.numpy.zeros((7, 3))
    assert jpi.numpy.ndim(x) == 2 and type(jpi.numpy.ndim(x)) is int
    assert jpi.numpy.shape(x) == (7, 3)
    assert jpi.numpy.size(x) == 21
    assert jpi.numpy.result_type(x, 1) == x.dtype
    assert jpi.numpy.iscomplexobj(x) is False
    assert jpi.numpy.float32 is jax.numpy.float32 and jpi.numpy.pi == np.pi
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        jpi.numpy.nonsense  # noqa: B018
