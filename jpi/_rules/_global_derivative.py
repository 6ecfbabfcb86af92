"""Functions of global arrays that JAX differentiates and transposes as such.

Elsewhere JAX differentiates what the rules make of a function: the program on this rank's blocks.
That cannot be done where a primitive has a derivative of its own, such as that of an equation
solved by a loop. So the derivative is traced on the global types, and evaluated by the rules.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import compress
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._evaluation.evaluate import evaluate
from jpi._evaluation.values import Deferred, Placed, Value, region_of
from jpi._evaluation.views import View, compute, undifferentiated
from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._layout.layout import Layout
from jpi._mpi.mesh import Mesh
from jpi._primitives.linear_map import linear_map
from jpi._primitives.transposable import transposable
from jpi._rules._local import Local, is_zero, placed, taken, traced


def differentiated_globally(
    mesh: Mesh, closed: _jax.ClosedJaxpr, function: Callable, values: Sequence[Value]
) -> list[Value]:
    """The results of ``closed``, with the derivative and transpose that JAX has for ``function``.

    Args:
        function: the function of global arrays that ``closed`` computes.
    """
    operands = [value.settle(mesh) for value in values]
    body = Local(mesh, closed, [x.placement for x in operands])
    return body.place(transposed_globally(body, function)(*(x.local for x in operands)))


def transposed_globally(body: Local, function: Callable) -> Callable:
    """``body``, with the derivative and transpose that JAX has for ``function``."""
    transposer = _Transposer(body, function)

    def run(*blocks: Any) -> list[Any]:
        return transposable(body, transposer, blocks)

    return with_global_derivative(body, function, run)


def with_global_derivative(body: Local, function: Callable, run: Callable) -> Callable:
    """``run``, with the derivative that JAX has for ``function``.

    Args:
        body: computes ``function`` on this rank's blocks.
        run: does so too.
    """
    mesh, types = body.mesh, jaxprs.input_types(body.closed)
    differentiable = jax.custom_jvp(run)

    def tangent(primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        moves = [not is_zero(rate) for rate in tangents]
        linear = _Linear(mesh, function, types, moves)
        # JAX's checkpoint keeps all that a function with a derivative and with messages returns.
        with undifferentiated.active():
            given = evaluate(mesh, linear.traced, placed(primals, body.inputs))
            results, residuals = given[: linear.count], given[linear.count :]
            compute(*([x for x in each if isinstance(x, View)] for each in (results, residuals)))
        body.results = body.results or [value.layout(mesh) for value in results]
        blocks = taken(mesh, results, body.results)
        rates = iter(
            linear.apply(
                _kept(body, residuals),
                list(compress(tangents, moves)),
                list(compress(body.inputs, moves)),
                list(compress(body.results, linear.results_move)),
            )
        )
        return blocks, [
            next(rates) if moves else _jax.symbolic_zero(y)
            for y, moves in zip(blocks, linear.results_move, strict=True)
        ]

    differentiable.defjvp(tangent, symbolic_zeros=True)
    return differentiable


def _kept(body: Local, residuals: Sequence[Value]) -> list[Value]:
    """What the derivative needs; in blocks, where every rank would hold more than its blocks."""
    mesh, placements = body.mesh, [*body.inputs, *body.results]
    largest = max(math.prod(x.counts(dim)[0] for dim in range(x.ndim)) for x in placements)

    def kept(residual: Value) -> Value:
        is_unmade = isinstance(residual, Deferred) and residual.is_replicated
        if not is_unmade or math.prod(residual.shape) <= largest:
            return residual
        target = mesh.layout(residual.shape, mesh.default_spec)
        return Placed(residual.take(region_of(mesh, target)), target)

    return list(map(kept, residuals))


class _Linear:
    """The derivative of a function of global arrays, as a linear function.

    Args:
        moves: which operands have a tangent.

    Attributes:
        traced: the function, traced; its results are followed by what the derivative needs.
        count: the number of results of the function.
        results_move: which of them have a tangent.
    """

    def __init__(
        self, mesh: Mesh, function: Callable, types: Sequence[Any], moves: Sequence[bool]
    ) -> None:
        self._mesh = mesh
        self.results_move: list[bool] = []

        def linearized(*args: Any) -> list[Any]:
            def of_moving(*moving: Any) -> Any:
                given = iter(moving)
                return function(
                    *(next(given) if m else x for x, m in zip(args, moves, strict=True))
                )

            results, derivative = jax.linearize(of_moving, *compress(args, moves))
            residuals, self._tree = jax.tree.flatten(derivative)
            self.count = len(results)
            self.results_move[:] = [jnp.issubdtype(y.dtype, jnp.inexact) for y in results]
            return [*results, *residuals]

        self.traced = traced(linearized, types)

    def apply(
        self,
        residuals: Sequence[Value],
        tangents: Sequence[Any],
        inputs: Sequence[Layout],
        outputs: Sequence[Layout],
    ) -> list[Any]:
        """The blocks of the tangents of the results, from those of the operands."""
        known = [value.known for value in residuals]
        kept = [value.settle(self._mesh) for value in residuals if value.known is None]
        count = len(kept)

        def derivative(*args: Any) -> list[Any]:
            others = iter(args[:count])
            all_residuals = [next(others) if x is None else np.asarray(x) for x in known]
            rates = jax.tree.unflatten(self._tree, all_residuals)(*args[count:])
            return list(compress(rates, self.results_move))

        types = [jax.typeof(x) for x in tangents]
        forward, backward = _linear(self._mesh, derivative, kept, types, inputs, outputs)
        return linear_map(forward, backward, [x.local for x in kept], tangents)


class _Transposer:
    """The transpose of a function of global arrays, on this rank's blocks."""

    def __init__(self, body: Local, function: Callable) -> None:
        self._body, self._function = body, function

    def __call__(
        self, is_linear: Sequence[bool], others: Sequence[Any], cotangents: Sequence[Any]
    ) -> list[Any]:
        body, is_kept = self._body, [not linear for linear in is_linear]
        moves = [not is_zero(rate) for rate in cotangents]

        def function(*args: Any) -> list[Any]:
            kept, moving = iter(args[: len(others)]), iter(args[len(others) :])
            results = self._function(*(next(moving if x else kept) for x in is_linear))
            return list(compress(results, moves))

        forward, backward = _linear(
            body.mesh,
            function,
            placed(others, list(compress(body.inputs, is_kept))),
            list(compress(jaxprs.input_types(body.closed), is_linear)),
            list(compress(body.inputs, is_linear)),
            list(compress(body.results, moves)),
        )
        return linear_map(backward, forward, others, list(compress(cotangents, moves)))


def _linear(
    mesh: Mesh,
    function: Callable,
    residuals: Sequence[Value],
    types: Sequence[Any],
    inputs: Sequence[Layout],
    outputs: Sequence[Layout],
) -> tuple[Local, Local]:
    """``function(*residuals, *operands)``, linear in the operands, and its transpose.

    Args:
        types: the operands' types, whose shape may be that of a block.
        inputs: the operands' layouts.
        outputs: the results' layouts.
    """
    count, kept = len(residuals), [x.layout(mesh) for x in residuals]
    operands = [jax.ShapeDtypeStruct(x.shape, t.dtype) for x, t in zip(inputs, types, strict=True)]

    def transpose(*args: Any) -> Any:
        of_residuals = jax.linear_transpose(lambda *x: function(*args[:count], *x), *operands)
        return of_residuals(list(args[count:]))

    forward = traced(function, [*residuals, *operands])
    results = [
        jax.ShapeDtypeStruct(x.shape, y.dtype)
        for x, y in zip(outputs, jaxprs.output_types(forward), strict=True)
    ]
    backward = traced(transpose, [*residuals, *results])
    return (
        Local(mesh, forward, [*kept, *inputs], lambda _: list(outputs)),
        Local(mesh, backward, [*kept, *outputs], lambda _: list(inputs)),
    )
