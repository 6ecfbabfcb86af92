"""Primitives that move rows between ranks, each with its transpose, another one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._jax.names import Primitive, Zero, ad, batching, mlir, type_of
from jpi._layout.layout import Layout, Pairs
from jpi._layout.transfer import transfer
from jpi._mpi.comm import Comm
from jpi._ordered.declared import agreed
from jpi._ordered.primitive import collective, linear, local, ordered_primitive
from jpi._ordered.varying import makes_same, makes_varying


def _own_rows(x: Any, comm: Comm, counts: Sequence[int]) -> Any:
    start = sum(counts[: comm.rank])
    return lax.slice_in_dim(x, start, start + counts[comm.rank])


def all_rows(x: Any, comm: Comm, counts: Sequence[int]) -> int:
    """The rows of all ranks together."""
    return sum(counts)


def pairs(counts: Iterable[int]) -> Pairs:
    """The ranks with a count above 0, and their counts."""
    return tuple((rank, count) for rank, count in enumerate(counts) if count)


def total(pairs: Pairs) -> int:
    return sum(count for _, count in pairs)


def _parts(comm: Comm, source: Layout, target: Layout, rank: int) -> Mapping[str, Any]:
    exchange = transfer(source, target, rank)
    numbers = {"send": exchange.sends.numbers(), "recv": exchange.receives.numbers()}
    return {"comm": comm, "row": 1, **{name: x.ravel() for name, x in numbers.items()}}


bcast_p = collective(
    "bcast",
    rows=lambda x, comm, root, rows: 0 if comm.rank == root else rows,
    message={"root": "root"},
    always_differentiated=True,
)
allgather_p = collective("allgather", rows=all_rows, message={"recv": "counts"})
take_block_p = local("take_block", _own_rows, moves_rows=True)
gather_p = collective(
    "gather",
    rows=lambda x, comm, counts, root: sum(counts) if comm.rank == root else 0,
    message={"recv": "counts", "root": "root"},
)
scatter_p = collective(
    "scatter",
    rows=lambda x, comm, counts, root: counts[comm.rank],
    message={"send": "counts", "root": "root"},
    always_differentiated=True,
)
alltoall_p = collective(
    "alltoall",
    rows=all_rows,
    message={"send": "counts", "recv": "counts"},
)
alltoallv_p = collective(
    "alltoallv",
    rows=lambda x, comm, send, recv: total(recv),
    message={"send": "send", "recv": "recv"},
)
alltoallw_p = ordered_primitive(
    "alltoallw",
    target=lambda **params: "alltoallw",
    results=lambda x, comm, source, target, rank: [
        x.update(shape=target.block_shape(target.coordinates_of(rank)))
    ],
    message=_parts,
    native_operands=1,
)
barrier_p = collective("barrier", message={})

makes_same(bcast_p, allgather_p)
makes_varying(take_block_p, gather_p, scatter_p, alltoall_p, alltoallv_p, alltoallw_p)

linear(allgather_p, take_block_p.bind)
linear(take_block_p, allgather_p.bind)
linear(gather_p, scatter_p.bind)
linear(scatter_p, gather_p.bind)
linear(alltoall_p, alltoall_p.bind)
linear(
    alltoallv_p,
    lambda t, comm, send, recv: alltoallv_p.bind(t, comm=comm, send=recv, recv=send),
)
# The root holds the value already, and with it the one cotangent of the replicated value.
ad.deflinear2(bcast_p, lambda cotangent, x, **params: [Zero(type_of(x))])


def from_root(x: Any, *, comm: Comm, root: int, rows: int) -> Any:
    """The rows of the root, replicated; ``x`` has no rows on other ranks."""
    received = bcast_p.bind(x, comm=comm, root=root, rows=rows)
    return agreed(x, comm) if comm.rank == root else received


# Its first operand. The derivative and batch depend on the second too, which has no elements.
attach_p = Primitive("jpi_attach")
attach_p.def_impl(lambda x, nothing: x)
attach_p.def_abstract_eval(lambda x, nothing: x)
mlir.register_lowering(attach_p, lambda ctx, x, nothing: [x])
# The cotangent of the second is made from that of the first, so it has its batch axes.
ad.deflinear2(attach_p, lambda t, x, nothing: [t, jnp.ravel(t)[:0].reshape(type_of(nothing).shape)])


def _batch_attach(operands: Sequence[Any], dims: Sequence[Any]) -> tuple[Any, int]:
    (x, nothing), (dim, other) = operands, dims
    if dim is None:
        x, dim = jnp.broadcast_to(x, (nothing.shape[other], *x.shape)), 0
    return attach_p.bind(x, nothing), dim


batching.primitive_batchers[attach_p] = _batch_attach
