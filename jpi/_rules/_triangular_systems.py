"""Triangular systems T X = B with a matrix whose rows are sharded.

The panels of T are rows of one rank, solved one after the other. With many right-hand sides each
rank solves for its columns of X: the panel goes to all ranks, one bcast for each. With few, the
rows of X are sharded as those of T: the part of X that belongs to the panel goes to all ranks, and
nothing else, as T is larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from jpi._blocks.parts import ALL, Part, put, solve_triangle, substitute, subtract_product
from jpi._mpi.comm import Comm
from jpi._rules._matrices import broadcast


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
            used = slice(0, panel.stop) if self.lower else slice(panel.start, size)
            own = None
            if panel.owner == self.comm.rank:
                first = panel.start - self._first()
                own = matrix[..., first : first + panel.stop - panel.start, used]
            shape = (*matrix.shape[:-2], panel.stop - panel.start, used.stop - used.start)
            part, x = broadcast(own, shape, matrix.dtype, self.comm, panel.owner, x, [matrix])
            part = jnp.conj(part) if self.conjugate else part
            how = {"lower": self.lower, "unit_diagonal": self.unit_diagonal}
            x = substitute(x, part, panel.start, **how)
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
            found, x = broadcast(found, shape, x.dtype, self.comm, panel.owner, x, [matrix, x])
            rest = self._after(panel, first, x.shape[-2])
            if rest.start < rest.stop:
                of_matrix = rest, columns
                x = subtract_product(x, matrix, found, of_c=(rest, ALL), of_a=of_matrix)
        # without rows too, the result must depend on the matrix
        return x if x.size else x + jnp.sum(matrix[..., :0]).astype(x.dtype)

    def _after(self, panel: Panel, first: int, count: int) -> slice:
        """This rank's rows that are solved after a panel."""
        if self.lower:
            return slice(min(max(panel.stop - first, 0), count), count)
        return slice(0, min(max(panel.start - first, 0), count))

    def _solve(self, matrix: Any, corner: Part, rhs: Any) -> Any:
        return solve_triangle(
            matrix, rhs, of_t=corner, lower=self.lower, unit_diagonal=self.unit_diagonal
        )
