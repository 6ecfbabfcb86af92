"""Random programs of a few ranks with a fault, each as Python text for one job.

A job makes several programs one after the other. In each, all ranks make the same calls but for a
fault: one that all ranks can catch, or, in the last program of some jobs, one that ends the job.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

BEGIN = """
import os, sys, threading, time
import jax, jax.numpy, jpi, jpi.numpy as jnp, numpy as np
from mpi4py import MPI

rank, size, x = jpi.rank(), jpi.size(), jax.numpy.ones(4)
X = jnp.asarray(np.arange(7.0, dtype=np.float32))
done = lambda y: jax.block_until_ready(y)

def caught(f):
    try:
        done(f())
    except Exception as error:
        if "MPI error" in str(error):
            raise
"""

# What all ranks call; {k} differs between programs, so that some kinds of calls are new.
CALLS = (
    "assert done(jpi.allreduce(jax.numpy.ones({k})))[0] == size",
    "assert done(jpi.bcast(jax.numpy.full({k}, 1 + rank), {k} % size))[0] == 1 + {k} % size",
    "jpi.allreduce(jax.numpy.ones({k}), op=MPI.MAX)",
    "done(jpi.reduce(jax.numpy.ones({k}), op=MPI.SUM, root={k} % size))",
    "done(jpi.gather(jax.numpy.ones({k}), root={k} % size))",
    "assert float(jnp.sum(jnp.asarray(np.ones({k})))) == {k}",
    "assert float(jpi.jit(lambda y: jnp.sum(y * {k}))(X)) == 21 * {k}",
    "assert X[X > {k} % 7].shape == (6 - {k} % 7,)",
    "jnp.sort(X * {k})",
    "jpi.config.check = '{level}'",
    "comm = MPI.COMM_WORLD.Dup(); done(jpi.allreduce(x, comm=comm))",
    "time.sleep(0.02 * (rank == {one}))",
    "jpi.wait()",
)

# Rank 0 needs nothing of another one for its part, so the ranks are compared in the sum. If that is
# a kind of call that rank 0 has made before, they wait for each other: a report.
UNSEEN = "caught(lambda: jnp.sum(X[: 1 + rank]))"

# Mistakes of all ranks, which see them, go on, and call again: with a kind of call that is new.
CAUGHT = (
    "caught(lambda: jpi.bcast(jax.numpy.ones({new}), root=rank))",
    "caught(lambda: jpi.allreduce(jax.numpy.ones({new} + rank)))",
    "caught(lambda: jnp.asarray(np.ones({new} + rank)))",
    UNSEEN,
    "caught(lambda: jnp.reshape(X, (2, 2)))",
    "caught(lambda: jpi.bcast(x, root=size))",
    "caught(lambda: 1 / 0)",
)

# Mistakes that end the job, sooner or later.
FATAL = (
    "if rank == {one}: raise ValueError('a reason')",
    "if rank == {one}: sys.exit(3)",
    "if rank == {one}: exit(3)",
    "if rank == {one}: raise SystemExit(3)",
    "if rank == {one}: threading.Thread(target=lambda: 1 / 0).start()",
    "if rank != {one}: done(jpi.allreduce(jax.numpy.ones(3)))",
    "if rank != {one}: done(jpi.allreduce(jax.numpy.ones({new})))",
    "if rank == {one}: done(jpi.bcast(jax.numpy.ones({k}), {one}))",
    "done(jpi.bcast(x, {one})) if rank == {one} else done(jpi.allreduce(x))",
    "jpi.config.check = 'off' if rank == {one} else '{level}'",
    "caught(lambda: done(jpi.bcast(x, {one})) if rank == {one} else done(jpi.allreduce(x)))",
    "if rank == {one}: X[X > 2]",
    "comm = MPI.COMM_WORLD.Dup(); rank == {one} and done(jpi.allreduce(x, comm=comm))",
    "if rank == {one}: done(jpi.recv(x, source=(rank + 1) % size))",
)


@dataclass(frozen=True)
class Job:
    """Programs, one after the other; ``is_fatal`` if a fault may end them."""

    ranks: int
    text: str
    programs: int
    is_fatal: bool


def draw_job(seed: int, programs: int) -> Job:
    """The random job of a seed."""
    rng = random.Random(seed)
    ranks, is_fatal = rng.randint(2, 4), rng.random() < 0.7
    lines = [BEGIN]
    for number in range(programs):
        is_last = number == programs - 1
        faults = FATAL if is_last and is_fatal else CAUGHT
        steps = [rng.choice(CALLS) for _ in range(rng.randint(2, 6))]
        fault = rng.choice(faults)
        steps.insert(rng.randint(0, len(steps)), fault)
        if faults is CAUGHT and rng.random() < 0.5:
            steps.append(fault)  # once more
        new = 100 * (number + 1)
        k, one = rng.randint(1, 9), rng.randrange(ranks)
        level = rng.choice(("trace", "full"))
        lines += [
            f"# program {number}",
            *(_filled(s, k=k, new=new, one=one, level=level) for s in steps),
        ]
    lines += ["jpi.wait()", "print('right', flush=True)"]
    return Job(ranks, "\n".join(lines), programs, is_fatal or UNSEEN in lines)


def _filled(step: str, **values: object) -> str:
    for name, value in values.items():
        step = step.replace(f"{{{name}}}", str(value))
    return step
