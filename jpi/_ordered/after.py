"""What the calls that follow wait for, besides the calls before them.

XLA starts a call as soon as its operands are there. A rank that only receives has none, so it could
enter the call before it has computed what belongs before it, while the others wait for that.
"""

from __future__ import annotations

from typing import Any

import jax

from jpi._jax import lowering
from jpi._jax import names as _jax
from jpi._mpi.library import native
from jpi._ordered.effect import ordered, twins

after_p = _jax.Primitive("jpi_after")
_twin = _jax.Primitive("jpi_after_with_token")
after_p.multiple_results = _twin.multiple_results = True
twins[after_p] = _twin


def after(x: Any) -> None:
    """Let the calls that follow in a program compiled by JPI start when ``x`` is computed."""
    after_p.bind(x)


def _batch(operands: Any, dims: Any) -> tuple[list[Any], list[Any]]:
    return after_p.bind(*operands), []


jax.ffi.register_ffi_target("jpi_after", native.local_targets()["jpi_after"], platform="cpu")
_native = jax.ffi.ffi_lowering("jpi_after", operand_output_aliases={0: 0})
after_p.def_impl(lambda x: [])
after_p.def_effectful_abstract_eval(lambda x: ([], {ordered}))
_jax.batching.primitive_batchers[after_p] = _batch
_jax.mlir.register_lowering(
    after_p, lambda ctx, x: lowering.with_token_of(ctx, ordered, lambda ctx, token: [token])
)
_twin.def_impl(lambda token, x, **params: [token])
_twin.def_abstract_eval(lambda token, x, **params: [token])
_jax.mlir.register_lowering(_twin, lambda ctx, token, x, **params: _native(ctx, token, x))
