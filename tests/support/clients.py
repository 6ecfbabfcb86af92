"""Programs of other libraries on one process and on the ranks."""

from __future__ import annotations

import jax
import numpy as np

import jpi
import jpi.numpy

TOLERANCE = {"rtol": 2e-4, "atol": 2e-5}  # of float32 through a solver or a few steps of training


def data(*shape: int, seed: int = 0) -> np.ndarray:
    """Numbers of float32 that are the same on every rank."""
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def distributed(*arrays: np.ndarray) -> list:
    """The arrays, sharded over the ranks along their first dimension."""
    return [jpi.numpy.asarray(x) for x in arrays]


def assert_equal_trees(actual, expected) -> None:
    """Fails unless the trees have the same arrays, gathered, to `TOLERANCE`."""

    def is_sharded(x):
        return isinstance(x, jpi.DistArray)

    actual, structure = jax.tree.flatten(actual, is_leaf=is_sharded)
    expected = jax.tree.leaves(expected)
    assert len(actual) == len(expected), structure
    for a, b in zip(actual, expected, strict=True):
        if not hasattr(b, "dtype"):
            assert a == b
            continue
        a = jpi.gather(a)
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(a, b, **TOLERANCE)


def check(function, *args, sharded=(), differentiated=()) -> None:
    """Compares the function under `jpi.spmd` with itself on one process, and its gradients.

    Args:
        args: its arguments, plain.
        sharded: which of them are sharded over the ranks.
        differentiated: with respect to which the gradient is taken, if the function is a scalar.
    """
    given = [jpi.numpy.asarray(x) if i in sharded else x for i, x in enumerate(args)]
    assert_equal_trees(jpi.spmd(function)(*given), jax.jit(function)(*args))
    if differentiated:
        expected = jax.jit(jax.grad(function, differentiated))(*args)
        gradient = jax.grad(jpi.spmd(function), differentiated)
        for run in (gradient, jpi.jit(gradient)):
            assert_equal_trees(run(*given), expected)
