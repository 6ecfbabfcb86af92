"""Which operands of the equations of a program may be overwritten.

XLA can reuse the buffer of an operand for a result, but copies the operand first if something else
still needs it. So a collective works in place only where nothing else needs its operand.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._ordered.declared import declared

# The result is the operand with another shape: in XLA the same buffer.
_VIEWS = {"reshape", "squeeze", "broadcast_in_dim", *(primitive.name for primitive in declared)}


def free_operands(
    jaxpr: _jax.Jaxpr, steps: Sequence[_jax.JaxprEqn], free: Sequence[bool] | None = None
) -> list[list[bool]]:
    """For each equation and each of its operands, whether nothing reads the operand afterwards.

    Args:
        steps: the equations of ``jaxpr``, in the order in which they run.
        free: whether nothing reads each argument of ``jaxpr`` afterwards; all are read by default.
    """
    buffers: dict[Any, Any] = {}  # view -> the variable whose buffer it shares
    owned = {x for x, is_free in zip(jaxprs.inputs(jaxpr), free or (), strict=False) if is_free}
    last_reader: dict[Any, int] = {}

    def buffer(x: Any) -> Any:
        return buffers.get(x, x)

    for i, equation in enumerate(steps):
        operands = [x for x in jaxprs.inputs(equation) if not isinstance(x, _jax.Literal)]
        last_reader.update((buffer(x), i) for x in operands)
        if _is_view(equation) and operands:
            buffers[jaxprs.outputs(equation)[0]] = buffer(operands[0])
        else:
            owned.update(jaxprs.outputs(equation))
    owned -= {buffer(x) for x in jaxprs.outputs(jaxpr) if not isinstance(x, _jax.Literal)}

    def is_free(x: Any, i: int) -> bool:
        if isinstance(x, _jax.Literal):
            return False
        return buffer(x) in owned and last_reader[buffer(x)] == i

    return [[is_free(x, i) for x in jaxprs.inputs(step)] for i, step in enumerate(steps)]


def _is_view(equation: _jax.JaxprEqn) -> bool:
    if equation.primitive.name not in _VIEWS:
        return False
    x, y = (jaxprs.type_in(of(equation)[0]) for of in (jaxprs.inputs, jaxprs.outputs))
    return math.prod(x.shape) == math.prod(y.shape)
