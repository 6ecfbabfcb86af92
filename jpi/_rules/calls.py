"""Primitives that call: jit, remat, and functions with a derivative of their own, which is kept."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._evaluation.evaluate import Call, evaluate, fall_back, rule
from jpi._evaluation.values import Placed, Value, agree, region_of
from jpi._jax import names as _jax
from jpi._layout.layout import Layout, layout
from jpi._mpi.comm import Mesh


@rule("jit", "pjit")
def jit(call: Call, *values: Value, jaxpr: Any, **params: Any) -> list[Value]:
    return evaluate(call.mesh, jaxpr, values)


@rule("closed_call", "core_closed_call")
def closed_call(call: Call, *values: Value, call_jaxpr: Any, **params: Any) -> list[Value]:
    return evaluate(call.mesh, call_jaxpr, values)


@rule("call_hi_primitive")
def expanded(call: Call, *values: Value, **params: Any) -> list[Value]:
    """A function of JAX's own that newer versions keep as one primitive, as what it stands for.

    One of real numbers may have a derivative of its own, which its expansion would lose.
    """
    if any(jnp.issubdtype(result.dtype, jnp.inexact) for result in call.results):
        return fall_back(call, values)
    closed = _traced(functools.partial(call.primitive.to_lojax, **params), values)
    return evaluate(call.mesh, closed, values)


@rule("checkpoint", "remat", "remat2")
def remat(
    call: Call, *values: Value, jaxpr: Any, prevent_cse: bool, policy: Any, **params: Any
) -> list[Value]:
    operands = settle_alike(call.mesh, values)
    body = Local(call.mesh, _jax.ClosedJaxpr(jaxpr, ()), operands)
    run = jax.checkpoint(body, prevent_cse=prevent_cse, policy=policy)
    return body.place(run(*(operand.local for operand in operands)))


@rule("custom_jvp_call")
def custom_jvp_call(call: Call, *values: Value, call_jaxpr: Any, **params: Any) -> list[Value]:
    operands = settle_alike(call.mesh, values)
    body = Local(call.mesh, call_jaxpr, operands)
    run = jax.custom_jvp(body)
    _, differentiate = _jax.subfunctions(call.primitive, call.params)

    @run.defjvp
    def tangent(primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        moving = [i for i, x in enumerate(primals) if jnp.issubdtype(x.dtype, jnp.inexact)]

        def global_rule(*args: Any) -> list[Any]:
            given = list(args[: len(operands)])
            rates = [_no_tangent(x.shape) for x in given]
            for i, rate in zip(moving, args[len(operands) :], strict=True):
                rates[i] = rate
            results = differentiate.call_wrapped(*given, *rates)
            count = len(call.results)
            return [*results[:count], *map(_instantiated, results[count:], results[:count])]

        body_and_tangent = Local(
            call.mesh,
            _traced(global_rule, [*operands, *(operands[i] for i in moving)]),
            [*operands, *(operands[i] for i in moving)],
        )
        results = body_and_tangent.run(
            [*primals, *(tangents[i] for i in moving)],
            body.placements and body.placements * 2,
            copies=2,
        )
        count = len(call.results)
        body.placements = body_and_tangent.placements[:count]  # type: ignore[index]
        rates = [
            r if jnp.issubdtype(y.dtype, jnp.inexact) else _no_tangent(y.shape)
            for y, r in zip(results[:count], results[count:], strict=True)
        ]
        return results[:count], rates

    return body.place(run(*(operand.local for operand in operands)))


@rule("custom_vjp_call", "custom_vjp_call_jaxpr")
def custom_vjp_call(
    call: Call, *values: Value, call_jaxpr: Any, out_trees: Callable, **params: Any
) -> list[Value]:
    operands = settle_alike(call.mesh, values)
    body = Local(call.mesh, call_jaxpr, operands)
    run = jax.custom_vjp(body)
    _, global_forward, global_backward = _jax.subfunctions(call.primitive, call.params)
    residual_placements: list[Layout] = []

    def forward(*locals: Any) -> tuple[Any, Any]:
        def traced(*args: Any) -> Any:
            return global_forward.call_wrapped(*(x for arg in args for x in (arg, True)))

        closed = _traced(traced, operands)
        results = evaluate(call.mesh, closed, body.wrap(locals))
        kept = len(results) - len(call.results)
        if body.placements is None:
            body.placements = [value.layout(call.mesh) for value in results[kept:]]
        outputs = [
            _take(call.mesh, v, p) for v, p in zip(results[kept:], body.placements, strict=True)
        ]
        own = iter(value.settle(call.mesh) for value in results[:kept])
        given = body.wrap(locals)
        residuals = [next(own) if i is None else given[i] for i in out_trees()[2]]
        residual_placements[:] = [residual.placement for residual in residuals]
        return outputs, [residual.local for residual in residuals]

    def backward(residuals: Sequence[Any], cotangents: Sequence[Any]) -> tuple[Any, ...]:
        assert body.placements is not None
        inputs = [
            Placed(x, placement)
            for x, placement in zip(
                [*residuals, *cotangents], [*residual_placements, *body.placements], strict=True
            )
        ]

        def traced(*args: Any) -> list[Any]:
            results = _jax.cotangents(global_backward.call_wrapped(*args))
            return list(map(_instantiated, results, operands))

        results = evaluate(call.mesh, _traced(traced, inputs), inputs)
        return tuple(
            _take(call.mesh, value, operand.placement)
            if jnp.issubdtype(operand.dtype, jnp.inexact)
            else None
            for value, operand in zip(results, operands, strict=True)
        )

    run.defvjp(forward, backward)
    return body.place(run(*(operand.local for operand in operands)))


class Local:
    """A global jaxpr as a function of this rank's blocks, and the layouts of its results.

    A transform may trace it more than once; the layouts are those of the first time.
    """

    def __init__(self, mesh: Mesh, closed: Any, operands: Sequence[Placed]) -> None:
        self.mesh, self.closed = mesh, closed
        self.inputs = [operand.placement for operand in operands]
        self.placements: list[Layout] | None = None
        self.__name__ = "local"

    def wrap(self, locals: Sequence[Any]) -> list[Placed]:
        return [Placed(x, placement) for x, placement in zip(locals, self.inputs, strict=True)]

    def run(
        self, locals: Sequence[Any], placements: list[Layout] | None, copies: int = 1
    ) -> list[Any]:
        """The results; with ``copies``, they are so many lists of values that lie alike."""
        results = evaluate(self.mesh, self.closed, self.wrap(locals))
        first = results[: len(results) // copies]
        self.placements = placements or [value.layout(self.mesh) for value in first] * copies
        return [_take(self.mesh, v, p) for v, p in zip(results, self.placements, strict=True)]

    def __call__(self, *locals: Any) -> list[Any]:
        return self.run(locals, self.placements)

    def place(self, locals: Sequence[Any]) -> list[Value]:
        assert self.placements is not None
        return [Placed(x, placement) for x, placement in zip(locals, self.placements, strict=True)]


def settle_alike(mesh: Mesh, values: Sequence[Value]) -> list[Placed]:
    """The values placed, those of one shape alike."""
    placed = []
    for value in values:
        alike = [(other, range(other.ndim)) for other in values if other.shape == value.shape]
        axes = agree(*alike)
        spec = tuple(axes.get(dim, ()) for dim in range(value.ndim))
        placement = layout(value.shape, mesh.axes, spec)
        placed.append(Placed(_take(mesh, value, placement), placement))
    return placed


def _take(mesh: Mesh, value: Value, placement: Layout) -> Any:
    return value.take(region_of(mesh, placement))


def _traced(function: Callable, operands: Sequence[Value]) -> Any:
    types = [jax.ShapeDtypeStruct(operand.shape, operand.dtype) for operand in operands]
    return jax.make_jaxpr(function)(*types)


def _no_tangent(shape: tuple[int, ...]) -> Any:
    return np.broadcast_to(np.zeros((), jax.dtypes.float0), shape)


def _instantiated(tangent: Any, like: Any) -> Any:
    """A symbolic zero as an array; integers, which have no tangent, get a placeholder."""
    is_zero = isinstance(tangent, _jax.Zero | _jax.SymbolicZero)
    if not is_zero and tangent.dtype != jax.dtypes.float0:
        return tangent
    inexact = jnp.issubdtype(like.dtype, jnp.inexact)
    return jnp.zeros(like.shape, like.dtype if inexact else jnp.float32)
