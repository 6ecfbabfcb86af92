"""A Hermitian matrix with dealt rows, made tridiagonal by reflections: A = Q T Q^H.

As in LAPACK, a reflection of each column makes the numbers below the subdiagonal zero, and the
matrix changes by panels, A - V W^H - W V^H (Dongarra, Sorensen, Hammarling, "Block reduction of
matrices to condensed forms", 1989). Each rank multiplies its rows by the vector of a reflection;
all get the product. The panels are shared by all ranks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax

from jpi._blocks.dealt_rows import in_order, own
from jpi._blocks.householder import summed
from jpi._blocks.parts import ALL, dot, product, solve_triangle, subtract_product
from jpi._mpi.comm import Comm

STAGES = 8  # parts of the program, at most; the matrix gets smaller between two of them only
COLUMNS = 128  # of a stage, at least, if there are several
WIDTH = 32  # columns of a panel, about


class Stage(NamedTuple):
    """Reflections I - t v v^H, which act on all rows but the ``first`` ones of each rank.

    Attributes:
        vectors: this rank's rows of the vectors v.
        factors: the numbers t.
    """

    first: int
    vectors: Array
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


def tridiagonal(a: Array, comm: Comm, size: int) -> Tridiagonal:
    """T, and the reflections of Q.

    Args:
        a: the dealt rows of the matrix, with rows and columns of zeros up to `padded_size`.

    Communication: an allgather of a column for each column, and of each panel.
    """
    panels, width = panels_of(size, comm)
    step = panels * width // comm.size
    diagonal, below, stages = [], [], []
    for first in range(0, a.shape[0], step):
        a, vectors, numbers = _stage(a, comm, panels, width)
        stages.append(Stage(first, vectors, numbers[:, 2]))
        diagonal.append(jnp.real(numbers[:, 0]))
        below.append(jnp.real(numbers[:, 1]))
        a = a[step:, panels * width :]
    return Tridiagonal(jnp.concatenate(diagonal)[:size], jnp.concatenate(below)[: size - 1], stages)


def transformed(stages: Sequence[Stage], z: Array, comm: Comm, count: int) -> Array:
    """This rank's ``count`` rows of Q Z, from those of Z; other rows follow and stay.

    The reflections of a stage are I - V T V^H, and T^-1 has the numbers 1 / t on its diagonal and
    those of V^H V above it (Puglisi, "Modification of the Householder method based on the compact
    WY representation", 1992).

    Communication: two allreduces a stage, of V^H V and of as many rows of Z as V has columns.
    """
    for first, vectors, factors in reversed(stages):
        held, rest = (slice(0, max(count - first, 0)), ALL), (slice(first, count), ALL)
        squares = summed(product(vectors, vectors, is_adjoint=True), comm)
        inverse = jnp.triu(squares, 1) + jnp.diag(1 / jnp.where(factors == 0, 1, factors))
        products = product(vectors, z, of_a=held, of_b=rest, is_adjoint=True)
        products = summed(products, comm)
        products = solve_triangle(inverse, products, lower=False)
        z = subtract_product(z, vectors, products, of_c=rest, of_a=held)
    return z


def _stage(a: Array, comm: Comm, panels: int, width: int) -> tuple[Array, Array, Array]:
    """The matrix after the first panels, this rank's vectors, and d, e, t of each column."""

    def panel(k: Array, state: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        a, vectors, numbers = state
        start = k * width
        v, w, found = _panel(a, comm, start, width)
        own_v, own_w = own(v, comm), own(w, comm)
        a = subtract_product(a, own_v, jnp.conj(w.T))
        a = subtract_product(a, own_w, jnp.conj(v.T))
        vectors = lax.dynamic_update_slice(vectors, own_v, (0, start))
        return a, vectors, lax.dynamic_update_slice(numbers, found, (start, 0))

    columns = panels * width
    empty = jnp.zeros((a.shape[0], columns), a.dtype), jnp.zeros((columns, 3), a.dtype)
    return lax.fori_loop(0, panels, panel, (a, *empty))


def _panel(a: Array, comm: Comm, start: Array, width: int) -> tuple[Array, Array, Array]:
    """V, W, and d, e, t of each column, for the columns from ``start`` on."""
    size = a.shape[1]
    columns = in_order(lax.dynamic_slice(a, (0, start), (a.shape[0], width)), comm)
    index = jnp.arange(size)

    def reflect(j: Array, state: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        v, w, numbers = state
        at = start + j
        column = lax.dynamic_index_in_dim(columns, j, 1, keepdims=False)
        of_v, of_w = (lax.dynamic_index_in_dim(x, at, 0, keepdims=False) for x in (v, w))
        column = column - dot(v, jnp.conj(of_w)) - dot(w, jnp.conj(of_v))
        vector, below, factor = reflection(jnp.where(index > at, column, 0), index == at + 1)
        product = in_order(dot(a, vector), comm)
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
