"""A global jaxpr as a function of this rank's blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jpi._evaluation.evaluate import evaluate
from jpi._evaluation.values import Placed, Value, agree, region_of
from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._layout.layout import Layout, layout
from jpi._mpi.mesh import Mesh


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


class Traced:
    """A global jaxpr as a function of this rank's blocks, traced once and for all.

    Args:
        inputs: the layouts of its operands.
        choose: gives the layouts of its results, from those in which they come.

    Attributes:
        offered: the layouts in which its results came, and the bytes that made them so.
        results: the layouts that they have.
    """

    def __init__(
        self,
        mesh: Mesh,
        closed: _jax.ClosedJaxpr,
        inputs: Sequence[Layout],
        choose: Callable[[list[Layout]], list[Layout]] = list,
    ) -> None:
        def local(*blocks: Any) -> list[Any]:
            values = evaluate(mesh, closed, _placed(blocks, inputs))
            self.offered = [(value.layout(mesh), value.weight) for value in values]
            self.results = choose([placement for placement, _ in self.offered])
            return _taken(mesh, values, self.results)

        types = [
            jax.ShapeDtypeStruct(placement.block_shape(mesh.coordinates), aval.dtype)
            for placement, aval in zip(inputs, jaxprs.input_types(closed), strict=True)
        ]
        self._closed = jax.make_jaxpr(local)(*types)

    def __call__(self, *blocks: Any) -> list[Any]:
        return jaxprs.run(self._closed, blocks)


def _taken(mesh: Mesh, values: Sequence[Value], placements: Sequence[Layout]) -> list[Any]:
    return [
        _typed(value.take(region_of(mesh, placement)))
        for value, placement in zip(values, placements, strict=True)
    ]


def _typed(local: Any) -> Any:
    """``local`` as an array that is not weakly typed: a carry must not change its type."""
    aval = jax.typeof(local)
    return jnp.asarray(local, aval.dtype) if getattr(aval, "weak_type", True) else local


def _placed(locals: Sequence[Any], placements: Sequence[Layout]) -> list[Value]:
    return [Placed(x, placement) for x, placement in zip(locals, placements, strict=True)]
