"""QR of a matrix with dealt rows, by blocks of reflections.

A panel of b columns is factored by all ranks at once (TSQR): each factors its rows, and one the
stacked triangles. From the panel's Q follow the reflections of LAPACK (Ballard, Demmel,
Grigori, Jacquelin, Knight, Solomonik, "Reconstructing Householder vectors from tall-skinny QR",
2014). Let S be the signs that LAPACK gives to the columns of Q. The reflections I - V T V^H map the
first unit vectors E to the columns of Q S, and V is unit lower trapezoidal, so

    Q S = E - V T V_1^H,  V_1 = E^H V:  Q - E S = V U,  U = -T V_1^H S,  T = -U S V_1^-H.

V and U are the LU factors of Q - E S. Row j of its LU factorization also says S_j: the reflection
in LAPACK maps a column with a on the diagonal to -sign(Re a) times its norm there, so that the
pivot has at least modulus 1, and no rows have to be exchanged. Columns that LAPACK leaves as they
are, because they are zero below the diagonal, are reflected too; `unreflected` says which.

V and R take the place of the matrix, as in LAPACK.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from jpi._blocks.boxes import Box
from jpi._blocks.dealt_rows import dealt, from_first, row_numbers, summed
from jpi._blocks.parts import dot, product, subtract_product
from jpi._blocks.reflection_steps import (
    factor_rows,
    load_reflections,
    make_units,
    store_reflections,
)
from jpi._mpi.comm import Comm
from jpi._primitives.moves import allgather_p
from jpi._primitives.reductions import allreduce_p

PANELS = 64  # at most, each of which is compiled
WIDTH = 32  # columns, at least


class Factored(NamedTuple):
    """A matrix A = Q R, where Q is a product of reflections I - V T V^H.

    Attributes:
        packed: this rank's dealt rows of the vectors V, below the diagonal of the matrix, and of R.
        matrices: T of each panel.
        size: the shape of A.
    """

    packed: Array
    matrices: Sequence[Array]
    size: tuple[int, int]


def factor(a: Array, comm: Comm, size: tuple[int, int]) -> Factored:
    """The factors of a matrix with the shape ``size``, from this rank's dealt rows.

    Communication: four collectives a panel: the triangles, their factors and the upper square of Q,
    which have b rows and columns for each rank, and a sum of b rows of the matrix.
    """
    matrices = []
    for box in _panels(a, comm, size):
        first, _, start, stop = box
        q, r = factor_rows(a, box)
        # a row of zeros after the last one has no part in Q, also where columns depend
        rows = (len(range(start + rank, size[0], comm.size)) for rank in range(comm.size))
        counts = [min(count, r.shape[0]) for count in rows]
        held, before = counts[comm.rank], sum(counts[: comm.rank])
        q, r = q[:, :held], r[:held]
        stacked = _stacked(r, comm, counts)
        factors, r = from_first(comm, *factor_rows(stacked, (0, stacked.shape[0], 0, stop - start)))
        factors = factors[before : before + held]
        top = dot(q[: dealt(stop - start, comm)], factors)
        tops = _stacked(top, comm, [top.shape[0]] * comm.size)
        a, matrix = store_reflections(
            *(a, tops, q, factors, r),
            box=box,
            rank=comm.rank,
            ranks=comm.size,
            is_last_row=size[0] == stop,
        )
        matrices.append(matrix)
        if stop < size[1]:
            vectors = load_reflections(a, box, comm.rank, comm.size)
            a = _reflected(a, (first, stop), vectors, matrix, comm, is_adjoint=True)
    return Factored(a, matrices, size)


def unreflected(a: Array, comm: Comm, size: tuple[int, int]) -> Array:
    """-1 for each column that LAPACK does not reflect but `factor` does, 1 for the others.

    So it is for the first columns with zeros below a real diagonal; the last row of a real matrix
    nobody reflects. Others become zero below the diagonal only when they are reduced: by rounding.

    Args:
        a: the dealt rows of the matrix.

    Communication: an allreduce of a number.
    """
    count, is_real = min(size), not jnp.issubdtype(a.dtype, jnp.complexfloating)
    row = row_numbers(a.shape[0], comm)[:, None]
    column = jnp.arange(count)
    part = a[:, :count]
    is_reflected = ((row > column) & (part != 0)) | ((row == column) & (jnp.imag(part) != 0))
    first = jnp.min(jnp.where(is_reflected.any(0), column, count))
    if comm.size > 1:
        first = allreduce_p.bind(first, comm=comm, op="MIN")
    ends = size[0] - 1 if is_real else size[0]
    return jnp.where((column < first) & (column < ends), -1, 1).astype(a.dtype)


def triangle(packed: Array, index: Array) -> Array:
    """Rows of R, from those of the packed matrix that have the numbers ``index`` in it."""
    return jnp.where(index[:, None] <= jnp.arange(packed.shape[1]), packed, 0)


def unit_columns(rows: int, comm: Comm, columns: int, dtype: object) -> Array:
    """This rank's dealt rows of the first ``columns`` unit vectors."""
    return (row_numbers(rows, comm)[:, None] == jnp.arange(columns)).astype(dtype)


def q_columns(factored: Factored, count: int, comm: Comm) -> Array:
    """This rank's dealt rows of the first columns of Q, in the place of those of V.

    Args:
        count: as many columns as the matrix has rows or columns, if these are fewer, or more.
    """
    a = factored.packed[:, :count]
    rows, columns = a.shape
    if count > columns:
        units = unit_columns(rows, comm, count, a.dtype)
        a = jnp.concatenate([a, units[:, columns:]], 1)
    for box, matrix in _reversed_panels(factored, comm):
        vectors = load_reflections(a, box, comm.rank, comm.size)
        a = make_units(a, box, comm.rank, comm.size)
        a = _reflected(a, (box[0], box[2]), vectors, matrix, comm, is_adjoint=False)
    return a


def q_times(factored: Factored, a: Array, comm: Comm) -> Array:
    """This rank's dealt rows of Q A, given those of A."""
    for box, matrix in _reversed_panels(factored, comm):
        vectors = load_reflections(factored.packed, box, comm.rank, comm.size)
        a = _reflected(a, (box[0], 0), vectors, matrix, comm, is_adjoint=False)
    return a


def panel_width(count: int, comm: Comm) -> int:
    """The columns of a panel, a multiple of the ranks.

    Each rank factors the triangles of all. So more ranks take narrower panels.
    """
    panels = min(PANELS, 16 * comm.size)
    return comm.size * -(-max(WIDTH, -(-count // panels)) // comm.size)


def _panels(a: Array, comm: Comm, size: tuple[int, int]) -> Iterator[Box]:
    """The parts of this rank's dealt rows that are panels."""
    count = min(size)
    width = panel_width(count, comm)
    for start in range(0, count, width):
        yield start // comm.size, a.shape[0], start, min(start + width, count)


def _reversed_panels(factored: Factored, comm: Comm) -> Iterator[tuple[Box, Array]]:
    """The panels, the last one first, and T of each."""
    panels = _panels(factored.packed, comm, factored.size)
    return reversed(list(zip(panels, factored.matrices, strict=True)))


def _reflected(
    a: Array, corner: tuple[int, int], vectors: Array, matrix: Array, comm: Comm, is_adjoint: bool
) -> Array:
    """A after (I - V T V^H), or its adjoint, from the left on its part from ``corner`` on.

    Communication: an allreduce of as many rows of A as V has columns.
    """
    part = slice(corner[0], None), slice(corner[1], None)
    products = summed(product(vectors, a, of_b=part, is_adjoint=True), comm)
    products = product(matrix, products, is_adjoint=is_adjoint)
    return subtract_product(a, vectors, products, of_c=part)


def _stacked(x: Array, comm: Comm, counts: Sequence[int]) -> Array:
    """The rows of all ranks, those of one below those of another."""
    return x if comm.size == 1 else allgather_p.bind(x, comm=comm, counts=tuple(counts))
