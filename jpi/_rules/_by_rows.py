"""Matrices sharded by rows over all mesh axes that shard them, for algorithms on dealt rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax

from jpi._evaluation.registry import Call
from jpi._evaluation.values import Placed, Value, placed_as
from jpi._layout.layout import Layout, Spec, layout
from jpi._mpi.comm import Comm
from jpi._rules._global_jvp import differentiated
from jpi._rules._matrices import are_gathered, matrix_axes
from jpi._rules.linalg import each_matrix, is_each_on_one_rank

Algorithm = Callable[[Any, Comm], Sequence[Any]]

ROWS, COLUMNS, WHOLE = "rows", "columns", "whole"  # how a matrix is sharded, or that it is not


def by_rows(
    call: Call,
    value: Value,
    algorithm: Algorithm,
    results: Sequence[str],
    small: int,
    operand: str = ROWS,
) -> list[Value]:
    """The results of the primitive of ``call``, by an algorithm on blocks of rows or columns.

    Args:
        algorithm: gives the results' blocks from this rank's block of one matrix.
        results: how each result is sharded; the batch dimensions stay as they are. That does not
            depend on whether a matrix is gathered.
        small: the rows or columns up to which each rank computes with the whole matrix.
        operand: how the matrix is to be sharded.
    """
    is_small = are_gathered([value], small)
    if is_small or is_each_on_one_rank(call, value) or not min(value.shape[-2:]):
        return _on_whole(call, value, results, is_fallback=not is_small)
    mesh, batch = call.mesh, value.spec[:-2]
    source = layout(value.shape, mesh.axes, _specs(call, value)[operand])
    placed = placed_as(value.settle(mesh), mesh, source)
    assert isinstance(placed, Placed)
    comm = mesh.subcomm(matrix_axes(call, [value], batch))

    def each(local: Any) -> list[Any]:
        run = lambda x: list(algorithm(x, comm))  # noqa: E731
        for _ in batch:
            run = jax.vmap(run)
        return run(local)

    return differentiated(call, [placed], each, _placements(call, value, results))


def _on_whole(
    call: Call, value: Value, results: Sequence[str], *, is_fallback: bool
) -> list[Value]:
    """The results of the primitive on whole matrices, sharded as those of the algorithm are."""
    found = each_matrix(call, [value], (2,), is_fallback=is_fallback)
    if value.is_replicated or not all(x.is_replicated for x in found):
        return found
    placements = _placements(call, value, results)
    return [placed_as(x, call.mesh, y) for x, y in zip(found, placements, strict=True)]


def _placements(call: Call, value: Value, results: Sequence[str]) -> list[Layout]:
    specs = _specs(call, value)
    return [
        layout(aval.shape, call.mesh.axes, specs[kind])
        for aval, kind in zip(call.results, results, strict=True)
    ]


def _specs(call: Call, value: Value) -> dict[str, Spec]:
    batch = value.spec[:-2]
    axes = matrix_axes(call, [value], batch)
    return {ROWS: (*batch, axes), COLUMNS: (*batch, (), axes), WHOLE: batch}
