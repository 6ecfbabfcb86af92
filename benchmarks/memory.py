"""The memory that an operation takes on each rank, beyond its operands.

    mpirun -n 2 python benchmarks/memory.py                  # blocks of 64 MiB
    mpirun -n 4 python benchmarks/memory.py --mebibytes 16
    mpirun -n 2 python benchmarks/memory.py --only qr        # of operations with such a name

The growth is the peak of the resident memory while the operation runs, less that before it:
buffers, MPI's own memory, and the result. Its unit is a block: the part of the operand (of the
result, if there is no operand) that a rank holds. An operation that gathers its operand takes one
more block for each rank. The operation has run once before, to compile it. A rank keeps no freed
memory for it (`jpi.config.kept_bytes`).
Linux only.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy
from mpi4py import MPI

import jpi
import jpi.numpy as jnp
import jpi.random

WORLD = MPI.COMM_WORLD
LIMIT = 4.0  # blocks, and for a factorization two panels
PANEL = 1 / 32  # of the matrix
FACTORIZATIONS = ("cholesky", "inv", "solve", "qr", "eigh", "svd")
ITEM = numpy.dtype(numpy.float32).itemsize


def resident(name: str) -> int:
    """Returns a figure of /proc/self/status in bytes: VmRSS, or its peak VmHWM."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024
    raise LookupError(name)


def growth(operation: Callable[[], Any]) -> int:
    """Returns the largest growth of the resident memory, in bytes, while `operation` runs."""
    for _ in range(2):
        jax.block_until_ready(jax.tree.leaves(operation()))
    gc.collect()
    WORLD.Barrier()
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = resident("VmRSS")
    result = operation()
    jax.block_until_ready(jax.tree.leaves(result))
    return resident("VmHWM") - before


def operations(mebibytes: int) -> dict[str, Callable[[], Any]]:
    """Returns the operations, by name; each makes its operands before it is measured."""
    elements = mebibytes * 2**20 // ITEM * jpi.size()
    side = int(elements**0.5)
    vector = jpi.random.normal(jax.random.key(0), (elements,))
    matrix = jpi.random.normal(jax.random.key(1), (side, side))
    other = jpi.random.normal(jax.random.key(2), (side, side))
    wave = matrix.astype(jnp.complex64)
    positive = matrix + matrix.T + 4 * side**0.5 * jnp.eye(side, dtype=matrix.dtype)
    return {
        "sort(x)": lambda: jnp.sort(vector),
        "fft2(x), complex": lambda: jnp.fft.fft2(wave),
        "A @ B, both by rows": lambda: matrix @ other,
        "x[::2]": lambda: vector[::2],
        "x[::2] of a matrix": lambda: matrix[::2],
        "cumsum(x)": lambda: jnp.cumsum(vector),
        "cholesky(A)": lambda: jnp.linalg.cholesky(positive),
        "inv(A)": lambda: jnp.linalg.inv(matrix),
        "solve(A, v)": lambda: jnp.linalg.solve(matrix, matrix[0]),
        "qr(A)": lambda: jnp.linalg.qr(matrix),
        "eigh(A)": lambda: jnp.linalg.eigh(positive),
        "svd(A)": lambda: jnp.linalg.svd(matrix),
        "random.normal": lambda: jpi.random.normal(jax.random.key(3), (elements,)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mebibytes", type=int, default=64, help="the size of a block")
    parser.add_argument("--only", default="", help="a part of the names of the operations")
    options = parser.parse_args()
    jpi.config.kept_bytes = 0
    if not WORLD.rank:
        print(f"blocks of {options.mebibytes} MiB, {WORLD.size} ranks; at most {LIMIT:g} blocks")
    for name, operation in operations(options.mebibytes).items():
        if options.only not in name:
            continue
        block = options.mebibytes * 2**20 * (2 if "complex" in name else 1)
        blocks = WORLD.allreduce(growth(operation) / block, op=MPI.MAX)
        if not WORLD.rank:
            panels = 2 * PANEL * WORLD.size if name.startswith(FACTORIZATIONS) else 0
            verdict = "met" if blocks < LIMIT + panels else "missed"
            print(f"  {name:<24}{blocks:6.2f} blocks   {verdict}", flush=True)


if __name__ == "__main__":
    main()
