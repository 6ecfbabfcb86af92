"""The ordered effect of collective primitives, which JAX keeps in program order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jpi._jax import names as _jax
from jpi._jax import patches as patches  # lets jax.checkpoint keep results with this effect


class OrderedEffect(_jax.Effect):
    """The effect of every collective: they run in program order."""

    def __repr__(self) -> str:
        return "jpi.ordered"


ordered = OrderedEffect()
for _allowed in (
    _jax.ordered_effects,
    _jax.lowerable_effects,
    _jax.control_flow_allowed_effects,
    _jax.custom_derivatives_allowed_effects,
    _jax.remat_allowed_effects,
    _jax.partial_eval_kept_effects,  # else the gradient of scan loses a call with an unused result
):
    _allowed.add_type(OrderedEffect)

twins: dict[_jax.Primitive, _jax.Primitive] = {}  # ordered primitive -> its twin with a token
compositions: dict[_jax.Primitive, Callable[..., Any]] = {}  # primitive -> its function


def is_ordered(effects: Any) -> bool:
    return any(isinstance(effect, OrderedEffect) for effect in effects)
