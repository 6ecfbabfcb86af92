"""What the rules of factorizations and of solves share: who holds a matrix, and in which panels."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import jax.numpy as jnp

from jpi._config import config
from jpi._evaluation.registry import Call, RuleOf, rule
from jpi._evaluation.values import Value, placed_as
from jpi._layout.layout import Axes
from jpi._mpi.comm import Comm
from jpi._ordered.in_order import in_order
from jpi._primitives.moves import from_root

# The rows or columns up to which each rank computes with the whole matrix. All ranks together are
# faster from 256 on, by `benchmarks/linalg.py` on 2 ranks, but compile for longer, by a second or
# two, eigh and svd by 5 and 10. QR takes 0.82 of the time at 512 and 0.55 at 1024, svd 0.83 and
# 0.64, eigh 1.00 and 0.93.
SMALL = 512
SMALL_SPECTRAL = 1024
_FACTORABLE = "float32", "float64", "complex64", "complex128"
PANELS = 32  # at the most: each is a part of the program


def are_gathered(matrices: Sequence[Value], small: int = SMALL) -> bool:
    """Whether each rank computes with the whole of sharded matrices, by their size.

    Args:
        small: the rows or columns up to which that is faster.
    """
    longest = max((n for matrix in matrices for n in matrix.shape[-2:]), default=0)
    return config.linalg == "gathered" or (config.linalg == "auto" and longest <= small)


def factorization(name: str) -> Callable[[RuleOf], RuleOf]:
    """Register the decorated function as the sharding rule of a factorization of one matrix.

    A dtype that LAPACK does not know is a NotImplementedError, as in JAX. Else only the ranks that
    factor a panel would raise.
    """

    def register(function: RuleOf) -> RuleOf:
        @rule(name)
        @wraps(function)
        def checked(call: Call, value: Value, **params: Any) -> Value | Sequence[Value]:
            if str(value.dtype) not in _FACTORABLE:
                raise NotImplementedError(
                    f"a matrix must be of {', '.join(_FACTORABLE[:-1])} or {_FACTORABLE[-1]} to be "
                    f"factored; got {value.dtype}. Convert it: x.astype('float32')."
                )
            return function(call, value, **params)

        return function

    return register


def matrix_axes(call: Call, values: Sequence[Value], batch: Sequence[Axes]) -> Axes:
    """The mesh axes that shard rows or columns of ``values``, but not the ``batch``."""
    taken = {name for entry in batch for name in entry}
    used = call.mesh.ordered(*(entry for value in values for entry in value.spec[-2:]))
    return tuple(name for name in used if name not in taken)


def laid_out_as(call: Call, result: Value, operand: Value) -> Value:
    """``result``, in the layout of an operand of its shape if it is whole on every rank.

    So the layout does not depend on the size of a matrix.
    """
    if not result.is_replicated or operand.is_replicated:
        return result
    return placed_as(result, call.mesh, operand.layout(call.mesh))


def panel_width(size: int) -> int:
    """The columns of a panel, of ``size``: there are as many panels, and never more than 32."""
    return max(math.isqrt(max(size - 1, 0)) + 1, -(-size // PANELS))


def adjoint(x: Any) -> Any:
    return jnp.conj(jnp.swapaxes(x, -1, -2))


def broadcast(
    x: Any,
    shape: Sequence[int],
    dtype: Any,
    comm: Comm,
    root: int,
    known: Any,
    made_of: Sequence[Any],
) -> tuple[Any, Any]:
    """The array of ``shape`` that ``root`` holds, and ``known``; ``x`` is None on other ranks.

    Args:
        made_of: the arrays that ``x`` is computed from, as this rank has them. JAX moves what
            depends on constants alone out of a loop, so what the others send must depend on them.

    The root sends before it computes with the array, and the other ranks compute what is ``known``
    before they receive, so that all compute at the same time.

    Communication: a bcast.
    """
    if x is None:
        flat = jnp.concatenate([y.reshape(-1)[:0].astype(dtype) for y in made_of])
        known = in_order(known)
    else:
        flat = x.reshape(-1)
    received = from_root(flat, comm=comm, root=root, rows=math.prod(shape)).reshape(shape)
    return (received if x is None else in_order(received)), known
