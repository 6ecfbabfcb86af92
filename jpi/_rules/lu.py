"""LU factors, with partial pivoting, of matrices that no rank holds.

The columns lie cyclically in panels. The owner of a panel has all of its rows, so it finds the
pivots alone, by LAPACK. It sends the factored panel with its pivots: one bcast for each panel, and
no other message. Each rank then swaps the rows of its columns, and subtracts the product of the
panel from what is left of them. (Golub, Van Loan, "Matrix Computations", 4th edition, 3.4: the
outer product form, by blocks.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._blocks.cyclic import Grid, from_cyclic, grid_over, to_cyclic
from jpi._blocks.lu_steps import apply_panel, factor_panel
from jpi._evaluation.registry import Call
from jpi._evaluation.values import Value
from jpi._layout.layout import layout
from jpi._rules._global_jvp import differentiated
from jpi._rules._matrices import (
    are_gathered,
    broadcast,
    factorization,
    laid_out_as,
    matrix_axes,
    panel_width,
)
from jpi._rules.linalg import each_matrix, is_each_on_one_rank


@factorization("lu")
def lu(call: Call, value: Value, **params: Any) -> Sequence[Value]:
    if is_each_on_one_rank(call, value) or are_gathered([value]):
        factors, *others = each_matrix(call, [value], (2,), is_fallback=False)
        return [laid_out_as(call, factors, value), *others]
    placed = value.settle(call.mesh)
    batch = placed.spec[:-2]
    axes = matrix_axes(call, [placed], batch)
    size = call.mesh.subcomm(axes).size
    rows, columns = value.shape[-2:]
    grid = grid_over(call.mesh, axes, value.shape, (1, size), (rows, panel_width(columns)))

    def factor(local: Any) -> list[Any]:
        factors, pivots = _factored(to_cyclic(local, placed.placement, grid), grid)
        order = lax.linalg.lu_pivots_to_permutation(pivots, rows)
        return [from_cyclic(factors, grid, placed.placement), pivots, order]

    small = [layout(aval.shape, call.mesh.axes, batch) for aval in call.results[1:]]
    return differentiated(call, [placed], factor, [placed.placement, *small])


def _factored(local: Any, grid: Grid) -> tuple[Any, Any]:
    """This rank's columns of the factors, and all pivots."""
    rank, columns = grid.comm.rank, grid.columns
    height, found = local.shape[-2], []
    for block, (start, stop) in enumerate(columns.blocks):
        if start >= height:
            break
        root, width, message = columns.owner(block), stop - start, None
        own = start, height, *columns.held(rank, start, stop)
        if rank == root:
            local, message = factor_panel(local, own)
        size, count = (height - start) * width, min(height - start, width)
        shape = (*local.shape[:-2], size + count)
        message, local = broadcast(message, shape, local.dtype, grid.comm, root, local, [local])
        local = apply_panel(local, message, own, width)
        found.append(jnp.real(message[..., size:]).astype(jnp.int32) + start)
    return local, jnp.concatenate(found, -1)
