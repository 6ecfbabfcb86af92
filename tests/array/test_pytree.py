"""DistArray as a pytree: control flow, vmap, optimisers."""

import itertools

import jax
import numpy as np
import optax
import pytest
from support.native_log import calls_during
from support.oracle import ROWS, assert_same, check, random_array

import jpi
import jpi.numpy as jnp

CUT = {0: jpi.P("ranks"), 1: jpi.P(None, "ranks"), 2: jpi.P(None, None, "ranks"), None: jpi.P()}


def cuts(*everyday, slow):
    """The sharded dimensions, some of them for the slow sweep only."""
    return [*everyday, *(pytest.param(cut, marks=pytest.mark.slow) for cut in slow)]


def with_rows(dim, others):
    """Shapes in which dimension ``dim`` has each size of ROWS."""
    return [(*others[:dim], rows, *others[dim:]) for rows in ROWS]


# ---- tree functions ----


@pytest.mark.parametrize("rows", ROWS)
def test_tree_map_maps_the_whole_arrays(rows):
    values = random_array((rows, 4)), random_array((4, rows))
    x, y = jnp.asarray(values[0]), jnp.asarray(values[1], spec=CUT[1])
    tree = {"x": x, "y": (y, np.float32(2))}
    doubled = jax.tree.map(lambda leaf: 2 * leaf, tree)
    assert doubled["x"].spec == x.spec and doubled["y"][0].spec == y.spec
    assert_same(doubled, {"x": 2 * values[0], "y": (2 * values[1], np.float32(4))})
    added = jax.tree.map(lambda a, b: a + b, tree, doubled)
    assert_same(added, {"x": 3 * values[0], "y": (3 * values[1], np.float32(6))})
    assert jax.tree.structure(added) == jax.tree.structure(tree)
    first, second = jax.tree.leaves(tree)[:2]
    assert isinstance(first, jpi.DistArray) and isinstance(first, jax.Array)
    assert (first.shape, second.shape) == ((rows, 4), (4, rows))
    assert first.shard is x.shard and second.shard is y.shard


def test_trees_of_other_layouts_do_not_match():
    x = jnp.zeros((6, 6))
    with pytest.raises(ValueError):
        jax.tree.map(lambda a, b: a + b, x, x.redistribute(CUT[1]))


@pytest.mark.parametrize("rows", ROWS)
def test_eval_shape_gives_the_global_type_and_the_layout(rows):
    x = jnp.asarray(random_array((rows, 4)))

    def fun(x):
        return {"product": x.T @ x, "kept": (x > 0, x.sum(axis=1)), "total": x.sum()}

    calls, types = calls_during(lambda: jax.eval_shape(fun, x))
    assert calls == []
    values = fun(x)
    for a, e in zip(leaves(types), leaves(values), strict=True):
        assert (type(a) is jpi.DistArray) == (type(e) is jpi.DistArray)
        assert (a.shape, a.dtype) == (e.shape, e.dtype)
        assert getattr(a, "spec", None) == getattr(e, "spec", None)


def leaves(tree):
    return jax.tree.leaves(tree, is_leaf=lambda x: isinstance(x, jpi.DistArray))


def test_tree_map_may_change_the_shape():
    values = random_array((4 * jpi.size(), 2))
    x = jnp.asarray(values)
    assert_same(jax.tree.map(lambda x: x[:1], x), values[:1])
    assert_same(jax.tree.map(lambda x: x[:1], [x, x])[1], values[:1])


def test_blocks_taken_apart_are_refused():
    x = jnp.zeros((4 * jpi.size(), 2))
    for run in (
        lambda x: jax.lax.associative_scan(jax.numpy.add, x),
        jax.jit(lambda x: jax.lax.associative_scan(lambda a, b: a + b, x)),
        jax.jit(lambda x: jax.lax.associative_scan(jnp.add, {"x": x})),
    ):
        with pytest.raises(TypeError, match=r"jpi\.spmd"):
            run(x)


# ---- control flow ----


def scanned(numpy, xs):
    def step(carry, x):
        carry = 0.5 * carry + numpy.sin(x)
        return carry, (carry * x, numpy.sum(carry))

    end, sums = jax.lax.scan(step, numpy.sum(xs, axis=0), xs)
    return jax.lax.scan(step, end, xs, reverse=True), sums


def mapped(numpy, xs):
    return jax.lax.map(lambda x: x * numpy.sum(x), xs)


@pytest.mark.parametrize("cut", cuts(1, slow=(2, None)))
def test_scan_carries_arrays_and_runs_over_an_unsharded_axis(cut):
    shapes = with_rows(cut or 1, (3, 2))
    check({"scan": scanned, "map": mapped}, [(random_array(s),) for s in shapes], CUT[cut])


def test_scan_over_a_sharded_axis_is_an_error_on_every_rank():
    for rows in ROWS:
        with pytest.raises(ValueError, match=r"to be looped over.*jpi\.spmd"):
            jax.lax.scan(lambda c, x: (c + x.sum(), x), 0.0, jnp.zeros((rows, 2, 2)))


def branched(numpy, x):
    above, below = lambda x: (x * 2, numpy.sum(x)), lambda x: (-x, numpy.sum(x * x))
    return jax.lax.cond(numpy.sum(x) > 0, above, below, x)


def switched(numpy, x):
    branches = [lambda x, power=power: x**power for power in (1, 2, 3)]
    return jax.lax.switch(numpy.sum(x > 0) % 3, branches, x)


@pytest.mark.parametrize("cut", cuts(0, slow=(1, None)))
def test_cond_takes_and_gives_arrays(cut):
    check(branched, [(random_array(s),) for s in with_rows(cut or 0, (3,))], CUT[cut])


def test_switch_takes_and_gives_arrays():
    check(switched, [(random_array((7, 3), seed=seed),) for seed in range(2)], CUT[0])


@pytest.mark.parametrize("cut", cuts(0, slow=(1, None)))
def test_while_loops_carry_arrays(cut):
    def run(numpy):
        def unfinished(state):
            step, x = state
            return (step < 5) & (numpy.sum(x * x) < 100)

        def fun(x):
            return jax.lax.while_loop(unfinished, lambda s: (s[0] + 1, 1.5 * s[1]), (0, x))[1]

        return lambda xs: [jax.jvp(fun, (x,), (0.5 * x,)) for x in xs]

    values = [random_array(s) for s in with_rows(cut or 0, (3,))]
    actual = jpi.jit(run(jnp))([jnp.asarray(x, spec=CUT[cut]) for x in values])
    assert_same(actual, jax.jit(run(jax.numpy))([*map(jax.numpy.asarray, values)]))


# ---- vmap ----


def over(numpy, x, in_axis, out_axis):
    """Twice the transposed matrices along one axis, stacked along another."""

    def element(x):
        return numpy.sin(x).T * numpy.sum(x)

    return jax.vmap(element, in_axes=in_axis, out_axes=out_axis)(x)


@pytest.mark.parametrize("cut", cuts(0, 2, slow=(1, None)))
def test_vmap_over_every_unsharded_axis(cut):
    in_axes = [axis for axis in range(3) if axis != cut]
    combinations = [*itertools.product(in_axes, range(3)), *((i - 3, -2) for i in in_axes)]

    def fun(numpy, *xs):  # one size for each combination
        return [over(numpy, x, i, o) for x, (i, o) in zip(itertools.cycle(xs), combinations)]

    check(fun, [[random_array(shape) for shape in with_rows(cut or 0, (3, 2))]], CUT[cut])


@pytest.mark.parametrize("cut", cuts(0, 2, slow=(1, None)))
def test_vmap_of_vmap(cut):
    first, second = [axis for axis in range(3) if axis != cut][:2]

    def fun(numpy, x):
        rowwise = jax.vmap(lambda v: v * numpy.sum(v * v), in_axes=second - 1, out_axes=-1)
        return jax.vmap(rowwise, in_axes=first, out_axes=1)(x)

    check(fun, [(random_array(s),) for s in with_rows(cut or 0, (3, 2))[1:3]], CUT[cut])


def test_vmap_maps_arrays_beside_plain_ones():
    plain, shared = random_array((3, 2)), random_array((2,), seed=1)

    def fun(numpy, x):
        product = lambda x, y, z: (x * y[0] + z[1], numpy.sum(x) * z)  # noqa: E731
        return jax.vmap(product, in_axes=(1, 0, None))(x, plain, shared)

    check(fun, [(random_array((rows, 3)),) for rows in ROWS], CUT[0])


def test_vmap_over_a_sharded_axis_is_an_error_on_every_rank():
    for rows, axis in itertools.product(ROWS, (0, -2)):
        with pytest.raises(ValueError, match=r"to be mapped over by jax\.vmap.*redistribute"):
            jax.vmap(lambda x: x, in_axes=axis)(jnp.zeros((rows, 2)))


# ---- optimisers ----


@pytest.mark.parametrize("rows", ROWS[1:])
def test_adam_trains_as_on_one_process(rows):
    features, targets = random_array((5, rows)), random_array((5,), seed=1)
    start = {"weights": random_array((rows,), seed=2), "scale": np.float32(0.5)}
    start["table"] = random_array((3, 2), seed=3)
    plain = optax.chain(optax.add_decayed_weights(0.1), optax.adam(0.1))

    def train(numpy, params, features, optimizer, apply_updates):
        def loss(params):
            guess = features @ params["weights"] * params["scale"] - numpy.sum(params["table"])
            return numpy.mean((guess - targets) ** 2)

        def step(carry, _):
            params, state = carry
            value, gradient = jax.value_and_grad(loss)(params)
            updates, state = optimizer.update(gradient, state, params)
            return (apply_updates(params, updates), state), value

        return jax.lax.scan(step, (params, optimizer.init(params)), length=4)

    params = start | {
        "weights": jnp.asarray(start["weights"]),
        "table": jpi.replicate(start["table"]),
    }
    ours = jpi.spmd(plain), jpi.spmd(optax.apply_updates)
    features_of_ranks = jnp.asarray(features, spec=CUT[1])
    actual = jpi.jit(lambda *args: train(jnp, *args, *ours))(params, features_of_ranks)
    assert actual[0][0]["weights"].spec == jpi.P("ranks")
    expected = jax.jit(lambda *args: train(jax.numpy, *args, plain, optax.apply_updates))
    assert_same(actual, expected(start, features))
    for compile in (lambda f: f, jax.jit, jpi.jit):
        with pytest.raises(TypeError, match=r"jpi\.spmd"):
            compile(lambda *args: train(jnp, *args, plain, optax.apply_updates))(
                params, features_of_ranks
            )


def test_the_state_of_an_optimizer_is_laid_out_as_the_weights():
    weights = {"rows": jnp.zeros((5, 4)), "columns": jnp.zeros((4, 5), spec=CUT[1])}
    weights["plain"] = jax.numpy.zeros(3)
    optimizer = jpi.spmd(optax.adam(0.1))
    state = optimizer.init(weights)
    for moment in (state[0].mu, state[0].nu):
        assert {k: getattr(x, "spec", None) for k, x in moment.items()} == {
            k: getattr(x, "spec", None) for k, x in weights.items()
        }
    after = optimizer.update(weights, state, weights)[1]
    assert jax.tree.structure(after) == jax.tree.structure(state)
