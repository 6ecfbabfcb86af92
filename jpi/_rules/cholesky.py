"""The Cholesky factor of matrices that no rank holds.

The rows lie cyclically in panels. The owner of a panel, whose rows of the factor are known up to
the diagonal, factors the block on the diagonal and sends the panel: one bcast for each panel, and
no other message. Each rank then computes as many columns of the factor for its rows below: it
subtracts the product of what it knows of its rows and of the panel. (Golub, Van Loan, "Matrix
Computations", 4th edition, 4.2.7: the gaxpy form, by blocks.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from jpi._blocks.cholesky_steps import eliminate, factor_block, mark_failed
from jpi._blocks.cyclic import Grid, from_cyclic, grid_over, to_cyclic
from jpi._evaluation.registry import Call
from jpi._evaluation.values import Value
from jpi._primitives.reductions import allreduce_p
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


@factorization("cholesky")
def cholesky(call: Call, value: Value, **params: Any) -> Sequence[Value]:
    if is_each_on_one_rank(call, value) or are_gathered([value]):
        (result,) = each_matrix(call, [value], (2,), is_fallback=False)
        return [laid_out_as(call, result, value)]
    placed = value.settle(call.mesh)
    axes = matrix_axes(call, [placed], placed.spec[:-2])
    size = call.mesh.subcomm(axes).size
    width = panel_width(value.shape[-1])
    grid = grid_over(call.mesh, axes, value.shape, (size, 1), (width, value.shape[-1]))

    def factor(local: Any) -> list[Any]:
        factor = _factored(to_cyclic(local, placed.placement, grid, lower=True), grid)
        return [from_cyclic(factor, grid, placed.placement, lower=True)]

    return differentiated(call, [placed], factor, [placed.placement])


def _factored(local: Any, grid: Grid) -> Any:
    """This rank's rows of the factor, from its rows of the matrices.

    It is NaN for a matrix that is not positive definite. One with NaN in it gives NaN from there
    on, as LAPACK does not call it failed.
    """
    rank, rows = grid.comm.rank, grid.rows
    failures = jnp.sum(local[..., :0, :0], (-2, -1)).real.astype(jnp.int32)  # zeros, of the operand
    for block, (start, stop) in enumerate(rows.blocks):
        root, panel = rows.owner(block), None
        if rank == root:
            top, bottom = rows.held(rank, start, stop)
            local, panel, info = factor_block(local, (top, bottom, start, stop))
            failures += info
        if stop < rows.size:
            shape = (*local.shape[:-2], stop - start, stop)
            panel, local = broadcast(panel, shape, local.dtype, grid.comm, root, local, [local])
            local = eliminate(local, panel, rows.count(rank, stop), _diagonal(grid, block + 1))
    return mark_failed(local, allreduce_p.bind(failures, comm=grid.comm, op="SUM"))


def _diagonal(grid: Grid, first: int) -> list[tuple[int, int, int, int]]:
    """The blocks on the diagonal, from that with the number ``first`` on, of this rank's rows."""
    rank, rows = grid.comm.rank, grid.rows
    return [
        (*rows.held(rank, start, stop), start, stop)
        for block, (start, stop) in enumerate(rows.blocks)
        if block >= first and rows.owner(block) == rank
    ]
