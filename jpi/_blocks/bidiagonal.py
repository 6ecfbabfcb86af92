"""A square matrix with dealt rows, made bidiagonal by reflections: A = Q B P^H.

As in LAPACK, a reflection of each column makes the numbers below the diagonal zero, one of each row
those right of the number beside it, and the matrix changes by panels, A - V Y^H - X W^H (Dongarra,
Sorensen, Hammarling, "Block reduction of matrices to condensed forms", 1989). V and W have the
vectors of the columns and of the rows. All ranks get the vectors of the reflections, and each
computes its rows of V, Y, X and W; all hold the first rows that a panel changes, its corner.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax

from jpi._blocks.dealt_rows import among_zeros, gathered, own, sums
from jpi._blocks.trailing import subtract_trailing, times, trailing_product
from jpi._blocks.tridiagonal import (
    Stage,
    adjoint_row,
    column_of,
    panels_of,
    reflection,
    stages_of,
    with_columns,
)
from jpi._mpi.comm import Comm

STAGES = 2  # of reflections, in one loop of the program; then the matrix gets smaller


class Bidiagonal(NamedTuple):
    diagonal: Array
    above: Array
    of_columns: list[Stage]
    of_rows: list[Stage]


class _Panel(NamedTuple):
    """This rank's rows of V, Y, X, W, and for each column d, t, and e, s of its two reflections."""

    v: Array
    y: Array
    x: Array
    w: Array
    numbers: Array


class _Corner(NamedTuple):
    """The first rows of the matrices of a panel."""

    v: Array
    y: Array
    x: Array
    w: Array


def bidiagonal(a: Array, comm: Comm, size: int) -> Bidiagonal:
    """B, and the reflections of Q and P.

    Args:
        a: the dealt rows of the matrix, with rows and columns of zeros up to `padded_size`.

    Communication: for each column, an allgather of it and of a row, an allreduce of a row, and one
    of three times as many numbers as a panel has columns; for each panel, an allgather of its rows,
    of Y and of W.
    """
    panels, width = panels_of(size, comm)
    columns = panels * width
    numbers, of_columns, of_rows = [], [], []
    above = 0
    while a.shape[0]:
        a, v, w, found = _stage(a, comm, min(STAGES * columns, a.shape[1]), width)
        of_columns += stages_of(v, found[:, 1], columns, comm, above)
        of_rows += stages_of(w, found[:, 3], columns, comm, above)
        numbers.append(found)
        held = found.shape[0] // comm.size
        above, a = above + held, a[held:, found.shape[0] :]
    found = jnp.real(jnp.concatenate(numbers))
    return Bidiagonal(found[:size, 0], found[: size - 1, 2], of_columns, of_rows)


def _stage(a: Array, comm: Comm, columns: int, width: int) -> tuple[Array, Array, Array, Array]:
    """The matrix after the first columns, this rank's rows of V and W, and the numbers."""
    State = tuple[Array, Array, Array, Array]

    def panel(k: Array, state: State) -> State:
        a, all_v, all_w, numbers = state
        start = k * width
        first = start // comm.size, start
        found = _panel(a, comm, first, width)
        a = subtract_trailing(a, found.v, gathered(found.y, comm), first)
        a = subtract_trailing(a, found.x, gathered(found.w, comm), first)
        all_v = lax.dynamic_update_slice(all_v, found.v, (0, start))
        all_w = lax.dynamic_update_slice(all_w, found.w, (0, start))
        return a, all_v, all_w, lax.dynamic_update_slice(numbers, found.numbers, (start, 0))

    empty = jnp.zeros((a.shape[0], columns), a.dtype)
    state = (a, empty, empty, jnp.zeros((columns, 4), a.dtype))
    return lax.fori_loop(0, columns // width, panel, state)


def _panel(a: Array, comm: Comm, first: tuple[Array, Array], width: int) -> _Panel:
    """The panel that begins at a row of this rank and a column."""
    size, held, (top, start) = a.shape[1], width // comm.size, first
    columns = lax.dynamic_slice(a, (0, start), (a.shape[0], width))
    rows = own(gathered(lax.dynamic_slice(a, (top, 0), (held, size)), comm).T, comm)
    index = jnp.arange(size)

    def in_corner(vector: Array) -> Array:
        return lax.dynamic_slice(vector, (start,), (width,))

    def reflect(j: Array, state: tuple[_Panel, _Corner]) -> tuple[_Panel, _Corner]:
        (v, y, x, w, numbers), corner = state
        at = start + j
        column = column_of(columns, j) - times(v, adjoint_row(corner.y, j))
        column = gathered(column - times(x, adjoint_row(corner.w, j)), comm)
        left, d, t = reflection(jnp.where(index >= at, column, 0), index == at)
        own_left = own(left, comm)
        product, of_v, of_x = sums(
            comm,
            trailing_product(a, jnp.conj(own_left), first, is_left=True),
            *(times(matrix, jnp.conj(own_left), is_left=True) for matrix in (v, x)),
        )
        of_v, of_x = jnp.conj(of_v), jnp.conj(of_x)
        new_y = [
            t * (jnp.conj(part) - times(y, of_v) - times(w, of_x))
            for part, y, w in ((own(product, comm), y, w), (in_corner(product), *corner[1::2]))
        ]
        v, y = with_columns(j, (v, y), (own_left, new_y[0]))
        corner_v, corner_y = with_columns(j, corner[:2], (in_corner(left), new_y[1]))
        row = jnp.conj(column_of(rows, j)) - times(y, adjoint_row(corner_v, j))
        row = gathered(row - times(w, adjoint_row(corner.x, j)), comm)
        right, e, s = reflection(jnp.where(index > at, row, 0), index == at + 1)
        own_right = own(right, comm)
        product = trailing_product(a, right, first)
        of_y, of_w, there = sums(
            comm,
            *(jnp.conj(times(matrix, jnp.conj(own_right), is_left=True)) for matrix in (y, w)),
            among_zeros(lax.dynamic_slice(product, (top,), (held,)), comm),
        )
        new_x = [
            s * (part - times(v, of_y) - times(x, of_w))
            for part, v, x in ((product, v, x), (there, corner_v, corner.x))
        ]
        w, x = with_columns(j, (w, x), (own_right, new_x[0]))
        corner_w, corner_x = with_columns(j, corner[:1:-1], (in_corner(right), new_x[1]))
        found = jnp.stack([d.astype(a.dtype), t, e.astype(a.dtype), s])
        numbers = lax.dynamic_update_index_in_dim(numbers, found, j, 0)
        return _Panel(v, y, x, w, numbers), _Corner(corner_v, corner_y, corner_x, corner_w)

    empty, small = (jnp.zeros((count, width), a.dtype) for count in (a.shape[0], width))
    panel = _Panel(empty, empty, empty, empty, jnp.zeros((width, 4), a.dtype))
    return lax.fori_loop(0, width, reflect, (panel, _Corner(small, small, small, small)))[0]
