"""Programs for two ranks that fail, and their expected messages."""

import re
import textwrap

FAILED, KILLED, MISMATCH, TIMEOUT = 1, -1, 70, 75
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
    "another order": (
        ANOTHER_ORDER,
        FAILED,
        ["differ in `operation`", "rank 0: allreduce.SUM. of 4 float32, at {first}", BCAST],
    ),
    "a text that is not UTF-8": (
        """
        if rank == 1:
            raise ValueError("cannot read " + os.fsdecode(b"caf\\xe9"))
        jpi.allreduce(x).block_until_ready()
        """,
        FAILED,
        ["cannot read caf"],
    ),
    "a closed stderr": ("os.close(2), rank or jpi.allreduce(x).block_until_ready()", MISMATCH, []),
    "an exit code above 255": (
        "jpi.allreduce(x).block_until_ready() if rank == 0 else sys.exit(512)",
        FAILED,
        ["rank 1 has ended with exit code 1"],
    ),
    "a call in a child": (
        """
        jpi.allreduce(x).block_until_ready()
        if rank == 1:
            os.fork() or jpi.allreduce(x)
            os.wait()
            sys.exit(3)
        jpi.allreduce(x).block_until_ready()
        """,
        3,
        ["RuntimeError: JPI works on the ranks that mpirun has started; process .* is a fork"],
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
    "an exception": (
        """
        if rank == 1:
            raise ValueError("a reason")  # line
        jax.block_until_ready(jpi.allreduce(x))
        """,
        FAILED,
        ["line {number}", "ValueError: a reason", "rank 1 of 2 has failed; all ranks end"],
    ),
    "an exception on every rank": (
        """
        from jpi._watch import failures, watch
        failures.TOGETHER = watch.REPORT = 10  # seconds
        jnp.zeros(4) + jnp.zeros(5)  # line
        """,
        FAILED,
        [
            "(?s)^(?!.*Traceback.*Traceback).*ranks 0-1:\nTraceback",
            r"line {number}, in <module>\n(.*\n){1,2}\w+Error: .*incompatible shapes",
            "ranks 0-1 of 2 have failed; all ranks end",
        ],
    ),
    "another exception on each rank": (
        """
        from jpi._watch import failures, watch
        failures.TOGETHER = watch.REPORT = 10  # seconds
        raise ValueError(f"reason {rank}")
        """,
        FAILED,
        [
            "(?s)rank 0:\nTraceback.*reason 0\n.*rank 1:\nTraceback.*reason 1\n",
            "ranks 0-1 of 2 have failed; all ranks end",
        ],
    ),
    "an exception in a thread": (
        """
        def work():
            raise ValueError("a reason")  # line
        if rank == 1:
            threading.Thread(target=work).start()
        jax.block_until_ready(jpi.allreduce(x)) if rank == 0 else time.sleep(100)
        """,
        FAILED,
        ["line {number}", "ValueError: a reason", "rank 1 of 2 has failed; all ranks end"],
    ),
    "an exit code": (
        """
        if rank == 1:
            sys.exit(3)
        jax.block_until_ready(jpi.allreduce(x))
        """,
        3,
        ["rank 1 has ended with exit code 3; all ranks end"],
    ),
    "an exit by the site's function": (
        """
        exit(3) if rank == 1 else jax.block_until_ready(jpi.allreduce(x))
        """,
        3,
        ["rank 1 has ended with exit code 3; all ranks end"],
    ),
    "an exit that was stored": (
        """
        try:
            sys.exit(3)
        except SystemExit as error:
            stored = error
        if rank == 1:
            raise stored
        jax.block_until_ready(jpi.allreduce(x))
        """,
        3,
        ["rank 1 has ended with exit code 3; all ranks end"],
    ),
    "an exit without a function": (
        """
        if rank == 1:
            raise SystemExit(3)
        jax.block_until_ready(jpi.allreduce(x))
        """,
        3,
        ["rank 1 has ended with exit code 3; all ranks end"],
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
    "a killed rank": (
        """
        jpi.allreduce(x)
        jpi.wait()
        if rank == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        jax.block_until_ready(jpi.allreduce(x))
        """,
        KILLED,
        [],
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
