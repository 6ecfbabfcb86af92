"""Distributed arrays that a function of global arrays closes over.

While the function is traced, such an array is a global one like the arguments: the result of a
primitive without operands, which refers to this rank's block.
"""

from __future__ import annotations

from typing import Any

import jax

from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Placed
from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._layout.layout import Layout
from jpi._mpi.mesh import Mesh

_closed_over_p = _jax.Primitive("jpi_closed_over")


class _Block:
    """This rank's block of an array; it equals itself only."""

    def __init__(self, local: Any, mesh: Mesh, placement: Layout) -> None:
        self.local, self.mesh, self.placement = local, mesh, placement

    def __repr__(self) -> str:
        return f"an array of shape {self.placement.shape}"


def closed_over(local: Any, mesh: Mesh, placement: Layout) -> jax.Array:
    """The global array of which ``local`` is a block, in a function that is being traced."""
    return _closed_over_p.bind(block=_Block(local, mesh, placement))


def refers_to_arrays(closed: _jax.ClosedJaxpr) -> bool:
    """Whether a function closes over distributed arrays."""
    return bool(_blocks(closed))


def refers_to_tracers(closed: _jax.ClosedJaxpr) -> bool:
    """Whether a function refers to values of a transform in progress, which it must not outlive."""
    held = *jaxprs.constants(closed), *_blocks(closed)
    return any(isinstance(x, _jax.Tracer) for x in held)


def _blocks(closed: _jax.ClosedJaxpr) -> list[Any]:
    return [
        equation.params["block"].local
        for equation in jaxprs.equations_within(closed.jaxpr)
        if equation.primitive is _closed_over_p
    ]


@rule(_closed_over_p.name)
def _block_of(call: Call, *, block: _Block) -> Placed:
    if block.mesh != call.mesh:
        raise ValueError(
            "the arrays that a function takes and those that it refers to must be on one mesh; got "
            f"{call.mesh} and {block.mesh}. Move one with x.redistribute(spec, mesh)."
        )
    return Placed(block.local, block.placement)


@_closed_over_p.def_abstract_eval
def _type_of(*, block: _Block) -> Any:
    return jax.core.ShapedArray(block.placement.shape, jax.typeof(block.local).dtype)


@_closed_over_p.def_impl
def _run(*, block: _Block) -> Any:
    raise NotImplementedError(
        f"a function traced by jpi.spmd refers to {block}, and runs outside of it. Pass the array "
        "as an argument of the function."
    )
