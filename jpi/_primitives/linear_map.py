"""A linear function of local arrays, with a transpose that JAX could not derive from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._primitives.by_jaxpr import primitive_by_jaxpr

linear_map_p = primitive_by_jaxpr("jpi_linear_map")


def linear_map(
    function: Callable[..., Sequence[Any]],
    transpose: Callable[..., Sequence[Any]],
    residuals: Sequence[Any],
    operands: Sequence[Any],
) -> list[Any]:
    """``function(*residuals, *operands)``, which is linear in the operands.

    It may be differentiated in the residuals too.

    Args:
        transpose: the operands' cotangents, ``transpose(*residuals, *cotangents)``.
    """
    forward = jax.make_jaxpr(function)(*residuals, *operands)
    backward = jax.make_jaxpr(transpose)(*residuals, *jaxprs.output_types(forward))
    own = [*jaxprs.constants(forward), *jaxprs.constants(backward)]
    count = len(jaxprs.constants(forward))

    def forward_of(*args: Any) -> list[Any]:
        return jaxprs.run_open(forward, args[:count], args[len(own) :])

    def backward_of(*args: Any) -> list[Any]:
        return jaxprs.run_open(backward, args[count : len(own)], args[len(own) :])

    residuals = [*map(jnp.asarray, own), *residuals]
    return linear_map_p.bind(
        *residuals,
        *operands,
        forward=jax.make_jaxpr(forward_of)(*residuals, *operands),
        backward=jax.make_jaxpr(backward_of)(*residuals, *jaxprs.output_types(forward)),
        num_residuals=len(residuals),
    )


def _tangent(
    primals: Sequence[Any],
    tangents: Sequence[Any],
    *,
    forward: _jax.ClosedJaxpr,
    num_residuals: int,
    **params: Any,
) -> tuple[Any, Any]:
    params = {**params, "forward": forward, "num_residuals": num_residuals}
    results = linear_map_p.bind(*primals, **params)
    residuals, operands = primals[:num_residuals], primals[num_residuals:]
    moves = [not isinstance(rate, _jax.Zero) for rate in tangents]
    parts = []
    if any(moves[num_residuals:]):
        rates = map(_jax.ad.instantiate_zeros, tangents[num_residuals:])
        parts.append(linear_map_p.bind(*residuals, *rates, **params))
    places = [i for i in range(num_residuals) if moves[i]]
    if places:

        def of_residuals(*moving: Any) -> list[Any]:
            args = [*residuals, *operands]
            for i, x in zip(places, moving, strict=True):
                args[i] = x
            return jaxprs.run(forward, args)

        moving = [residuals[i] for i in places], [tangents[i] for i in places]
        parts.append(jax.jvp(of_residuals, *moving)[1])
    return results, [sum(rest, first) for first, *rest in zip(*parts, strict=True)]


def _transpose(
    cotangents: Sequence[Any],
    *args: Any,
    forward: _jax.ClosedJaxpr,
    backward: _jax.ClosedJaxpr,
    num_residuals: int,
) -> list[Any]:
    results = linear_map_p.bind(
        *args[:num_residuals],
        *map(_jax.ad.instantiate_zeros, cotangents),
        forward=backward,
        backward=forward,
        num_residuals=num_residuals,
    )
    own = zip(args[num_residuals:], results, strict=True)
    return [
        *[None] * num_residuals,
        *(y if _jax.ad.is_undefined_primal(x) else None for x, y in own),
    ]


def _batch(
    args: Sequence[Any],
    dims: Sequence[int | None],
    *,
    forward: _jax.ClosedJaxpr,
    backward: _jax.ClosedJaxpr,
    num_residuals: int,
) -> tuple[list[Any], list[int]]:
    size = next(x.shape[dim] for x, dim in zip(args, dims, strict=True) if dim is not None)
    residuals, axes = args[:num_residuals], dims[:num_residuals]
    operands = [
        jnp.broadcast_to(x, (size, *x.shape)) if dim is None else jnp.moveaxis(x, dim, 0)
        for x, dim in zip(args[num_residuals:], dims[num_residuals:], strict=True)
    ]

    def batched(closed: _jax.ClosedJaxpr, args: Sequence[Any]) -> _jax.ClosedJaxpr:
        in_axes = (*axes, *(0 for _ in args[num_residuals:]))
        run = jax.vmap(lambda *args: jaxprs.run(closed, args), in_axes, axis_size=size)
        return jax.make_jaxpr(run)(*args)

    forward = batched(forward, [*residuals, *operands])
    results = linear_map_p.bind(
        *residuals,
        *operands,
        forward=forward,
        backward=batched(backward, [*residuals, *jaxprs.output_types(forward)]),
        num_residuals=num_residuals,
    )
    return results, [0] * len(results)


_jax.ad.primitive_jvps[linear_map_p] = _tangent
_jax.ad.primitive_transposes[linear_map_p] = _transpose
_jax.batching.primitive_batchers[linear_map_p] = _batch
