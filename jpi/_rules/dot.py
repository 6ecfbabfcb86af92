"""dot_general: each rank contracts its blocks, and sums over the mesh axes of contracted dims."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jax import lax

from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Value, pending, region_of
from jpi._layout.layout import layout
from jpi._rules._contraction import contraction_of, plan
from jpi._rules._panels import panels_of, streamed
from jpi._rules._product import multiply


@rule("dot_general")
def dot_general(
    call: Call, lhs: Value, rhs: Value, *, dimension_numbers: Any, **params: Any
) -> Value:
    call = replace(call, params={**call.params, "precision": _precision(call, lhs, rhs)})
    product = contraction_of(lhs, rhs, dimension_numbers)
    axes = plan(call, product)
    used = tuple(name for entry in axes.values() for name in entry)
    targets = [
        layout(value.shape, call.mesh.axes, tuple(axes.get(label, ()) for label in labels))
        for value, labels in zip(product.operands, product.labels, strict=True)
    ]
    panels = panels_of(call, product, targets)
    if panels:
        local = streamed(call, panels, targets, used)
    else:
        regions = [region_of(call.mesh, target, used) for target in targets]
        local = multiply(lhs.take(regions[0]), rhs.take(regions[1]), **call.params)
    spec = tuple(axes.get(label, ()) for label in product.result)
    over = product.over(axes, call.mesh.axis_names)
    return pending(local, call.mesh, over, layout(call.shape, call.mesh.axes, spec))


def _precision(call: Call, lhs: Value, rhs: Value) -> Any:
    """The parameter `precision`, None where it says only what the types say.

    JAX refuses that algorithm on a CPU. `jax.nn.dot_product_attention` asks for it, and does
    without it where it is refused; that is too late in a function that has been traced.
    """
    precision = call.params["precision"]
    types = [str(x) for x in (lhs.dtype, rhs.dtype, call.dtype)]
    is_plain = types == ["float16", "float16", "float32"]
    return None if is_plain and precision == lax.DotAlgorithmPreset.F16_F16_F32 else precision
