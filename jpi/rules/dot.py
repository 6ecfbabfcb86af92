"""dot_general: each rank contracts its blocks, and sums over the mesh axes of contracted dims."""

from __future__ import annotations

from typing import Any

from jpi._dispatch import Call, rule
from jpi._layout import layout
from jpi._values import Value, agree, pending, region_of


@rule("dot_general")
def dot_general(
    call: Call, lhs: Value, rhs: Value, *, dimension_numbers: Any, **params: Any
) -> Value:
    (lhs_contracting, rhs_contracting), (lhs_batch, rhs_batch) = dimension_numbers
    lhs_labels: list[Any] = [("lhs", dim) for dim in range(lhs.ndim)]
    rhs_labels: list[Any] = [("rhs", dim) for dim in range(rhs.ndim)]
    for left, right in zip(
        (*lhs_batch, *lhs_contracting), (*rhs_batch, *rhs_contracting), strict=True
    ):
        rhs_labels[right] = lhs_labels[left]
    result_labels = [
        *(lhs_labels[dim] for dim in lhs_batch),
        *(label for d, label in enumerate(lhs_labels) if d not in (*lhs_batch, *lhs_contracting)),
        *(label for d, label in enumerate(rhs_labels) if d not in (*rhs_batch, *rhs_contracting)),
    ]
    axes = agree((lhs, lhs_labels), (rhs, rhs_labels))
    used = tuple(name for entry in axes.values() for name in entry)

    def placed(value: Value, labels: list[Any]) -> Any:
        spec = tuple(axes.get(label, ()) for label in labels)
        return value.take(region_of(call.mesh, layout(value.shape, call.mesh.axes, spec), used))

    partial = call.bind(placed(lhs, lhs_labels), placed(rhs, rhs_labels))
    summed = {name for dim in lhs_contracting for name in axes.get(lhs_labels[dim], ())}
    over = tuple(name for name in call.mesh.axis_names if name in summed)
    target = tuple(axes.get(label, ()) for label in result_labels)
    return pending(partial, call.mesh, over, layout(call.shape, call.mesh.axes, target))
