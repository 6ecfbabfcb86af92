"""Triangular systems with matrices that no rank holds.

Each system is made one with the unknowns on the right, T X = B, and the rows of T are sharded, or
the columns of the matrix whose transpose T is. Its panels are rows of one rank, solved one after
the other. With many right-hand sides each rank solves for its columns of X: the panel goes to all
ranks, one bcast for each. With few, the rows of X are sharded as those of T: the part of X that
belongs to the panel goes to all ranks, and nothing else, as T is larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from jpi._blocks.parts import ALL, Part, put, solve_triangle, subtract_product
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Value, agree, placed_as
from jpi._layout.layout import layout
from jpi._mpi.comm import Comm
from jpi._rules._global_jvp import differentiated
from jpi._rules._matrices import are_gathered, broadcast, matrix_axes, panel_width
from jpi._rules.linalg import carry, is_each_on_one_rank, run


@rule("triangular_solve")
def triangular_solve(call: Call, matrix: Value, rhs: Value, **params: Any) -> Sequence[Value]:
    if is_each_on_one_rank(call, matrix) or are_gathered([matrix]):
        return _by_matrix(call, matrix, rhs)
    return _by_panels(call, matrix, rhs, **params)


def _by_matrix(call: Call, matrix: Value, rhs: Value) -> list[Value]:
    """The solutions by ranks that have whole matrices; the right-hand sides may be sharded."""
    batch = range(matrix.ndim - 2)
    of_matrix = [*batch, None, None]
    of_rhs = [*batch, None, "each"] if call.params["left_side"] else [*batch, "each", None]
    axes, _ = carry(call, [matrix, rhs], [of_matrix, of_rhs])
    return run(call, [matrix, rhs], [of_matrix, of_rhs], [of_rhs], axes)


def _by_panels(
    call: Call,
    matrix: Value,
    rhs: Value,
    *,
    left_side: bool,
    lower: bool,
    transpose_a: bool,
    conjugate_a: bool,
    unit_diagonal: bool,
) -> list[Value]:
    # X A = B is A^T X^T = B^T.
    is_transposed = transpose_a == left_side
    labels = [*range(matrix.ndim - 2), None, None]
    shared = agree((matrix, labels), (rhs, labels))
    batch = tuple(shared.get(label, ()) for label in labels[:-2])
    axes = matrix_axes(call, [matrix, rhs], batch)
    size = call.mesh.subcomm(axes).size
    width = panel_width(matrix.shape[-1])
    each = rhs.shape[-1 if left_side else -2]
    by_columns = each >= width * size
    specs = [
        (*batch, *(((), axes) if is_transposed else (axes, ()))),
        (*batch, *(((), axes) if by_columns == left_side else (axes, ()))),
    ]
    operands = [
        placed_as(value, call.mesh, layout(value.shape, call.mesh.axes, spec)).settle(call.mesh)
        for value, spec in zip((matrix, rhs), specs, strict=True)
    ]
    bounds = operands[0].placement.offsets(-1 if is_transposed else -2)
    panels = [
        Panel(rank, start, min(start + width, bounds[rank + 1]))
        for rank in range(size)
        for start in range(bounds[rank], bounds[rank + 1], width)
    ]
    system = System(
        call.mesh.subcomm(axes), panels, lower != is_transposed, conjugate_a, unit_diagonal
    )
    solve = system.solve_columns if by_columns else system.solve_rows

    def solved(matrix: Any, rhs: Any) -> list[Any]:
        matrix = jnp.swapaxes(matrix, -1, -2) if is_transposed else matrix
        x = solve(matrix, rhs if left_side else jnp.swapaxes(rhs, -1, -2))
        return [x if left_side else jnp.swapaxes(x, -1, -2)]

    return differentiated(call, operands, solved, [operands[1].placement])


@dataclass(frozen=True)
class Panel:
    """The rows ``start:stop`` of a triangular matrix, which the rank ``owner`` has."""

    owner: int
    start: int
    stop: int


@dataclass(frozen=True)
class System:
    """Systems T X = B, whose matrix is sharded by rows.

    Attributes:
        panels: of T, in the order of its rows.
        lower, conjugate, unit_diagonal: as for JAX's primitive, of T.
    """

    comm: Comm
    panels: Sequence[Panel]
    lower: bool
    conjugate: bool
    unit_diagonal: bool

    @property
    def _ordered(self) -> Sequence[Panel]:
        return self.panels if self.lower else self.panels[::-1]

    def _first(self) -> int:
        """The first of this rank's rows."""
        return min((p.start for p in self.panels if p.owner == self.comm.rank), default=0)

    def solve_columns(self, matrix: Any, rhs: Any) -> Any:
        """The columns of X for this rank's columns of B."""
        size = matrix.shape[-1]
        x = rhs
        for panel in self._ordered:
            rows = slice(panel.start, panel.stop)
            used = slice(0, panel.stop) if self.lower else slice(panel.start, size)
            known = slice(0, panel.start) if self.lower else slice(panel.stop, size)
            own = None
            if panel.owner == self.comm.rank:
                first = panel.start - self._first()
                own = matrix[..., first : first + panel.stop - panel.start, used]
            shape = (*matrix.shape[:-2], panel.stop - panel.start, used.stop - used.start)
            part = broadcast(own, shape, matrix.dtype, self.comm, panel.owner)
            part = jnp.conj(part) if self.conjugate else part
            of_part = slice(known.start - used.start, known.stop - used.start)
            rest = subtract_product(
                x[..., rows, :], part, x, of_a=(ALL, of_part), of_b=(known, ALL)
            )
            corner = slice(panel.start - used.start, panel.stop - used.start)
            x = put(x, (rows, ALL), self._solve(part, (ALL, corner), rest))
        return x

    def solve_rows(self, matrix: Any, rhs: Any) -> Any:
        """The rows of X that are this rank's rows of T."""
        matrix = jnp.conj(matrix) if self.conjugate else matrix
        x, first = rhs, self._first()
        for panel in self._ordered:
            columns = slice(panel.start, panel.stop)
            own = slice(panel.start - first, panel.stop - first)
            found = None
            if panel.owner == self.comm.rank:
                found = self._solve(matrix, (own, columns), x[..., own, :])
                x = put(x, (own, ALL), found)
            shape = (*x.shape[:-2], panel.stop - panel.start, x.shape[-1])
            found = broadcast(found, shape, x.dtype, self.comm, panel.owner)
            rest = self._after(panel, first, x.shape[-2])
            if rest.start < rest.stop:
                of_matrix = rest, columns
                x = subtract_product(x, matrix, found, of_c=(rest, ALL), of_a=of_matrix)
        return x

    def _after(self, panel: Panel, first: int, count: int) -> slice:
        """This rank's rows that are solved after a panel."""
        if self.lower:
            return slice(min(max(panel.stop - first, 0), count), count)
        return slice(0, min(max(panel.start - first, 0), count))

    def _solve(self, matrix: Any, corner: Part, rhs: Any) -> Any:
        return solve_triangle(
            matrix, rhs, of_t=corner, lower=self.lower, unit_diagonal=self.unit_diagonal
        )
