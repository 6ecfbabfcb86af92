"""The collective primitives on local arrays, all made by one constructor.

A value is either *per rank* (a shard) or *replicated* (every rank holds the same one value). The
primitives say which they take and give, and their transposes follow from it:

    ============ ======================= ======================= ====================
    primitive    takes                   gives                   transpose
    ============ ======================= ======================= ====================
    allreduce    per rank                replicated              spread (of a sum)
    spread       replicated              per rank, unchanged     allreduce SUM
    allgather    per rank, ragged rows   replicated              take_block
    take_block   replicated              per rank, ragged rows   allgather
    alltoall     per rank, ragged rows   per rank                alltoall, reversed
    gather       per rank, ragged rows   on the root             (not yet)
    ============ ======================= ======================= ====================

"Rows" are positions along axis 0, and counts are in rows, one per rank of the communicator; the
native side gets them in elements.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jpi import _jax, _ordering
from jpi._comm import Comm
from jpi._mpi import native

PLATFORM = "cpu"
OPS = ("SUM", "PROD", "MAX", "MIN", "LAND", "LOR", "LXOR", "BAND", "BOR", "BXOR")

for _name, _target in native.targets().items():
    jax.ffi.register_ffi_target(_name, _target, platform=PLATFORM)


def _collective(
    name: str,
    *,
    rows: Callable[..., int] | None = None,
    message: Callable[..., Mapping[str, Any]],
    in_place: bool = False,
) -> _jax.Primitive:
    """A primitive that runs the native collective ``name`` in program order.

    Args:
        rows: the number of rows of the result, from the operand's aval and the parameters; the
            shape of the operand where absent.
        message: what the native side is told besides the communicator (see `_attributes`).
        in_place: let XLA give operand and result the same buffer.
    """
    primitive = _jax.Primitive(f"jpi_{name}")
    twin = _jax.Primitive(f"jpi_{name}_with_token")
    twin.multiple_results = True
    _ordering.twins[primitive] = twin

    def result(x: Any, **params: Any) -> Any:
        return x.update(shape=(rows(x, **params), *x.shape[1:])) if rows else x

    def lower(ctx: Any, token: Any, x: Any, aliases: Mapping[int, int], **params: Any) -> Any:
        rule = jax.ffi.ffi_lowering(
            f"jpi_{name}", has_side_effect=True, operand_output_aliases=dict(aliases)
        )
        row = math.prod(ctx.avals_in[1].shape[1:])
        return rule(ctx, token, x, **_attributes(row, **message(**params)))

    def lower_ordered(ctx: Any, x: Any, **params: Any) -> Any:
        token = ctx.tokens_in.get(_ordering.ordered)
        inner = ctx.replace(
            avals_in=[_jax.abstract_token, *ctx.avals_in],
            avals_out=[_jax.abstract_token, *ctx.avals_out],
        )
        token, y = lower(inner, token, x, {1: 1} if in_place else {}, **params)
        tokens = _jax.TokenSet({_ordering.ordered: token})
        ctx.set_tokens_out(ctx.tokens_in.update_tokens(tokens))
        return [y]

    def lower_twin(ctx: Any, token: Any, x: Any, **params: Any) -> Any:
        return lower(ctx, token, x, {0: 0, 1: 1} if in_place else {0: 0}, **params)

    @functools.lru_cache(maxsize=4096)
    def compiled(params: tuple[tuple[str, Any], ...]) -> Callable:
        return jax.jit(lambda x: twin.bind(_ordering.new_token(), x, **dict(params)))

    def run(x: Any, **params: Any) -> Any:
        token, y = compiled(tuple(params.items()))(x)
        _ordering.remember(token)
        return y

    primitive.def_impl(run)
    primitive.def_effectful_abstract_eval(lambda x, **p: (result(x, **p), {_ordering.ordered}))
    twin.def_abstract_eval(lambda token, x, **params: (token, result(x, **params)))
    _jax.mlir.register_lowering(primitive, lower_ordered, platform=PLATFORM)
    _jax.mlir.register_lowering(twin, lower_twin, platform=PLATFORM)
    _batch(primitive, moves_rows=rows is not None)
    return primitive


def _attributes(
    row: int, *, comm: Comm, op: str = "SUM", root: int = 0, send: Any = (), recv: Any = ()
) -> dict[str, Any]:
    return {
        "comm": np.int32(comm.index),
        "op": np.int32(OPS.index(op)),
        "root": np.int32(root),
        "send": np.array(send, np.int64) * row,
        "recv": np.array(recv, np.int64) * row,
    }


def _local(name: str, function: Callable, *, moves_rows: bool) -> _jax.Primitive:
    """A primitive without communication, whose transpose has some."""
    primitive = _jax.Primitive(f"jpi_{name}")
    primitive.def_impl(function)
    primitive.def_abstract_eval(
        lambda x, **params: x.update(
            shape=jax.eval_shape(functools.partial(function, **params), x).shape
        )
    )
    _jax.mlir.register_lowering(
        primitive, _jax.mlir.lower_fun(function, multiple_results=False), platform=PLATFORM
    )
    _batch(primitive, moves_rows=moves_rows)
    return primitive


def _batch(primitive: _jax.Primitive, *, moves_rows: bool) -> None:
    """One call for the whole batch: the batch axis goes second where axis 0 holds the rows."""

    def rule(operands: Sequence[Any], dims: Sequence[int], **params: Any) -> tuple[Any, int]:
        (x,), (dim,) = operands, dims
        if moves_rows:
            x, dim = jnp.moveaxis(x, dim, 1), 1
        return primitive.bind(x, **params), dim

    _jax.batching.primitive_batchers[primitive] = rule


def _transpose_rule(transpose: Callable[..., Any]) -> Callable[..., list[Any]]:
    """JAX's form of ``transpose``, a function of a cotangent (not zero) and the parameters."""

    def rule(cotangent: Any, x: Any, **params: Any) -> list[Any]:
        if type(cotangent) is _jax.Zero:
            return [_jax.Zero(x.aval)]
        return [transpose(cotangent, **params)]

    return rule


def _linear(primitive: _jax.Primitive, transpose: Callable[..., Any]) -> None:
    """Declare ``primitive`` linear, with ``transpose`` from cotangent and parameters."""
    _jax.ad.deflinear2(primitive, _transpose_rule(transpose))


def _own_rows(x: Any, comm: Comm, counts: Sequence[int]) -> Any:
    start = sum(counts[: comm.rank])
    return lax.slice_in_dim(x, start, start + counts[comm.rank])


allreduce_p = _collective(
    "allreduce", message=lambda comm, op: {"comm": comm, "op": op}, in_place=True
)
spread_p = _local("spread", lambda x, comm: x, moves_rows=False)
allgather_p = _collective(
    "allgatherv",
    rows=lambda x, comm, counts: sum(counts),
    message=lambda comm, counts: {"comm": comm, "recv": counts},
)
take_block_p = _local("take_block", _own_rows, moves_rows=True)
alltoall_p = _collective(
    "alltoallv",
    rows=lambda x, comm, send, recv: sum(recv),
    message=lambda comm, send, recv: {"comm": comm, "send": send, "recv": recv},
)
gather_p = _collective(
    "gatherv",
    rows=lambda x, comm, counts, root: sum(counts) if comm.rank == root else 0,
    message=lambda comm, counts, root: {"comm": comm, "recv": counts, "root": root},
)

_linear(spread_p, lambda t, comm: allreduce_p.bind(t, comm=comm, op="SUM"))
_linear(allgather_p, take_block_p.bind)
_linear(take_block_p, allgather_p.bind)
_linear(
    alltoall_p,
    lambda t, comm, send, recv: alltoall_p.bind(t, comm=comm, send=recv, recv=send),
)


def _allreduce_jvp(primals: Any, tangents: Any, *, comm: Comm, op: str) -> tuple[Any, Any]:
    (x,), (t,) = primals, tangents
    y = allreduce_p.bind(x, comm=comm, op=op)
    if type(t) is _jax.Zero or op not in _allreduce_tangents:
        return y, _jax.Zero.from_primal_value(y)
    return y, _allreduce_tangents[op](x, t, y, comm)


def _tangent_of_extremum(x: Any, t: Any, y: Any, comm: Comm) -> Any:
    # The ranks that hold the extremum share it equally, as tied elements do in jax.numpy.
    is_extremum = x == y
    total = allreduce_p.bind(jnp.where(is_extremum, t, 0), comm=comm, op="SUM")
    return total / allreduce_p.bind(is_extremum.astype(t.dtype), comm=comm, op="SUM")


def _tangent_of_product(x: Any, t: Any, y: Any, comm: Comm) -> Any:
    # Through the gathered factors, whose product lax differentiates without dividing by them.
    def product(x: Any) -> Any:
        return jnp.prod(allgather_p.bind(x[None], comm=comm, counts=(1,) * comm.size), axis=0)

    return jax.jvp(product, (x,), (t,))[1]


_allreduce_tangents: dict[str, Callable[..., Any]] = {
    "SUM": lambda x, t, y, comm: allreduce_p.bind(t, comm=comm, op="SUM"),
    "PROD": _tangent_of_product,
    "MAX": _tangent_of_extremum,
    "MIN": _tangent_of_extremum,
}
_jax.ad.primitive_jvps[allreduce_p] = _allreduce_jvp


def _allreduce_transpose(cotangent: Any, *, comm: Comm, op: str) -> Any:
    assert op == "SUM", op  # the tangents of the other operations are made of sums
    return spread_p.bind(cotangent, comm=comm)


_jax.ad.primitive_transposes[allreduce_p] = _transpose_rule(_allreduce_transpose)
