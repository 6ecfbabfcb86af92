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
from jpi._blocks.parts import put, solve_triangle, subtract_product, swap_rows
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Value
from jpi._layout.layout import layout
from jpi._rules._global_jvp import differentiated
from jpi._rules._matrices import are_gathered, broadcast, laid_out_as, matrix_axes, panel_width
from jpi._rules.linalg import each_matrix, is_each_on_one_rank


@rule("lu")
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
        root, done = columns.owner(block), columns.count(rank, start)
        own = slice(start, None), slice(done, done + stop - start)
        panel = local[..., own[0], own[1]] if rank == root else None
        shape = (*local.shape[:-2], height - start, stop - start)
        panel, pivots = _factored_panel(panel, shape, local.dtype, grid, root)
        local = swap_rows(local, pivots, start)
        if rank == root:
            local, done = put(local, own, panel), own[1].stop
        if done < local.shape[-1]:
            local = _updated(local, panel, start, done)
        found.append(pivots + start)
    return local, jnp.concatenate(found, -1)


def _factored_panel(
    panel: Any, shape: Sequence[int], dtype: Any, grid: Grid, root: int
) -> tuple[Any, Any]:
    """The factors of the panel that ``root`` has, and its pivots; one message has both."""
    batch, count = shape[:-2], min(shape[-2:])
    size = shape[-2] * shape[-1]
    packed = None
    if panel is not None:
        factors, pivots, _ = lax.linalg.lu(panel)
        flat = factors.reshape(*batch, size)
        # A floating-point number holds a pivot: one of float32, those of 2^24 rows.
        packed = jnp.concatenate([flat, pivots.astype(flat.dtype)], -1)
    received = broadcast(packed, (*batch, size + count), dtype, grid.comm, root)
    pivots = jnp.real(received[..., size:]).astype(jnp.int32)
    return received[..., :size].reshape(shape), pivots


def _updated(local: Any, panel: Any, start: int, done: int) -> Any:
    """``local``, whose columns from ``done`` on are solved for their rows of U, and reduced."""
    count = min(panel.shape[-2:])
    top, corner = slice(start, start + count), (slice(0, count), slice(0, count))
    upper = solve_triangle(
        panel, local[..., top, done:], of_t=corner, lower=True, unit_diagonal=True
    )
    local = put(local, (top, slice(done, None)), upper)
    rest, below = slice(start + count, None), slice(count, None)
    return subtract_product(
        local, panel, upper, of_c=(rest, slice(done, None)), of_a=(below, corner[1])
    )
