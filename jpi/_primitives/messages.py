"""Messages from one rank to another: send, recv and sendrecv, as one primitive.

`message_p` sends ``x`` to ``dest`` and returns what ``source`` sent. Either may be PROC_NULL: then
it is a plain receive or send. Its second result is the *envelope*: the source and tag of the
received message, which the caller may leave open (ANY_SOURCE, ANY_TAG). A tangent takes the same
way as its message, and a cotangent goes back to the rank and with the tag in the envelope.
"""

from __future__ import annotations

from typing import Any, Literal

import jax.numpy as jnp
import numpy as np
from jax.core import ShapedArray

from jpi._jax import names as _jax
from jpi._mpi.comm import Comm
from jpi._mpi.library import MPI, native
from jpi._ordered.primitive import ordered_primitive
from jpi._ordered.varying import makes_varying

Known = Literal["", "source", "dest"]  # which peer the operand `envelope` names


def _target(*, dest: int, source: int, known: Known, **params: Any) -> str:
    sends, receives = dest != MPI.PROC_NULL, source != MPI.PROC_NULL
    if sends and receives:
        return "sendrecv"
    return "recv" if receives else "send"


def _message(
    *,
    comm: Comm,
    dest: int,
    sendtag: int,
    source: int,
    recvtag: int,
    known: Known,
    status: int,
    **params: Any,
) -> dict[str, Any]:
    return {
        "comm": comm,
        "peers": (dest, sendtag, source, recvtag, status, native.known_peers.index(known)),
    }


# Operands: x; the envelope; and a link without elements that gives the result derivative and batch.
message_p = ordered_primitive(
    "message",
    target=_target,
    results=lambda x, envelope, link, *, shape, dtype, **params: [
        ShapedArray(shape, dtype),
        ShapedArray((2,), np.int32),
    ],
    message=_message,
    native_operands=2,
    always_differentiated=True,
)
message_p.multiple_results = True
makes_varying(message_p, cause="a received message", connects=False)


def pass_message(
    x: Any,
    link: Any,
    *,
    envelope: Any = None,
    shape: tuple[int, ...],
    dtype: Any,
    comm: Comm,
    dest: int = MPI.PROC_NULL,
    sendtag: int = 0,
    source: int = MPI.PROC_NULL,
    recvtag: int = 0,
    known: Known = "",
    status: int = -1,
) -> tuple[Any, Any]:
    """The array received from ``source``, of ``shape`` and ``dtype``, and its envelope."""
    if envelope is None:
        envelope = np.zeros((2,), np.int32)
    y, envelope = message_p.bind(
        x,
        envelope,
        link,
        shape=tuple(shape),
        dtype=np.dtype(dtype),
        comm=comm,
        dest=dest,
        sendtag=sendtag,
        source=source,
        recvtag=recvtag,
        known=known,
        status=status,
    )
    return y, envelope


def _batch(operands: Any, dims: Any, *, shape: Any, **params: Any) -> Any:
    """One message for the whole batch, along a new first axis on both sides."""
    x, envelope, _link = operands
    (size,) = {x.shape[d] for x, d in zip(operands, dims, strict=True) if d is not None}
    x = jnp.broadcast_to(x, (size, *x.shape)) if dims[0] is None else jnp.moveaxis(x, dims[0], 0)
    if dims[1] is not None:  # one message has one envelope, so all entries are equal
        envelope = jnp.take(envelope, 0, axis=dims[1])
    results = message_p.bind(x, envelope, _nothing(), shape=(size, *shape), **params)
    return results, (0, None)


def _nothing() -> Any:
    return jnp.zeros((0,), np.float32)


def _jvp(primals: Any, tangents: Any, **params: Any) -> Any:
    x, envelope, link = primals
    y, received = message_p.bind(x, envelope, link, **params)
    sends, receives = (
        params[peer] != MPI.PROC_NULL and jnp.issubdtype(array.dtype, jnp.inexact)
        for peer, array in (("dest", x), ("source", y))
    )
    zeros = [_jax.zero_tangent(value) for value in (y, received)]
    if not sends and not receives:
        return (y, received), zeros
    if sends and params["source"] != MPI.PROC_NULL and not receives:
        raise NotImplementedError(
            f"sendrecv has no derivative where it sends {x.dtype} and receives {y.dtype}. "
            "Use send and recv."
        )
    if not params["known"] and receives:
        params["known"], envelope = "source", received
    if sends:
        t = _tangent(x, tangents[0], tangents[2])
    else:  # nothing is sent, so the received tangent must depend on the tangent that exists
        params["dest"] = MPI.PROC_NULL
        is_linked = type(tangents[0]) is _jax.Zero or not jnp.issubdtype(x.dtype, jnp.inexact)
        t = _jax.ad.instantiate_zeros(tangents[2 if is_linked else 0])
    t, _ = message_p.bind(t, envelope, _nothing(), **params)
    # Also return the empty tangent of a send: JAX would drop the message with a symbolic zero.
    return (y, received), [t, zeros[1]]


def _tangent(x: Any, t: Any, t_link: Any) -> Any:
    """The tangent of ``x``; if that is zero, a zero that depends on the tangent of the link."""
    if type(t) is _jax.Zero and type(t_link) is not _jax.Zero:
        return jnp.broadcast_to(jnp.sum(t_link), x.shape).astype(x.dtype)
    return _jax.ad.instantiate_zeros(t)


_OPPOSITE: dict[Known, Known] = {"": "", "source": "dest", "dest": "source"}


def _transpose(
    cotangents: Any, x: Any, envelope: Any, link: Any, *, comm: Comm, known: Known, **params: Any
) -> list[Any]:
    t, _ = pass_message(
        _jax.ad.instantiate_zeros(cotangents[0]),
        _nothing(),
        envelope=envelope,
        shape=_jax.type_of(x).shape,
        dtype=_jax.type_of(x).dtype,
        comm=comm,
        dest=params["source"],
        sendtag=params["recvtag"],
        source=params["dest"],
        recvtag=params["sendtag"],
        known=_OPPOSITE[known],
    )
    return [t, None, None]


_jax.batching.primitive_batchers[message_p] = _batch
_jax.ad.primitive_jvps[message_p] = _jvp
_jax.ad.primitive_transposes[message_p] = _transpose
