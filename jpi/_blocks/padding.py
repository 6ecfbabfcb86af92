"""Padding a block with the rows of other ranks."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._layout.padding import PaddingPlan, Rows
from jpi._mpi.comm import Comm
from jpi._primitives.moves import alltoallv_p


def pad_along(block: Any, comm: Comm, dim: int, plan: PaddingPlan) -> Any:
    """``block`` with the rows around it along ``dim``, which is sharded over ``comm``.

    Communication: one exchange if any rank needs rows of another.
    """
    blocks = {"own": block}
    if plan.is_exchange:
        outgoing = [_rows(block, rows, dim) for rows in plan.sends or [(0, 0, 1)]]
        received = alltoallv_p.bind(
            jnp.moveaxis(jnp.concatenate(outgoing, axis=dim), dim, 0),
            comm=comm,
            send=plan.send_counts,
            recv=plan.recv_counts,
        )
        blocks["received"] = jnp.moveaxis(received, 0, dim)
    pieces = [
        _rows(blocks[source], rows, dim)
        if source in blocks
        else jnp.zeros((*block.shape[:dim], rows[1], *block.shape[dim + 1 :]), block.dtype)
        for source, rows in plan.pieces
    ]
    return jnp.concatenate(pieces, axis=dim)


def _rows(block: Any, rows: Rows, dim: int) -> Any:
    first, count, step = rows
    part = lax.slice_in_dim(block, first, first + count, axis=dim)
    return part if step > 0 else lax.rev(part, (dim,))
