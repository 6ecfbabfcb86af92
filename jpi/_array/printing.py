"""Printing from many ranks: once, or by rank in order."""

from __future__ import annotations

import builtins
import io
from typing import Any

from jpi._jax.tracebacks import api
from jpi._mpi.comm import Comm


@api
def print(*values: Any, by_rank: bool = False, comm: Any = None, **options: Any) -> None:
    """Prints ``values`` once, or what each rank has of them, in the order of the ranks.

    Args:
        values: what `print` takes. All ranks evaluate them, so they may hold collectives.
        by_rank: print the values of every rank, each line after the number of the rank.
        comm: an mpi4py communicator or a `Comm`; all ranks by default. Its rank 0 prints.
        options: those of `print`: ``sep``, ``end``, ``file``, ``flush``.

    Communication: none; with ``by_rank`` the texts are gathered.

    Example: ``jpi.print("mean", x.mean())``; ``jpi.print(x.shard, by_rank=True)``
    """
    file, flush = options.pop("file", None), options.pop("flush", False)
    text = io.StringIO()
    builtins.print(*values, file=text, **options)
    comm = Comm(comm)
    texts = [text.getvalue()]
    if by_rank:
        gathered = comm.control.allgather(texts[0], "what jpi.print shows of each rank")
        texts = [
            f"[rank {rank}] {line}\n"
            for rank, content in enumerate(gathered)
            for line in content.splitlines()
        ]
    if comm.rank == 0:
        builtins.print("".join(texts), end="", file=file, flush=flush)
