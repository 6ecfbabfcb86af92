"""The table of the collectives: how each is called, and what it means in `jax.numpy`.

    cd tests && python -m support.operations > ../docs/collectives.md    # writes the page

A reference maps the list of all ranks' operands to the list of all ranks' results.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from mpi4py import MPI

import jpi

SIZE, RANK = MPI.COMM_WORLD.size, MPI.COMM_WORLD.rank
ROOT = SIZE - 1
COUNTS = [(2 * rank + 1) % 4 % 3 for rank in range(SIZE)]  # 1 0 1 0 ...
COUNTS[ROOT] = 2  # uneven on any number of ranks
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
INEXACT = ("float16", "bfloat16", "float32", "float64", "complex64", "complex128")
REDUCIBLE = ("bool", *INTEGERS, *INEXACT)
MOVABLE = (*REDUCIBLE, "float8_e4m3fn", "float8_e5m2", "float8_e4m3b11fnuz")


@dataclass(frozen=True)
class Operation:
    """A row of the table.

    Attributes:
        call: from this rank's operand to its result.
        reference: from the operands of all ranks to the results of all.
        shape: the operand's shape on a rank, from the rank and the shape of one block.
        dtypes: the dtypes that it accepts.
        is_replicated: whether the result is one value, the same on every rank.
        takes_replicated: whether the operand is.
        gap: why jacfwd, jacrev and hessian do not apply, if they do not.
    """

    call: Callable[[Any], Any]
    reference: Callable[[list[Any]], list[Any]]
    shape: Callable[[int, tuple[int, ...]], tuple[int, ...]] = lambda rank, block: block
    dtypes: tuple[str, ...] = MOVABLE
    is_replicated: bool = False
    takes_replicated: bool = False
    gap: str = ""


def bitwise(function):
    return lambda x: functools.reduce(function, list(x))


COMBINE = {
    "SUM": lambda x: jnp.sum(x, axis=0),
    "PROD": lambda x: jnp.prod(x, axis=0),
    "MAX": lambda x: jnp.max(x, axis=0),
    "MIN": lambda x: jnp.min(x, axis=0),
    "LAND": lambda x: jnp.all(x != 0, axis=0),
    "LOR": lambda x: jnp.any(x != 0, axis=0),
    "LXOR": lambda x: jnp.sum(x != 0, axis=0) % 2,
    "BAND": bitwise(jnp.bitwise_and),
    "BOR": bitwise(jnp.bitwise_or),
    "BXOR": bitwise(jnp.bitwise_xor),
}


def combined(xs, op):
    return COMBINE[op](jnp.stack(xs)).astype(xs[0].dtype)


def neutral(x, op):
    low, high = -np.inf, np.inf
    if jnp.issubdtype(x.dtype, jnp.integer):
        low, high = jnp.iinfo(x.dtype).min, jnp.iinfo(x.dtype).max
    if x.dtype == bool:
        low, high = False, True
    ones = ~np.zeros((), x.dtype) if x.dtype.kind in "biu" else 0
    of = {"PROD": 1, "LAND": 1, "MAX": low, "MIN": high, "BAND": ones}
    return jnp.full_like(x, np.array(of.get(op, 0), x.dtype))


def blocks(x, counts):
    return jnp.split(x, np.cumsum(counts)[:-1])


def at_root(result, xs):
    return [result if rank == ROOT else x for rank, x in enumerate(xs)]


def reductions(op):
    """The rows of the collectives that combine, with ``op``."""
    mpi = getattr(MPI, op)
    dtypes = REDUCIBLE if op in ("SUM", "PROD", "MAX", "MIN") else ("bool", *INTEGERS)
    return {
        f"allreduce {op}": Operation(
            lambda x: jpi.allreduce(x, mpi),
            lambda xs: [combined(xs, op)] * SIZE,
            dtypes=dtypes,
            is_replicated=True,
        ),
        f"reduce {op}": Operation(
            lambda x: jpi.reduce(x, mpi, ROOT),
            lambda xs: at_root(combined(xs, op), xs),
            dtypes=dtypes,
        ),
        f"reduce_scatter {op}": Operation(
            lambda x: jpi.reduce_scatter(x, mpi),
            lambda xs: list(combined(xs, op)),
            lambda rank, block: (SIZE, *block),
            dtypes=dtypes,
        ),
        f"reduce_scatterv {op}": Operation(
            lambda x: jpi.reduce_scatterv(x, mpi, COUNTS),
            lambda xs: blocks(combined(xs, op), COUNTS),
            lambda rank, block: (sum(COUNTS), *block),
            dtypes=dtypes,
            gap="shapes differ between the ranks",
        ),
        f"scan {op}": Operation(
            lambda x: jpi.scan(x, mpi),
            lambda xs: [combined(xs[: rank + 1], op) for rank in range(SIZE)],
            dtypes=dtypes,
        ),
        f"exscan {op}": Operation(
            lambda x: jpi.exscan(x, mpi),
            lambda xs: [combined(xs[:r], op) if r else neutral(xs[0], op) for r in range(SIZE)],
            dtypes=dtypes,
        ),
    }


def routes(rank):
    """Uneven rows, some none, that a rank sends to each."""
    return [(rank + 2 * other) % 3 for other in range(SIZE)]


def exchanged(xs):
    parts = [blocks(x, routes(rank)) for rank, x in enumerate(xs)]
    return [jnp.concatenate([part[rank] for part in parts]) for rank in range(SIZE)]


def pass_on(x):
    """A chain of messages, in which every second rank sends before it receives."""
    before = RANK - 1 if RANK else MPI.PROC_NULL
    after = RANK + 1 if RANK + 1 < SIZE else MPI.PROC_NULL
    if RANK % 2 == 0:
        jpi.send(x, after, tag=7)
    y = jpi.recv(x, before)
    if RANK % 2:
        jpi.send(x, after, tag=7)
    return y


def shift_open(x):
    before = RANK - 1 if RANK else MPI.PROC_NULL
    after = RANK + 1 if RANK + 1 < SIZE else MPI.PROC_NULL
    return jpi.sendrecv(x, x, before, after, sendtag=3, recvtag=3)


def after_barrier(x):
    jpi.barrier()
    return x


def rows(rank, block):
    return (COUNTS[rank], *block)


MOVES = {
    "bcast": Operation(
        lambda x: jpi.bcast(x, ROOT), lambda xs: [xs[ROOT]] * SIZE, is_replicated=True
    ),
    "spread": Operation(jpi.spread, lambda xs: xs, takes_replicated=True),
    "allgather": Operation(jpi.allgather, lambda xs: [jnp.stack(xs)] * SIZE, is_replicated=True),
    "allgatherv": Operation(
        lambda x: jpi.allgatherv(x, COUNTS),
        lambda xs: [jnp.concatenate(xs)] * SIZE,
        rows,
        is_replicated=True,
        gap="shapes differ between the ranks",
    ),
    "gather": Operation(
        lambda x: jpi.gather(x, ROOT),
        lambda xs: at_root(jnp.stack(xs), xs),
        gap="shapes differ between the ranks",
    ),
    "gatherv": Operation(
        lambda x: jpi.gatherv(x, COUNTS, ROOT),
        lambda xs: at_root(jnp.concatenate(xs), xs),
        rows,
        gap="shapes differ between the ranks",
    ),
    "scatter": Operation(
        lambda x: jpi.scatter(x, ROOT),
        lambda xs: list(xs[ROOT]),
        lambda rank, block: (SIZE, *block) if rank == ROOT else block,
        gap="shapes differ between the ranks",
    ),
    "scatterv": Operation(
        lambda x: jpi.scatterv(x, COUNTS, ROOT),
        lambda xs: blocks(xs[ROOT], COUNTS),
        lambda rank, block: (sum(COUNTS) if rank == ROOT else COUNTS[rank], *block),
        gap="shapes differ between the ranks",
    ),
    "alltoall": Operation(
        jpi.alltoall,
        lambda xs: list(jnp.swapaxes(jnp.stack(xs), 0, 1)),
        lambda rank, block: (SIZE, *block),
    ),
    "alltoallv": Operation(
        lambda x: jpi.alltoallv(x, routes(RANK), [routes(rank)[RANK] for rank in range(SIZE)]),
        exchanged,
        lambda rank, block: (sum(routes(rank)), *block),
        gap="shapes differ between the ranks",
    ),
    "sendrecv": Operation(
        lambda x: jpi.sendrecv(x, x, (RANK - 1) % SIZE, (RANK + 1) % SIZE),
        lambda xs: [xs[-1], *xs[:-1]],
    ),
    "sendrecv with open ends": Operation(shift_open, lambda xs: [xs[0], *xs[:-1]]),
    "send, recv": Operation(
        pass_on,
        lambda xs: [xs[0], *xs[:-1]],
        gap="a send has no result whose batch could give the size of the message",
    ),
    "barrier": Operation(after_barrier, lambda xs: xs),
}

DIFFERENTIABLE = {name: row for op in ("SUM", "PROD", "MAX", "MIN") for name, row in
                  reductions(op).items()} | MOVES  # fmt: skip
OPERATIONS = {name: row for op in COMBINE for name, row in reductions(op).items()} | MOVES

TRANSFORMS = (
    "jit, jpi.jit, vmap (one call for the batch, any `in_axes`), jvp, vjp, grad, linearize, scan, "
    "while_loop (body and condition), fori_loop, cond, switch, remat, custom_vjp"
)


def documentation() -> str:
    """The page of the documentation."""
    lines = [
        "# The collectives",
        "",
        "Generated from the table of the tests by `cd tests && python -m support.operations`.",
        "Every row is compared with `jax.numpy` on the data of all ranks, in value and derivative.",
        "",
        "| operation | op | dtypes | result | jacfwd, jacrev, hessian |",
        "| --- | --- | --- | --- | --- |",
    ]
    kinds: dict[tuple[str, ...], list[str]] = {}
    for name, row in OPERATIONS.items():
        function, _, op = name.partition(" ") if name.split()[-1] in COMBINE else (name, "", "")
        dtypes = {MOVABLE: "all", REDUCIBLE: "all but 8-bit floats"}.get(
            row.dtypes, "bool, integers"
        )
        result = "replicated" if row.is_replicated else "per rank"
        is_smooth = name in DIFFERENTIABLE
        derivative = (f"no: {row.gap}" if row.gap else "yes") if is_smooth else "constant"
        kinds.setdefault((function, dtypes, result, derivative), []).append(op)
    for (function, dtypes, result, derivative), ops in kinds.items():
        lines.append(f"| {function} | {' '.join(ops)} | {dtypes} | {result} | {derivative} |")
    lines += ["", f"Every operation works under: {TRANSFORMS}.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    print(documentation(), end="")
