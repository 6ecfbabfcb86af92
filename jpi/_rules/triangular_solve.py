"""Triangular systems with matrices that no rank holds.

Each system is made one with the unknowns on the right, T X = B: X A = B is A^T X^T = B^T. The rows
of T are sharded, or the columns of the matrix whose transpose T is; see `_triangular_systems`.

`solve_p` is JAX's `triangular_solve` on this rank's blocks. Its derivatives are those of JAX on the
global arrays, evaluated by the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from jpi._evaluation.registry import Call, rule
from jpi._evaluation.tracing import tracing_globally
from jpi._evaluation.values import Placed, Value, agree, placed_as
from jpi._jax import names as _jax
from jpi._layout.layout import Axes, Layout, layout
from jpi._mpi.mesh import Mesh
from jpi._ordered.primitive import composed
from jpi._ordered.varying import makes
from jpi._rules._local import Local
from jpi._rules._matrices import are_gathered, matrix_axes, panel_width
from jpi._rules._triangular_systems import Panel, System
from jpi._rules.linalg import Labels, carry, is_each_on_one_rank, run

Form = tuple[tuple[str, bool], ...]  # the parameters of JAX's primitive


@rule("triangular_solve")
def triangular_solve(call: Call, matrix: Value, rhs: Value, **params: Any) -> Sequence[Value]:
    cuts = _layouts(call, matrix, rhs, **params)
    if is_each_on_one_rank(call, matrix):
        axes, _ = carry(call, [matrix, rhs], _labels(call, matrix.ndim))
        (x,) = _by_matrix(call, matrix, rhs, axes)
        # On one rank, and without numbers, too, a sharded matrix gives a sharded solution.
        is_lost = x.is_replicated and not matrix.is_replicated
        return [placed_as(x, call.mesh, cuts[1]) if is_lost else x]
    if are_gathered([matrix]):
        _, of_rhs = _labels(call, rhs.ndim)
        axes = {label: axes for label, axes in zip(of_rhs, cuts[1].spec, strict=True) if label}
        (x,) = _by_matrix(call, matrix, rhs, axes)
        return [placed_as(x, call.mesh, cuts[1])]
    form = tuple(sorted(params.items()))
    blocks = [
        placed_as(value, call.mesh, cut).settle(call.mesh).local
        for value, cut in zip((matrix, rhs), cuts, strict=True)
    ]
    return [Placed(solve_p.bind(*blocks, mesh=call.mesh, cuts=cuts, form=form), cuts[1])]


def _labels(call: Call, ndim: int) -> tuple[Labels, Labels]:
    """The labels of the matrix, which is whole, and of right-hand sides, which may be sharded."""
    batch = range(1, ndim - 1)
    each = [None, "each"] if call.params["left_side"] else ["each", None]
    return [*batch, None, None], [*batch, *each]


def _by_matrix(call: Call, matrix: Value, rhs: Value, axes: dict[Any, Axes]) -> list[Value]:
    """The solutions by ranks that have whole matrices."""
    labels = _labels(call, matrix.ndim)
    return run(call, [matrix, rhs], labels, [labels[1]], axes)


def _layouts(
    call: Call, matrix: Value, rhs: Value, *, left_side: bool, transpose_a: bool, **params: Any
) -> tuple[Layout, Layout]:
    """The layouts in which the ranks solve."""
    labels = [*range(matrix.ndim - 2), None, None]
    shared = agree((matrix, labels), (rhs, labels))
    batch = tuple(shared.get(label, ()) for label in labels[:-2])
    axes = matrix_axes(call, [matrix, rhs], batch)
    each, size = rhs.shape[-1 if left_side else -2], matrix.shape[-1]
    # As many as rows, as in an inverse, are cut alike on any number of ranks.
    by_columns = each >= min(size, panel_width(size) * call.mesh.subcomm(axes).size)

    def cut(value: Value, by_rows: bool) -> Layout:
        spec = (*batch, *((axes, ()) if by_rows else ((), axes)))
        return layout(value.shape, call.mesh.axes, spec)

    return cut(matrix, transpose_a != left_side), cut(rhs, by_columns != left_side)


def _solved(matrix: Any, rhs: Any, *, mesh: Mesh, cuts: tuple[Layout, Layout], form: Form) -> Any:
    """This rank's block of X."""
    params = dict(form)
    is_left, is_transposed = params["left_side"], params["transpose_a"] == params["left_side"]
    rows = -1 if is_transposed else -2  # of T, among the dimensions of the matrix
    axes = cuts[0].spec[rows]
    bounds, width = cuts[0].offsets(len(cuts[0].shape) + rows), panel_width(cuts[0].shape[-1])
    panels = [
        Panel(rank, start, min(start + width, bounds[rank + 1]))
        for rank in range(len(bounds) - 1)
        for start in range(bounds[rank], bounds[rank + 1], width)
    ]
    system = System(
        mesh.subcomm(axes),
        panels,
        params["lower"] != is_transposed,
        params["conjugate_a"],
        params["unit_diagonal"],
    )
    by_columns = bool(cuts[1].spec[-1]) == is_left
    solve = system.solve_columns if by_columns else system.solve_rows
    x = solve(_turned(matrix, is_transposed), _turned(rhs, not is_left))
    return _turned(x, not is_left)


def _turned(x: Any, is_transposed: bool) -> Any:
    return jnp.swapaxes(x, -1, -2) if is_transposed else x


solve_p = composed("triangular_solve", _solved, result=lambda matrix, rhs, **params: (rhs, True))
makes(
    solve_p,
    parts=lambda mesh, cuts, form: (mesh, mesh.ordered(cuts[0].axes, cuts[1].axes)),
    groups=lambda mesh, cuts, form: (mesh, mesh.ordered(*cuts[0].spec[-2:])),
)


def _globally(
    function: Callable[..., Any], mesh: Mesh, cuts: Sequence[Layout], dtype: Any, *blocks: Any
) -> list[Any]:
    """The results, laid out as the right-hand side, of a function of global arrays by the rules."""
    types = [jax.ShapeDtypeStruct(cut.shape, dtype) for cut in cuts]
    with tracing_globally.active():
        closed = jax.make_jaxpr(function)(*types)
    return Local(mesh, closed, cuts, lambda given: [cuts[1]] * len(given))(*blocks)


def _jvp(
    primals: Any, tangents: Any, *, mesh: Mesh, cuts: tuple[Layout, Layout], form: Form
) -> tuple[Any, Any]:
    params = {"mesh": mesh, "cuts": cuts, "form": form}
    if isinstance(tangents[0], _jax.Zero):
        rate = _jax.ad.instantiate_zeros(tangents[1])
        return solve_p.bind(*primals, **params), solve_p.bind(primals[0], rate, **params)

    def derivative(*args: Any) -> Any:
        return jax.jvp(partial(lax.linalg.triangular_solve, **dict(form)), args[:2], args[2:])

    rates = map(_jax.ad.instantiate_zeros, tangents)
    return tuple(_globally(derivative, mesh, cuts * 2, primals[1].dtype, *primals, *rates))


def _transpose(
    cotangent: Any, matrix: Any, rhs: Any, *, mesh: Mesh, cuts: tuple[Layout, Layout], form: Form
) -> list[Any]:
    params = dict(form)
    turned = {**params, "transpose_a": not params["transpose_a"]}
    solve = partial(lax.linalg.triangular_solve, **turned)
    cotangent = _jax.ad.instantiate_zeros(cotangent)
    return [None, *_globally(solve, mesh, cuts, cotangent.dtype, matrix, cotangent)]


def _batch(
    operands: Sequence[Any], dims: Sequence[Any], *, cuts: tuple[Layout, Layout], **params: Any
) -> tuple[Any, int]:
    size = next(x.shape[d] for x, d in zip(operands, dims, strict=True) if d is not None)
    first = [
        jnp.broadcast_to(x, (size, *x.shape)) if d is None else jnp.moveaxis(x, d, 0)
        for x, d in zip(operands, dims, strict=True)
    ]
    return solve_p.bind(*first, cuts=tuple(cut.with_axis(0, size) for cut in cuts), **params), 0


_jax.ad.primitive_jvps[solve_p] = _jvp
_jax.ad.primitive_transposes[solve_p] = _transpose
_jax.batching.primitive_batchers[solve_p] = _batch
