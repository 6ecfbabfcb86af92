"""Primitives that a rank computes alone, on a CPU by the native side and elsewhere by XLA."""

from __future__ import annotations

import ctypes
import functools
import importlib
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._jax import names as _jax
from jpi._jax.modes import run_compiled
from jpi._mpi.library import native

TYPES = ("float32", "float64", "complex64", "complex128")  # those of BLAS


def register(
    primitive: Any,
    target: str,
    by_xla: Callable[..., Any],
    *static: str,
    types: Callable[..., Any],
    is_in_place: bool = False,
    uses_blas: bool = True,
    unsent: Sequence[str] = (),
    batch: Callable[..., Any] | None = None,
) -> None:
    """Define a primitive.

    Args:
        by_xla: what it computes, as a function of its operands and parameters.
        static: the names of its parameters.
        types: the types of its results, from those of its operands and its parameters.
        is_in_place: the first result takes the place of the first operand.
        unsent: the parameters that the native side does not get.
        batch: its rule for `vmap`; by default the first dimensions are a batch.
    """
    several = primitive.multiple_results
    lower = _jax.mlir.lower_fun(by_xla, multiple_results=several)
    capsule = native.local_targets().get(target)
    if capsule is None:
        raise ImportError(
            "The compiled part of jpi must be as new as its Python files; "
            f"it has no `{target}`. Build it again: `pip install -e .`, or `uv sync`."
        )
    jax.ffi.register_ffi_target(target, capsule, platform="cpu")
    primitive.def_abstract_eval(types)
    _jax.batching.primitive_batchers[primitive] = batch or functools.partial(_batch, primitive)
    _jax.mlir.register_lowering(primitive, lower)
    on_cpu = _lower_for_cpu(target, lower, is_in_place, uses_blas, unsent)
    _jax.mlir.register_lowering(primitive, on_cpu, platform="cpu")
    run_compiled(primitive, *static)


def same_type(x: Any, *others: Any, **params: Any) -> Any:
    return x


def _batch(primitive: Any, operands: Any, dims: Any, **params: Any) -> tuple[Any, Any]:
    results = primitive.bind(*with_batch_first(operands, dims), **params)
    return results, [0] * len(results) if primitive.multiple_results else 0


def with_batch_first(operands: Sequence[Any], dims: Sequence[Any]) -> list[Any]:
    """The operands with the batch as their first dimension."""
    size = next(x.shape[d] for x, d in zip(operands, dims, strict=True) if d is not None)
    return [
        jnp.broadcast_to(x, (size, *x.shape)) if d is None else jnp.moveaxis(x, d, 0)
        for x, d in zip(operands, dims, strict=True)
    ]


@functools.cache
def _find_blas() -> None:
    """Give the native side those functions of BLAS and LAPACK that SciPy offers to extensions.

    Importing them takes a fifth of a second, so it waits until a program needs them.
    """
    names = {
        "blas": [x + name for x in "sdcz" for name in ("gemm", "gemv", "trsm")]
        + ["ssyrk", "dsyrk", "cherk", "zherk"],
        "lapack": [x + name for x in "sdcz" for name in ("potrf", "getrf", "geqrf")]
        + ["sorgqr", "dorgqr", "cungqr", "zungqr"],
    }
    native.set_blas({name: _address(library, name) for library in names for name in names[library]})


def _address(library: str, name: str) -> int:
    return address_in(importlib.import_module(f"scipy.linalg.cython_{library}").__pyx_capi__[name])


def address_in(capsule: Any) -> int:
    """The address that a library offers to extensions in a capsule."""
    name_of, address_of = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
    name_of.restype, name_of.argtypes = ctypes.c_char_p, [ctypes.py_object]
    address_of.restype, address_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return address_of(capsule, name_of(capsule))


def _lower_for_cpu(
    target: str,
    by_xla: Callable[..., Any],
    is_in_place: bool,
    uses_blas: bool,
    unsent: Sequence[str],
) -> Callable[..., Any]:
    aliases = {0: 0} if is_in_place else {}

    def lower(ctx: Any, *operands: Any, **params: Any) -> Any:
        if uses_blas:
            if ctx.avals_in[0].dtype.name not in TYPES:
                return by_xla(ctx, *operands, **params)
            _find_blas()
        native_call = jax.ffi.ffi_lowering(target, operand_output_aliases=aliases)
        attributes = {k: _attribute(x) for k, x in params.items() if k not in unsent}
        return native_call(ctx, *operands, **attributes)

    return lower


def _attribute(value: Any) -> Any:
    """A parameter as the native side gets it."""
    if isinstance(value, bool):
        return value
    return np.int64(value) if isinstance(value, int) else np.array(value, np.int64).ravel()
