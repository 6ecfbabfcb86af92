"""Matrices sharded by rows over all mesh axes that shard them, for algorithms on dealt rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax

from jpi._blocks.redistribute import redistribute
from jpi._evaluation.registry import Call
from jpi._evaluation.values import Placed, Value, placed_as
from jpi._jax import jaxprs
from jpi._layout.layout import Axes, Layout, Spec, layout
from jpi._mpi.comm import Comm
from jpi._rules._global_jvp import differentiated

Algorithm = Callable[[Any, Comm], Sequence[Any]]


def matrix_axes(call: Call, value: Value) -> Axes:
    """The mesh axes that shard the matrices of ``value``, those of the rows first."""
    return (*value.spec[-2], *value.spec[-1]) if value.ndim >= 2 else ()


def by_rows(
    call: Call, value: Value, algorithm: Algorithm, results: Sequence[Spec], is_gathered: bool
) -> list[Value]:
    """The results of the primitive of ``call``, by an algorithm on the blocks of rows.

    Args:
        algorithm: gives the results' blocks from this rank's rows of one matrix.
        results: the spec of each result without its batch dimensions, which stay sharded.
        is_gathered: whether the primitive runs on whole matrices instead.
    """
    mesh, axes, batch = call.mesh, matrix_axes(call, value), value.spec[:-2]
    source = layout(value.shape, mesh.axes, (*batch, axes, ()))
    operand = placed_as(value.settle(mesh), mesh, source)
    assert isinstance(operand, Placed)
    placements = [
        layout(aval.shape, mesh.axes, (*batch, *spec))
        for aval, spec in zip(call.results, results, strict=True)
    ]
    comm = mesh.subcomm(axes)

    def distributed(local: Any) -> Sequence[Any]:
        run = lambda x: list(algorithm(x, comm))  # noqa: E731
        for _ in batch:
            run = jax.vmap(run)
        return run(local)

    def gathered(local: Any) -> Sequence[Any]:
        return on_whole(call, local, source, placements)

    whole = is_gathered or comm.size == 1
    return differentiated(call, [operand], gathered if whole else distributed, placements)


def on_whole(call: Call, local: Any, source: Layout, placements: Sequence[Layout]) -> list[Any]:
    """This rank's blocks of the primitive's results, by the primitive on gathered matrices."""
    comm = call.mesh.comm
    batch = (*source.spec[:-2], (), ())
    whole = redistribute(local, comm, source, source.with_spec(batch))
    results = jaxprs.apply_primitive(call.primitive, [whole], call.params)
    return [
        redistribute(x, comm, target.with_spec(target.spec[: len(batch) - 2]), target)
        for x, target in zip(results, placements, strict=True)
    ]
