"""A Hermitian matrix with dealt rows, made tridiagonal by reflections: A = Q T Q^H.

As in LAPACK, a reflection of each column makes the numbers below the subdiagonal zero, and the
matrix changes by panels, A - V W^H - W V^H (Dongarra, Sorensen, Hammarling, "Block reduction of
matrices to condensed forms", 1989). Each rank multiplies its rows by the vector of a reflection;
all get the product. The panels are shared by all ranks.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax

from jpi._blocks.dealt_rows import gathered, own
from jpi._blocks.householder import summed
from jpi._blocks.parts import ALL, Part, dot, product, solve_triangle, subtract_product
from jpi._blocks.trailing import subtract_trailing, trailing_product
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

    Communication: an allgather of a column for each column, and of each panel.
    """
    panels, width = panels_of(size, comm)

    def panel(k: Array, state: tuple[Array, Array]) -> tuple[Array, Array]:
        a, numbers = state
        start = k * width
        first = start // comm.size, start
        v, w, found = _panel(a, comm, first, width)
        own_v = own(v, comm)
        a = subtract_trailing(a, own_v, w, first)
        a = subtract_trailing(a, own(w, comm), v, first)
        # the vectors take the place of the columns
        a = lax.dynamic_update_slice(a, own_v, (0, start))
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
    """V, W, and d, e, t of each column: the panel begins at a row of this rank, and a column."""
    size, (_, start) = a.shape[1], first
    columns = gathered(lax.dynamic_slice(a, (0, start), (a.shape[0], width)), comm)
    index = jnp.arange(size)

    def reflect(j: Array, state: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        v, w, numbers = state
        at = start + j
        column = lax.dynamic_index_in_dim(columns, j, 1, keepdims=False)
        of_v, of_w = (lax.dynamic_index_in_dim(x, at, 0, keepdims=False) for x in (v, w))
        column = column - dot(v, jnp.conj(of_w)) - dot(w, jnp.conj(of_v))
        vector, below, factor = reflection(jnp.where(index > at, column, 0), index == at + 1)
        product = gathered(trailing_product(a, vector, first), comm)
        product -= dot(v, jnp.conj(dot(jnp.conj(vector), w)))
        product -= dot(w, jnp.conj(dot(jnp.conj(vector), v)))
        product = factor * jnp.where(index > at, product, 0)
        product -= 0.5 * factor * dot(jnp.conj(product), vector) * vector
        v = lax.dynamic_update_index_in_dim(v, vector, j, 1)
        w = lax.dynamic_update_index_in_dim(w, product, j, 1)
        diagonal = lax.dynamic_index_in_dim(column, at, 0, keepdims=False)
        found = jnp.stack([diagonal, below.astype(a.dtype), factor])
        return v, w, lax.dynamic_update_index_in_dim(numbers, found, j, 0)

    empty = jnp.zeros((size, width), a.dtype)
    return lax.fori_loop(0, width, reflect, (empty, empty, jnp.zeros((width, 3), a.dtype)))


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
