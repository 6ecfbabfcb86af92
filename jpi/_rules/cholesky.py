"""The Cholesky factor of matrices that no rank holds.

The columns lie cyclically in panels. Each rank multiplies the columns of the factor that it has,
which gives its share of what to subtract from the next panel. The sum of the shares goes to the
owner of the panel, who factors it: one reduce for each panel, and no other message. (Golub, Van
Loan, "Matrix Computations", 4th edition, 4.2.7: the gaxpy form, by blocks.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._blocks.cyclic import Grid, from_cyclic, grid_over, to_cyclic
from jpi._blocks.parts import by_rows, product, put, solve_triangle
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Value
from jpi._primitives.reductions import allreduce_p, reduce_p
from jpi._rules._global_jvp import differentiated
from jpi._rules._matrices import are_gathered, laid_out_as, matrix_axes, panel_width
from jpi._rules.linalg import each_matrix, is_each_on_one_rank


@rule("cholesky")
def cholesky(call: Call, value: Value, **params: Any) -> Sequence[Value]:
    if is_each_on_one_rank(call, value) or are_gathered([value]):
        (result,) = each_matrix(call, [value], (2,), is_fallback=False)
        return [laid_out_as(call, result, value)]
    placed = value.settle(call.mesh)
    axes = matrix_axes(call, [placed], placed.spec[:-2])
    size = call.mesh.subcomm(axes).size
    width = panel_width(value.shape[-1])
    grid = grid_over(call.mesh, axes, value.shape, (1, size), (value.shape[-1], width))

    def factor(local: Any) -> list[Any]:
        factor = _factored(to_cyclic(local, placed.placement, grid), grid)
        return [from_cyclic(factor, grid, placed.placement)]

    return differentiated(call, [placed], factor, [placed.placement])


def _factored(local: Any, grid: Grid) -> Any:
    """This rank's columns of the factor, from its columns of the matrices.

    It is NaN for a matrix that is not positive definite. One with NaN in it gives NaN from there
    on, as LAPACK does not call it failed.
    """
    rank, columns = grid.comm.rank, grid.columns
    factor = jnp.zeros_like(local)
    fails = jnp.zeros(local.shape[:-2], jnp.int32)
    for block, (start, stop) in enumerate(columns.blocks):
        root, done = columns.owner(block), columns.count(rank, start)
        total = _sum_on_root(_share(factor, start, stop, done), grid, root)
        if rank == root:
            own = slice(start, None), slice(done, done + stop - start)
            rest = local[..., own[0], own[1]] - total
            panel = _panel(rest)
            factor = put(factor, own, panel)
            fails += _is_new(panel, rest)
    is_missing = allreduce_p.bind(fails, comm=grid.comm, op="SUM") > 0
    return jnp.where(is_missing[..., None, None], jnp.nan, factor).astype(factor.dtype)


def _share(factor: Any, start: int, stop: int, done: int) -> Any:
    """What the first ``done`` of this rank's columns subtract from the panel of ``start:stop``."""
    columns = slice(0, done)
    return product(
        factor,
        factor,
        of_a=(slice(start, None), columns),
        of_b=(slice(start, stop), columns),
        adjoint=True,
    )


def _sum_on_root(share: Any, grid: Grid, root: int) -> Any:
    flat = reduce_p.bind(share.reshape(-1), comm=grid.comm, op="SUM", root=root, rows=share.size)
    return flat.reshape(share.shape) if grid.comm.rank == root else None


def _is_new(panel: Any, rest: Any) -> Any:
    """1 where a panel is NaN, but the lower triangle of which it is the factor has none, else 0."""
    given = jnp.isnan(jnp.tril(rest[..., : rest.shape[-1], :])).any((-2, -1))
    return (jnp.isnan(panel[..., 0, 0]) & ~given).astype(jnp.int32)


def _panel(rest: Any) -> Any:
    """The panel of the factor, from that of the matrix less the product of those before it."""
    width = rest.shape[-1]
    top = by_rows(lax.linalg.cholesky(by_rows(rest[..., :width, :]), symmetrize_input=False))
    below = slice(width, None), slice(None)
    rest = put(rest, (slice(0, width), slice(None)), top)
    return solve_triangle(top, rest, of_x=below, lower=True, right_adjoint=True)
