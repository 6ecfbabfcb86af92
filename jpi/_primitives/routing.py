"""Moving rows as the data says: `fetch` them from their owners, `deliver` them to their owners.

A row is named by its owner, a rank, and its offset in that rank's block. Shapes are static; the
number of rows between two ranks is found at run time. The bytes moved are those of the rows with
another owner, and four for each offset, or eight for each run of adjacent offsets.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, Literal

import jax.numpy as jnp
import numpy as np
from jax import lax

from jpi._jax import names as _jax
from jpi._mpi.comm import Comm
from jpi._ordered.primitive import ordered_primitive
from jpi._ordered.varying import makes_varying

Op = Literal["set", "add", "mul", "min", "max"]

_REDUCTIONS = {"add": "SUM", "mul": "PROD", "min": "MIN", "max": "MAX"}


def fetch(x: Any, owner: Any, offset: Any, comm: Comm) -> Any:
    """The rows that ``owner`` and ``offset`` name in the blocks ``x`` of the ranks.

    Row ``k`` of the result is row ``offset[k]`` of the block of rank ``owner[k]``, or zeros where
    there is no such rank or row (-1). It is linear in ``x``.

    Args:
        x: this rank's block; the number of rows may differ between ranks.
        owner, offset: int32, one for each row that this rank needs.

    Communication: the offsets to the owners, and the rows back.
    """
    return fetch_p.bind(x, owner, offset, comm=comm)


def exchange(x: Any, counts: Any, comm: Comm, rows: int) -> Any:
    """The rows that the ranks send here, rank after rank.

    Args:
        x: this rank's rows, in the order of the ranks they go to.
        counts: int32, how many rows go to each rank; the remaining rows stay here.
        rows: how many rows arrive here from all ranks together.

    Communication: the counts, and each row once. It has no derivative.
    """
    return exchange_p.bind(x, counts, comm=comm, rows=rows)


def exchange_sorted(x: Any, counts: Any, comm: Comm, rows: int, dtype: Any) -> Any:
    """As `exchange`, of a sorted vector: what arrives is merged.

    Args:
        x: unsigned integers, sorted.
        dtype: that of ``x``, or of signed integers or floats of its size, which are the numbers
            that have these keys (`jpi._blocks.keys`).
    """
    return exchange_sorted_p.bind(x, counts, comm=comm, rows=rows, dtype=jnp.dtype(dtype))


def deliver(
    base: Any, x: Any, owner: Any, offset: Any, comm: Comm, op: Op = "set", unique: bool = False
) -> Any:
    """The block ``base``, updated with the rows that the ranks send to it.

    Row ``k`` of ``x`` goes to row ``offset[k]`` of the block of rank ``owner[k]``, and nowhere if
    there is no such row. Rows are applied in the order of the ranks, then of ``k``.

    Args:
        base: this rank's block.
        x: the rows, of the row shape and dtype of ``base``.
        owner, offset: int32, one for each row.
        op: "set" keeps the last of the rows with one target; the others combine them with ``base``.
        unique: no two rows of any ranks have one target. Then "mul" is differentiable in ``x``.

    Communication: the rows and offsets to the owners.
    """
    return deliver_p.bind(base, x, owner, offset, comm=comm, op=op, unique=unique)


fetch_p = ordered_primitive(
    "fetch",
    target=lambda **params: "fetch",
    results=lambda x, owner, offset, comm: [x.update(shape=(*owner.shape, *x.shape[1:]))],
    message=lambda comm: {"comm": comm},
    native_operands=3,
)
exchange_p = ordered_primitive(
    "exchange",
    target=lambda **params: "exchange",
    results=lambda x, counts, comm, rows: [x.update(shape=(rows, *x.shape[1:]))],
    message=lambda comm, rows: {"comm": comm},
    native_operands=2,
)
exchange_sorted_p = ordered_primitive(
    "exchange_sorted",
    target=lambda **params: "exchange_sorted",
    results=lambda x, counts, comm, rows, dtype: [x.update(shape=(rows,), dtype=dtype)],
    message=lambda comm, rows, dtype: {"comm": comm},
    native_operands=2,
)
deliver_p = ordered_primitive(
    "deliver",
    target=lambda op, **params: "deliver" if op == "set" else "accumulate",
    results=lambda base, x, owner, offset, **params: [base],
    message=lambda comm, op, unique: {"comm": comm, "op": _REDUCTIONS.get(op, "SUM")},
    native_operands=4,
    may_overwrite=True,
)

makes_varying(fetch_p, exchange_p, exchange_sorted_p, deliver_p)


def _is_moving(base: Any, tangents: Sequence[Any]) -> bool:
    """Whether a result like ``base`` has a tangent, given the tangents of its operands."""
    is_zero = all(type(t) is _jax.Zero for t in tangents)
    return not is_zero and jnp.issubdtype(base.dtype, jnp.inexact)


def _fetch_jvp(primals: Any, tangents: Any, *, comm: Comm) -> tuple[Any, Any]:
    x, owner, offset = primals
    y = fetch(x, owner, offset, comm)
    if not _is_moving(x, tangents[:1]):
        return y, _jax.zero_tangent(y)
    return y, fetch(tangents[0], owner, offset, comm)


def _fetch_transpose(t: Any, x: Any, owner: Any, offset: Any, *, comm: Comm) -> list[Any]:
    nothing = jnp.zeros_like(_jax.type_of(x))
    return [deliver(nothing, _jax.ad.instantiate_zeros(t), owner, offset, comm, "add"), None, None]


def _deliver_jvp(
    primals: Any, tangents: Any, *, comm: Comm, op: Op, unique: bool
) -> tuple[Any, Any]:
    base, x, owner, offset = primals
    y = deliver_p.bind(base, x, owner, offset, comm=comm, op=op, unique=unique)
    if not _is_moving(base, tangents[:2]):
        return y, _jax.zero_tangent(y)
    # Both tangents: one may be zero on this rank only, and the exchange must not depend on that.
    t, t_x = map(_jax.ad.instantiate_zeros, tangents[:2])
    if op in ("set", "add"):
        return y, deliver(t, t_x, owner, offset, comm, op, unique)
    if op == "mul":
        rate = deliver(t, x, owner, offset, comm, "mul", unique)
        if type(tangents[1]) is _jax.Zero:
            return y, rate
        if not unique:
            raise NotImplementedError(
                "a product with rows of one target has no derivative in the rows, as in JAX. "
                "Pass unique_indices=True if no index occurs twice."
            )
        nothing = jnp.zeros_like(base)
        return y, rate + base * deliver(nothing, t_x, owner, offset, comm, "add", unique)
    return y, _tangent_of_extremum(y, base, x, t, t_x, owner, offset, comm)


def _tangent_of_extremum(
    y: Any, base: Any, x: Any, t: Any, t_x: Any, owner: Any, offset: Any, comm: Comm
) -> Any:
    # All elements equal to the extremum share it equally, the base included, as in JAX.
    stays, wins = base == y, x == fetch(y, owner, offset, comm)
    rows = jnp.where(wins, t_x, jnp.zeros_like(t_x))
    total = deliver(jnp.where(stays, t, jnp.zeros_like(t)), rows, owner, offset, comm, "add")
    count = deliver(stays.astype(t.dtype), wins.astype(t.dtype), owner, offset, comm, "add")
    return total / jnp.where(count == 0, jnp.ones_like(count), count)  # count is 0 if all are NaN


def _deliver_transpose(
    t: Any, base: Any, x: Any, owner: Any, offset: Any, *, comm: Comm, op: Op, unique: bool
) -> list[Any]:
    t = _jax.ad.instantiate_zeros(t)
    if op == "mul":  # linear in the base
        return [deliver(t, x, owner, offset, comm, "mul", unique), None, None, None]
    if op == "add":
        kept, rows = t, fetch(t, owner, offset, comm)
    else:
        kept, rows = _transpose_of_set(t, owner, offset, comm)
    is_linear = map(_jax.ad.is_undefined_primal, (base, x))
    cotangents = zip((kept, rows), is_linear, strict=True)
    return [*(value if is_wanted else None for value, is_wanted in cotangents), None, None]


def _transpose_of_set(t: Any, owner: Any, offset: Any, comm: Comm) -> tuple[Any, Any]:
    """The cotangents of base and rows: each element goes back to the row that set it last."""
    count = owner.shape[0]
    names = jnp.stack(
        [jnp.full((count,), comm.rank, np.int32), jnp.arange(count, dtype=np.int32)], axis=1
    )
    unset = jnp.full((t.shape[0], 2), -1, np.int32)
    last = deliver(unset, names, owner, offset, comm)
    is_set = (last[:, 0] >= 0).reshape(-1, *[1] * (t.ndim - 1))
    nothing = jnp.zeros((count, *t.shape[1:]), t.dtype)
    return jnp.where(is_set, jnp.zeros_like(t), t), deliver(
        nothing, t, last[:, 0], last[:, 1], comm
    )


def _moved(x: Any, dim: int | None, size: int, to: int) -> Any:
    """``x`` with its batch axis at ``to``, added if it has none."""
    if dim is None:
        return jnp.broadcast_to(jnp.expand_dims(x, to), (*x.shape[:to], size, *x.shape[to:]))
    return jnp.moveaxis(x, dim, to)


def _batched_names(
    owner: Any, offset: Any, dims: Sequence[int | None], size: int, stride: int
) -> tuple[Any, Any]:
    """The names of the rows of a whole batch; ``stride`` of them follow each other in a block.

    The rows of element ``b`` of the batch have the offsets ``stride * i + b``, unless ``stride`` is
    1.
    """
    owner, offset = (_moved(x, dim, size, 0) for x, dim in zip((owner, offset), dims, strict=True))
    if stride != 1:
        exists = (offset >= 0) & (offset < np.iinfo(np.int32).max // stride)
        owner = jnp.where(exists, owner, -1)
        offset = offset * stride + jnp.arange(size, dtype=np.int32)[:, None]
    return owner.reshape(-1), offset.reshape(-1)


def _size(operands: Sequence[Any], dims: Sequence[int | None]) -> int:
    return next(x.shape[d] for x, d in zip(operands, dims, strict=True) if d is not None)


def _fetch_batch(
    operands: Sequence[Any], dims: Sequence[int | None], *, comm: Comm
) -> tuple[Any, int]:
    """One call for the whole batch."""
    x, owner, offset = operands
    size = _size(operands, dims)
    if dims[1] is dims[2] is None:
        return fetch(_moved(x, dims[0], size, 1), owner, offset, comm), 1
    if dims[0] is not None:
        x = _moved(x, dims[0], size, 1)
        x = x.reshape(x.shape[0] * size, *x.shape[2:])
    stride = 1 if dims[0] is None else size
    y = fetch(x, *_batched_names(owner, offset, dims[1:], size, stride), comm)
    return y.reshape(size, y.shape[0] // max(size, 1), *y.shape[1:]), 0


def _deliver_batch(
    operands: Sequence[Any], dims: Sequence[int | None], **params: Any
) -> tuple[Any, int]:
    """One call for the whole batch."""
    base, x, owner, offset = operands
    size = _size(operands, dims)
    base = _moved(base, dims[0], size, 1)
    if dims[2] is dims[3] is None:
        x = _moved(x, dims[1], size, 1)
        return deliver_p.bind(base, x, owner, offset, **params), 1
    x = _moved(x, dims[1], size, 0)
    names = _batched_names(owner, offset, dims[2:], size, size)
    y = deliver_p.bind(
        base.reshape(base.shape[0] * size, *base.shape[2:]),
        x.reshape(size * x.shape[1], *x.shape[2:]),
        *names,
        **params,
    )
    return y.reshape(base.shape), 1


def _exchange_batch(
    primitive: Any, operands: Sequence[Any], dims: Sequence[int | None], **params: Any
) -> tuple[Any, int]:
    """One call after the other, as the number of rows to each rank may differ."""
    size = _size(operands, dims)
    moved = [_moved(x, dim, size, 0) for x, dim in zip(operands, dims, strict=True)]
    return lax.map(lambda pair: primitive.bind(*pair, **params), moved), 0


for _primitive in (exchange_p, exchange_sorted_p):
    _jax.batching.primitive_batchers[_primitive] = functools.partial(_exchange_batch, _primitive)
_jax.ad.primitive_jvps[fetch_p] = _fetch_jvp
_jax.ad.primitive_transposes[fetch_p] = _fetch_transpose
_jax.batching.primitive_batchers[fetch_p] = _fetch_batch
_jax.ad.primitive_jvps[deliver_p] = _deliver_jvp
_jax.ad.primitive_transposes[deliver_p] = _deliver_transpose
_jax.batching.primitive_batchers[deliver_p] = _deliver_batch
