"""Factorizations of a matrix, and systems of equations with it: several ranks, and one alone.

    mpirun -n 2 python benchmarks/linalg.py
    mpirun -n 4 python benchmarks/linalg.py --size 2048 --dtype float32

Each rank computes on one core. Contestants, which take turns in one run: `jax.numpy` on rank 0,
while the others wait; and JPI, with the matrix sharded by rows, by all ranks together and gathered
(`jpi.config.linalg`). Results are checked against those of rank 0 alone.

ScaLAPACK takes part, in Cholesky and LU of float64, where it calls the MPI of this program. The
matrix already lies in its own blocks, of several widths. With `libscalapack-mpich-dev` and
`libopenblas0-pthread` of Debian, and MPICH from PyPI:

    mkdir links; ln -s $VIRTUAL_ENV/lib/libmpi.so.12 links/libmpich.so.12
    LD_LIBRARY_PATH=$PWD/links mpirun -n 2 python benchmarks/linalg.py --only cholesky lu
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from functools import partial
from typing import Any

from mpi4py import MPI

WORLD = MPI.COMM_WORLD
if hasattr(os, "sched_setaffinity"):  # before the libraries start threads
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[WORLD.rank % len(cores)]})

import _scalapack as scalapack  # noqa: E402
import jax  # noqa: E402
import numpy  # noqa: E402
from _measure import Timer, race, show, timer_of  # noqa: E402

import jpi  # noqa: E402
import jpi.numpy as jnp  # noqa: E402

ALONE, GATHERED = "rank 0 alone", "gathered"
LIMIT = ALONE, 1 / 1.5  # of whose time all ranks together take how much
LIMITS = {"qr": (ALONE, 1 / 1.4), "eigh": (GATHERED, 1.0), "svd": (GATHERED, 1.0)}
PEER_LIMIT = 1.5  # of ScaLAPACK's time
WIDTHS = (32, 64, 128)  # of its blocks
OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {  # of the library and a positive matrix
    "cholesky": lambda m, x: m.linalg.cholesky(x),
    "lu": lambda m, x: (jax if m is jax.numpy else jpi).scipy.linalg.lu_factor(x)[0],
    "inv": lambda m, x: m.linalg.inv(x),
    "solve, n right-hand sides": lambda m, x: m.linalg.solve(x, x),
    "solve, one right-hand side": lambda m, x: m.linalg.solve(x, x[0]),
    "qr": lambda m, x: sum(map(abs, m.linalg.qr(x))),
    "eigh": lambda m, x: spread_out(m, *m.linalg.eigh(x)),
    "svd": lambda m, x: spread_out(m, *m.linalg.svd(x)[1::-1]),
}


def spread_out(m: Any, values: Any, vectors: Any) -> Any:
    """Returns the function of a matrix whose values are weights of its vectors: no signs."""
    return vectors @ (values[:, None] * vectors.T)


def general_matrix(size: int, dtype: str) -> numpy.ndarray:
    return numpy.random.default_rng(0).normal(size=(size, size)).astype(dtype)


def positive_matrix(size: int, dtype: str) -> numpy.ndarray:
    x = general_matrix(size, dtype)
    return x @ x.T / size + numpy.eye(size, dtype=dtype)


MATRICES = {"lu": general_matrix}  # the others get a positive one


def contestants(name: str, x: numpy.ndarray, kinds: list[str]) -> dict[str, Callable[[], Any]]:
    operation = OPERATIONS[name]
    alone, plain = jax.jit(lambda x: operation(jax.numpy, x)), jax.numpy.asarray(x)
    shared = jnp.asarray(x)

    def on_rank_0() -> Any:
        result = jax.block_until_ready(alone(plain)) if not WORLD.rank else None
        WORLD.Barrier()
        return result

    compiled = jpi.jit(lambda x: operation(jnp, x))

    def by_jpi(kind: str) -> Any:
        jpi.config.linalg = kind
        return jax.block_until_ready(compiled(shared))

    return {ALONE: on_rank_0, **{kind: partial(by_jpi, kind) for kind in kinds}}


def by_scalapack(name: str, x: numpy.ndarray) -> dict[str, tuple[Callable[[], Any], Timer]]:
    """Returns ScaLAPACK's contestants, if it can run, for a factorization that it has."""
    library = scalapack.load() if x.dtype == numpy.float64 else None
    if library is None or name not in scalapack.ROUTINES:
        return {}
    found: dict[str, tuple[Callable[[], Any], Timer]] = {}
    for width in WIDTHS:
        grid = scalapack.Grid(library, x, width)
        call = grid.factorization(name)
        found[f"ScaLAPACK, blocks of {width}"] = (
            partial(grid.whole, name, call),
            timer_of(call, 1),
        )
    return found


def measure(name: str, size: int, dtype: str, rounds: int, kinds: list[str]) -> None:
    x = MATRICES.get(name, positive_matrix)(size, dtype)
    calls = contestants(name, x, kinds)
    expected = WORLD.bcast(calls[ALONE]())
    rate = 1e-3 if dtype == "float32" else 1e-8

    def check(name: str, result: Any) -> None:
        if name != ALONE:
            whole = result.gather() if isinstance(result, jpi.DistArray) else result
            numpy.testing.assert_allclose(whole, expected, rtol=rate, atol=rate)

    timed = {name: (call, timer_of(call, 1)) for name, call in calls.items()}
    peers = by_scalapack(name, x)
    seconds = race(timed | peers, check, rounds=rounds)
    title = f"{name}, n = {size}, {dtype}"
    reference, limit = LIMITS.get(name, LIMIT)
    reference = reference if reference in seconds else ALONE
    show(title, x.nbytes, seconds, reference=reference, targets={"distributed": limit})
    if peers:
        best = min(peers, key=seconds.__getitem__)
        both = {best: seconds[best]} | {kind: seconds[kind] for kind in kinds}
        show(title, x.nbytes, both, reference=best, targets={"distributed": PEER_LIMIT})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, nargs="+", default=[4096])
    parser.add_argument("--dtype", default="float64")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", default=list(OPERATIONS))
    parser.add_argument("--kinds", nargs="+", default=["distributed", "gathered"])
    options = parser.parse_args()
    jax.config.update("jax_enable_x64", options.dtype == "float64")
    for size in options.size:
        for name in options.only:
            measure(name, size, options.dtype, options.rounds, options.kinds)


if __name__ == "__main__":
    main()
