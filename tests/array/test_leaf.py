"""Functions of trees, of JAX and of other libraries: the answer of one process, or an error that
names `jpi.spmd`. What a function of trees gets of a distributed array stands for the whole."""

import copy
import pickle

import jax
import jax.numpy
import numpy as np
import optax
import pytest
from jax.flatten_util import ravel_pytree
from support.oracle import ROWS, assert_same, random_array

import jpi
import jpi.numpy as jnp

pytestmark = pytest.mark.sweep

TRANSFORMS = {"eager": lambda f: f, "jax.jit": jax.jit, "jpi.jit": jpi.jit}


def is_array(x):
    return isinstance(x, jpi.DistArray)


# ---- programs with functions of trees ----

RIGHT = {  # functions of a module of NumPy's functions and of a tree
    "normalised": lambda m, t: jax.tree.map(lambda g: g / m.linalg.norm(g), t),
    "centred": lambda m, t: jax.tree.map(lambda g: g - m.mean(g), t),
    "centred by methods": lambda m, t: jax.tree.map(lambda g: g - g.mean(), t),
    "sum of squares": lambda m, t: sum(m.sum(g**2) for g in jax.tree.leaves(t)),
    "cumulated": lambda m, t: jax.tree.map(lambda g: m.cumsum(g, axis=0), t),
    "flipped": lambda m, t: jax.tree.map(lambda g: g[::-1], t),
    "first row": lambda m, t: jax.tree.map(lambda g: g[:1], t),
    "sums": lambda m, t: jax.tree.map(lambda g: m.sum(g, axis=0), t),
    "totals": lambda m, t: jax.tree.map(lambda g: m.sum(g), t),
    "two trees": lambda m, t: jax.tree.map(lambda a, b: a * m.max(b), t, t),
    "reduced": lambda m, t: jax.tree.reduce(lambda s, g: s + m.vdot(g, g), t, 0.0),
    "leaves as arrays": lambda m, t: jax.tree.map(lambda g: m.sort(g, axis=0), t, is_leaf=is_array),
    "paths": lambda m, t: jax.tree_util.tree_map_with_path(
        lambda p, g: m.ptp(g) * len(p[0].key), t
    ),
    "zeros": lambda m, t: jax.tree.map(lambda g: m.zeros_like(g), t),
    "shapes": lambda m, t: jax.tree.map(lambda g: m.ones(g.shape, g.dtype), t),
    "put together": lambda m, t: (lambda leaves, tree: jax.tree.unflatten(tree, leaves[::-1]))(
        *jax.tree.flatten(t)
    ),
    "spmd": lambda m, t: (jpi.spmd if m is jnp else lambda f: f)(
        lambda t: jax.tree.map(lambda g: g / jax.numpy.linalg.norm(g), t)
    )(t),
    "gradient": lambda m, t: jax.grad(
        lambda t: jax.tree.reduce(lambda s, g: s + m.sum(m.sin(g) / m.max(g)), t, 0.0)
    )(t),
}
RIGHT_OR_REFUSED = {  # written with the functions of jax.numpy
    "normalised": lambda t: jax.tree.map(lambda g: g / jax.numpy.linalg.norm(g), t),
    "centred": lambda t: jax.tree.map(lambda g: g - jax.numpy.mean(g), t),
    "sum of squares": lambda t: sum(jax.numpy.sum(g**2) for g in jax.tree.leaves(t)),
    "cumulated": lambda t: jax.tree.map(lambda g: jax.numpy.cumsum(g, axis=0), t),
    "zeros": lambda t: jax.tree.map(jax.numpy.zeros_like, t),
    "added": lambda t: jax.tree.map(lambda g: jax.numpy.ones(g.shape) + g, t),
    "where": lambda t: jax.tree.map(lambda g: jax.numpy.where(g > 0, g, 0.0), t),
    "transformed": lambda t: jax.tree.map(jax.jit(lambda g: g * 2), t),
    "differentiated": lambda t: jax.tree.map(jax.grad(lambda g: (g**2).sum()), t),
    "mapped": lambda t: jax.tree.map(jax.vmap(lambda g: g * 2), t),
    "optax vdot": lambda t: optax.tree.vdot(t, t),
    "optax norm": optax.tree.norm,
    "optax scale": lambda t: optax.tree.scale(2.0, t),
    "raveled": lambda t: ravel_pytree(t)[0],
    "raveled and back": lambda t: (lambda flat, back: back(2 * flat))(*ravel_pytree(t)),
    "reduced by lax": lambda t: jax.lax.reduce(t["a"], 0.0, jax.lax.add, (0,)),
    "windows": lambda t: jax.lax.reduce_window(t["a"], 0.0, jax.lax.add, (2, 1), (1, 1), "VALID"),
    "associative scan": lambda t: jax.lax.associative_scan(
        lambda a, b: jax.tree.map(jax.numpy.add, a, b), t
    ),
}


def values_of(rows):
    return {"a": random_array((rows, 3)), "bb": random_array((rows, 3), seed=1)}


def sharded(values):
    return jax.tree.map(jnp.asarray, values)


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("name", RIGHT)
def test_functions_of_trees_give_what_one_process_gives(name, transform):
    for rows in ROWS[:3]:
        values = values_of(rows)
        actual = TRANSFORMS[transform](lambda t: RIGHT[name](jnp, t))(sharded(values))
        assert_same(actual, RIGHT[name](jax.numpy, jax.tree.map(jax.numpy.asarray, values)))


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("name", RIGHT_OR_REFUSED)
def test_functions_of_one_device_are_right_or_name_spmd(name, transform):
    function = RIGHT_OR_REFUSED[name]
    for rows in ROWS[:2]:
        values = values_of(rows)
        expected = function(jax.tree.map(jax.numpy.asarray, values))
        try:
            actual = TRANSFORMS[transform](function)(sharded(values))
        except (TypeError, ValueError) as error:
            assert "jpi.spmd" in str(error)
        else:
            assert_same(actual, expected)
        assert_same(TRANSFORMS[transform](jpi.spmd(function))(sharded(values)), expected)


def test_the_error_names_the_line_of_the_function():
    with pytest.raises(TypeError, match=r"test_leaf\.py:\d+ in .*jpi\.spmd\(function\)"):
        jax.tree.map(jax.numpy.zeros_like, sharded(values_of(7)))


# ---- the leaf itself ----


def leaf_of(values):
    return jax.tree.leaves(jnp.asarray(values))[0]


@pytest.mark.parametrize("rows", ROWS)
def test_a_leaf_behaves_as_the_whole_array(rows):
    values = random_array((rows, 3))
    leaf = leaf_of(values)
    assert isinstance(leaf, jax.Array) and isinstance(leaf, jpi.DistArray)
    assert (leaf.shape, leaf.dtype, leaf.size) == (values.shape, values.dtype, values.size)
    assert_same(leaf * 2 + leaf, values * 3)
    assert_same(jnp.sin(leaf), np.sin(values))
    assert_same(leaf.gather(), values)
    assert_same(leaf.sum(), jax.numpy.sum(values))
    assert_same(jpi.spmd(jax.numpy.cumsum)(leaf), jax.numpy.cumsum(values))


def test_what_is_made_of_a_leaf_is_a_distributed_array():
    leaf = leaf_of(random_array((7, 3)))
    made = [leaf + 1, -leaf, leaf[1:], jnp.sin(leaf), jpi.spmd(jax.numpy.sin)(leaf)]
    made += [copy.copy(leaf), copy.deepcopy(leaf), pickle.loads(pickle.dumps(leaf))]
    made += [leaf.redistribute(jpi.P(None, "ranks")), leaf.at[0].set(1.0), leaf.astype(int)]
    made += [jax.tree.unflatten(jax.tree.structure(leaf + 1), [leaf])]
    for x in made:
        assert type(x) is jpi.DistArray
    assert_same(pickle.loads(pickle.dumps(leaf)), random_array((7, 3)))


LOCAL = {
    "jit": lambda x: jax.jit(lambda x: x + 1)(x),
    "sin": lambda x: jax.numpy.sin(x),
    "asarray": lambda x: jax.numpy.asarray(x),
    "stack": lambda x: jax.numpy.stack([x, x]),
    "numpy": lambda x: np.asarray(x),
    "aval": lambda x: x.aval,
    "sharding": lambda x: x.sharding,
    "shards": lambda x: x.addressable_shards,
    "committed": lambda x: x.committed,
}


@pytest.mark.parametrize("name", LOCAL)
def test_a_leaf_is_refused_where_one_device_is_meant(name):
    with pytest.raises(TypeError, match=r"jpi\.spmd"):
        LOCAL[name](leaf_of(random_array((7, 3))))


def test_what_takes_the_place_of_a_leaf_keeps_its_kind():
    x = jnp.zeros((6, 3), spec=jpi.P(None, "ranks"))
    same_shape = jax.tree.map(lambda x: jax.numpy.ones(x.shape), x)
    assert type(same_shape) is jpi.DistArray and same_shape.spec == x.spec
    assert_same(same_shape, np.ones((6, 3), np.float32))
    assert_same(jax.tree.map(lambda x: jax.numpy.ones(2), x), np.ones(2, np.float32))
    assert jax.tree.map(lambda x: None, [x]) == [None]
    assert jax.tree.map(lambda x: x.shape, [x]) == [(6, 3)]
    assert jax.tree.map(jnp.shape, {"x": x}) == {"x": (6, 3)}


# ---- optimisers ----

OPTIMIZERS = {
    "sgd": optax.sgd(0.1),
    "momentum": optax.sgd(0.1, momentum=0.9, nesterov=True),
    "adam": optax.adam(0.1),
    "adamw": optax.adamw(0.1),
    "rmsprop": optax.rmsprop(0.1),
    "adafactor": optax.adafactor(0.1, min_dim_size_to_factor=2),
    "lamb": optax.lamb(0.1),
    "lars": optax.lars(0.1),
    "clip": optax.chain(optax.clip(0.1), optax.sgd(0.1)),
    "clip by norm": optax.chain(optax.clip_by_global_norm(0.3), optax.sgd(0.1)),
    "clip by rms": optax.chain(optax.clip_by_block_rms(0.1), optax.sgd(0.1)),
    "adaptive clip": optax.chain(optax.adaptive_grad_clip(0.01), optax.sgd(0.1)),
    "noise": optax.chain(optax.add_noise(0.1, 0.5, jax.random.key(0)), optax.sgd(0.1)),
    "if finite": optax.apply_if_finite(optax.sgd(0.1), 3),
    "every second": optax.MultiSteps(optax.sgd(0.1), 2).gradient_transformation(),
}


def trained(numpy, optimizer, apply_updates, weights, features):
    def loss(weights):
        return numpy.mean((features @ weights["matrix"] @ weights["vector"] - 1.0) ** 2)

    state = optimizer.init(weights)
    for _ in range(3):
        gradient = jax.grad(loss)(weights)
        updates, state = optimizer.update(gradient, state, weights)
        weights = apply_updates(weights, updates)
    return weights


def problem():
    weights = {"matrix": random_array((6, 3), seed=1), "vector": random_array((3,), seed=2)}
    return weights, random_array((5, 6))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_train_as_on_one_process(name):
    weights, features = problem()
    optimizer = OPTIMIZERS[name]
    expected = jax.jit(
        lambda w, x: trained(jax.numpy, optimizer, optax.apply_updates, w, x)
    )(weights, features)  # fmt: skip
    ours = jpi.spmd(optimizer), jpi.spmd(optax.apply_updates)
    arguments = sharded(weights), jnp.asarray(features)
    for transform in ("eager", "jpi.jit"):
        run = TRANSFORMS[transform](lambda w, x: trained(jnp, *ours, w, x))
        actual = run(*arguments)
        assert actual["matrix"].spec == jpi.P("ranks", None)
        assert_same(actual, expected, what=transform)


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_optimizers_outside_of_spmd_are_right_or_name_it(transform):
    weights, features = problem()
    for name, optimizer in OPTIMIZERS.items():
        run = lambda w, x: trained(jnp, optimizer, optax.apply_updates, w, x)  # noqa: B023, E731
        with pytest.raises((TypeError, ValueError), match=r"jpi\.spmd"):
            print(name, TRANSFORMS[transform](run)(sharded(weights), jnp.asarray(features)))


# ---- containers of equinox ----


@pytest.fixture
def eqx():
    return pytest.importorskip("equinox")


@pytest.fixture
def model(eqx):
    """A layer whose matrix is sharded, and the same layer on one process."""
    plain = eqx.nn.Linear(4, 7, key=jax.random.key(0))
    plain = eqx.tree_at(lambda m: m.weight, plain, jax.numpy.asarray(random_array((7, 4))))
    return eqx.tree_at(lambda m: m.weight, plain, jnp.asarray(plain.weight)), plain


def loss_of(layer, x):
    return jax.numpy.sum(jax.numpy.sin(jax.vmap(layer)(x)) ** 2)


X = random_array((5, 4), seed=3)


def test_filtered_transforms_of_models_that_hold_arrays(eqx, model):
    dist, plain = model
    assert dist.weight.spec == jpi.P("ranks", None)
    loss = jpi.spmd(loss_of)
    expected = eqx.filter_value_and_grad(loss_of)(plain, X)
    for run in (
        eqx.filter_value_and_grad(loss),
        eqx.filter_jit(eqx.filter_value_and_grad(loss)),
        jpi.jit(lambda m, x: eqx.filter_value_and_grad(loss)(m, x)),
        lambda m, x: (loss(m, x), eqx.filter_grad(loss)(m, x)),
    ):
        value, gradient = run(dist, X)
        assert_same(value, expected[0])
        assert gradient.weight.spec == dist.weight.spec
        assert_same([gradient.weight, gradient.bias], [expected[1].weight, expected[1].bias])
    assert_same(jpi.spmd(dist)(X[0]), plain(X[0]))


def test_filtered_transforms_of_arrays(eqx):
    y = random_array((7, 2))
    x = jnp.asarray(y)
    assert_same(eqx.filter_jit(lambda x: jnp.sum(x["x"] ** 2))({"x": x}), jax.numpy.sum(y**2))
    assert_same(eqx.filter_grad(lambda x: jnp.sum(x["x"] ** 2))({"x": x}), {"x": 2 * y})
    assert_same(eqx.filter_jit(lambda x: x - x.mean())(x), y - y.mean())
    assert_same(eqx.error_if(x, jax.numpy.asarray(False), "never"), y)


def test_models_are_taken_apart_and_put_together(eqx, model):
    dist, plain = model
    arrays, rest = eqx.partition(dist, eqx.is_array)
    assert_same(arrays.weight, plain.weight)
    whole = eqx.combine(arrays, rest)
    assert jax.tree.structure(whole) == jax.tree.structure(dist)
    assert_same(whole.weight, plain.weight)
    assert_same(jax.jit(lambda a: eqx.combine(a, rest).weight * 2)(arrays), 2 * plain.weight)
    assert "DistArray" in repr(rest)
    assert_same(eqx.filter(dist, eqx.is_inexact_array).weight, plain.weight)


REPLACED = {
    "by an array": lambda eqx, m, numpy: eqx.tree_at(lambda m: m.weight, m, m.weight * 3),
    "by a function": lambda eqx, m, numpy: eqx.tree_at(
        lambda m: m.weight, m, replace_fn=lambda w: w - w.mean()
    ),
    "two": lambda eqx, m, numpy: eqx.tree_at(
        lambda m: (m.weight, m.bias), m, (m.weight.T, numpy.zeros(3))
    ),
}


@pytest.mark.parametrize("name", REPLACED)
def test_arrays_of_models_are_replaced(eqx, model, name):
    dist, plain = model
    for compile in (lambda f: f, eqx.filter_jit):
        actual = compile(lambda m: REPLACED[name](eqx, m, jnp))(dist)
        expected = REPLACED[name](eqx, plain, jax.numpy)
        assert isinstance(actual.weight, jpi.DistArray)
        assert_same([actual.weight, actual.bias], [expected.weight, expected.bias])


def test_comparing_trees_is_not_local(eqx):
    y = random_array((7, 2))
    other = y.copy()
    other[-1] += 1  # on the last rank only
    for a, b in ((y, y), (y, other)):
        try:
            equal = eqx.tree_equal({"x": jnp.asarray(a)}, {"x": jnp.asarray(b)})
        except TypeError as error:
            assert "jpi.spmd" in str(error)
        else:
            assert bool(equal) == eqx.tree_equal({"x": a}, {"x": b})
        equal = jpi.spmd(eqx.tree_equal)({"x": jnp.asarray(a)}, {"x": jnp.asarray(b)})
        assert bool(equal) == bool(np.all(a == b))
