"""What JPI knows of a value while a program is traced, for the analysis of it.

Such a value passes through a primitive that leaves it unchanged and costs nothing in the compiled
program: `varies` says that it differs between ranks, `claimed` that it is used as the same on every
rank, `agreed` that ranks which have it from elsewhere hold the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jpi._config import config
from jpi._jax import names as _jax
from jpi._mpi.comm import Comm
from jpi._mpi.given import compare_given
from jpi._mpi.mesh import Mesh

Axes = tuple[str, ...]


def is_declaring() -> bool:
    """Whether a program is traced, which will be analysed when it is compiled."""
    return not _jax.trace_state_clean() and config.check != "off"


def _unchanged(name: str, transpose: Callable[..., Any] = lambda t, **params: t) -> Any:
    primitive = _jax.Primitive(f"jpi_{name}")

    def transposed(t: Any, x: Any, **params: Any) -> list[Any]:
        return [t if type(t) is _jax.Zero else transpose(t, **params)]

    def batch(operands: Any, dims: Any, **params: Any) -> tuple[Any, Any]:
        return primitive.bind(*operands, **params), dims[0]

    primitive.def_impl(lambda x, **params: x)
    primitive.def_abstract_eval(lambda x, **params: x)
    _jax.mlir.register_lowering(primitive, lambda ctx, x, **params: [x])
    _jax.ad.deflinear2(primitive, transposed)
    _jax.batching.primitive_batchers[primitive] = batch
    return primitive


# The cotangent of a block is the block of the cotangent.
varies_p: _jax.Primitive = _unchanged("varies", lambda t, **params: varies_p.bind(t, **params))
claimed_p = _unchanged("claimed")
agreed_p = _unchanged("agreed")


@claimed_p.def_impl
def _compared(x: Any, *, mesh: Mesh, axes: Axes, use: str) -> Any:
    """``x``, where JAX evaluates a function without compiling it, as for `jax.checkpoint`."""
    compare_given(use, [x], mesh.subcomm(axes), "claimed")
    return x


declared = {varies_p, claimed_p, agreed_p}


def varies(x: Any, mesh: Mesh, axes: Axes) -> Any:
    """``x``, which differs along ``axes``: a rank's own block in a program that is traced."""
    return varies_p.bind(x, mesh=mesh, axes=axes) if axes else x


def claimed(x: Any, mesh: Mesh, axes: Axes, use: str) -> Any:
    """``x``, used as the same along ``axes``; ``use`` says by what."""
    if not axes or not is_declaring() or _jax.value_of(x) is not None:
        return x
    return claimed_p.bind(x, mesh=mesh, axes=axes, use=use)


def agreed(x: Any, comm: Comm) -> Any:
    """``x`` on the rank from which the others of ``comm`` get it."""
    return agreed_p.bind(x, comm=comm) if is_declaring() else x
