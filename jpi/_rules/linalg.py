"""Dense linear algebra: each matrix is whole on one rank, and batch dimensions may be sharded.

Otherwise the operands are gathered, and that is recorded as a fallback.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from jpi._evaluation.fallback import record_fallback
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Placed, Value, agree, region_of
from jpi._layout.layout import Axes, layout
from jpi._rules._of_one_rank import computed

# The dimensions of one matrix or vector, for each operand; those before them are the batch.
CORE = {
    "cholesky_update": (2, 1),
    "eig": (2,),
    "geqp3": (2, 1),
    "geqrf": (2,),
    "hessenberg": (2,),
    "householder_product": (2, 1),
    "lu_pivots_to_permutation": (1,),
    "ormqr": (2, 1, 2),
    "schur": (2,),
    "symmetric_product": (2, 2),
    "tridiagonal": (2,),
    "tridiagonal_solve": (1, 1, 1, 2),
}
Labels = Sequence[Any]  # one for each dimension; None for those that must be whole


@rule(*CORE)
def by_matrix(call: Call, *values: Value, **params: Any) -> list[Value]:
    return each_matrix(call, values, CORE[call.primitive.name])


def each_matrix(
    call: Call, values: Sequence[Value], core: Sequence[int], *, is_fallback: bool = True
) -> list[Value]:
    """The primitive on whole matrices; only batch dimensions are sharded.

    Args:
        is_fallback: whether to gather is for want of a rule, and so recorded.
    """
    batch, labels = _labels(values, core)
    results = [[*batch, *[None] * (len(aval.shape) - len(batch))] for aval in call.results]
    axes, gathered = carry(call, values, labels)
    if gathered and is_fallback:
        record_fallback(call.primitive.name, gathered)
    return run(call, values, labels, results, axes)


def is_each_on_one_rank(call: Call, *matrices: Value) -> bool:
    """Whether each matrix can be whole on some rank without gathering, as its batch is sharded."""
    _, gathered = carry(call, matrices, _labels(matrices, [2] * len(matrices))[1])
    return not gathered


def _labels(values: Sequence[Value], core: Sequence[int]) -> tuple[range, list[Labels]]:
    """The batch dimensions, and the labels of the values whose last dimensions are the core."""
    batch = range(values[0].ndim - core[0])
    return batch, [[*batch, *[None] * dims] for dims in core]


def carry(
    call: Call, values: Sequence[Value], labels: Sequence[Labels]
) -> tuple[dict[Any, Axes], int]:
    """The mesh axes for each label, and the number of bytes that must be gathered.

    If a dimension must be whole but is sharded, its axes move to the longest of the operand's other
    dimensions that is unsharded and long enough.
    """
    axes, gathered = agree(*zip(values, labels, strict=True)), 0
    for value, own in zip(values, labels, strict=True):
        for label, entry in zip(own, value.spec, strict=True):
            ranks = math.prod(call.mesh.shape[name] for name in entry)
            taken = {name for used in axes.values() for name in used}
            if label is not None or ranks == 1 or set(entry) & taken:
                continue
            free = {k: n for k, n in zip(own, value.shape, strict=True) if k is not None}
            enough = [k for k, n in free.items() if k not in axes and n >= ranks]
            if enough:
                axes[max(enough, key=lambda k: free[k])] = entry
            else:
                gathered += math.prod(value.shape) * value.dtype.itemsize
    return axes, gathered


def run(
    call: Call,
    values: Sequence[Value],
    labels: Sequence[Labels],
    result_labels: Sequence[Labels],
    axes: dict[Any, Axes],
) -> list[Value]:
    """The primitive on this rank's blocks, sharded as ``axes`` says."""
    mesh = call.mesh
    used = tuple(name for entry in axes.values() for name in entry)

    def spec(own: Labels) -> tuple[Axes, ...]:
        return tuple(axes.get(label, ()) if label is not None else () for label in own)

    locals = [
        value.take(region_of(mesh, layout(value.shape, mesh.axes, spec(own)), used))
        for value, own in zip(values, labels, strict=True)
    ]
    results = computed(call, locals, [name for name in mesh.axis_names if name not in used])
    return [
        Placed(x, layout(aval.shape, mesh.axes, spec(own)))
        for x, aval, own in zip(results, call.results, result_labels, strict=True)
    ]
