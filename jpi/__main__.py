"""``python -m jpi`` prints what JPI runs on, on all ranks; its status is 0 if all is well."""

from __future__ import annotations

import sys
import warnings

import jax.numpy as jnp

import jpi
from jpi._mpi.library import MPI, check_threads
from jpi._setup.facts import differences, facts, render


def problems() -> list[str]:
    """The problems on this rank, a sentence each.

    Communication: a sum over all ranks.
    """
    found = []
    total = int(jpi.allreduce(jnp.int32(1)))
    if total != jpi.size():
        found.append(f"`allreduce` must count {jpi.size()} ranks; got {total}. Report it as a bug.")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        check_threads(MPI.Query_thread())
    return found + [str(warning.message) for warning in caught]


def main() -> int:
    """The exit status, after rank 0 has printed the report: 0, or 1 after a problem.

    Communication: the facts of all ranks are gathered on rank 0.
    """
    everyones = MPI.COMM_WORLD.gather((facts(), problems()))
    found: list[str] = []
    if everyones:
        every_fact = [own for own, _ in everyones]
        found = [*dict.fromkeys(x for _, own in everyones for x in own), *differences(every_fact)]
        head = "\n".join(f"problem: {text}" for text in found) or "all is well"
        print(f"{head}\n\n{render(every_fact)}", flush=True)
    return MPI.COMM_WORLD.bcast(1 if found else 0)


if __name__ == "__main__":
    sys.exit(main())
