"""Primitives that combine the arrays of the ranks, and their derivatives.

A sum is linear. The others differentiate through the gathered operands of all ranks, like the same
reduction in jax.numpy: products do not divide by a factor that may be zero, and tied extrema share
equally.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from jpi._jax.names import Primitive, Zero, ad, zero_tangent
from jpi._mpi.comm import Comm
from jpi._mpi.ops import Op, UserOp
from jpi._ordered.grouping import together
from jpi._ordered.primitive import collective, linear, local, transpose_rule
from jpi._ordered.varying import makes_same, makes_varying, uses_as_same
from jpi._primitives.moves import all_rows, allgather_p, alltoallv_p, from_root, gather_p, pairs
from jpi._primitives.packing import packed
from jpi._primitives.replication import checked

allreduce_p = collective("allreduce", message={"op": "op"}, may_overwrite=True)
spread_p = local("spread", lambda x, comm: x, moves_rows=False)
reduce_p = collective(
    "reduce",
    rows=lambda x, comm, op, root, rows: rows if comm.rank == root else 0,
    message={"op": "op", "root": "root"},
)
reduce_scatter_p = collective(
    "reduce_scatter",
    rows=lambda x, comm, op, counts: counts[comm.rank],
    message={"op": "op", "recv": "counts"},
)
scan_p = collective("scan", message={"op": "op"}, may_overwrite=True)
exscan_p = collective("exscan", message={"op": "op"}, may_overwrite=True)

# An allgather whose result each rank uses in its own way.
allgather_each_p = collective(
    "allgather_each", target="allgather", rows=all_rows, message={"recv": "counts"}
)

together[allreduce_p] = packed

makes_same(allreduce_p, allgather_each_p)
makes_varying(reduce_p, reduce_scatter_p, scan_p, exscan_p)
uses_as_same(spread_p, "a value that meets the ranks' own data")

linear(spread_p, lambda t, comm: allreduce_p.bind(t, comm=comm, op="SUM"))
linear(
    allgather_each_p,
    lambda t, comm, counts: reduce_scatter_p.bind(t, comm=comm, op="SUM", counts=counts),
)


def spread(x: Any, comm: Comm) -> Any:
    """``x``, the same on every rank, for a computation that differs between ranks."""
    return spread_p.bind(checked(x, comm), comm=comm)


_combine: dict[Op, Callable[..., Any]] = {"PROD": jnp.prod, "MAX": jnp.max, "MIN": jnp.min}

# The reduction of the gathered operands by `combine`, by primitive.
_gathered: dict[Primitive, Callable[..., Any]] = {}


def _reduction(primitive: Primitive, transpose: Callable[..., Any]) -> None:
    def jvp(primals: Any, tangents: Any, *, comm: Comm, op: Op, **params: Any) -> tuple[Any, Any]:
        (x,), (t,) = primals, tangents
        y = primitive.bind(x, comm=comm, op=op, **params)
        if type(t) is Zero or not jnp.issubdtype(x.dtype, jnp.inexact):
            return y, zero_tangent(y)
        return y, tangent(x, t, y, comm, op, **params)

    def tangent(x: Any, t: Any, y: Any, comm: Comm, op: Op, **params: Any) -> Any:
        if isinstance(op, UserOp):
            raise NotImplementedError(
                f"{primitive.name} has no derivative for {op!r}, an operation of your own. "
                "Give the function that calls it a derivative with jax.custom_jvp."
            )
        if op == "SUM":
            return primitive.bind(t, comm=comm, op="SUM", **params)
        if primitive is allreduce_p and op != "PROD":
            return _tangent_of_extremum(x, t, y, comm)
        reduce = lambda x: _gathered[primitive](x, _combine[op], comm, **params)  # noqa: E731
        return jax.jvp(reduce, (x,), (t,))[1]

    def transpose_sum(cotangent: Any, *, comm: Comm, op: Op, **params: Any) -> Any:
        assert op == "SUM", op  # the tangents of the other operations are made of sums
        return transpose(cotangent, comm=comm, **params)

    ad.primitive_jvps[primitive] = jvp
    ad.primitive_transposes[primitive] = transpose_rule(transpose_sum)


def _tangent_of_extremum(x: Any, t: Any, y: Any, comm: Comm) -> Any:
    # The ranks that hold the extremum share it equally, as tied elements do in jax.numpy.
    is_extremum = x == y
    total = allreduce_p.bind(jnp.where(is_extremum, t, 0), comm=comm, op="SUM")
    return total / allreduce_p.bind(is_extremum.astype(t.dtype), comm=comm, op="SUM")


def _is_gathered(primitive: Primitive) -> Callable[[Callable], Callable]:
    def register(rule: Callable) -> Callable:
        _gathered[primitive] = rule
        return rule

    return register


@_is_gathered(allreduce_p)
def _allreduce(x: Any, combine: Callable, comm: Comm) -> Any:
    return combine(allgather_p.bind(x[None], comm=comm, counts=(1,) * comm.size), axis=0)


@_is_gathered(reduce_p)
def _reduce(x: Any, combine: Callable, comm: Comm, root: int, rows: int) -> Any:
    gathered = gather_p.bind(x, comm=comm, counts=(rows,) * comm.size, root=root)
    if comm.rank != root:
        return gathered
    return combine(gathered.reshape(comm.size, *x.shape), axis=0)


@_is_gathered(reduce_scatter_p)
def _reduce_scatter(x: Any, combine: Callable, comm: Comm, counts: tuple[int, ...]) -> Any:
    own = counts[comm.rank]
    blocks = alltoallv_p.bind(x, comm=comm, send=pairs(counts), recv=pairs((own,) * comm.size))
    return combine(blocks.reshape(comm.size, own, *x.shape[1:]), axis=0)


@_is_gathered(scan_p)
def _scan(x: Any, combine: Callable, comm: Comm) -> Any:
    every = allgather_each_p.bind(x[None], comm=comm, counts=(1,) * comm.size)
    return combine(every[: comm.rank + 1], axis=0)


@_is_gathered(exscan_p)
def _exscan(x: Any, combine: Callable, comm: Comm) -> Any:
    every = allgather_each_p.bind(x[None], comm=comm, counts=(1,) * comm.size)
    before = every[: comm.rank]
    # The sum of no elements: a constant would leave this rank out of the derivative.
    return combine(before, axis=0) if comm.rank else jnp.sum(before, axis=0)


_reduction(allreduce_p, lambda t, comm: spread(t, comm))
_reduction(
    reduce_p,
    lambda t, comm, root, rows: spread(from_root(t, comm=comm, root=root, rows=rows), comm),
)
_reduction(scan_p, lambda t, comm: scan_p.bind(t, comm=comm.reversed, op="SUM"))
_reduction(exscan_p, lambda t, comm: exscan_p.bind(t, comm=comm.reversed, op="SUM"))
_reduction(
    reduce_scatter_p, lambda t, comm, counts: allgather_each_p.bind(t, comm=comm, counts=counts)
)
