"""The cost of one call, apart from its data: the smallest arrays, eager and compiled.

    python benchmarks/dispatch.py             # or on several ranks: mpirun -n 2 python ...

Eager: `x + y` of two DistArrays against `x + y` of two JAX arrays.
Compiled: one allreduce of 8 bytes against a compiled function that returns its 8 bytes. The line of
the same allreduce under `jax.jit` is for information: there an effect of JAX keeps the order, and
any effect costs JAX's fast dispatch path. The targets are for one rank, where MPI itself is free.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy
from _measure import show, time_contestants
from mpi4py import MPI

import jpi
import jpi.numpy


def measure_eager_addition(elements: int) -> None:
    x = numpy.arange(elements, dtype=numpy.float32)
    local, shared = jnp.asarray(x), jpi.numpy.asarray(x)
    numpy.testing.assert_array_equal((shared + shared).gather(), local + local)
    seconds = time_contestants(
        {
            "jax.numpy  x + y": lambda: local + local,
            "DistArray  x + y": lambda: (shared + shared).shard,
        }
    )
    targets = {"DistArray  x + y": 4.0} if jpi.size() == 1 else {}
    show("eager addition", x.nbytes, seconds, reference="jax.numpy  x + y", targets=targets)


def measure_compiled_allreduce() -> None:
    x = jnp.asarray([1.0, 2.0], dtype=jnp.float32)

    def allreduce(x: jax.Array) -> jax.Array:
        return jpi.allreduce(x, op=MPI.SUM)

    local, fast, ordinary = jax.jit(lambda x: x), jpi.jit(allreduce), jax.jit(allreduce)
    for reduced in (fast(x), ordinary(x)):
        numpy.testing.assert_array_equal(reduced, jpi.size() * x)
    seconds = time_contestants(
        {
            "jax.jit of nothing": lambda: local(x),
            "jpi.jit of an allreduce": lambda: fast(x),
            "jax.jit of an allreduce": lambda: ordinary(x),
        }
    )
    targets = {"jpi.jit of an allreduce": 3.0} if jpi.size() == 1 else {}
    show("compiled call", x.nbytes, seconds, reference="jax.jit of nothing", targets=targets)


if __name__ == "__main__":
    for elements in (8, 100, 1000):
        measure_eager_addition(elements)
    measure_compiled_allreduce()
