"""The product of a long matrix with a few vectors along its rows, as a sum over the rows.

XLA multiplies such a matrix of single precision on a CPU several times slower than it reads it.
The sum runs at the speed of memory, and is more accurate, as XLA takes it in parts. In double
precision, and for complex numbers, XLA's product is as fast. `benchmarks/products.py` compares
them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

FEW = 4  # vectors that are faster one by one
SHORT, WIDE = 24, 256  # numbers in a row, at the least and at the most
PER_VECTOR = 8  # numbers in a row for each vector, at the least
LONG = 32  # rows for each number in a row, at the least


def is_float32(lhs: Any, rhs: Any, result: Any) -> bool:
    """Whether all of a product is in single precision; the type ``result`` may be None."""
    return all(x == jnp.float32 for x in (lhs.dtype, rhs.dtype, result or lhs.dtype))


def sum_of_rows(lhs: Any, rhs: Any, *, dims: Sequence[int]) -> Any:
    """The product of two arrays of at most two dimensions that contracts ``dims``."""
    lhs, rhs = (jnp.moveaxis(x, dim, 0) for x, dim in zip((lhs, rhs), dims, strict=True))
    if lhs.ndim == 2 and lhs.size >= rhs.size:
        return _transposed_product(lhs, rhs)
    return _transposed_product(rhs, lhs).T


def _transposed_product(matrix: Any, vectors: Any) -> Any:
    if vectors.ndim == 1:
        return jnp.sum(matrix * vectors[:, None], axis=0)
    columns = [_transposed_product(matrix, vector) for vector in vectors.T]
    return jnp.stack(columns, axis=1)


def is_faster_by_rows(lhs: Any, rhs: Any, dims: Sequence[int]) -> bool:
    """Whether the larger of two arrays is long, its rows lie in memory, and the other holds
    few vectors."""
    pairs = sorted(zip((lhs, rhs), dims, strict=True), key=lambda pair: -math.prod(pair[0].shape))
    (matrix, dim), (vectors, vectors_dim) = pairs
    if not (matrix.ndim == 2 and dim == 0 and vectors.ndim <= 2):
        return False
    rows, columns = matrix.shape
    count = math.prod(n for i, n in enumerate(vectors.shape) if i != vectors_dim)
    is_matrix_long = SHORT <= columns <= WIDE and rows >= LONG * columns
    return is_matrix_long and count <= min(FEW, columns // PER_VECTOR)
