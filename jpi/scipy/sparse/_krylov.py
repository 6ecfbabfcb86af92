"""The iterations of the Krylov solvers, on any trees of arrays that `_vectors` handles.

Each takes the operator, the right-hand side, the first guess, the squared norm of the residual at
which it stops, and the preconditioner, and returns the solution. Sources: Saad, "Iterative
methods for sparse linear systems" (2003), algorithms 9.1 (cg) and 6.9, 6.11 (gmres, here with
Gram-Schmidt twice); van der Vorst, "Bi-CGSTAB" (1992).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi.scipy.sparse._vectors import (
    choose,
    combine,
    components,
    empty_basis,
    inner,
    norm_squared,
    scale,
    span,
    vector_of,
    with_vector,
    zeros,
)


def cg_steps(A: Callable, b: Any, x: Any, enough: Any, M: Callable, *, maxiter: int) -> Any:
    def unfinished(state: Any) -> Any:
        _, r, _, _, count = state
        return (norm_squared(r) > enough) & (count < maxiter)

    def step(state: Any) -> Any:
        x, r, p, product, count = state
        image = A(p)
        length = product / jnp.real(inner(p, image))
        x, r = combine(x, length, p), combine(r, -length, image)
        z = M(r)
        following = jnp.real(inner(r, z))
        return x, r, combine(z, following / product, p), following, count + 1

    r = combine(b, -1, A(x))
    z = M(r)
    return lax.while_loop(unfinished, step, (x, r, z, jnp.real(inner(r, z)), 0))[0]


def bicgstab_steps(A: Callable, b: Any, x: Any, enough: Any, M: Callable, *, maxiter: int) -> Any:
    r = shadow = combine(b, -1, A(x))

    def unfinished(state: Any) -> Any:
        _, r, _, _, (*_, broken), count = state
        return (norm_squared(r) > enough) & (count < maxiter) & ~broken

    def step(state: Any) -> Any:
        x, r, p, image, (product, length, weight, _), count = state
        following = inner(shadow, r)
        p = combine(r, following / product * length / weight, combine(p, -weight, image))
        direction = M(p)
        image = A(direction)
        length = following / inner(shadow, image)
        halfway = combine(r, -length, image)
        arrived = norm_squared(halfway) < enough
        correction = M(halfway)
        t = A(correction)
        weight = inner(t, halfway) / jnp.where(arrived, 1, inner(t, t))
        x = combine(x, length, direction)
        x = choose(arrived, x, combine(x, weight, correction))
        r = choose(arrived, halfway, combine(halfway, -weight, t))
        broken = ~arrived & ((following == 0) | (length == 0) | (weight == 0))
        return x, r, p, image, (following, length, weight, broken), count + 1

    one = jnp.ones_like(inner(r, r))
    state = (x, r, zeros(r), zeros(r), (one, one, one, jnp.array(False)), 0)
    return lax.while_loop(unfinished, step, state)[0]


def gmres_restarts(
    A: Callable, b: Any, x: Any, enough: Any, M: Callable, *, maxiter: int, restart: int
) -> Any:
    def residual(x: Any) -> Any:
        r = combine(b, -1, A(x))
        return M(r), norm_squared(r)

    def unfinished(state: Any) -> Any:
        _, _, error, count = state
        return (error > enough) & (count < maxiter)

    def step(state: Any) -> Any:
        x, r, _, count = state
        length = jnp.sqrt(norm_squared(r))
        basis, matrix = _arnoldi(lambda v: M(A(v)), scale(1 / length, r), restart)
        goal = jnp.zeros(restart + 1, matrix.dtype).at[0].set(length)
        factors = jnp.linalg.lstsq(matrix, goal)[0]
        x = combine(x, 1, span(jnp.append(factors, 0), basis, x))
        return x, *residual(x), count + 1

    return lax.while_loop(unfinished, step, (x, *residual(x), 0))[0]


def _arnoldi(A: Callable, first: Any, count: int) -> tuple[Any, Any]:
    """An orthonormal basis of ``first``, ``A first``, ..., and the matrix of A in it."""

    def step(k: Any, state: Any) -> Any:
        basis, matrix = state
        v = A(vector_of(basis, k, first))
        before = jnp.sqrt(norm_squared(v))
        column = components(basis, v)
        v = combine(v, -1, span(column, basis, first))
        again = components(basis, v)  # the remainder from rounding
        v = combine(v, -1, span(again, basis, first))
        length = jnp.sqrt(norm_squared(v))
        is_new = length > jnp.finfo(length.dtype).eps * before  # else the basis is complete
        v = scale(jnp.where(is_new, 1 / jnp.where(is_new, length, 1), 0), v)
        column = (column + again).at[k + 1].set(jnp.where(is_new, length, 0))
        return with_vector(basis, k + 1, v), matrix.at[:, k].set(column)

    basis = with_vector(empty_basis(first, count + 1), 0, first)
    matrix = jnp.zeros((count + 1, count), components(basis, first).dtype)
    return lax.fori_loop(0, count, step, (basis, matrix))
