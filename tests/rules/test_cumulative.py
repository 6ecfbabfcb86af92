"""Cumulative functions and scans along sharded axes, against `jax.numpy` and `jax.lax`."""

import jax
import numpy as np
import pytest
from support.native_log import calls_during
from support.oracle import ROWS, assert_same, both, check, random_array, spmd

import jpi
import jpi.numpy as jnp

pytestmark = pytest.mark.sweep(3)

COLUMNS = jpi.P(None, "ranks")


def lax(name, **params):
    return spmd(lambda x: getattr(jax.lax, name)(x, **params))


SUMS = {
    "cumsum": lambda m, x: m.cumsum(x, axis=0),
    "cumsum reversed": lax("cumsum", axis=0, reverse=True),
    "cumulative_sum": lambda m, x: m.cumulative_sum(x, axis=0),
    "nancumsum": lambda m, x: m.nancumsum(m.where(x > 1, m.nan, x), axis=0),
    "cumlogsumexp": lax("cumlogsumexp", axis=0),
    "cumlogsumexp reversed": lax("cumlogsumexp", axis=0, reverse=True),
}
PRODUCTS = {
    "cumprod": lambda m, x: m.cumprod(x, axis=0),
    "cumprod reversed": lax("cumprod", axis=0, reverse=True),
    "cumulative_prod": lambda m, x: m.cumulative_prod(x, axis=0),
    "nancumprod": lambda m, x: m.nancumprod(m.where(x > 1, m.nan, x), axis=0),
    "cummax": lax("cummax", axis=0),
    "cummin reversed": lax("cummin", axis=0, reverse=True),
}


@pytest.mark.parametrize("functions", [SUMS, PRODUCTS], ids=["sums", "products"])
def test_every_function_has_the_values_and_gradients_of_jax(functions):
    check(functions, [(random_array((rows, 3)),) for rows in ROWS[1:]])


def test_they_are_local_along_an_unsharded_axis():
    x = jnp.asarray(random_array((3, 7)), spec=COLUMNS)
    calls, y = calls_during(lambda: jnp.cumsum(x, axis=0))
    assert calls == [] and y.spec == x.spec
    check({name: SUMS[name] for name in ("cumsum", "cumlogsumexp")}, [(x.gather(),)], COLUMNS)


def test_they_flatten_by_default():
    check(
        {"cumsum": lambda m, x: m.cumsum(x), "cumprod": lambda m, x: x.cumprod()},
        [(random_array((rows, 2)),) for rows in (5, 1)],
    )


def test_products_differentiate_through_zeros_and_extrema_share_ties():
    x = random_array((9, 3))
    x[[1, 4], [0, 0]] = 0
    x[3, 1] = 0
    x[2, 2] = x[7, 2] = 5
    functions = {name: PRODUCTS[name] for name in ("cumprod", "cumprod reversed", "cummax")}
    check(functions, [(x,)])


def test_a_value_that_is_not_a_number_stays():
    x = random_array((9, 2))
    x[4, 1] = np.nan
    functions = PRODUCTS | SUMS
    actual, expected = both(lambda m, x: [f(m, x) for f in functions.values()], [x], [None])
    assert_same(actual, expected)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint32", "float16", "bfloat16", "complex64"])
def test_dtypes_are_those_of_jax(dtype):
    x = np.asarray(random_array((7, 2)) * 2).astype(dtype)

    def fun(m, x):
        return m.cumsum(x, axis=0), m.cumprod(x, axis=0), m.cumsum(x, axis=0, dtype="complex64")

    assert_same(*both(fun, [x], [None]))


def test_meshes_of_two_axes():
    mesh = jpi.make_mesh((1, jpi.size()) if jpi.size() != 4 else (2, 2), ("a", "b"))
    for spec in (jpi.P("a", "b"), jpi.P(("b", "a"))):
        functions = {
            "rows": lambda m, x: m.cumsum(x, axis=0),
            "columns": lambda m, x: m.cumprod(x, axis=1),
            "both": lambda m, x: m.cumsum(m.cumsum(x, axis=0), axis=1),
        }
        check(functions, [(random_array((5, 3)),)], spec, mesh)


# ---- any associative function ----


def scan(fn, **options):
    def run(m, *elems):
        module = jpi if m is jnp else jax
        return module.lax.associative_scan(fn, elems if len(elems) > 1 else elems[0], **options)

    return run


def linear_recurrence(before, after):
    return before[0] * after[0], before[1] * after[0] + after[1]


@pytest.mark.parametrize("reverse", [False, True])
def test_associative_scan_is_that_of_jax(reverse):
    cases = [(random_array((rows, 2)), random_array((rows, 2), seed=1)) for rows in ROWS[1:]]
    check({"recurrence": scan(linear_recurrence, reverse=reverse)}, cases)
    check({"matrices": scan(jax.numpy.matmul, reverse=reverse)}, [(random_array((7, 2, 2)),)])


def test_associative_scan_keeps_elements_whole():
    mesh = jpi.make_mesh((1, jpi.size()) if jpi.size() != 4 else (2, 2), ("a", "b"))
    x = jnp.asarray(random_array((5, 2, 2)), spec=jpi.P("a", "b"), mesh=mesh)
    y = jpi.lax.associative_scan(jax.numpy.matmul, x)
    assert_same(y, jax.lax.associative_scan(jax.numpy.matmul, x.gather()))


def test_associative_scan_of_wrong_arguments_is_an_error():
    x, y = jnp.zeros((6, 2)), jnp.zeros((4, 2))
    add = lambda a, b: (a[0] + b[0], a[1] + b[1])  # noqa: E731
    for elems, error, words in (
        ((x, jax.numpy.zeros((6, 2))), TypeError, "must hold DistArrays only"),
        ((x, y), ValueError, "must be equally long"),
        ((x, x), ValueError, "must be one of every array"),
    ):
        with pytest.raises(error, match=words):
            jpi.lax.associative_scan(add, elems, axis=2 if elems[1] is x else 0)


def test_functions_of_lax_take_distributed_arrays():
    x = random_array((7, 2))
    assert_same(jpi.lax.cummax(jnp.asarray(x), axis=0), jax.lax.cummax(x, axis=0))
    plain = jax.numpy.arange(3.0)
    assert_same(jpi.lax.cumsum(plain), jax.lax.cumsum(plain))
    assert_same(jpi.lax.associative_scan(jax.numpy.add, plain), jax.numpy.cumsum(plain))


@pytest.mark.parametrize("name", ["cumsum", "cumsum reversed", "cumprod", "cumprod reversed"])
def test_second_derivatives_take_every_rank(name):
    """The first rank combines nothing with what it receives, but must take part."""

    def curvature(power):
        def of(numpy, x):
            fun = (SUMS | PRODUCTS)[name]
            slope = jax.grad(lambda x: numpy.sum(fun(numpy, x) ** power))
            return jax.jvp(slope, (x,), (0.5 * x,))[1]

        return of

    powers = {str(power): curvature(power) for power in (1, 3)}
    check(powers, [[random_array((rows, 2))] for rows in ROWS])
