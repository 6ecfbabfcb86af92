"""The product of two local arrays, in the form that is fastest for its shape.

`product_p` is `dot_general` by another name, which stays through all derivatives, so that the
gradient of ``X @ w`` in ``w``, ``X.T @ r``, gets its form too. The form is chosen when a program is
lowered: then all shapes are known, and whether an operand is the transpose of an array in memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
from jax import lax

from jpi._jax import jaxprs, lowering
from jpi._jax import names as _jax
from jpi._jax.modes import run_compiled
from jpi._rules._product_form import FEW, is_faster_by_rows, is_float32, sum_of_rows

product_p = _jax.Primitive("jpi_dot_general")


def multiply(lhs: Any, rhs: Any, **params: Any) -> Any:
    """``dot_general`` of local arrays, with its parameters."""
    return (product_p if _has_forms(lhs, rhs, params) else lax.dot_general_p).bind(
        lhs, rhs, **params
    )


def _has_forms(lhs: Any, rhs: Any, params: Any) -> bool:
    """Whether the product or one of its derivatives may have another form."""
    (lhs_summed, _), (lhs_batch, _) = params["dimension_numbers"]
    if lhs_batch or not is_float32(lhs, rhs, params["preferred_element_type"]):
        return False
    summed = math.prod(lhs.shape[dim] for dim in lhs_summed)
    sizes = (summed, *(math.prod(x.shape) // max(summed, 1) for x in (lhs, rhs)))
    return min(sizes) <= FEW


def _by_products(function: Callable[..., Any], *args: Any) -> Any:
    """``function(*args)``, one array, with products in place of its dot_generals."""

    def apply(equation: Any, operands: list[Any]) -> Sequence[Any]:
        if equation.primitive is lax.dot_general_p:
            return [multiply(*operands, **equation.params)]
        return jaxprs.bind_equation(equation, operands)

    return jaxprs.walk(jax.make_jaxpr(function)(*args), args, apply)[0]


def _transpose(place: int, cotangent: Any, *operands: Any, **params: Any) -> Any:
    """The cotangent of the operand at ``place``."""
    other = operands[1 - place]

    def transposed(cotangent: Any, other: Any) -> Any:
        def linear(x: Any) -> Any:
            pair = (x, other) if place == 0 else (other, x)
            return lax.dot_general_p.bind(*pair, **params)

        return jax.linear_transpose(linear, _jax.type_of(operands[place]))(cotangent)[0]

    return _by_products(transposed, cotangent, other)


def _batch(operands: Sequence[Any], dims: Sequence[Any], **params: Any) -> tuple[Any, int]:
    of_one = partial(lax.dot_general_p.bind, **params)

    def batched(out: int) -> Callable[..., Any]:
        return jax.vmap(of_one, in_axes=tuple(dims), out_axes=out)

    ndim = jax.eval_shape(batched(0), *operands).ndim
    # Where one more operation is needed, it moves the dimension: the result has it elsewhere.
    out = min(range(ndim), key=lambda out: jaxprs.count(jax.make_jaxpr(batched(out))(*operands)))
    return _by_products(batched(out), *operands), out


def _lower_for_cpu(ctx: Any, *operands: Any, **params: Any) -> Any:
    summed, batch = params["dimension_numbers"]
    stored = list(map(lowering.stored, operands, ctx.avals_in))
    if not any(batch) and all(len(dims) == 1 for dims in summed):
        dims = [order[dim] for (_, _, order), (dim,) in zip(stored, summed, strict=True)]
        values, (lhs, rhs), _ = zip(*stored, strict=True)
        if is_float32(lhs, rhs, params["preferred_element_type"]) and is_faster_by_rows(
            lhs, rhs, dims
        ):
            by_rows = _jax.mlir.lower_fun(partial(sum_of_rows, dims=dims), multiple_results=False)
            return by_rows(ctx.replace(avals_in=[lhs, rhs]), *values)
    return _lower(ctx, *operands, **params)


_lower = _jax.mlir.lower_fun(lax.dot_general_p.bind, multiple_results=False)
_jax.mlir.register_lowering(product_p, _lower)
# A lowering that JAX keeps is a function of its own, which does not see what its operands are.
_jax.mlir.register_lowering(product_p, _lower_for_cpu, platform="cpu", cacheable=False)
_jax.ad.defbilinear(product_p, partial(_transpose, 0), partial(_transpose, 1))
_jax.batching.primitive_batchers[product_p] = _batch
product_p.def_effectful_abstract_eval(lax.dot_general_p.abstract_eval)


STATIC = ("dimension_numbers", "precision", "preferred_element_type", "out_sharding")


run_compiled(product_p, *STATIC)
