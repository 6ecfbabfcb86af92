"""`jpi.random`: the numbers of `jax.random`, computed block by block."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.oracle import assert_same, is_plain, random_array

import jpi
import jpi.numpy
import jpi.random

pytestmark = pytest.mark.sweep(2)

SHAPE = (7, 5)
KEY = jax.random.key(3)
SAMPLERS = {
    "uniform": lambda r, **k: r.uniform(KEY, SHAPE, minval=-1.0, maxval=2.0, **k),
    "normal": lambda r, **k: r.normal(KEY, SHAPE, **k),
    "three dimensions": lambda r, **k: r.normal(KEY, (5, 2, 3), **k),
    "half": lambda r, **k: r.normal(KEY, SHAPE, jnp.float16, **k),
    "complex": lambda r, **k: r.normal(KEY, SHAPE, jnp.complex64, **k),
    "raw key": lambda r, **k: r.normal(jax.random.PRNGKey(4), SHAPE, **k),
    "bits 8": lambda r, **k: r.bits(KEY, SHAPE, jnp.uint8, **k),
    "bits 16": lambda r, **k: r.bits(KEY, SHAPE, jnp.uint16, **k),
    "bits 32": lambda r, **k: r.bits(KEY, SHAPE, **k),
    "randint": lambda r, **k: r.randint(KEY, SHAPE, -3, 10, **k),
    "randint 8": lambda r, **k: r.randint(KEY, SHAPE, 0, 100, jnp.int8, **k),
    "bernoulli": lambda r, **k: r.bernoulli(KEY, 0.3, SHAPE, **k),
    "exponential": lambda r, **k: r.exponential(KEY, SHAPE, **k),
    "gamma": lambda r, **k: r.gamma(KEY, 2.0, SHAPE, **k),
    "loggamma": lambda r, **k: r.loggamma(KEY, np.linspace(0.1, 2, 5, dtype="f"), SHAPE, **k),
    "beta": lambda r, **k: r.beta(KEY, 2.0, 0.5, SHAPE, **k),
    "poisson": lambda r, **k: r.poisson(KEY, 3.0, SHAPE, **k),
    "laplace": lambda r, **k: r.laplace(KEY, SHAPE, **k),
    "cauchy": lambda r, **k: r.cauchy(KEY, SHAPE, **k),
    "gumbel": lambda r, **k: r.gumbel(KEY, SHAPE, **k),
    "logistic": lambda r, **k: r.logistic(KEY, SHAPE, **k),
    "rademacher": lambda r, **k: r.rademacher(KEY, SHAPE, **k),
    "t": lambda r, **k: r.t(KEY, 3.0, SHAPE, **k),
    "truncated_normal": lambda r, **k: r.truncated_normal(KEY, -1.0, 1.0, SHAPE, **k),
    "dirichlet": lambda r, **k: r.dirichlet(KEY, np.ones(3, "f"), (7,), **k),
    "categorical": lambda r, **k: r.categorical(KEY, np.zeros((7, 3), "f"), **k),
    "scalar": lambda r, **k: r.normal(KEY, **k),
    "empty": lambda r, **k: r.normal(KEY, (0, 3), **k),
    "fewer than ranks": lambda r, **k: r.normal(KEY, (2,), **k),
}


GROUPS = [list(SAMPLERS)[start::4] for start in range(4)]


@pytest.mark.parametrize("names", GROUPS, ids=", ".join)
def test_the_numbers_are_those_of_jax(names):
    """One compiled program for many samplers: compilation takes most of the time."""
    actual = jpi.jit(lambda: [SAMPLERS[name](jpi.random) for name in names])()
    expected = jax.jit(lambda: [SAMPLERS[name](jax.random) for name in names])()
    for name, a, e in zip(names, actual, expected, strict=True):
        assert isinstance(a, jpi.DistArray) == (e.ndim > 0)
        assert_same(a, e, what=name)


def test_eager_calls_give_the_same():
    for name in ("normal", "bits 16", "scalar", "raw key"):
        assert_same(SAMPLERS[name](jpi.random), SAMPLERS[name](jax.random), what=name)


@pytest.mark.parametrize("spec", [jpi.P(), jpi.P(None, "ranks"), jpi.P("b", "a")], ids=str)
def test_any_layout_has_the_same_numbers(spec):
    shape = (2, jpi.size() // 2) if jpi.size() % 2 == 0 else (1, jpi.size())
    mesh = jpi.make_mesh(shape, ("a", "b")) if "a" in spec else None
    for name in ("normal", "three dimensions", "bits 16", "gamma"):
        actual = SAMPLERS[name](jpi.random, spec=spec, mesh=mesh)
        assert actual.spec[: len(spec)] == tuple(spec) if len(spec) else is_plain(actual)
        assert_same(actual, SAMPLERS[name](jax.random), what=name)


def largest(jaxpr):
    sizes = [v.aval.size for e in jaxpr.eqns for v in e.outvars if hasattr(v.aval, "size")]
    inner = [p.jaxpr for e in jaxpr.eqns for p in e.params.values() if hasattr(p, "jaxpr")]
    return max([*sizes, *map(largest, inner)], default=0)


@pytest.mark.parametrize(
    "make",
    [
        lambda n: jpi.random.normal(KEY, (n,)),
        lambda n: jpi.random.uniform(KEY, (n // 8, 8)),
        lambda n: jpi.random.randint(KEY, (n,), 0, 9),
        lambda n: jpi.random.gamma(KEY, 2.0, (n,)),
        lambda n: jpi.random.poisson(KEY, 2.0, (n,)),
    ],
    ids=["normal", "uniform", "randint", "gamma", "poisson"],
)
def test_no_rank_holds_a_global_size_buffer(make):
    n = 10**6
    closed = jax.make_jaxpr(lambda: make(n).shard)()
    block = -(-n // jpi.size()) + 8
    assert largest(closed.jaxpr) <= 4 * block  # a key for a number is two words


def test_counters_beyond_32_bits():
    """The last numbers of an array larger than any memory: each rank can compute them."""
    from jpi._rules.random import _counters

    whole, box = (3, 2**20, 2**15), ((2, 3), (2**20 - 2, 2**20), (2**15 - 3, 2**15))
    high, low = (np.asarray(x).astype(object) for x in _counters(whole, box))
    index = np.arange(3 * 2**35 - 2**15 - 3, 3 * 2**35 - 2**15, dtype=object)
    expected = np.stack([index, index + 2**15])[None]
    np.testing.assert_array_equal(high * 2**32 + low, expected)


def test_keys_are_those_of_jax():
    same = lambda a, b: np.testing.assert_array_equal(*map(jax.random.key_data, (a, b)))  # noqa: E731
    for split, own in zip(jax.random.split(KEY), jpi.random.split(KEY), strict=True):
        same(own, split)
    same(jpi.random.key(5), jax.random.key(5))
    same(jpi.random.fold_in(KEY, 7), jax.random.fold_in(KEY, 7))
    assert_same(jpi.random.PRNGKey(5), jax.random.PRNGKey(5))


def noisy(key, x):
    first, second = jax.random.split(key)
    mask = jax.random.bernoulli(first, 0.5, x.shape)
    noise = jax.vmap(lambda k: jax.random.normal(k, (x.shape[1],)))(
        jax.random.split(second, x.shape[0])
    )
    return jnp.where(mask, x, 0) + noise


def test_functions_that_draw_run_in_spmd():
    for n in (7, 2, 0):
        x = random_array((n, 4))
        assert_same(jpi.spmd(noisy)(KEY, jpi.numpy.asarray(x)), noisy(KEY, x), what=f"{n}")
    x = random_array((7, 4))
    weights = random_array((7, 4), seed=1)
    loss = lambda x: (noisy(KEY, x) ** 2 * weights).sum()  # noqa: E731
    actual = jpi.jit(jax.grad(jpi.spmd(loss)))(jpi.numpy.asarray(x))
    assert_same(actual, jax.grad(loss)(jnp.asarray(x)))


def test_distributed_parameters_keep_their_layout():
    shapes = np.abs(random_array((7, 4))) + 0.2
    loss = lambda r, a: (r.gamma(KEY, a) ** 2).sum()  # noqa: E731
    a = jpi.numpy.asarray(shapes, spec=jpi.P(None, "ranks"))
    assert jpi.random.gamma(KEY, a).spec == a.spec
    assert_same(jpi.random.gamma(KEY, a), jax.random.gamma(KEY, shapes))
    gradient = jpi.jit(jax.grad(lambda a: loss(jpi.random, a)))(a)
    assert_same(gradient, jax.grad(lambda a: loss(jax.random, a))(jnp.asarray(shapes)))


@pytest.mark.fallback_allowed
def test_other_generators_work():
    key = jax.random.key(3, impl="rbg")
    assert_same(jpi.random.normal(key, SHAPE), jax.random.normal(key, SHAPE))


@pytest.mark.fallback_allowed
def test_shuffles():
    x = random_array((7, 4))
    table = [
        lambda r, x: r.permutation(KEY, x),
        lambda r, x: r.permutation(KEY, x, axis=1, independent=True),
        lambda r, x: r.choice(KEY, x, (5,)),
        lambda r, x: r.choice(KEY, x, (5,), replace=False),
    ]
    for draw in table:
        assert_same(draw(jpi.random, jpi.numpy.asarray(x)), draw(jax.random, jnp.asarray(x)))
    assert_same(jpi.random.permutation(KEY, 10), jax.random.permutation(KEY, 10))
