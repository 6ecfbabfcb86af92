"""A function of local arrays whose transpose is made when JAX asks for it.

JAX says only then in which operands the function is linear.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._primitives.by_jaxpr import primitive_by_jaxpr

Transposer = Callable[[Sequence[bool], Sequence[Any], Sequence[Any]], Sequence[Any]]

transposable_p = primitive_by_jaxpr("jpi_transposable")


def transposable(
    function: Callable[..., Sequence[Any]], transposer: Transposer, operands: Sequence[Any]
) -> list[Any]:
    """``function(*operands)``. It must stand in a function with a derivative of its own.

    Args:
        transposer: the cotangents of the operands in which the function is linear,
            ``transposer(is_linear, others, cotangents)``, where ``is_linear`` has a flag for each
            operand, and ``others`` are those without it.
    """
    traced = jax.make_jaxpr(function)(*operands)
    constants = [*map(jnp.asarray, jaxprs.constants(traced))]
    count = len(constants)

    def forward(*args: Any) -> list[Any]:
        return jaxprs.run_open(traced, args[:count], args[count:])

    def own(is_linear: Sequence[bool], others: Sequence[Any], cotangents: Any) -> Sequence[Any]:
        return transposer(is_linear[count:], others[count:], cotangents)

    given = [*constants, *operands]
    return transposable_p.bind(*given, forward=jax.make_jaxpr(forward)(*given), transposer=own)


def _transpose(
    cotangents: Sequence[Any], *args: Any, transposer: Transposer, **params: Any
) -> list[Any]:
    is_linear = [_jax.ad.is_undefined_primal(x) for x in args]
    others = [x for x, linear in zip(args, is_linear, strict=True) if not linear]
    results = iter(transposer(is_linear, others, [*map(_jax.ad.instantiate_zeros, cotangents)]))
    return [next(results) if linear else None for linear in is_linear]


def _batch(
    args: Sequence[Any],
    dims: Sequence[int | None],
    *,
    forward: _jax.ClosedJaxpr,
    transposer: Transposer,
) -> tuple[list[Any], list[int]]:
    size = next(x.shape[dim] for x, dim in zip(args, dims, strict=True) if dim is not None)
    run = jax.vmap(lambda *args: jaxprs.run(forward, args), tuple(dims), axis_size=size)

    def batched(is_linear: Sequence[bool], others: Sequence[Any], cotangents: Any) -> list[Any]:
        kept = [dim for dim, linear in zip(dims, is_linear, strict=True) if not linear]
        moving = [dim for dim, linear in zip(dims, is_linear, strict=True) if linear]
        results = jax.vmap(
            lambda others, cotangents: list(transposer(is_linear, others, cotangents)),
            (kept, 0),
            axis_size=size,
        )(list(others), cotangents)
        return [
            jnp.sum(y, axis=0) if dim is None else jnp.moveaxis(y, 0, dim)
            for y, dim in zip(results, moving, strict=True)
        ]

    results = transposable_p.bind(*args, forward=jax.make_jaxpr(run)(*args), transposer=batched)
    return results, [0] * len(results)


_jax.ad.primitive_transposes[transposable_p] = _transpose
_jax.batching.primitive_batchers[transposable_p] = _batch
