"""What loops share: the layouts of a carry, and of operands that are not made yet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from jpi._evaluation.values import Deferred, Value
from jpi._jax import names as _jax
from jpi._layout.layout import Layout, Spec
from jpi._mpi.mesh import Mesh
from jpi._rules._local import Traced

_LARGE = 2**16  # larger arrays are not made on every rank for a loop


def settled_loop(
    mesh: Mesh,
    closed: _jax.ClosedJaxpr,
    consts: Sequence[Layout],
    carry: Sequence[Value],
    elements: Sequence[Layout] = (),
) -> tuple[Traced, list[Layout]]:
    """The body of a loop on blocks, and the layouts of its results.

    The carry leaves the body in the layout in which it enters. It gets the layout that the body
    gives it. If that never settles, it keeps the layout of its start; a replicated part of it then
    takes the first sharded layout it gets.
    """
    start = [value.layout(mesh) for value in carry]
    count = len(start)
    for better in (_more_parts, _first_sharded):
        own = start
        for _ in range(count + 1):

            def choose(given: list[Layout], own: list[Layout] = own, better: Any = better) -> Any:
                return [*map(better, own, given[:count]), *given[count:]]

            body = Traced(mesh, closed, [*consts, *own, *elements], choose)
            if body.results[:count] == own:
                return body, body.results
            own = body.results[:count]
    raise AssertionError("a part of a carry keeps its first sharded layout")


def _more_parts(own: Layout, given: Layout) -> Layout:
    return given if _parts(given) >= _parts(own) else own


def _first_sharded(own: Layout, given: Layout) -> Layout:
    return given if own.is_replicated else own


def _parts(placement: Layout) -> int:
    return math.prod(map(placement.parts, range(placement.ndim)))


def spread_out(mesh: Mesh, values: Sequence[Value]) -> tuple[Value, ...]:
    """The values; large ones that are not made yet will be sharded over all ranks.

    A loop needs its operands made. On every rank, a whole one might exceed the memory.
    """
    return tuple(
        Deferred(v.shape, v.dtype, v.take, _sharded_over_all(mesh, v)) if _is_unmade(v) else v
        for v in values
    )


def _is_unmade(value: Value) -> bool:
    return isinstance(value, Deferred) and value.is_replicated and is_large(value.shape)


def is_large(shape: Sequence[int]) -> bool:
    """Whether an array of this shape is too large to be made on every rank for a loop."""
    return math.prod(shape) > _LARGE


def _sharded_over_all(mesh: Mesh, value: Value) -> Spec:
    chosen = max(range(value.ndim), key=lambda dim: (value.shape[dim] >= mesh.size, -dim))
    return tuple(mesh.axis_names if dim == chosen else () for dim in range(value.ndim))
