"""Iterative solvers: `jax.scipy.sparse.linalg` for operators on distributed arrays.

Those of JAX do not work on a DistArray (its cg raises for one sharded by rows): they take the
leaves of a tree, which are this rank's shards, as the vectors. Here the inner products are those of
the global arrays, the same on every rank, and so is the number of iterations. Derivatives are those
of the equation, by custom_linear_solve with another solve, not of the iterations.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from jpi._call.arguments import is_sharded
from jpi._jax.tracebacks import api
from jpi.scipy.sparse._krylov import bicgstab_steps, cg_steps, gmres_restarts
from jpi.scipy.sparse._vectors import as_vector, in_place_of, norm_squared, size_of, tree_map, zeros


@api
def cg(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    tol: float = 1e-5,
    atol: float = 0.0,
    maxiter: int | None = None,
    M: Callable | None = None,
) -> tuple[Any, None]:
    """The x with ``A x = b``, for a Hermitian positive definite A, by conjugate gradients.

    Args:
        A: a function that is linear in a tree of arrays like ``b``, or a matrix.
        b: a DistArray, or a tree of DistArrays and plain arrays.
        x0, tol, atol, maxiter, M: as in `jax.scipy.sparse.linalg.cg`.

    Returns ``(x, None)``; x has the layout of ``b``.
    Communication: that of A, and two allreduces of a number for each array and iteration.
    """
    iterate = partial(cg_steps, maxiter=_limit(maxiter, b))
    is_real = all(jnp.isrealobj(leaf) for leaf in jax.tree.leaves(b))
    return _solve(iterate, A, b, x0, tol, atol, M, symmetric=is_real), None


@api
def bicgstab(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    tol: float = 1e-5,
    atol: float = 0.0,
    maxiter: int | None = None,
    M: Callable | None = None,
) -> tuple[Any, None]:
    """The x with ``A x = b``, for any A, by stabilised biconjugate gradients.

    Arguments and result are those of `cg`.
    """
    iterate = partial(bicgstab_steps, maxiter=_limit(maxiter, b))
    return _solve(iterate, A, b, x0, tol, atol, M), None


@api
def gmres(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    tol: float = 1e-5,
    atol: float = 0.0,
    restart: int = 20,
    maxiter: int | None = None,
    M: Callable | None = None,
    solve_method: str = "batched",
) -> tuple[Any, jax.Array]:
    """The x with ``A x = b``, for any A, by restarted generalised minimal residuals.

    Args:
        A, b, x0, tol, atol, maxiter, M: those of `cg`; ``maxiter`` counts restarts.
        restart: the number of directions that are kept, each an array like ``b``.
        solve_method: "batched" or "incremental", which are the same here.

    Returns ``(x, info)``; info is 0, and -1 if x is not a number.
    """
    if solve_method not in ("batched", "incremental"):
        raise ValueError(
            f"`solve_method` must be 'batched' or 'incremental'; got {solve_method!r}."
        )
    iterate = partial(gmres_restarts, maxiter=_limit(maxiter, b), restart=min(restart, size_of(b)))
    x = _solve(iterate, A, b, x0, tol, atol, M)
    return x, jnp.where(jnp.isnan(norm_squared(x)), -1, 0)


def _limit(maxiter: int | None, b: Any) -> int:
    return 10 * size_of(b) if maxiter is None else maxiter


def _solve(
    iterate: Callable,
    A: Any,
    b: Any,
    x0: Any,
    tol: float,
    atol: float,
    M: Callable | None,
    symmetric: bool = False,
) -> Any:
    b = as_vector(b)
    x0 = zeros(b) if x0 is None else tree_map(in_place_of, b, x0)
    apply = _operator(A, b)
    precondition = (lambda x: x) if M is None else _operator(M, b)

    def solve(matvec: Callable, rhs: Any) -> Any:
        enough = jnp.maximum(tol**2 * norm_squared(rhs), atol**2)
        return iterate(matvec, rhs, x0, enough, precondition)

    return lax.custom_linear_solve(apply, b, solve, solve, symmetric=symmetric)


def _operator(A: Any, b: Any) -> Callable:
    """``A`` as a function whose results have the layout of ``b``."""
    if not callable(A):
        if A.ndim != 2 or A.shape[0] != A.shape[1]:
            raise ValueError(f"`A` must be a function or a square matrix; got shape {A.shape}.")
        matrix, A = A, lambda x: matrix @ x
    structure = jax.tree.structure(b, is_leaf=is_sharded)

    def apply(x: Any) -> Any:
        y = A(x)
        found = jax.tree.structure(y, is_leaf=is_sharded)
        if found != structure:
            raise ValueError(f"`A` must return a tree like `b`, {structure}; got {found}.")
        return tree_map(in_place_of, b, y)

    return apply
