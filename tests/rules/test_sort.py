"""Sorting along sharded axes, against `jax.numpy` and `jax.lax`.

Memory: when blocks are sorted together, no rank makes an array longer than a few blocks, which
`test_no_rank_holds_more_than_a_few_blocks` checks in the jaxpr.
"""

import jax
import numpy as np
import pytest
from support.oracle import ROWS, assert_same, both, check, random_array, spmd, whole

import jpi
import jpi.numpy as jnp
from jpi._blocks import sort as blocks
from jpi._rules import sort as rules

pytestmark = pytest.mark.sweep(3)

COLUMNS = jpi.P(None, "ranks")
DTYPES = "bool int8 uint16 bfloat16 float32 complex64".split()


@pytest.fixture
def no_gathering(monkeypatch):
    """Sorts blocks together even if they are short."""
    monkeypatch.setattr(rules, "GATHERED", 0)


def top_k(k, axis=0):
    return spmd(lambda x: jax.lax.top_k(x, min(k, x.shape[axis]), axis=axis))


def assert_identical(fun, arrays, specs=(None,), mesh=None):
    """Checks that two results agree in every bit: signs of zeros and order of ties included."""
    actual, expected = both(fun, arrays, specs, mesh)
    for a, e in zip(jax.tree.leaves(actual, is_leaf=_is_array), expected, strict=True):
        a, e = whole(a), np.asarray(e)
        assert (a.shape, a.dtype) == (e.shape, e.dtype)
        assert a.tobytes() == e.tobytes(), (a, e)


def _is_array(x):
    return isinstance(x, jpi.DistArray)


def special(dtype, size=37, seed=0):
    """Few distinct numbers, with the special values of the dtype: many duplicates."""
    generator = np.random.default_rng(seed)
    x = generator.integers(0 if dtype.startswith("u") else -2, 3, size).astype(float)
    if dtype.startswith(("float", "bfloat", "complex")):
        x[generator.random(size) < 0.15] = np.nan
        x[generator.random(size) < 0.1] = np.inf
        x[generator.random(size) < 0.1] = -np.inf
        x = np.where(np.isnan(x), np.nan, x * generator.choice([1.0, -1.0], size))
    if dtype == "complex64":
        x = x.astype(complex)
        x.imag = special("float32", size, seed + 1)
    return x.astype(jax.numpy.dtype(dtype))


@pytest.mark.parametrize("size", [25, 400, 20000])
@pytest.mark.parametrize("dtype", ["int8", "int32", "uint8", "float32"])
def test_sorted_and_equal_numbers_stay(dtype, size):
    ascending = np.sort(np.random.default_rng(0).integers(-50, 50, size)).astype(dtype)
    for x in (ascending, ascending[::-1], np.zeros(size, dtype)):
        y = jnp.asarray(x)
        for found in (jnp.sort(y), jnp.sort(jnp.sort(y)), jnp.sort(y, descending=True)[::-1]):
            np.testing.assert_array_equal(found.gather(), np.sort(x))


SORTS = {
    "sort": lambda m, x: m.sort(x, axis=0),
    "argsort": lambda m, x: m.argsort(x, axis=0),
    "last axis": lambda m, x: m.sort(x, axis=-1),
    "lexsort": lambda m, x: m.lexsort((x, m.floor(x)), axis=0),
    "payload": spmd(lambda x: jax.lax.sort([x, x * x], dimension=0, num_keys=1)),
    "top_k": top_k(3),
    "partition": lambda m, x: m.partition(x, x.shape[0] // 2, axis=0) if len(x) else x,
}


QUANTILES = {
    "median": lambda m, x: [m.median(x), m.median(x, axis=0), m.nanmedian(x)],
    "percentile": lambda m, x: m.percentile(x, np.array([10.0, 50.0]), axis=0),
    "nanquantile": lambda m, x: m.nanquantile(m.where(x > 1, m.nan, x), 0.3, axis=0),
}
SETS = {
    "unique": lambda m, x: m.unique(m.floor(x), size=5, return_inverse=True, return_counts=True),
    "intersect1d": lambda m, x: m.intersect1d(m.floor(x), m.floor(2 * x), size=4),
    "setdiff1d": lambda m, x: m.setdiff1d(x, x[:2], size=5),
}
SEARCHES = {
    "descending": lambda m, x: [m.sort(x, descending=True), m.argsort(x, descending=True)],
    "argpartition": lambda m, x: m.argpartition(x, 3),
    "searchsorted": lambda m, x: m.searchsorted(m.sort(x), x[:3], method="sort"),
    "digitize": lambda m, x: m.digitize(x, m.sort(x[:4])),
    "sort_complex": lambda m, x: m.sort_complex(x),
}


@pytest.mark.parametrize(
    "table", [QUANTILES, SETS, SEARCHES], ids=["quantiles", "sets", "searches"]
)
def test_functions_made_of_sorts_equal_those_of_jax_numpy(table):
    check(table, [(random_array((7, 2) if table is QUANTILES else (7,), seed=1),)])


@pytest.mark.parametrize("columns", [(), (1,), (4,), (2, 2)], ids=str)
def test_values_and_gradients_equal_those_of_jax_numpy(columns):
    names = list(SORTS) if len(columns) == 1 else ["sort", "argsort", "top_k"]
    rows = ROWS if len(columns) == 1 else ROWS[1:3]
    check({n: SORTS[n] for n in names}, [(random_array((n, *columns)),) for n in rows])


@pytest.mark.parametrize("digits", ["short digits", "long digits"])
def test_blocks_sorted_together_give_the_same(digits, no_gathering, monkeypatch):
    if digits == "short digits":  # as on many ranks
        monkeypatch.setattr(blocks, "SMALL", 0)
    table = {name: SORTS[name] for name in ("sort", "lexsort", "payload")} | {"top_k": top_k(9)}
    check(table, [(random_array((n,)),) for n in ROWS[1:]])
    check(SORTS["sort"], [(random_array((n, 1)),) for n in (12, 0)])


@pytest.mark.parametrize("dtype", DTYPES)
def test_ties_and_special_numbers_stay_in_order(dtype, no_gathering):
    def orders(m, x):
        is_float = dtype in ("bfloat16", "float32")
        return [m.sort(x), m.argsort(x), *(top_k(30)(m, x) if is_float else [])]

    assert_identical(orders, [special(dtype)])


def test_numbers_of_64_bits_are_compared_whole(no_gathering):
    near = np.arange(20) % 7
    with (jax if hasattr(jax, "enable_x64") else jax.experimental).enable_x64(True):
        for x in ((near - 3) * 2**40 + near, 1 + near * 2.0**-50):
            assert_identical(lambda m, x: [m.sort(x)], [x])


def test_several_keys_break_ties_one_after_the_other(no_gathering):
    keys = [special(dtype, 41, seed) for seed, dtype in enumerate(("int8", "float32", "complex64"))]

    def ordered(*keys):
        payload = jax.lax.iota("int32", 41)
        return jax.lax.sort([*keys, payload], num_keys=3)

    assert_identical(spmd(ordered), keys, (None,) * 3)


def test_sizes_that_leave_ranks_empty_are_sorted(no_gathering):
    sizes = (0, 1, 2, 3, 5, 20)
    arrays = [np.random.default_rng(n).integers(-5, 5, n).astype("int32") for n in sizes]
    run = jpi.jit(lambda arrays: [jnp.argsort(x) for x in arrays])
    for order, x in zip(run([jnp.asarray(x) for x in arrays]), arrays, strict=True):
        np.testing.assert_array_equal(whole(order), np.argsort(x, kind="stable"))


def test_a_sort_keeps_the_layout():
    x = jnp.asarray(random_array((9, 8)))
    assert jnp.sort(x, axis=0).spec == x.spec
    assert jnp.sort(x, axis=1).spec == x.spec
    narrow = jnp.asarray(random_array((9, 1)))
    assert jnp.sort(narrow, axis=0).spec == narrow.spec
    check(SORTS["sort"], [(random_array((5, 7)),)], COLUMNS)


@pytest.mark.parametrize("spec", [("a",), (("b", "a"),), ("a", None, "b"), (None, "b")], ids=str)
def test_every_axis_of_a_mesh_of_two_axes(spec, no_gathering):
    size = jpi.size()
    mesh = jpi.make_mesh((2, size // 2) if size % 2 == 0 else (1, size), ("a", "b"))
    table = {
        f"sort {axis}": lambda m, x, axis=axis: [m.sort(x, axis), m.argsort(x, axis)]
        for axis in range(3)
    } | {f"top_k {axis}": top_k(2, axis) for axis in range(3)}
    check(table, [(random_array((5, 1, 2)),)], spec, mesh)


def test_second_derivatives_and_batches_pass(no_gathering):
    def curvature_and_columns(m, x):
        weights, v = np.arange(7.0, dtype="float32"), random_array((7,), seed=5)
        gradient = jax.grad(lambda x: m.sum(m.sort(x**3) * weights))
        second = jax.grad(lambda x: m.sum(gradient(x) * v))
        return [second(m.sum(x, axis=1)), jax.vmap(m.sort, in_axes=1, out_axes=1)(x)]

    x = random_array((7, 2))
    actual = jpi.jit(lambda x: curvature_and_columns(jnp, x))(jnp.asarray(x))
    assert_same(actual, curvature_and_columns(jax.numpy, jax.numpy.asarray(x)))


def test_no_rank_holds_more_than_a_few_blocks():
    rows = 100_000
    x = jnp.asarray(random_array((rows,)))
    block = -(-rows // jpi.size())
    closed = jax.make_jaxpr(jnp.sort)(x)
    longest = max(_sizes(closed.jaxpr)) if jpi.size() > 1 else block
    assert longest <= 2 * block


def _sizes(jaxpr):
    for equation in jaxpr.eqns:
        yield from (variable.aval.size for variable in equation.outvars)
        for parameter in jax.tree.leaves(
            list(equation.params.values()), is_leaf=lambda p: hasattr(p, "jaxpr")
        ):
            inner = getattr(parameter, "jaxpr", parameter)
            if hasattr(inner, "eqns"):
                yield from _sizes(inner)


def test_many_equal_keys_are_shared_out_in_order():
    x = np.zeros(30_001, "float32")
    x[::1000] = 1.0
    assert_identical(lambda m, x: [m.sort(x), m.argsort(x)], [x])
    assert_identical(spmd(lambda x: jax.lax.approx_max_k(x, 40)), [x])


def test_large_vectors_are_sorted():
    x = random_array((20_011,))
    assert_identical(lambda m, x: [m.argsort(x)], [x])
    assert_identical(top_k(9_000), [x])
