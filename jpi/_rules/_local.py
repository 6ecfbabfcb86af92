"""A global jaxpr as a function of this rank's blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jpi._evaluation.evaluate import evaluate
from jpi._evaluation.tracing import tracing_globally
from jpi._evaluation.values import Placed, Value, agree, region_of
from jpi._evaluation.views import take_all
from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._layout.layout import Layout, layout
from jpi._mpi.mesh import Mesh


class Local:
    """A global jaxpr as a function of this rank's blocks.

    Args:
        inputs: the layouts of its operands.
        choose: returns the layouts of its results, given those that the evaluation gives. By
            default the first run fixes them, as a transform may trace it more than once.

    Attributes:
        offered: the layouts that the evaluation gave its results, and their weights in bytes.
        results: the layouts that the results have.
    """

    def __init__(
        self,
        mesh: Mesh,
        closed: _jax.ClosedJaxpr,
        inputs: Sequence[Layout],
        choose: Callable[[list[Layout]], list[Layout]] | None = None,
    ) -> None:
        self.mesh, self.closed, self.inputs = mesh, closed, list(inputs)
        self.offered: list[tuple[Layout, int]] = []
        self.results: list[Layout] = []
        self._choose = choose or (lambda given: self.results or given)
        self.__name__ = "local"

    def __call__(self, *blocks: Any) -> list[Any]:
        values = evaluate(self.mesh, self.closed, placed(blocks, self.inputs))
        self.offered = [(value.layout(self.mesh), value.weight) for value in values]
        self.results = self._choose([placement for placement, _ in self.offered])
        return taken(self.mesh, values, self.results)

    def place(self, blocks: Sequence[Any]) -> list[Value]:
        """Blocks of its results as values."""
        return placed(blocks, self.results)


class Traced(Local):
    """A global jaxpr as a function of this rank's blocks, traced once."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        types = [
            jax.ShapeDtypeStruct(placement.block_shape(self.mesh.coordinates), aval.dtype)
            for placement, aval in zip(self.inputs, jaxprs.input_types(self.closed), strict=True)
        ]
        self._traced = jax.make_jaxpr(super().__call__)(*types)

    def __call__(self, *blocks: Any) -> list[Any]:
        return jaxprs.run(self._traced, blocks)


def traced(function: Callable, operands: Sequence[Any]) -> _jax.ClosedJaxpr:
    """The jaxpr of a function of global arrays with the types of ``operands``, or with these."""
    types = [jax.ShapeDtypeStruct(operand.shape, operand.dtype) for operand in operands]
    with tracing_globally.active():
        return jax.make_jaxpr(function)(*types)


def settle_alike(mesh: Mesh, values: Sequence[Value]) -> list[Placed]:
    """The values placed; values of one shape get one layout."""
    placements = []
    for value in values:
        alike = [(other, range(other.ndim)) for other in values if other.shape == value.shape]
        axes = agree(*alike)
        spec = tuple(axes.get(dim, ()) for dim in range(value.ndim))
        placements.append(layout(value.shape, mesh.axes, spec))
    blocks = take_all(mesh, values, [region_of(mesh, p) for p in placements])
    return list(map(Placed, blocks, placements))


def taken(mesh: Mesh, values: Sequence[Value], placements: Sequence[Layout]) -> list[Any]:
    """This rank's blocks of ``values`` in these layouts."""
    return list(map(_typed, take_all(mesh, values, [region_of(mesh, p) for p in placements])))


def _typed(local: Any) -> Any:
    """``local`` as an array that is not weakly typed: a carry must not change its type."""
    aval = jax.typeof(local)
    return jnp.asarray(local, aval.dtype) if getattr(aval, "weak_type", True) else local


def placed(locals: Sequence[Any], placements: Sequence[Layout]) -> list[Value]:
    return [Placed(x, placement) for x, placement in zip(locals, placements, strict=True)]


def is_zero(rate: Any) -> bool:
    """Whether a tangent or cotangent is known to be zero."""
    is_symbolic = isinstance(rate, _jax.Zero | _jax.SymbolicZero)
    return is_symbolic or rate.dtype == jax.dtypes.float0
