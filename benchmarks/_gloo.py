"""JAX's own CPU collectives (gloo), in processes of their own: one beside each rank.

They need `jax.distributed` before a process's first computation, and make its devices global. So
each rank starts this file as a child, sends it requests over a pipe, and sleeps on the pipe while
the child works: a wait inside MPI would spin, and take the core that the child needs.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

import jax
import numpy
from _arrays import MATRIX, VECTOR
from _compiled import Compiled
from _stencils import SCHEMES, STEPS
from jax import lax
from jax.experimental.multihost_utils import process_allgather
from jax.sharding import AxisType, NamedSharding, PartitionSpec

OPERATIONS = {
    "allreduce": lambda x: lax.psum(x, "rank"),
    "allgather": lambda x: lax.all_gather(x, "rank"),
    "alltoall": lambda x: lax.all_to_all(x, "rank", 0, 0),
    "reduce_scatter": lambda x: lax.psum_scatter(x, "rank"),
    "to columns": lambda x: lax.all_to_all(x, "rank", 1, 0, tiled=True),
    "to rows": lambda x: lax.all_to_all(x, "rank", 0, 1, tiled=True),
    "sendrecv": lambda x: lax.ppermute(
        x, "rank", [(i, (i + 1) % jax.process_count()) for i in range(jax.process_count())]
    ),
}
SECONDS_TO_START = 60


class Gloo:
    """The child process of this rank."""

    def __init__(self, address: str, rank: int, ranks: int) -> None:
        self._pipe, other = Pipe()
        command = [sys.executable, __file__, str(other.fileno()), address, str(rank), str(ranks)]
        self._process = subprocess.Popen(
            command,
            pass_fds=[other.fileno()],
            stdout=subprocess.DEVNULL,  # where gloo prints its connections
            env=os.environ | {"JAX_PLATFORMS": "cpu"},
        )
        other.close()

    def has_started(self) -> bool:
        """Whether the child has met the children of the other ranks."""
        try:
            return self._pipe.poll(SECONDS_TO_START) and self._pipe.recv() == "ready"
        except EOFError:
            return False

    def ask(self, request: str, *arguments: Any) -> Any:
        """Returns the child's answer: of `_compile`, or of a method of `Compiled`."""
        self._pipe.send((request, arguments))
        return self._pipe.recv()

    def close(self) -> None:
        """Ends the child, which stops when the pipe closes."""
        self._pipe.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()


def start_gloo(comm: Any) -> Gloo | None:
    """Returns the child of this rank, or None on all ranks if one of them has none."""
    if comm.size == 1 or len(set(comm.allgather(socket.gethostname()))) > 1:
        return None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = comm.bcast(free.getsockname()[1], 0)
    gloo = Gloo(f"127.0.0.1:{port}", comm.rank, comm.size)
    if all(comm.allgather(gloo.has_started())):
        return gloo
    gloo.close()
    return None


def _serve(pipe: Connection, address: str, rank: int, ranks: int) -> None:
    """The child: answers the requests of its rank until the pipe closes."""
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    jax.distributed.initialize(address, ranks, rank)
    meeting = _compile("allreduce", numpy.zeros(1, numpy.float32))
    case = meeting
    pipe.send("ready")
    while True:
        try:
            request, arguments = pipe.recv()
        except EOFError:
            return
        if request == "compile":
            case, answer = _compile(*arguments), None
        elif request == "whole":
            answer = numpy.asarray(process_allgather(case.result(), tiled=True))
        elif request.startswith("result"):
            answer = _local(getattr(case, request)())
        else:  # a time
            meeting.time_call(1)  # the ranks start together
            answer = getattr(case, request)(*arguments)
        pipe.send(answer)


def _compile(name: str, x: numpy.ndarray) -> Compiled:
    # The compiler chooses the layouts: with explicit ones JAX refuses to sort along a sharded axis.
    mesh = jax.make_mesh((jax.process_count(),), ("rank",), axis_types=(AxisType.Auto,))
    sharding = NamedSharding(mesh, PartitionSpec("rank"))
    operand = jax.make_array_from_process_local_data(sharding, x)
    if name in SCHEMES:
        step = SCHEMES[name].step
        run = lambda x: lax.fori_loop(0, STEPS, lambda _, x: step(jax.numpy, x), x)  # noqa: E731
        return Compiled(run, operand)
    if name not in OPERATIONS:  # one of NumPy's, on the whole array
        return Compiled(lambda x: (VECTOR | MATRIX)[name](jax.numpy, x), operand)
    function = jax.shard_map(
        OPERATIONS[name],
        mesh=sharding.mesh,
        in_specs=sharding.spec,
        out_specs=sharding.spec,
        check_vma=False,
    )
    return Compiled(function, operand)


def _local(x: jax.Array) -> numpy.ndarray:
    return numpy.asarray(x.addressable_shards[0].data)


if __name__ == "__main__":
    file_descriptor, address, *ranks = sys.argv[1:]
    _serve(Connection(int(file_descriptor)), address, *map(int, ranks))
