"""QR of a matrix with dealt rows, by blocks of reflections.

A panel of b columns is factored by all ranks at once (TSQR): each factors its rows, and all factor
the stacked triangles. From the panel's Q follow the reflections of LAPACK (Ballard, Demmel,
Grigori, Jacquelin, Knight, Solomonik, "Reconstructing Householder vectors from tall-skinny QR",
2014). Let S be the signs that LAPACK gives to the columns of Q. The reflections I - V T V^H map the
first unit vectors E to the columns of Q S, and V is unit lower trapezoidal, so

    Q S = E - V T V_1^H,  V_1 = E^H V:  Q - E S = V U,  U = -T V_1^H S,  T = -U S V_1^-H.

V and U are the LU factors of Q - E S. Row j of its LU factorization also says S_j: the reflection
in LAPACK maps a column with a on the diagonal to -sign(Re a) times its norm there, so that the
pivot has at least modulus 1, and no rows have to be exchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax

from jpi._blocks.dealt_rows import dealt, in_order, own
from jpi._blocks.signed_lu import signed_lu
from jpi._mpi.comm import Comm
from jpi._primitives.moves import allgather_p
from jpi._primitives.reductions import allreduce_p

PANELS = 16  # at most so many, each of which is compiled
WIDTH = 32  # columns, at least


class Reflections(NamedTuple):
    """I - V T V^H, which acts on all rows but the ``first`` ones of each rank.

    Attributes:
        vectors: this rank's rows of V.
        matrix: T.
    """

    first: int
    vectors: Array
    matrix: Array


def factor(a: Array, comm: Comm, size: tuple[int, int]) -> tuple[list[Reflections], Array]:
    """The reflections of Q, and this rank's dealt rows of R, those of zeros left out.

    Args:
        a: the dealt rows of a matrix with the shape ``size``.

    Communication: three collectives a panel: the triangles and the upper square of Q, which have b
    rows and columns, and a sum of b rows of the matrix.
    """
    count, rows, reflections = min(size), [], []
    width = panel_width(count, comm)
    for start in range(0, count, width):
        b = min(width, count - start)
        is_last_row = size[0] == start + b
        q, r = _tall_factors(a[:, :b], comm)
        signs, vectors, matrix = _reconstructed(q, comm, is_last_row)
        reflections.append(Reflections(start // comm.size, vectors, matrix))
        a = reflected(a[:, b:], comm, vectors, jnp.conj(matrix.T))
        held = dealt(b, comm)
        diagonal = own(signs[:, None] * r, comm)
        rows.append(jnp.concatenate([jnp.zeros((held, start), a.dtype), diagonal, a[:held]], 1))
        a = a[held:]
    return reflections, jnp.concatenate(rows)


def unit_columns(rows: int, comm: Comm, columns: int, dtype: object) -> Array:
    """This rank's dealt rows of the first ``columns`` unit vectors."""
    index = jnp.arange(rows) * comm.size + comm.rank
    return (index[:, None] == jnp.arange(columns)).astype(dtype)


def q_columns(reflections: Sequence[Reflections], a: Array, comm: Comm) -> Array:
    """This rank's dealt rows of the first columns of Q, given those of the unit vectors."""
    for first, vectors, matrix in reversed(reflections):
        start = first * comm.size  # the columns before it are unit vectors still
        part = reflected(a[first:, start:], comm, vectors, matrix)
        a = lax.dynamic_update_slice(a, part, (first, start))
    return a


def q_times(reflections: Sequence[Reflections], a: Array, comm: Comm) -> Array:
    """This rank's dealt rows of Q A, given those of A."""
    for first, vectors, matrix in reversed(reflections):
        part = reflected(a[first:], comm, vectors, matrix)
        a = lax.dynamic_update_slice(a, part, (first, 0))
    return a


def reflected(a: Array, comm: Comm, vectors: Array, matrix: Array) -> Array:
    """(I - V T V^H) A; one allreduce of as many rows as V has columns."""
    if not a.shape[1]:
        return a
    products = summed(dot(jnp.conj(vectors.T), a), comm)
    return a - dot(vectors, dot(matrix, products))


def panel_width(count: int, comm: Comm) -> int:
    """The columns of a panel, a multiple of the ranks."""
    return comm.size * -(-max(WIDTH, -(-count // PANELS)) // comm.size)


def dot(a: Array, b: Array) -> Array:
    return jnp.matmul(a, b, precision=lax.Precision.HIGHEST)


def summed(x: Array, comm: Comm) -> Array:
    return allreduce_p.bind(x, comm=comm, op="SUM") if comm.size > 1 else x


def _tall_factors(panel: Array, comm: Comm) -> tuple[Array, Array]:
    """This rank's rows of Q, and R with a positive diagonal, of a tall matrix."""
    q, r = lax.linalg.qr(panel, full_matrices=False)
    if comm.size > 1:
        held = r.shape[0]
        stacked = allgather_p.bind(r, comm=comm, counts=(held,) * comm.size)
        factors, r = lax.linalg.qr(stacked, full_matrices=False)
        q = dot(q, factors[comm.rank * held : (comm.rank + 1) * held])
    positive = jnp.where(jnp.real(jnp.diagonal(r)) < 0, -1, 1).astype(r.dtype)
    return q * positive, r * positive[:, None]


def _reconstructed(q: Array, comm: Comm, is_last_row: bool) -> tuple[Array, Array, Array]:
    """The signs S, this rank's rows of V, and T."""
    b = q.shape[1]
    held = dealt(b, comm)
    signs, factors = signed_lu(in_order(q[:held], comm)[:b], is_last_row)
    unit = jnp.eye(b, dtype=q.dtype)
    lower, upper = jnp.tril(factors, -1) + unit, jnp.triu(factors)
    # a column that LAPACK does not reflect has a pivot of 0, and zeros below
    divisor = upper + jnp.diag((jnp.diagonal(upper) == 0).astype(q.dtype))
    vectors = lax.linalg.triangular_solve(divisor, q, lower=False)
    is_above = (jnp.arange(held) * comm.size + comm.rank < b)[:, None]
    top = jnp.where(is_above, own(lower, comm), vectors[:held])
    matrix = lax.linalg.triangular_solve(
        lower, -upper * signs, lower=True, transpose_a=True, conjugate_a=True, unit_diagonal=True
    )
    return signs, jnp.concatenate([top, vectors[held:]]), jnp.triu(matrix)
