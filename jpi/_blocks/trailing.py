"""Products with the last rows and columns of a matrix, from some that the program computes.

XLA knows only parts that do not depend on a loop. On a CPU BLAS works in the memory of the matrix.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import Array

from jpi._blocks.local_primitives import register, same_type
from jpi._blocks.parts import dot
from jpi._jax import names as _jax

trailing_product_p = _jax.Primitive("jpi_trailing_product")
subtract_trailing_p = _jax.Primitive("jpi_subtract_trailing")


def trailing_product(a: Array, x: Array, first: Any, *, is_left: bool = False) -> Array:
    """The product of the trailing part of ``a``, and of the vector ``x``; zeros come first.

    Args:
        first: the first row and the first column of the part.
        is_left: whether ``x`` is the left factor.
    """
    return trailing_product_p.bind(a, x, jnp.stack(first, dtype=jnp.int32), is_left=is_left)


def times(a: Array, x: Array, *, is_left: bool = False) -> Array:
    """The product of ``a`` and the vector ``x``, which may be the left factor: on a CPU by BLAS."""
    start = jnp.zeros(2, jnp.int32)
    return trailing_product_p.bind(a, x, start, is_left=is_left)


def subtract_trailing(c: Array, a: Array, b: Array, first: Any) -> Array:
    """``c``, and its trailing part less that of A B^H."""
    return subtract_trailing_p.bind(c, a, b, jnp.stack(first, dtype=jnp.int32))


def _masks(c: Any, first: Any) -> tuple[Any, Any]:
    rows, columns = c.shape[-2:]
    return jnp.arange(rows) >= first[..., :1], jnp.arange(columns) >= first[..., 1:]


def _product_by_xla(a: Any, x: Any, first: Any, *, is_left: bool) -> Any:
    is_row, is_column = _masks(a, first)
    if is_left:
        product = dot(jnp.where(is_row, x, 0)[..., None, :], a)[..., 0, :]
        return jnp.where(is_column, product, 0)
    product = dot(a, jnp.where(is_column, x, 0)[..., None])[..., 0]
    return jnp.where(is_row, product, 0)


def _product_type(a: Any, x: Any, first: Any, *, is_left: bool) -> Any:
    return x.update(shape=(*x.shape[:-1], a.shape[-1 if is_left else -2]))


def _subtract_by_xla(c: Any, a: Any, b: Any, first: Any) -> Any:
    is_row, is_column = (mask[..., None] for mask in _masks(c, first))
    adjoint = jnp.conj(jnp.swapaxes(jnp.where(is_column, b, 0), -1, -2))
    return c - dot(jnp.where(is_row, a, 0), adjoint)


register(
    trailing_product_p, "jpi_trailing_product", _product_by_xla, "is_left", types=_product_type
)
register(
    subtract_trailing_p,
    "jpi_subtract_trailing",
    _subtract_by_xla,
    types=same_type,
    is_in_place=True,
)
