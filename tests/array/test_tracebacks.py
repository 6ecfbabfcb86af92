"""Errors end in the user's line, and name the user's function and its arguments."""

import contextlib
import traceback

import jax
import jax.numpy
import numpy as np
import pytest

import jpi
import jpi.numpy as jnp


def x():
    return jnp.arange(12.0).reshape(6, 2)


def square(a):
    return a @ a


FAIL = {
    "operator": lambda: x() + jnp.arange(5.0),
    "method": lambda: x().reshape(5, 7),
    "index": lambda: x()[0, 0, 0],
    "update": lambda: x().at[0, 0].set(np.ones(3)),
    "conversion": lambda: float(x()),
    "iteration": lambda: list(x()),
    "redistribute": lambda: x().redistribute(("a",)),
    "function": lambda: jnp.concatenate([x(), jnp.arange(5.0)]),
    "function of numpy": lambda: np.concatenate([x(), jnp.arange(5.0)]),
    "creation": lambda: jnp.zeros(4, spec=("a",)),
    "random": lambda: jpi.random.normal(0, (3,)),
    "mesh": lambda: jpi.make_mesh((7, 3), ("a", "b")),
    "collective": lambda: jpi.bcast(jax.numpy.ones(3), root=17),
    "jpi.jit": lambda: jpi.jit(square)(x()),
    "jpi.spmd": lambda: jpi.spmd(square)(x()),
    "jpi.spmd in jpi.jit": lambda: jpi.jit(lambda a: jpi.spmd(square)(a))(x()),
    "collective in jpi.jit": lambda: jpi.jit(lambda a: jpi.bcast(a, root=17))(jax.numpy.ones(3)),
}
LAST = {"jpi.jit": square, "jpi.spmd": square, "jpi.spmd in jpi.jit": square}


def error_of(fail):
    with pytest.raises(Exception) as caught:
        fail()
    return caught.value


@contextlib.contextmanager
def filtering(mode):
    before = jax.config.jax_traceback_filtering
    jax.config.update("jax_traceback_filtering", mode)
    try:
        yield
    finally:
        jax.config.update("jax_traceback_filtering", before)


@pytest.mark.parametrize("name", FAIL)
def test_a_traceback_ends_in_the_line_of_the_user(name):
    error = error_of(FAIL[name])
    assert {frame.filename for frame in traceback.extract_tb(error.__traceback__)} == {__file__}
    last = traceback.extract_tb(error.__traceback__)[-1]
    assert last.name == LAST.get(name, FAIL[name]).__name__
    shown = "".join(traceback.format_exception(error))
    assert shown.count("Traceback (most recent call last)") == 1
    assert shown.count("JAX_TRACEBACK_FILTERING=off") == 1


@pytest.mark.parametrize("name", ["operator", "jpi.jit", "collective"])
def test_all_frames_are_shown_on_demand(name):
    with filtering("off"):
        error = error_of(FAIL[name])
    files = {frame.filename for frame in traceback.extract_tb(error.__traceback__)}
    assert any("/jpi/" in file for file in files)
    assert not hasattr(error, "__notes__")


def test_an_error_in_the_handler_of_another_shows_both():
    try:
        {}["key"]
    except KeyError:
        error = error_of(FAIL["operator"])
    assert "KeyError: 'key'" in "".join(traceback.format_exception(error))


def branch(a, flag):
    return a if flag > 0 else -a


def converted(a, *, other):
    return a + np.asarray(other["key"])


ONE = jax.numpy.ones(())
TRACED = {
    "jpi.jit": (lambda: jpi.jit(branch)(x(), ONE), "branch", "flag"),
    "jpi.jit of plain arrays": (lambda: jpi.jit(branch)(ONE, ONE), "branch", "flag"),
    "jpi.jit with a static argument": (
        lambda: jpi.jit(converted, static_argnums=0)(2.0, other={"key": ONE}),
        "converted",
        r"other\['key'\]",
    ),
    "jpi.spmd in jpi.jit": (
        lambda: jpi.jit(lambda a, b: jpi.spmd(branch)(a, flag=b))(x(), ONE),
        "branch",
        "flag",
    ),
    "jpi.spmd in jax.jit": (
        lambda: jax.jit(lambda a, b: jpi.spmd(converted)(a, other={"key": b}))(x(), ONE),
        "converted",
        r"other\['key'\]",
    ),
}


@pytest.mark.parametrize("name", TRACED)
def test_an_error_of_tracing_names_the_function_and_the_argument(name):
    fail, function, argument = TRACED[name]
    text = str(error_of(fail))
    place = rf"while tracing the function {function} at .*test_tracebacks.py:\d+ for jit"
    with pytest.raises(Exception, match=rf"{place}[\s\S]*argument {argument}\."):
        raise error_of(fail)
    assert "/jpi/" not in text


@pytest.mark.parametrize("transform", [jpi.jit, jpi.spmd])
def test_a_leaked_tracer_is_of_the_function_of_the_user(transform):
    kept = []

    def leaky(a):
        kept.append(a * 2)
        return a

    transform(leaky)(x())
    text = str(error_of(lambda: kept[0] + 1))
    assert "leaky at" in text and "/jpi/" not in text


@jax.tree_util.register_pytree_node_class
class Strict:
    """A container that takes arrays only."""

    def __init__(self, a):
        assert isinstance(a, jax.Array)
        self.a = a

    def tree_flatten(self):
        return (self.a,), None

    @classmethod
    def tree_unflatten(cls, _, leaves):
        return cls(*leaves)


def test_a_container_that_takes_arrays_only_is_traced_without_names():
    y = jpi.spmd(lambda box, a: box.a + a.sum())(Strict(ONE), x())
    assert y == 67.0
