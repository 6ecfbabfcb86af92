"""A Hermitian matrix with dealt rows, made tridiagonal by reflections: A = Q T Q^H.

As in LAPACK, a reflection of each column makes the numbers below the subdiagonal zero, and the
matrix changes by panels, A - V W^H - W V^H (Dongarra, Sorensen, Hammarling, "Block reduction of
matrices to condensed forms", 1989). All ranks get the vector of a reflection, and each computes its
rows of V and W. All hold the first rows that a panel changes, its corner.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax

from jpi._blocks.dealt_rows import among_zeros, gathered, own, row_numbers, summed, sums
from jpi._blocks.parts import ALL, Part, dot, product, solve_triangle, subtract_product
from jpi._blocks.trailing import subtract_trailing, times, trailing_product
from jpi._mpi.comm import Comm
from jpi._ordered.in_order import in_order

STAGES = 8  # of reflections that are multiplied together, at most
COLUMNS = 128  # of a stage, at least, if there are several
WIDTH = 32  # columns of a panel, about


class Stage(NamedTuple):
    """Reflections I - t v v^H, which act on all rows but the ``first`` ones of each rank.

    Attributes:
        vectors: a part of it has this rank's rows of the vectors v.
        factors: the numbers t.
    """

    first: int
    vectors: Array
    part: Part
    factors: Array


class Tridiagonal(NamedTuple):
    diagonal: Array
    below: Array
    stages: list[Stage]


def panels_of(size: int, comm: Comm) -> tuple[int, int]:
    """The panels of a stage, and the columns of each, a multiple of the ranks."""
    columns = -(-size // min(STAGES, -(-size // COLUMNS)))
    panels = -(-columns // WIDTH)
    return panels, comm.size * -(-columns // (panels * comm.size))


def padded_size(size: int, comm: Comm) -> int:
    panels, width = panels_of(size, comm)
    return panels * width * -(-size // (panels * width))


def stages_of(
    vectors: Array, factors: Array, columns: int, comm: Comm, above: int = 0
) -> list[Stage]:
    """The reflections whose vectors are columns, each stage with ``columns`` of them.

    Args:
        vectors: this rank's rows, but for the ones ``above`` them.
    """
    stages = []
    for start in range(0, factors.shape[0], columns):
        stop, row = start + columns, start // comm.size
        part = slice(row, None), slice(start, stop)
        stages.append(Stage(above + row, vectors, part, factors[start:stop]))
    return stages


def tridiagonal(a: Array, comm: Comm, size: int) -> Tridiagonal:
    """T, and the reflections of Q.

    Args:
        a: the dealt rows of the matrix, with rows and columns of zeros up to `padded_size`.

    Communication: for each column, an allgather of it and an allreduce of three times as many
    numbers as a panel has columns; for each panel, an allgather of V and of W.
    """
    panels, width = panels_of(size, comm)

    def panel(k: Array, state: tuple[Array, Array]) -> tuple[Array, Array]:
        a, numbers = state
        start = k * width
        first = start // comm.size, start
        v, w, found = _panel(a, comm, first, width)
        a = subtract_trailing(a, v, gathered(w, comm), first)
        a = subtract_trailing(a, w, gathered(v, comm), first)
        # the vectors take the place of the columns
        a = lax.dynamic_update_slice(a, v, (0, start))
        return a, lax.dynamic_update_slice(numbers, found, (start, 0))

    state = a, jnp.zeros((a.shape[1], 3), a.dtype)
    vectors, numbers = lax.fori_loop(0, a.shape[1] // width, panel, state)
    diagonal, below = jnp.real(numbers[:size, 0]), jnp.real(numbers[: size - 1, 1])
    return Tridiagonal(diagonal, below, stages_of(vectors, numbers[:, 2], panels * width, comm))


def transformed(stages: Sequence[Stage], z: Array, comm: Comm) -> Array:
    """This rank's rows of Q Z, from those of Z; V may have more rows, of zeros.

    The reflections of a stage are I - V T V^H, and T^-1 has the numbers 1 / t on its diagonal and
    those of V^H V above it (Puglisi, "Modification of the Householder method based on the compact
    WY representation", 1992).

    Communication: two allreduces a stage, of V^H V and of as many rows of Z as V has columns.
    """
    for _, group in itertools.groupby(reversed(stages), lambda stage: id(stage.vectors)):
        same = list(group)
        vectors = in_order(same[0].vectors)  # so that V^H V takes no memory before it is needed
        for stage in same:
            z = _reflected(stage._replace(vectors=vectors), z, comm)
    return z


def _reflected(stage: Stage, z: Array, comm: Comm) -> Array:
    first, vectors, (rows, columns), factors = stage
    held = slice(rows.start, rows.start + max(z.shape[0] - first, 0)), columns
    rest = slice(first, None), ALL
    squares = product(vectors, vectors, of_a=held, of_b=held, is_adjoint=True)
    inverse = jnp.triu(summed(squares, comm), 1) + jnp.diag(1 / jnp.where(factors == 0, 1, factors))
    products = product(vectors, z, of_a=held, of_b=rest, is_adjoint=True)
    products = solve_triangle(inverse, summed(products, comm), lower=False)
    return subtract_product(z, vectors, products, of_c=rest, of_a=held)


def _panel(
    a: Array, comm: Comm, first: tuple[Array, Array], width: int
) -> tuple[Array, Array, Array]:
    """This rank's rows of V and W, and d, e, t of each column.

    The panel begins at a row of this rank, and a column. With x the vector of a reflection and
    B = A - V W^H - W V^H before it, the column of W is t B x - |t|^2 (x^H B x) x / 2.
    """
    rows, size, (top, start) = a.shape[0], a.shape[1], first
    columns = lax.dynamic_slice(a, (0, start), (rows, width))
    index, own_index = jnp.arange(size), row_numbers(rows, comm)
    corner = start + jnp.arange(width)

    def reflect(j: Array, state: tuple[Array, ...]) -> tuple[Array, ...]:
        v, w, corner_v, corner_w, numbers = state
        at = start + j
        column = column_of(columns, j) - times(v, adjoint_row(corner_w, j))
        column = gathered(column - times(w, adjoint_row(corner_v, j)), comm)
        vector, below, factor = reflection(jnp.where(index > at, column, 0), index == at + 1)
        own_vector = own(vector, comm)
        product = trailing_product(a, vector, first)
        squares, of_v, of_w, in_corner = sums(
            comm,
            dot(jnp.conj(own_vector), product)[None],
            *(jnp.conj(times(x, jnp.conj(own_vector), is_left=True)) for x in (v, w)),
            among_zeros(lax.dynamic_slice(product, (top,), (width // comm.size,)), comm),
        )
        squares = jnp.real(squares[0]) - 2 * jnp.real(dot(jnp.conj(of_v), of_w))
        shift = 0.5 * factor * jnp.conj(factor) * squares

        def of_w_column(product: Array, v: Array, w: Array, x: Array, index: Array) -> Array:
            product = product - times(v, of_w) - times(w, of_v)
            return factor * jnp.where(index > at, product, 0) - shift * x

        vector_there = lax.dynamic_slice(vector, (start,), (width,))
        new = [
            own_vector,
            of_w_column(product, v, w, own_vector, own_index),
            vector_there,
            of_w_column(in_corner, corner_v, corner_w, vector_there, corner),
        ]
        diagonal = lax.dynamic_index_in_dim(column, at, 0, keepdims=False)
        found = jnp.stack([diagonal, below.astype(a.dtype), factor])
        numbers = lax.dynamic_update_index_in_dim(numbers, found, j, 0)
        return *with_columns(j, (v, w, corner_v, corner_w), new), numbers

    empty, small = (jnp.zeros((count, width), a.dtype) for count in (rows, width))
    state = empty, empty, small, small, jnp.zeros((width, 3), a.dtype)
    v, w, _, _, numbers = lax.fori_loop(0, width, reflect, state)
    return v, w, numbers


def column_of(x: Array, j: Array) -> Array:
    return lax.dynamic_index_in_dim(x, j, 1, keepdims=False)


def adjoint_row(x: Array, i: Array) -> Array:
    return jnp.conj(lax.dynamic_index_in_dim(x, i, 0, keepdims=False))


def with_columns(j: Array, matrices: Sequence[Array], columns: Sequence[Array]) -> list[Array]:
    """The matrices with column ``j`` of each replaced."""
    pairs = zip(matrices, columns, strict=True)
    return [lax.dynamic_update_index_in_dim(x, column, j, 1) for x, column in pairs]


def reflection(x: Array, is_corner: Array) -> tuple[Array, Array, Array]:
    """v, b and t: (I - t v v^H)^H maps ``x`` to b at the corner and zeros; v is 1 there.

    Where that needs nothing, v and t are zero, b is real as the corner is. The numbers are scaled
    so that no square is too small or too large.
    """
    largest = jnp.max(jnp.abs(x))
    largest = jnp.where(largest > 0, largest, 1)
    x = (x / largest).astype(x.dtype)
    corner = jnp.sum(jnp.where(is_corner, x, 0))
    rest = jnp.where(is_corner, 0, x)
    squares = jnp.sum(jnp.real(rest * jnp.conj(rest)))
    norm = jnp.sqrt(squares + jnp.real(corner * jnp.conj(corner)))
    is_needed = ~((squares == 0) & (jnp.imag(corner) == 0))
    below = jnp.where(jnp.real(corner) < 0, norm, -norm)
    factor = (below - corner) / jnp.where(is_needed, below, 1)
    scaled = rest / jnp.where(is_needed, corner - below, 1)
    vector = jnp.where(is_corner, 1, scaled)
    return (
        jnp.where(is_needed, vector, 0).astype(x.dtype),
        jnp.where(is_needed, below, jnp.real(corner)) * largest,
        jnp.where(is_needed, factor, 0).astype(x.dtype),
    )
