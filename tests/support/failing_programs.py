"""Programs for two ranks that fail, and their expected messages."""

import re
import textwrap

from support.ending_programs import ENDINGS, FAILED, MISMATCH

BCAST = "rank 1: bcast of 4 float32, root 0, at {second}"
BEGIN = """
import os, signal, sys, threading, time
import jax, jax.numpy, jpi, jpi.numpy as jnp, numpy as np
from mpi4py import MPI

rank, x = jpi.rank(), jax.numpy.ones(4)
"""
ANOTHER_ORDER = """
        if rank == 0:
            jpi.allreduce(x)  # first
            jpi.bcast(x, 0)
        else:
            jpi.bcast(x, 0)  # second
            jpi.allreduce(x)
        jpi.wait()
        """

# The program; its exit code; and its message, where {name} is the line marked "# name".
FAILURES = {
    **ENDINGS,
    "another order": (
        ANOTHER_ORDER,
        FAILED,
        ["differ in `operation`", "rank 0: allreduce.SUM. of 4 float32, at {first}", BCAST],
    ),
    "another tag": (
        "jpi.send(x, dest=1, tag=3) if rank == 0 else jpi.recv(x, source=0, tag=4)",
        MISMATCH,
        ["to rank 1 with tag 3", "from rank 0 with tag 4"],
    ),
    "nothing compared": (
        """
        jpi.config.check = "off"
        rank or jpi.allreduce(x).block_until_ready()  # line
        """,
        MISMATCH,
        ["rank 1: has ended", "rank 0: allreduce.*{line}.*where it has waited"],
    ),
    "compared on one rank": (
        """
        jpi.config.check = "off" if rank else "trace"
        jpi.allreduce(x).block_until_ready()
        """,
        MISMATCH,
        ["JPI_CHECK.* must be the same on all ranks"],
    ),
    "another order, later": (
        """
        for _ in range(2):
            jpi.allreduce(x), jpi.bcast(x, 0)
        """
        + ANOTHER_ORDER,
        MISMATCH,
        [
            "will never go on",
            r"rank 0: allreduce\(SUM\) of 4 float32, at {first}",
            "rank 1: .*{second}",
        ],
    ),
    "another order, compiled": (
        """
        def f(x):
            x = jpi.allreduce(x)  # first
            return jpi.bcast(x, 0)
        def g(x):
            x = jpi.bcast(x, 0)  # second
            return jpi.allreduce(x)
        jax.block_until_ready(jax.jit(f)(x) if rank == 0 else jpi.jit(g)(x))
        """,
        FAILED,
        ["differ in `operation`", "rank 0: .*{first} in f", "rank 1: .*{second} in g"],
    ),
    "another dtype": (
        """
        f = jpi.jit(lambda x: jpi.allreduce(x))  # line
        jax.block_until_ready(f(x if rank else x.astype(int)))
        """,
        FAILED,
        ["differ in `dtype`", "rank 0: .*int32, at {line}", "rank 1: .*float32, at {line}"],
    ),
    "another dtype, later": (
        """
        f = jpi.jit(lambda x: jpi.allreduce(x))  # line
        f(x)
        jax.block_until_ready(f(x if rank else x.astype(int)))
        """,
        MISMATCH,
        ["will never go on", "rank 0: .*int32, at {line}", "rank 1: .*float32, at {line}"],
    ),
    "another shape": (
        """
        shape = (4 + rank,)
        y = jax.jit(lambda: jpi.scan(jax.numpy.ones(shape), MPI.SUM))  # line
        jax.block_until_ready(y())
        """,
        FAILED,
        ["differ in `number of elements`", "rank 0: .*of 4 .*{line}", "rank 1: .*of 5 .*{line}"],
    ),
    "another global shape": (
        """
        y = jnp.zeros(4 + rank)
        jax.block_until_ready(y.sum())  # line
        """,
        FAILED,
        ["differ in `purpose`", r"rank 0: .*for sum of float32\[4\], at {line}", r"\[5\], at"],
    ),
    "another global shape, later": (
        """
        f = jpi.jit(lambda x: x.sum())  # line
        f(jnp.zeros(4))
        jax.block_until_ready(f(jnp.zeros(4 + rank)))
        """,
        MISMATCH,
        ["will never go on", r"rank 0: .*float32\[4\], at {line}", r"rank 1: .*\[5\], at"],
    ),
    "another root": (
        """
        jpi.gather(x, root=rank)  # line
        jpi.wait()
        """,
        FAILED,
        ["differ in `root`", "rank 0: .*root 0.*{line}", "rank 1: .*root 1.*{line}"],
    ),
    "a call left out": (
        """
        jnp.arange(4).sum()  # last
        if rank == 0:
            jax.block_until_ready(jnp.arange(4).max())  # line
        """,
        MISMATCH,
        ["will never go on", "rank 0: .*{line}", "rank 1: has ended; its last call .*{last}"],
    ),
    "a mask of one rank": (
        """
        y = jnp.arange(4.)
        y[y > 2]
        if rank == 0:
            y[y > 1]  # line
        """,
        MISMATCH,
        [
            "will never go on",
            "rank 0: the number of elements that a mask selects, at {line}",
            "rank 1: has ended",
        ],
    ),
    "a send that nobody receives": (
        """
        jpi.allreduce(x)  # last
        if rank == 0:
            jpi.send(x, MPI.PROC_NULL)  # nowhere
            jpi.send(jax.numpy.ones(10**6), dest=1)  # line
        """,
        MISMATCH,
        [
            "rank 0: send of 1000000 float32, to rank 1, at {line}",
            r"before: send of 4 float32, to no rank \(PROC_NULL\), at {nowhere}",
            "rank 1: has ended.*{last}",
        ],
    ),
    "two receives": (
        """
        jpi.allreduce(x)
        if rank == 0:
            y = jpi.recv(x, source=1)  # first
        else:
            y = jpi.recv(x, source=0)  # second
        jax.block_until_ready(y)
        """,
        MISMATCH,
        ["rank 0: recv of .*from rank 1, at {first}", "rank 1: recv of .*from rank 0, at {second}"],
    ),
    "a root that goes on and ends": (
        """
        jpi.bcast(x, 0), jax.block_until_ready(jpi.allreduce(x))
        if rank == 0:
            for _ in range(100):  # more than the calls that a report shows
                jax.block_until_ready(jpi.bcast(x, 0))  # last
        else:
            jax.block_until_ready(jpi.allreduce(x))  # line
        """,
        MISMATCH,
        ["will never go on", "rank 0: has ended; .*{last}", "rank 1: allreduce.*{line}"],
    ),
    "a check of one rank": (
        """
        jpi.config.check = "off" if rank else "trace"
        jax.block_until_ready(jpi.allreduce(x))  # line
        """,
        MISMATCH,
        ["rank 0: .*{line}.*, compared with the other ranks' calls", "rank 1: .*32, at {line}"],
    ),
    "a first use of one rank": (
        """
        comm = MPI.COMM_WORLD.Dup()
        if rank == 0:
            jpi.allreduce(x, comm=comm)  # line
        """,
        MISMATCH,
        ["rank 0: the first use .*{line}", r"let all call jpi.barrier\(comm=...\)"],
    ),
    "another exchange of objects": (
        """
        y = jnp.arange(4.)
        jpi.print(y.shard, by_rank=True) if rank else y[y > 1]  # line
        """,
        FAILED,
        ["the ranks must make the same call", "rank 0: the number of .*{line}", "rank 1: what jpi"],
    ),
    "lengths that differ": (
        """
        jpi.config.check = "full"
        jnp.asarray(np.ones(4 + rank))  # line
        """,
        FAILED,
        ["differ in `number of elements`", "rank 0: .*of 4 .*{line}", "rank 1: .*of 5 .*{line}"],
    ),
    "work in flight": (
        """
        jpi.allreduce(x)  # last
        if rank == 0:
            jpi.jit(lambda x: jpi.bcast(jpi.allreduce(x), 0))(x)  # line
        """,
        MISMATCH,
        ["will never go on", "rank 0: .*{line}", "rank 1: has ended.*{last}"],
    ),
    "a failure in flight": (
        """
        jpi.jit(lambda x: jpi.bcast(x, root=rank))(x)  # line
        """,
        FAILED,
        ["differ in `root`", "rank 0: .*root 0, at {line}", "rank 1: .*root 1, at {line}"],
    ),
    "two communicators in another order": (
        """
        other = MPI.COMM_WORLD.Dup()
        jpi.allreduce(x), jpi.allreduce(x, comm=other), jpi.wait()
        for comm in (MPI.COMM_WORLD, other) if rank else (other, MPI.COMM_WORLD):
            jpi.allreduce(x, comm=comm).block_until_ready()
        """,
        MISMATCH,
        ["rank 0: allreduce.* of 4 float32, on communicator 2 of 2 ranks, at", "rank 1: .*32, at"],
    ),
    "a folder that is gone": (
        """
        import tempfile
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
        rank or jpi.allreduce(x).block_until_ready()  # line
        """,
        MISMATCH,
        ["rank 0: allreduce.* at {line}", "rank 1: has ended"],
    ),
    "MPI ended on one rank": (
        """
        jnp.arange(8.0).sum()
        rank or MPI.Finalize()
        jnp.arange(8.0).max().block_until_ready()  # line
        """,
        MISMATCH,
        ["rank 0: has ended", r"rank 1: allreduce\(MAX\).*{line}"],
    ),
    "MPI ended on all ranks": (
        "y = jnp.arange(8.0); MPI.Finalize(); y.max()",
        FAILED,
        ["RuntimeError: MPI must be running"],
    ),
    "all compared on one rank": (
        """
        jpi.config.check = "full" if rank else "trace"
        jnp.arange(8.0).sum().block_until_ready()
        """,
        FAILED,
        ["JPI_CHECK.* must be the same on all ranks: some compare every call"],
    ),
}


def program(text):
    return BEGIN + textwrap.dedent(text)


def places(text):
    """The locations of the marked lines of a program, by mark."""
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        if mark := re.search(r"# (\w+)$", line):
            found[mark[1]] = f"program.py:{number}"
            found["number"] = str(number)
    return found
