"""Products of a long matrix with a few vectors, and the gradient that is made of them.

    python benchmarks/products.py
    mpirun -n 2 python benchmarks/products.py

Each rank's own product, of its rows: NumPy's, XLA's, and JPI's form of it (`jpi._rules._product`).
The gradient of a logistic regression: NumPy with mpi4py, a rank's rows each; jpi.jit of jax.grad on
DistArrays. Results are checked against double precision, and the errors of the products printed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy
from _measure import calls_to_fill, show, take_turns, timer_of
from jax import lax
from mpi4py import MPI

import jpi
import jpi.numpy
from jpi._rules._product import multiply

WORLD = MPI.COMM_WORLD
ROWS, COLUMNS = 200_000, 64
ALONG_ROWS = (((0,), (0,)), ((), ()))
WITH_COLUMNS = (((1,), (0,)), ((), ()))
SHAPES = [  # rows, columns, vectors
    *((100_000, 64, count) for count in (1, 2, 4, 8)),
    *((100_000, columns, 1) for columns in (8, 16, 32)),
    *((10_000, columns, 1) for columns in (64, 640)),
    (1_000, 64, 1),
    (300, 300, 1),
]
LIMITS = {"form": 1.1, "gradient": 1.2}
ROUNDS = 21
TURN = 5e-3  # seconds of NumPy's calls in a row, at the least


def timed(calls: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Returns the seconds of each call; the first is the reference."""
    count = calls_to_fill(TURN, next(iter(calls.values())))
    timers = {name: timer_of(call, count) for name, call in calls.items()}
    return take_turns(timers, rounds=ROUNDS, before=WORLD.Barrier)


def waiting(function: Callable[..., Any], *args: Any) -> Callable[[], Any]:
    compiled = jax.jit(function)
    return lambda: jax.block_until_ready(compiled(*args))


def measure_product(rows: int, columns: int, count: int, dims: Any) -> None:
    rng = numpy.random.default_rng(0)
    x = rng.normal(size=(rows, columns)).astype(numpy.float32)
    length = rows if dims == ALONG_ROWS else columns
    y = rng.normal(size=(length, count)[: 1 + (count > 1)]).astype(numpy.float32)
    params = {"precision": None, "preferred_element_type": None, "out_sharding": None}
    operands = jnp.asarray(x), jnp.asarray(y)
    left = x.T if dims == ALONG_ROWS else x
    calls = {
        "XLA": waiting(lambda x, y: lax.dot_general(x, y, dims), *operands),
        "form": waiting(lambda x, y: multiply(x, y, dimension_numbers=dims, **params), *operands),
        "NumPy": lambda: left @ y,
    }
    exact = left.astype(numpy.float64) @ y
    errors = {
        name: numpy.abs(call() - exact).max() / numpy.abs(exact).max()
        for name, call in calls.items()
    }
    assert max(errors.values()) < 1e-4, errors
    words = "X.T @ Y" if dims == ALONG_ROWS else "X @ Y"
    title = f"{words}, X {x.shape}, Y {y.shape}, errors "
    title += ", ".join(f"{name} {error:.0e}" for name, error in errors.items())
    show(title, x.nbytes, timed(calls), reference="XLA", targets={"form": LIMITS["form"]})


def measure_gradient() -> None:
    rng = numpy.random.default_rng(0)
    x = rng.normal(size=(ROWS, COLUMNS)).astype(numpy.float32)
    y = (rng.random(ROWS) < 0.5).astype(numpy.float32)
    w = 0.1 * rng.normal(size=COLUMNS).astype(numpy.float32)
    own = numpy.array_split(numpy.arange(ROWS), WORLD.size)[WORLD.rank]
    own_x, own_y = x[own], y[own]

    def by_hand() -> numpy.ndarray:
        part = own_x.T @ (1 / (1 + numpy.exp(-(own_x @ w))) - own_y)
        WORLD.Allreduce(MPI.IN_PLACE, part)
        return part / ROWS

    shared_x, shared_y, plain = jpi.numpy.asarray(x), jpi.numpy.asarray(y), jnp.asarray(w)

    def loss(w: Any, x: Any, y: Any) -> Any:
        z = x @ w
        return jpi.numpy.mean(jpi.numpy.logaddexp(0, z) - y * z)

    gradient = jpi.jit(jax.grad(loss))
    calls = {
        "NumPy and mpi4py": by_hand,
        "jpi": lambda: gradient(plain, shared_x, shared_y).block_until_ready(),
    }
    numpy.testing.assert_allclose(*(call() for call in calls.values()), rtol=1e-3, atol=1e-6)
    title = f"gradient of a logistic regression, X {x.shape}"
    targets = {"jpi": LIMITS["gradient"]}
    show(title, x.nbytes, timed(calls), reference="NumPy and mpi4py", targets=targets)


if __name__ == "__main__":
    for shape in SHAPES:
        for dims in (ALONG_ROWS, WITH_COLUMNS):
            measure_product(*shape, dims)
    measure_gradient()
