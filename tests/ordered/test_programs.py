"""The memory of compiled programs."""

import jax
import numpy as np
import pytest
from mpi4py import MPI

import jpi
import jpi.numpy as jnp
from jpi._config import Config
from jpi._ordered.programs import Programs, Size, programs

SOME = 12_000_000  # bytes, for a few programs


@pytest.fixture
def bound():
    """A function that sets the bound for one test."""
    before = jpi.config.cache_bytes

    def choose(value):
        jpi.config.cache_bytes = value

    yield choose
    jpi.config.cache_bytes = before


@pytest.mark.ranks(2)
def test_many_shapes_keep_the_bound_and_the_results(bound):
    bound(SOME)
    for n in range(40):
        x = jnp.asarray(np.arange(n, dtype=np.float32))
        assert jnp.sum(x * 2) == n * (n - 1)
        assert jpi.allreduce(np.ones(n + 1), op=MPI.SUM)[n] == jpi.size()
    assert 1 < len(programs) < 40
    assert programs.nbytes < 2 * SOME


@pytest.mark.ranks(3)
def test_ranks_with_other_bounds_work_together(bound):
    bound(SOME if jpi.rank() == 0 else 2**30)
    weights = [np.full(3, scale, np.float32) for scale in range(12)]
    x = jnp.asarray(np.ones((2, 3), np.float32))
    for n, w in enumerate(weights):  # each line compares its plain operands
        y = x[:, : n % 3 + 1] * w[: n % 3 + 1]
        assert jnp.sum(y) == 2 * n * (n % 3 + 1)
    for n, w in enumerate(weights):
        y = x[:, : n % 3 + 1] * w[: n % 3 + 1]
        assert jnp.sum(y) == 2 * n * (n % 3 + 1)


def test_what_was_not_used_for_longest_is_dropped_first(bound):
    size = Size(operations=10)
    bound(4 * size.nbytes)
    kept = Programs()
    for name in "abcd":
        kept.keep(name, name, size)
    for name in "efg":
        assert kept.find("a") == "a"
        kept.keep(name, name, size)
    assert kept.find("a") == "a" and kept.find("b") is None and kept.find("g") == "g"


def test_everything_works_after_the_caches_are_cleared():
    x = jnp.asarray(np.arange(6.0, dtype=np.float32))
    total = jpi.jit(lambda x: jnp.sum(x**2))
    for _ in range(2):
        assert len((x + 1).gather()) == 6
        assert total(x) == 55
        assert jax.grad(lambda w: jnp.sum(w * x))(1.0) == 15
        assert jpi.allreduce(np.ones(2), op=MPI.SUM)[0] == jpi.size()
        np.testing.assert_array_equal(x[x > 2].gather(), [3, 4, 5])
        jpi.clear_caches()
        assert len(programs) == 0


def test_the_environment_sets_the_bound(monkeypatch):
    monkeypatch.setenv("JPI_CACHE_BYTES", "123")
    assert Config().cache_bytes == 123
    monkeypatch.setenv("JPI_CACHE_BYTES", "much")
    with pytest.raises(ValueError, match="from 0 on; got 'much'"):
        Config()


@pytest.mark.parametrize("value", [-1, 1.5, True, "1"])
def test_a_bound_that_is_no_number_of_bytes_is_an_error(bound, value):
    with pytest.raises(ValueError, match="`cache_bytes` must be a number of bytes"):
        bound(value)
