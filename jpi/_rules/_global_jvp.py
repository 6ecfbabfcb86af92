"""Distributed algorithms with the derivative of the primitive that they compute."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import compress
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._evaluation.registry import Call
from jpi._evaluation.values import Placed, Value
from jpi._jax import jaxprs
from jpi._layout.layout import Layout
from jpi._ordered.origins import with_origin
from jpi._rules._local import Local, placed


def differentiated(
    call: Call,
    operands: Sequence[Placed],
    algorithm: Callable[..., Sequence[Any]],
    placements: Sequence[Layout],
) -> list[Value]:
    """The results of ``algorithm``, which computes the primitive of ``call`` on this rank's blocks.

    JAX never differentiates it: the derivative of the primitive is traced on the global types and
    evaluated by the rules. All operands are inexact; results of integers have no tangents.

    Args:
        operands: the operands, in the layouts that the algorithm needs.
        algorithm: computes the results' blocks from the operands' blocks.
        placements: the layouts of the results.
    """
    count = len(operands)

    def bind(*arrays: Any) -> list[Any]:
        return jaxprs.apply_primitive(call.primitive, arrays, call.params)

    moves = [jnp.issubdtype(aval.dtype, jnp.inexact) for aval in call.results]

    def global_derivative(*args: Any) -> tuple[Any, Any]:
        results, rates = jax.jvp(bind, args[:count], args[count:])
        return results, list(compress(rates, moves))

    types = [jax.ShapeDtypeStruct(operand.shape, operand.dtype) for operand in operands] * 2
    run = jax.custom_jvp(with_origin(lambda *locals: list(algorithm(*locals))))

    @run.defjvp
    def tangent(primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        body = Local(
            call.mesh,
            jax.make_jaxpr(global_derivative)(*types),
            [operand.placement for operand in operands] * 2,
            lambda _: [*placements, *compress(placements, moves)],
        )
        given = body(*primals, *tangents)
        rates = iter(given[len(placements) :])
        return given[: len(placements)], [
            next(rates) if is_moving else np.zeros(jnp.shape(y), jax.dtypes.float0)
            for y, is_moving in zip(given, moves, strict=False)
        ]

    results = run(*(operand.local for operand in operands))
    return placed(results, placements)
