"""Messages from one rank to another.

Ranks may run different programs here, as long as each message has a sender and a receiver. Both
take part in a differentiation: a tangent is sent like its message, and a cotangent is sent back.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._jax.tracebacks import api
from jpi._mpi import arguments
from jpi._mpi.comm import Comm
from jpi._mpi.library import MPI, native
from jpi._ordered.compile import compiled_when_eager
from jpi._primitives.messages import pass_message
from jpi.collectives import _arguments

_statuses: dict[int, tuple[Any, int]] = {}


def _status_index(status: Any, collective: str) -> int:
    """The number by which compiled programs name ``status``. It stays alive for them."""
    if status is None:
        return -1
    if not isinstance(status, MPI.Status):
        raise TypeError(
            f"`status` of {collective} must be an mpi4py.MPI.Status; got {status!r}. "
            "Make one with MPI.Status()."
        )
    if id(status) not in _statuses:
        _statuses[id(status)] = status, native.add_status(MPI._addressof(status))
    return _statuses[id(status)][1]


@api
def send(x: Any, dest: int, *, tag: int = 0, comm: Any = None) -> None:
    """Send ``x`` to the rank ``dest``, which must receive it.

    Args:
        x: the array to send.
        dest: the rank that receives, not this one, or PROC_NULL.
        tag: the number by which the receiver can distinguish messages.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.

    Communication: one send. Errors: ValueError if ``dest`` is no other rank, or ``tag`` too large.
    """
    x, comm = _arguments.array(x), Comm(comm)
    dest = arguments.rank_in(comm, dest, "dest", "send", MPI.PROC_NULL)
    _arguments.another_rank(comm, dest, "dest", "send")
    _send(x, comm=comm, dest=dest, tag=arguments.tag(tag, "tag", "send"))


@compiled_when_eager
def _send(x: Any, *, comm: Comm, dest: int, tag: int) -> None:
    pass_message(x, jnp.zeros((0,)), shape=(0,), dtype=x.dtype, comm=comm, dest=dest, sendtag=tag)


@api
def recv(
    x: Any,
    source: int = MPI.ANY_SOURCE,
    *,
    tag: int = MPI.ANY_TAG,
    comm: Any = None,
    status: Any = None,
) -> jax.Array:
    """The array that the rank ``source`` sends; ``x`` itself if that is PROC_NULL.

    Args:
        x: any array of the shape and dtype of the message; it is not overwritten.
        source: the rank that sends, any by default.
        tag: the tag of the message, any by default.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.
        status: an `mpi4py.MPI.Status` that is filled when the message has arrived.

    Shapes: that of ``x``. Communication: one receive.
    Errors: ValueError if ``source`` is no other rank, or ``tag`` too large.
    """
    x, comm = _arguments.array(x), Comm(comm)
    source = arguments.rank_in(comm, source, "source", "recv", MPI.PROC_NULL, MPI.ANY_SOURCE)
    _arguments.another_rank(comm, source, "source", "recv")
    tag = arguments.tag(tag, "tag", "recv", MPI.ANY_TAG)
    received = _recv(x, comm=comm, source=source, tag=tag, status=_status_index(status, "recv"))
    return _arguments.unchanged(x, received) if source == MPI.PROC_NULL else received


@compiled_when_eager
def _recv(x: Any, *, comm: Comm, source: int, tag: int, status: int) -> Any:
    received, _ = pass_message(
        _link(x),
        _link(x),
        shape=_shape_from(source, x),
        dtype=x.dtype,
        comm=comm,
        source=source,
        recvtag=tag,
        status=status,
    )
    return received


@api
def sendrecv(
    sendbuf: Any,
    recvbuf: Any,
    source: int,
    dest: int,
    *,
    sendtag: int = 0,
    recvtag: int = MPI.ANY_TAG,
    comm: Any = None,
    status: Any = None,
) -> jax.Array:
    """The array that ``source`` sends, while ``sendbuf`` goes to ``dest``.

    Args:
        sendbuf: the array to send.
        recvbuf: any array of the shape and dtype of the received message; it is not overwritten. If
            ``source`` is PROC_NULL, it is the result.
        source: the rank that sends to this one, or PROC_NULL.
        dest: the rank that receives from this one, or PROC_NULL.
        sendtag: the tag of the message to send.
        recvtag: the tag of the message to receive, any by default.
        comm: an mpi4py communicator or a `Comm`; all ranks by default.
        status: an `mpi4py.MPI.Status` that is filled when the message has arrived.

    Shapes: that of ``recvbuf``. Communication: one send and one receive, at the same time.
    Errors: ValueError if ``source`` or ``dest`` is no rank, or a tag too large.
    """
    sendbuf, recvbuf, comm = _arguments.array(sendbuf), _arguments.array(recvbuf), Comm(comm)
    peers = {
        "source": arguments.rank_in(
            comm, source, "source", "sendrecv", MPI.PROC_NULL, MPI.ANY_SOURCE
        ),
        "dest": arguments.rank_in(comm, dest, "dest", "sendrecv", MPI.PROC_NULL),
        "sendtag": arguments.tag(sendtag, "sendtag", "sendrecv"),
        "recvtag": arguments.tag(recvtag, "recvtag", "sendrecv", MPI.ANY_TAG),
    }
    received = _sendrecv(
        sendbuf,
        recvbuf,
        comm=comm,
        **peers,
        status=_status_index(status, "sendrecv"),
    )
    return _arguments.unchanged(recvbuf, received) if source == MPI.PROC_NULL else received


@compiled_when_eager
def _sendrecv(
    sendbuf: Any,
    recvbuf: Any,
    *,
    comm: Comm,
    source: int,
    dest: int,
    sendtag: int,
    recvtag: int,
    status: int,
) -> Any:
    received, _ = pass_message(
        _link(sendbuf) if dest == MPI.PROC_NULL else sendbuf,
        _link(recvbuf),
        shape=_shape_from(source, recvbuf),
        dtype=recvbuf.dtype,
        comm=comm,
        source=source,
        dest=dest,
        sendtag=sendtag,
        recvtag=recvtag,
        status=status,
    )
    return received


def _shape_from(source: int, x: Any) -> tuple[int, ...]:
    """The shape of the message from ``source``; empty if that is PROC_NULL."""
    return (0,) if source == MPI.PROC_NULL else x.shape


def _link(x: Any) -> Any:
    """An array without elements, with the derivative and batch of ``x``."""
    return jnp.ravel(x)[:0].astype(x.dtype if jnp.issubdtype(x.dtype, jnp.inexact) else np.float32)
