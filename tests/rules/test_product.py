"""The forms of a product: equal to `dot_general` in every transform, where they are chosen."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from support.oracle import assert_same, check, random_array

import jpi
import jpi.numpy
from jpi._rules._product import multiply

pytestmark = pytest.mark.sweep

LONG, FIRST, LAST = (1000, 26), (((0,), (0,)), ((), ())), (((1,), (0,)), ((), ()))
PARAMS = {"precision": None, "preferred_element_type": None, "out_sharding": None}
PAIRS = {
    "matrix, vector": (LONG, (1000,), FIRST),
    "vector, matrix": ((1000,), LONG, FIRST),
    "matrix, vectors": (LONG, (1000, 3), FIRST),
    "vectors, matrix": ((1000, 2), LONG, FIRST),
    "vectors in rows": (LONG, (2, 1000), (((0,), (1,)), ((), ()))),
    "along a row": (LONG, (26,), LAST),
    "no rows": ((0, 26), (0,), FIRST),
    "no columns": ((1000, 0), (1000,), FIRST),
    "no dimensions summed": ((2,), (1000,), (((), ()), ((), ()))),
}


def squares(function, x, y):
    return jnp.sum(jnp.abs(function(x, y)) ** 2) / 100


TRANSFORMS = {
    "value": lambda f: f,
    "grad": lambda f: jax.grad(lambda x, y: squares(f, x, y), argnums=(0, 1)),
    "jvp": lambda f: lambda x, y: jax.jvp(f, (x, y), (jnp.sin(x), jnp.sin(y)))[1],
    "gradients in a batch": lambda f: (
        lambda x, y: jax.vmap(jax.grad(lambda x, y: squares(f, x, y), argnums=1), (None, 0))(
            x, jnp.stack([y, -2 * y], axis=0)
        )
    ),
    "batch of matrices": lambda f: (
        lambda x, y: jax.vmap(f, (-1, None), -1)(jnp.stack([x, 2 * x, x + 1], axis=-1), y)
    ),
    "second derivative": lambda f: (
        lambda x, y: jax.jvp(jax.grad(lambda y: squares(f, x, y)), (y,), (jnp.sin(y),))[1]
    ),
}


def products(product, transform):
    found = []
    for left, right, dims in PAIRS.values():
        operands = [jnp.asarray(random_array(s, seed=i)) for i, s in enumerate((left, right))]
        function = partial(product, dimension_numbers=dims, **PARAMS)
        found.append(TRANSFORMS[transform](function)(*operands))
    return found


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_all_forms_equal_the_product_of_jax_in_transforms(transform):
    expected = jax.jit(lambda: products(lax.dot_general_p.bind, transform))()
    assert_same(jax.jit(lambda: products(multiply, transform))(), expected)


def test_forms_outside_of_a_compiled_function_equal_the_product_of_jax():
    assert_same(products(multiply, "value"), products(lax.dot_general_p.bind, "value"))


def has_product(function, *args):
    return "stablehlo.dot_general" in jax.jit(function).lower(*args).as_text()


def test_gradient_of_a_long_product_sums_rows_whether_transposed_or_not():
    rows = 1000 * jpi.size()
    x = jpi.numpy.asarray(random_array((rows, 26)))
    r = jpi.numpy.asarray(random_array((rows,)))
    w = jnp.ones(26)
    assert has_product(lambda x, w: x @ w, x, w)
    assert not has_product(lambda x, r: r @ x, x, r)
    assert not has_product(lambda x, r: x.T @ r, x, r)
    assert has_product(lambda x, r: x.astype(float).T @ r.astype("bfloat16"), x, r)

    def loss(w, x, r):
        return jpi.numpy.sum((x @ w) * r)

    with_gradient = jax.jit(jax.grad(loss)).lower(w, x, r).as_text()
    assert with_gradient.count("stablehlo.dot_general") == 1  # that of the loss


@pytest.mark.parametrize("dtype", ["float32", "complex64"])
def test_long_products_and_their_gradients_equal_those_of_jax_numpy(dtype):
    functions = {
        "vector": lambda m, x, w, y: x @ w,
        "transposed": lambda m, x, w, y: x.T @ y,
        "left": lambda m, x, w, y: y[:, 0] @ x,
    }
    shapes = [((rows, 26), (26,), (rows, 2)) for rows in (4000, 3999, 2, 0)]
    check(functions, [[random_array(s, np.dtype(dtype)) for s in case] for case in shapes])
