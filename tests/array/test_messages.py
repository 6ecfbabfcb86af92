"""What arrays say of themselves, and what to do where they cannot do what is asked."""

import jax
import jax.numpy
import numpy as np
import pytest
from mpi4py import MPI
from support.oracle import random_array

import jpi
import jpi.numpy as jnp

pytestmark = pytest.mark.sweep

Y = random_array((7, 4))


def make():
    return jnp.asarray(Y)


ASKED = {
    "sharding": (lambda x: x.sharding, AttributeError, r"x\.spec"),
    "addressable_shards": (lambda x: x.addressable_shards, AttributeError, r"x\.shard "),
    "format": (lambda x: f"{x:.2f}", TypeError, r"x\.gather\(\)"),
    "array": (lambda x: np.asarray(x), TypeError, r"x\.gather\(\)"),
    "at": (lambda x: x.at.set(1.0), AttributeError, r"x\.at\[index\]\.set\("),
    "at of numpy": (lambda x: np.add.at(np.ones(7), x, 1), TypeError, r"x\.at\[index\]"),
    "addition in place": (lambda x: np.ones((7, 4)).__iadd__(x), TypeError, r"a = a \+ x"),
    "mesh": (lambda x: jpi.make_mesh(2, "a"), TypeError, r"make_mesh\(\(4, 2\), "),
    "spec": (lambda x: x.redistribute({"rows": 0}), TypeError, r"jpi\.P\("),
    "map_shards": (lambda x: jpi.map_shards(jnp.sum), TypeError, r"map_shards\(f, x\)"),
    "names": (lambda x: jnp.asarray(np.array(["a"])), TypeError, r"numbers or bool.*got <U1"),
    "dates": (lambda x: jnp.array(np.zeros(1, "M8[D]")), TypeError, r"got datetime64\[D\]"),
    "objects": (lambda x: jnp.asarray(np.array([1, None])), TypeError, r"got object.*astype"),
    "none": (lambda x: jnp.asarray(None), ValueError, r"scatter_from\(data, root\)"),
    "long spec": (lambda x: jnp.zeros(4, spec=jpi.P(None, None)), ValueError, "one entry per dim"),
    "spmd": (lambda x: jpi.spmd(x.sum()), TypeError, "must be a function"),
}


@pytest.mark.parametrize("name", ASKED)
def test_an_error_says_what_to_use(name):
    ask, error, words = ASKED[name]
    with pytest.raises(error, match=words):
        ask(make())
    assert not hasattr(make(), "sharding")


@pytest.mark.mpi(min_size=2)
def test_a_block_that_meets_its_array_is_explained():
    x = make()
    # Blocks of different sizes are found different before their shape is found wrong.
    with pytest.raises((TypeError, ValueError), match=r"incompatible shapes|must be the") as caught:
        x + x.shard
    notes = getattr(caught.value, "__notes__", [])
    assert any("jpi.from_shard" in text for text in (str(caught.value), *notes))


def test_who_asks_for_an_iterator_is_told_when_it_is_used():
    assert np.iterable(make())  # as matplotlib asks
    with pytest.raises(TypeError, match=r"cannot be iterated over.*x\.gather\(\)") as caught:
        next(iter(make()))
    assert f"{caught.type.__module__}.{caught.type.__qualname__}" == "builtins.TypeError"
    assert caught.type.__name__ == "TypeError"


def test_errors_of_jax_say_what_to_use():
    with pytest.raises(
        TypeError, match=r"<class 'jpi\.DistArray'> \(use jpi\.numpy, jpi\.spmd\(f\), "
    ):
        jax.nn.gelu(make())


def test_an_array_without_a_format_is_its_text():
    assert f"{make()}" == repr(make())


def test_every_array_has_a_repr():
    deleted, seen = make(), []
    deleted.shard.delete()
    assert "deleted" in repr(deleted)
    assert "key<fry>" in repr(jnp.asarray(jax.random.split(jax.random.key(0), 5)))

    def f(x):
        seen.append(repr(x))
        return jnp.sum(x * x)

    x = make()
    jax.jit(f)(x), jax.grad(f)(x), jax.jit(jax.grad(f))(x), jax.eval_shape(f, x)
    jax.linearize(f, x), jpi.spmd(f)(x)
    jax.vmap(lambda x: f(x), in_axes=1)(x)
    assert len(seen) == 7


def test_index_is_the_place_of_the_block():
    x = make()
    np.testing.assert_array_equal(Y[x.index], x.shard)
    columns = jnp.asarray(Y, spec=(None, "ranks"))
    np.testing.assert_array_equal(Y[columns.index], columns.shard)


def test_a_mesh_has_one_axis_by_default():
    assert jpi.make_mesh() is jpi.current_mesh()
    assert jpi.make_mesh().rank == jpi.rank()
    alone = jpi.make_mesh(comm=MPI.COMM_SELF)
    assert dict(alone.shape) == {"ranks": 1} and alone.rank == 0


def test_a_branch_on_a_value_names_the_argument():
    x = jpi.numpy.arange(6.0)
    with pytest.raises(jax.errors.TracerBoolConversionError, match=r"argument field\.\n"):
        jpi.jit(lambda field: field if field.sum() > 0 else -field)(x)
