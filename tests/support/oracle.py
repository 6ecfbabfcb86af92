"""The oracle of the tests: `jax.numpy` on the global arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from harness.ranks import RANK, SIZE, meet

import jpi
import jpi.numpy

TOLERANCE = {
    "float16": 1e-2,
    "bfloat16": 3e-2,
    "float32": 3e-5,
    "float64": 1e-12,
    "complex64": 3e-5,
    "complex128": 1e-12,
}
ROWS = (12, 7, 2, 0)  # divisible (by 1 to 4), not divisible, fewer than ranks, none


def tolerance(dtype: Any) -> float:
    return TOLERANCE.get(np.dtype(dtype).name, 0.0)


def whole(x: Any) -> Any:
    """The global array of a result, gathered where it is distributed."""
    return np.asarray(x.gather() if isinstance(x, jpi.DistArray) else x)


def is_plain(x: Any) -> bool:
    """Whether ``x`` is an array that every rank holds whole."""
    return isinstance(x, jax.Array) and not isinstance(x, jpi.DistArray)


def assert_same(actual: Any, expected: Any, what: str = "", looser: float = 1) -> None:
    """Checks that two pytrees hold equal arrays, in shape, dtype and (to rounding) value.

    Args:
        looser: by how much more than rounding values may differ, for what is badly conditioned.
    """
    is_leaf = lambda x: isinstance(x, jpi.DistArray)  # noqa: E731
    actual_leaves = jax.tree.leaves(actual, is_leaf=is_leaf)
    expected_leaves = jax.tree.leaves(expected, is_leaf=is_leaf)
    assert len(actual_leaves) == len(expected_leaves), what
    for a, e in zip(actual_leaves, expected_leaves, strict=True):
        assert a.shape == e.shape, (what, a.shape, e.shape)
        assert a.dtype == e.dtype, (what, a.dtype, e.dtype)
        rate = looser * tolerance(e.dtype)
        a, e = whole(a), whole(e)
        scale = max(1.0, float(np.max(np.abs(e[np.isfinite(e)]), initial=0.0)))
        np.testing.assert_allclose(a, e, rtol=rate, atol=rate * scale, err_msg=what)


def random_array(shape: Sequence[int], dtype: Any = np.float32, seed: int = 0) -> np.ndarray:
    """The same numbers on every rank, of both signs, without ties."""
    generator = np.random.default_rng([seed, *shape])
    values = generator.normal(size=shape)
    if np.dtype(dtype).kind == "c":
        values = values + 1j * generator.normal(size=shape)
    return (values * 3 if np.dtype(dtype).kind in "iu" else values).astype(dtype)


def both(fun: Callable, arrays: Sequence[np.ndarray], specs: Sequence[Any], mesh: Any = None):
    """``fun(numpy, *arrays)`` with distributed arrays and `jpi.numpy`, and with `jax.numpy`."""
    distributed = [
        jpi.numpy.asarray(x, spec=spec, mesh=mesh) for x, spec in zip(arrays, specs, strict=True)
    ]
    return fun(jpi.numpy, *distributed), fun(jax.numpy, *map(jax.numpy.asarray, arrays))


def spmd(function: Callable) -> Callable:
    """A function of another library, as a table entry: distributed where the arguments are."""
    return lambda numpy, *args: (jpi.spmd(function) if numpy is jpi.numpy else function)(*args)


def weighted(fun: Callable, numpy: Any, arrays: Sequence[Any]) -> Any:
    """A scalar that depends on all results of ``fun`` differently, to differentiate."""
    total = 0.0
    leaves = jax.tree.leaves(fun(numpy, *arrays), is_leaf=lambda x: isinstance(x, jpi.DistArray))
    for seed, y in enumerate(leaves):
        if jax.numpy.issubdtype(y.dtype, jax.numpy.inexact):
            weights = random_array(y.shape, np.float32, seed + 100)
            product = numpy.sum(y * weights)
            total = total + jax.numpy.real(product) + 2 * jax.numpy.imag(product)
    return total


def check(
    funs: Callable | dict[str, Callable],
    cases: Sequence[Sequence[np.ndarray]],
    spec: Any = None,
    mesh: Any = None,
) -> None:
    """Checks that values and gradients of functions, for all ``cases`` (arguments), are those on
    one process.

    All are compiled as one program, as compilation takes most of the time.
    """
    table = funs if isinstance(funs, dict) else {"": funs}
    entries = [(name, fun, arrays) for name, fun in table.items() for arrays in cases]

    def values_and_gradients(numpy: Any, funs: Any, cases: Any) -> Any:
        return [
            (
                fun(numpy, *arrays),
                jax.grad(lambda arrays: weighted(fun, numpy, arrays))(list(arrays)),  # noqa: B023
            )
            for fun, arrays in zip(funs, cases, strict=True)
        ]

    def on_one_process(entries: Any) -> Any:
        funs, cases = [fun for _, fun, _ in entries], [arrays for *_, arrays in entries]
        run = jax.jit(lambda cases: values_and_gradients(jax.numpy, funs, cases))
        return run([[jax.numpy.asarray(x) for x in arrays] for arrays in cases])

    distributed = [
        [jpi.numpy.asarray(x, spec=spec, mesh=mesh) for x in arrays] for *_, arrays in entries
    ]
    funs = [fun for _, fun, _ in entries]
    actual = jpi.jit(lambda cases: values_and_gradients(jpi.numpy, funs, cases))(distributed)
    expected = shared_out(on_one_process, entries)
    for (name, _, arrays), a, e in zip(entries, actual, expected, strict=True):
        assert_same(a, e, what=f"{name} of {[x.shape for x in arrays]}")


def shared_out(function: Callable[[Any], Any], entries: Sequence[Any]) -> list[Any]:
    """``function(entries)``, a list with a result per entry; each rank computes a part of it.

    So each reference is compiled on one rank only.
    """
    try:
        own: Any = jax.tree.map(np.asarray, function(entries[RANK::SIZE]))
    except Exception as error:
        own = error
    shares = meet(own)
    for share in shares:
        if isinstance(share, Exception):
            raise share
    return [shares[i % SIZE][i // SIZE] for i in range(len(entries))]
