"""The collective primitives on local arrays, and how they differentiate.

A value is *per rank* (a shard), *replicated* (every rank holds the same one value), or *on the
root* (the other ranks hold no rows). The primitives say which they take and give, and their
transposes follow from it:

    ============== ======================= ======================= =======================
    primitive      takes                   gives                   transpose
    ============== ======================= ======================= =======================
    allreduce      per rank                replicated              spread (of a sum)
    spread         replicated              per rank, unchanged     allreduce SUM
    reduce         per rank                on the root             bcast, spread
    bcast          on the root             replicated, elsewhere   zero: the root has it
    allgather      per rank, ragged rows   replicated              take_block
    allgather_each per rank, ragged rows   per rank                reduce_scatter SUM
    take_block     replicated              per rank, ragged rows   allgather
    gather         per rank, ragged rows   on the root             scatter
    scatter        on the root             per rank, ragged rows   gather
    alltoall       per rank, equal rows    per rank                alltoall
    alltoallv      per rank, ragged rows   per rank                alltoallv, reversed
    reduce_scatter per rank, ragged rows   per rank                allgather_each
    scan, exscan   per rank                per rank                the same, ranks reversed
    barrier        nothing                 nothing
    ============== ======================= ======================= =======================

`send`, `recv` and `sendrecv` are in `_messages`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jax import lax

from jpi._collective import collective, linear, local
from jpi._comm import Comm
from jpi._jax import Zero, ad


def _own_rows(x: Any, comm: Comm, counts: Sequence[int]) -> Any:
    start = sum(counts[: comm.rank])
    return lax.slice_in_dim(x, start, start + counts[comm.rank])


allreduce_p = collective("allreduce", message={"op": "op"}, in_place=True)
spread_p = local("spread", lambda x, comm: x, moves_rows=False)
reduce_p = collective(
    "reduce",
    rows=lambda x, comm, op, root, rows: rows if comm.rank == root else 0,
    message={"op": "op", "root": "root"},
    in_place=True,
)
bcast_p = collective(
    "bcast",
    rows=lambda x, comm, root, rows: 0 if comm.rank == root else rows,
    message={"root": "root"},
    always_differentiated=True,
)
allgather_p, allgather_each_p = (
    collective(
        "allgather",
        rows=lambda x, comm, counts: sum(counts),
        message={"recv": "counts"},
    )
    for _ in range(2)
)
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
    rows=lambda x, comm, counts: sum(counts),
    message={"send": "counts", "recv": "counts"},
)
alltoallv_p = collective(
    "alltoallv",
    rows=lambda x, comm, send, recv: sum(recv),
    message={"send": "send", "recv": "recv"},
)
reduce_scatter_p = collective(
    "reduce_scatter",
    rows=lambda x, comm, op, counts: counts[comm.rank],
    message={"op": "op", "recv": "counts"},
)
scan_p = collective("scan", message={"op": "op"}, in_place=True)
exscan_p = collective("exscan", message={"op": "op"}, in_place=True)
barrier_p = collective("barrier", message={})

linear(spread_p, lambda t, comm: allreduce_p.bind(t, comm=comm, op="SUM"))
linear(allgather_p, take_block_p.bind)
linear(take_block_p, allgather_p.bind)
linear(
    allgather_each_p,
    lambda t, comm, counts: reduce_scatter_p.bind(t, comm=comm, op="SUM", counts=counts),
)
linear(gather_p, scatter_p.bind)
linear(scatter_p, gather_p.bind)
linear(alltoall_p, alltoall_p.bind)
linear(
    alltoallv_p,
    lambda t, comm, send, recv: alltoallv_p.bind(t, comm=comm, send=recv, recv=send),
)
# The root itself holds what the others get, and so the one cotangent of the replicated value.
ad.deflinear2(bcast_p, lambda cotangent, x, **params: [Zero(x.aval)])


def from_root(x: Any, *, comm: Comm, root: int, rows: int) -> Any:
    """The rows that the root holds, replicated; ``x`` has none elsewhere."""
    received = bcast_p.bind(x, comm=comm, root=root, rows=rows)
    return x if comm.rank == root else received
