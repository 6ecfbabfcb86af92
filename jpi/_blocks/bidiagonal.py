"""A square matrix with dealt rows, made bidiagonal by reflections: A = Q B P^H.

As in LAPACK, a reflection of each column makes the numbers below the diagonal zero, one of each row
those right of the number beside it, and the matrix changes by panels, A - V Y^H - X W^H (Dongarra,
Sorensen, Hammarling, "Block reduction of matrices to condensed forms", 1989). V and W have the
vectors of the columns and of the rows. The panels are shared by all ranks.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax

from jpi._blocks.dealt_rows import gathered, own
from jpi._blocks.householder import summed
from jpi._blocks.parts import dot
from jpi._blocks.trailing import subtract_trailing, trailing_product
from jpi._blocks.tridiagonal import Stage, panels_of, reflection, stages_of
from jpi._mpi.comm import Comm

STAGES = 2  # of reflections, in one loop of the program; then the matrix gets smaller


class Bidiagonal(NamedTuple):
    diagonal: Array
    above: Array
    of_columns: list[Stage]
    of_rows: list[Stage]


class _Panel(NamedTuple):
    """V, Y, X, W, and for each column d, t, and e, s: what its two reflections give."""

    v: Array
    y: Array
    x: Array
    w: Array
    numbers: Array


def bidiagonal(a: Array, comm: Comm, size: int) -> Bidiagonal:
    """B, and the reflections of Q and P.

    Args:
        a: the dealt rows of the matrix, with rows and columns of zeros up to `padded_size`.

    Communication: for each column, an allreduce of a row and an allgather of a column; for each
    panel, an allgather of its columns and one of its rows.
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
        v, x, w = (own(part, comm) for part in (found.v, found.x, found.w))
        a = subtract_trailing(a, v, found.y, first)
        a = subtract_trailing(a, x, found.w, first)
        all_v = lax.dynamic_update_slice(all_v, v, (0, start))
        all_w = lax.dynamic_update_slice(all_w, w, (0, start))
        return a, all_v, all_w, lax.dynamic_update_slice(numbers, found.numbers, (start, 0))

    empty = jnp.zeros((a.shape[0], columns), a.dtype)
    state = (a, empty, empty, jnp.zeros((columns, 4), a.dtype))
    return lax.fori_loop(0, columns // width, panel, state)


def _panel(a: Array, comm: Comm, first: tuple[Array, Array], width: int) -> _Panel:
    """The panel that begins at a row of this rank and a column."""
    size, held, (top, start) = a.shape[1], width // comm.size, first
    columns = gathered(lax.dynamic_slice(a, (0, start), (a.shape[0], width)), comm)
    rows = gathered(lax.dynamic_slice(a, (top, 0), (held, size)), comm)
    index = jnp.arange(size)

    def reflect(j: Array, panel: _Panel) -> _Panel:
        v, y, x, w, numbers = panel
        at = start + j
        column = _column(columns, j) - dot(v, _adjoint_row(y, at)) - dot(x, _adjoint_row(w, at))
        left, d, t = reflection(jnp.where(index >= at, column, 0), index == at)
        products = trailing_product(a, jnp.conj(own(left, comm)), first, is_left=True)
        products = summed(products, comm)
        products -= dot(dot(jnp.conj(left), v), jnp.conj(y.T))
        products -= dot(dot(jnp.conj(left), x), jnp.conj(w.T))
        v = lax.dynamic_update_index_in_dim(v, left, j, 1)
        y = lax.dynamic_update_index_in_dim(y, t * jnp.conj(products), j, 1)
        row = jnp.conj(lax.dynamic_index_in_dim(rows, j, 0, keepdims=False))
        row = row - dot(y, _adjoint_row(v, at)) - dot(w, _adjoint_row(x, at))
        right, e, s = reflection(jnp.where(index > at, row, 0), index == at + 1)
        products = gathered(trailing_product(a, right, first), comm)
        products -= dot(v, dot(jnp.conj(y.T), right)) + dot(x, dot(jnp.conj(w.T), right))
        w = lax.dynamic_update_index_in_dim(w, right, j, 1)
        x = lax.dynamic_update_index_in_dim(x, s * products, j, 1)
        found = jnp.stack([d.astype(a.dtype), t, e.astype(a.dtype), s])
        return _Panel(v, y, x, w, lax.dynamic_update_index_in_dim(numbers, found, j, 0))

    empty = jnp.zeros((size, width), a.dtype)
    panel = _Panel(empty, empty, empty, empty, jnp.zeros((width, 4), a.dtype))
    return lax.fori_loop(0, width, reflect, panel)


def _column(x: Array, j: Array) -> Array:
    return lax.dynamic_index_in_dim(x, j, 1, keepdims=False)


def _adjoint_row(x: Array, i: Array) -> Array:
    return jnp.conj(lax.dynamic_index_in_dim(x, i, 0, keepdims=False))
