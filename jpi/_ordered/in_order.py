"""An array in the order of the calls: between those before it and those after it.

XLA starts a call as soon as its operands are there, and computes what needs no call when it likes.
A rank that only receives could enter a call before it has computed what belongs before it, and one
that sends could compute first what belongs after it, while the others wait.
"""

from __future__ import annotations

from typing import Any

import jax

from jpi._jax import lowering
from jpi._jax import names as _jax
from jpi._mpi.library import native
from jpi._ordered.effect import ordered, twins

in_order_p = _jax.Primitive("jpi_in_order")
_twin = _jax.Primitive("jpi_in_order_with_token")
_twin.multiple_results = True
twins[in_order_p] = _twin


def in_order(x: Any) -> Any:
    """``x``, there only after the calls before; the calls that follow wait for it.

    This holds in a program that JPI compiles.
    """
    return in_order_p.bind(x)


def _batch(operands: Any, dims: Any) -> tuple[Any, Any]:
    return in_order_p.bind(*operands), dims[0]


jax.ffi.register_ffi_target("jpi_in_order", native.local_targets()["jpi_in_order"], platform="cpu")
_native = jax.ffi.ffi_lowering("jpi_in_order", operand_output_aliases={0: 0, 1: 1})
in_order_p.def_impl(lambda x: x)
in_order_p.def_effectful_abstract_eval(lambda x: (x, {ordered}))
_jax.batching.primitive_batchers[in_order_p] = _batch
_jax.mlir.register_lowering(
    in_order_p, lambda ctx, x: lowering.with_token_of(ctx, ordered, lambda ctx, token: [token, x])
)
_twin.def_impl(lambda token, x, **params: [token, x])
_twin.def_abstract_eval(lambda token, x, **params: [token, x])
_jax.mlir.register_lowering(_twin, lambda ctx, token, x, **params: _native(ctx, token, x))
