"""qr and svd of tall matrices sharded by rows; no rank holds more than its rows.

Every rank factors its rows, A_i = Q_i R_i. One factors the stacked small R_1, ..., R_p: that gives
R, and the factor by which each multiplies its Q_i (Demmel, Grigori, Hoemmen, Langou,
"Communication-optimal parallel and sequential QR and LU factorizations", 2012). The SVD of A is
that of R, with its left vectors multiplied by Q.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._blocks.dealt_rows import from_first
from jpi._blocks.rows import on_axis
from jpi._evaluation.registry import Call
from jpi._evaluation.values import Value
from jpi._jax import jaxprs
from jpi._layout.layout import layout
from jpi._mpi.comm import Comm
from jpi._primitives.moves import allgather_p
from jpi._rules._global_jvp import differentiated


def tall_qr(call: Call, value: Value) -> Sequence[Value]:
    """Q, sharded as the matrix is, and R on every rank."""
    placed = value.settle(call.mesh)
    comm = call.mesh.subcomm(placed.spec[-2])
    q, r = call.results
    batch = placed.spec[:-2]
    placements = [
        layout(q.shape, call.mesh.axes, placed.spec),
        layout(r.shape, call.mesh.axes, batch),
    ]
    is_square = value.shape[-2] == value.shape[-1]
    return differentiated(
        call, [placed], lambda local: _orthogonalized(local, comm, is_square), placements
    )


def tall_svd(call: Call, value: Value, is_wide: bool) -> Sequence[Value]:
    """The singular values and the vectors of a tall matrix, or of the adjoint of one."""
    placed = value.settle(call.mesh)
    comm = call.mesh.subcomm(placed.spec[-2] or placed.spec[-1])
    batch = placed.spec[:-2]
    specs = [batch, (*batch, placed.spec[-2], ()), (*batch, (), placed.spec[-1])]
    placements = [
        layout(aval.shape, call.mesh.axes, spec)
        for aval, spec in zip(call.results, specs, strict=False)
    ]

    def small(r: Any, top: Any) -> list[Any]:
        return jaxprs.apply_primitive(call.primitive, [r], call.params)

    def factors(local: Any) -> list[Any]:
        q, values, *vectors = _combined(_adjoint(local) if is_wide else local, comm, small)
        if not vectors:
            return [values]
        left, right = vectors
        left = jnp.matmul(q, left, precision=lax.Precision.HIGHEST)
        return [values, _adjoint(right), _adjoint(left)] if is_wide else [values, left, right]

    return differentiated(call, [placed], factors, placements)


def is_tall(call: Call, value: Value, rows: int, columns: int) -> bool:
    """Whether ``value`` is sharded by rows only, and every rank has at least as many as columns."""
    if value.ndim < 2 or not value.spec[rows] or value.spec[columns]:
        return False
    blocks = value.layout(call.mesh).counts(value.ndim + rows)
    return min(blocks) >= value.shape[columns] > 0


def _adjoint(x: Any) -> Any:
    return jnp.conj(jnp.swapaxes(x, -1, -2))


def _orthogonalized(local: Any, comm: Comm, is_square: bool) -> list[Any]:
    """This rank's rows of Q, and R, with the signs of LAPACK."""
    if comm.size == 1:
        return list(lax.linalg.qr(local, full_matrices=False))

    def signed(r: Any, top: Any) -> list[Any]:
        diagonal = jnp.real(jnp.diagonal(r, axis1=-2, axis2=-1))
        positive = jnp.where(diagonal < 0, -1, 1).astype(r.dtype)
        signs = positive * _signs(top * positive[..., None, :], is_square)
        return [r * signs[..., None], signs]

    q, r, signs = _combined(local, comm, signed)
    return [q * signs[..., None, :], r]


def _combined(local: Any, comm: Comm, finish: Callable[[Any, Any], list[Any]]) -> list[Any]:
    """This rank's rows of Q, and what ``finish`` makes of R and Q's first rows, on one rank.

    Communication: an allgather and a broadcast of a square matrix for each rank.
    """
    q, r = lax.linalg.qr(local, full_matrices=False)
    n, dim = r.shape[-1], r.ndim - 2
    if comm.size == 1:
        return [q, *finish(r, lax.slice_in_dim(q, 0, n, axis=dim))]
    stacked = on_axis(lambda x: allgather_p.bind(x, comm=comm, counts=(n,) * comm.size), r, dim)
    factors, r = lax.linalg.qr(stacked, full_matrices=False)
    first = (lax.slice_in_dim(x, 0, n, axis=dim) for x in (q, factors))
    top = jnp.matmul(*first, precision=lax.Precision.HIGHEST) if comm.rank == 0 else r
    factors, *made = from_first(comm, factors, *finish(r, top))
    own = lax.slice_in_dim(factors, comm.rank * n, (comm.rank + 1) * n, axis=dim)
    return [jnp.matmul(q, own, precision=lax.Precision.HIGHEST), *made]


def _signs(top: Any, is_square: bool) -> Any:
    """The signs of R's diagonal in LAPACK, from the first rows of the Q with a positive diagonal.

    LAPACK uses reflections. They replace a column with the number a on the diagonal by one with
    -sign(Re a) times its norm there, and do not change a column with zeros below a. The reflections
    of A are those of Q, as the leading columns of the two differ only by positive factors. The
    columns of Q have norm 1 and are orthogonal, so a reflection maps y to y - y_j v, with v = x /
    (a - s) below the diagonal: elimination in the first rows.
    """
    n = top.shape[-1]
    index = jnp.arange(n)
    is_real = not jnp.issubdtype(top.dtype, jnp.complexfloating)

    def eliminate(j: Any, state: Any) -> Any:
        rest, signs = state
        row = lax.dynamic_index_in_dim(rest, j, rest.ndim - 2, keepdims=False)
        column = lax.dynamic_index_in_dim(rest, j, rest.ndim - 1, keepdims=False)
        corner = lax.dynamic_index_in_dim(row, j, row.ndim - 1, keepdims=False)
        sign = jnp.where(jnp.real(corner) < 0, -1, 1)
        stays = (jnp.abs(jnp.real(corner)) >= 1) | (is_square and is_real and j == n - 1)
        sign = jnp.where(stays, sign, -sign).astype(rest.dtype)
        pivot = jnp.where(stays, 1, corner - sign)
        factor = jnp.where((index > j) & ~stays[..., None], column / pivot[..., None], 0)
        rest = rest - factor[..., :, None] * row[..., None, :]
        return rest, jnp.where(index == j, sign[..., None], signs)

    signs = jnp.ones((*top.shape[:-2], n), top.dtype)
    return lax.fori_loop(0, n, eliminate, (top, signs))[1]
