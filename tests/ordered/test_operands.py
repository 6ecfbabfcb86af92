"""What a compiled program gets, or refers to, and uses as the same on every rank, is compared."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from harness.ranks import RANK, SIZE
from jax import lax
from support.oracle import random_array

import jpi
import jpi.numpy

# One rank is the same as itself.
pytestmark = [pytest.mark.mpi(min_size=2), pytest.mark.sweep]
X = random_array((7, 3))
OWN = np.linspace(0.0, 1.0 + RANK, 3, dtype=np.float32)
SAME = np.linspace(0.0, 1.0, 3, dtype=np.float32)


def loss(x, w):
    return jpi.numpy.mean(jpi.numpy.tanh(x @ (2 * w)) ** 2)


def noise(x, key):
    return jpi.numpy.sum(x * jpi.random.normal(key, x.shape))


def converged(x, bound):
    return lax.while_loop(lambda s: s < bound, lambda s: s + 0.1 + jpi.numpy.mean(x * x), 0.0)


def chosen(x, index):
    return lax.cond(index > 1, lambda: jpi.numpy.sum(x), lambda: -jpi.numpy.sum(x))


GIVEN = {
    "weights": (loss, lambda own: jnp.asarray(OWN if own else SAME)),
    "a NumPy array": (loss, lambda own: OWN if own else SAME),
    "a key": (noise, lambda own: jax.random.key(RANK if own else 3)),
    "an old key": (noise, lambda own: jax.random.PRNGKey(RANK if own else 3)),
    "a bound": (converged, lambda own: jnp.float32(1 + RANK if own else 2)),
    "an index": (chosen, lambda own: jnp.int32(RANK if own else 2)),
}
MODES = {"jpi.jit": jpi.jit, "jax.jit": jax.jit}


def forms(function, x, value):
    """The program with the value as an argument, and with the value that it refers to."""
    yield "argument", lambda mode: mode(function)(x, value)
    yield "closure", lambda mode: mode(lambda x: function(x, value))(x)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("form", ["argument", "closure"])
def test_what_differs_is_refused_on_every_rank(name, mode, form):
    function, make = GIVEN[name]
    x = jpi.numpy.asarray(X)
    with pytest.raises((ValueError, TypeError), match="the same on every rank"):
        dict(forms(function, x, make(True)))[form](MODES[mode])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("form", ["argument", "closure"])
def test_what_is_the_same_passes(name, mode, form):
    function, make = GIVEN[name]
    expected = function(jpi.numpy.asarray(X), make(False))
    result = dict(forms(function, jpi.numpy.asarray(X), make(False)))[form](MODES[mode])
    np.testing.assert_allclose(result, expected, rtol=1e-6)


@pytest.mark.parametrize("mode", MODES)
def test_a_seed_that_differs_is_refused(mode):
    with pytest.raises(ValueError, match="the same on every rank"):
        MODES[mode](lambda x: noise(x, jax.random.key(RANK)))(jpi.numpy.asarray(X))


@pytest.mark.parametrize("mode", MODES)
def test_a_shard_outside_of_the_program_is_refused(mode):
    x = jpi.numpy.asarray(X)
    block = x.shard
    with pytest.raises(ValueError, match=r"refers to.*test_operands.py"):
        MODES[mode](lambda x: jpi.numpy.sum(x * jnp.sum(block)))(x)


def test_loops_and_branches_that_run_eagerly_are_refused():
    x = jpi.numpy.asarray(X)
    own = jnp.int32(RANK)
    with pytest.raises(ValueError, match="the same on every rank"):
        lax.cond(own > 0, lambda: jpi.numpy.sum(x), lambda: -jpi.numpy.sum(x))
    with pytest.raises(ValueError, match="the same on every rank"):
        lax.while_loop(lambda s: s < own, lambda s: s + 1 + jpi.numpy.mean(x * x), 0.0)


@pytest.mark.parametrize("mode", MODES)
def test_a_loop_that_draws_with_a_seed_of_its_own_is_analysed_to_its_end(mode):
    def walk(m, x):
        step = lambda _, c: c * m.sum(x) / 9 + jax.random.normal(jax.random.key(0), ())  # noqa: E731
        return lax.fori_loop(0, 3, step, 1.0)

    result = MODES[mode](lambda x: walk(jpi.numpy, x))(jpi.numpy.asarray(X))
    np.testing.assert_allclose(result, walk(jnp, jnp.asarray(X)), rtol=1e-4)


RIGHT = {
    "a block of its own": lambda x, own: jpi.allreduce(jnp.sum(x.shard) * own[0]),
    "a block for map_shards": lambda x, own: jpi.map_shards(lambda b: b + own, x).sum(),
    "a sum of what ranks have": lambda x, own: (x * jpi.allreduce(own)).sum(),
    "what one rank sends to all": lambda x, own: (x * jpi.bcast(own, 0)).sum(),
    "an array of blocks": lambda x, own: jpi.from_shard(own).sum() + x.sum(),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("form", ["argument", "closure"])
def test_programs_may_have_data_of_each_rank(name, mode, form):
    results = []
    for compiled in (lambda f: f, MODES[mode]):
        run = dict(forms(RIGHT[name], jpi.numpy.asarray(X), jnp.asarray(OWN)))[form]
        results.append(run(compiled))
    np.testing.assert_allclose(results[1], results[0], rtol=1e-6)


@pytest.mark.parametrize("mode", MODES)
def test_one_rank_may_run_a_program_of_its_own(mode):
    x = jpi.numpy.asarray(X)
    if RANK == SIZE - 1:
        scaled = MODES[mode](lambda x, factor: x * factor)(x, 2.0 + RANK)
        np.testing.assert_allclose(scaled.shard, x.shard * (2.0 + RANK), rtol=1e-6)


def test_another_shape_on_one_rank_is_compiled_there_alone():
    program = jpi.jit(lambda rows, w: jpi.allreduce(jnp.sum(rows * jpi.spread(w))))
    for count in (2, 2 + RANK, 3):
        total = program(jnp.ones((count, 3)), jnp.asarray(SAME))
        assert np.isfinite(total)
