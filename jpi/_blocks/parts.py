"""Products of parts of matrices, triangular systems and swaps of rows, where a matrix lies.

XLA copies a part of a matrix before it multiplies it or solves for it. On a CPU
native/local/matrix.h works in the memory of the matrix, with the BLAS that jaxlib calls, SciPy's.
"""

from __future__ import annotations

import ctypes
import functools
import importlib
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jpi._jax import names as _jax
from jpi._jax.modes import run_compiled
from jpi._mpi.library import native

Part = tuple[slice, slice]  # the rows and the columns
ALL = slice(None)
TYPES = ("float32", "float64", "complex64", "complex128")  # those of BLAS
_Box = tuple[int, int, int, int]

product_p = _jax.Primitive("jpi_product")
subtract_product_p = _jax.Primitive("jpi_subtract_product")
solve_triangle_p = _jax.Primitive("jpi_solve_triangle")
swap_rows_p = _jax.Primitive("jpi_swap_rows")


def product(
    a: Any, b: Any, *, of_a: Part = (ALL, ALL), of_b: Part = (ALL, ALL), adjoint: bool = False
) -> Any:
    """The product of parts of ``a`` and ``b``; the arguments are those of `subtract_product`."""
    of_c = _product_shape(a, b, (_box(a, of_a), _box(b, of_b)), adjoint)
    whole = (0, of_c[-2], 0, of_c[-1])
    return product_p.bind(a, b, boxes=(whole, _box(a, of_a), _box(b, of_b)), adjoint=adjoint)


def subtract_product(
    c: Any,
    a: Any,
    b: Any,
    *,
    of_c: Part = (ALL, ALL),
    of_a: Part = (ALL, ALL),
    of_b: Part = (ALL, ALL),
    adjoint: bool = False,
) -> Any:
    """``c``, with the product of parts of ``a`` and ``b`` subtracted from a part of it.

    The dimensions before the last two are a batch.

    Args:
        of_c, of_a, of_b: the parts.
        adjoint: multiply by the conjugate transpose of the part of ``b``.
    """
    boxes = tuple(_box(x, part) for x, part in ((c, of_c), (a, of_a), (b, of_b)))
    return subtract_product_p.bind(c, a, b, boxes=boxes, adjoint=adjoint)


def solve_triangle(
    t: Any,
    x: Any,
    *,
    of_t: Part = (ALL, ALL),
    of_x: Part = (ALL, ALL),
    lower: bool,
    unit_diagonal: bool = False,
    right_adjoint: bool = False,
) -> Any:
    """``x``, where the solution of a system T X = B has taken the place of a part B.

    The dimensions before the last two are a batch.

    Args:
        of_t: the part T of ``t``, a triangle of which is used, the lower one or the upper one.
        unit_diagonal: the numbers on the diagonal of T count as 1.
        right_adjoint: the system is X T^H = B instead.
    """
    boxes = _box(x, of_x), _box(t, of_t)
    return solve_triangle_p.bind(
        x, t, boxes=boxes, lower=lower, unit_diagonal=unit_diagonal, right_adjoint=right_adjoint
    )


def swap_rows(x: Any, pivots: Any, start: int) -> Any:
    """``x``, where row ``start + i`` is swapped with row ``start + pivots[i]``, for one i after
    the other.

    The dimensions before the last two are a batch; the pivots, of int32, have it too.
    """
    return swap_rows_p.bind(x, pivots, start=start)


def by_rows(x: Any) -> Any:
    """``x``, stored by rows.

    LAPACK wants columns. XLA would store whatever its operand is cut from by columns too, and copy
    that for each operation of this file.
    """
    return swap_rows(x, jnp.zeros((*x.shape[:-2], 0), jnp.int32), 0)


def put(x: Any, part: Part, values: Any) -> Any:
    """``x`` with other values in a part of it."""
    top, _, left, _ = _box(x, part)
    start = (0,) * (x.ndim - 2)
    return lax.dynamic_update_slice(x, values, (*start, top, left))


def _box(x: Any, part: Part) -> _Box:
    spans = [s.indices(n)[:2] for s, n in zip(part, x.shape[-2:], strict=True)]
    (top, bottom), (left, right) = spans
    return top, max(top, bottom), left, max(left, right)


def _cut(x: Any, box: _Box) -> Any:
    top, bottom, left, right = box
    return x[..., top:bottom, left:right]


def _product_shape(a: Any, b: Any, boxes: Sequence[_Box], adjoint: bool) -> tuple[int, ...]:
    (top, bottom, *_), of_b = boxes
    first, last = of_b[:2] if adjoint else of_b[2:]
    return *a.shape[:-2], bottom - top, last - first


def _multiply_by_xla(a: Any, b: Any, *, boxes: Sequence[_Box], adjoint: bool) -> Any:
    a, b = _cut(a, boxes[1]), _cut(b, boxes[2])
    b = jnp.conj(jnp.swapaxes(b, -1, -2)) if adjoint else b
    return jnp.matmul(a, b, precision=lax.Precision.HIGHEST)


def _subtract_by_xla(c: Any, a: Any, b: Any, *, boxes: Sequence[_Box], adjoint: bool) -> Any:
    found = _multiply_by_xla(a, b, boxes=boxes, adjoint=adjoint)
    top, _, left, _ = boxes[0]
    return put(c, (slice(top, None), slice(left, None)), _cut(c, boxes[0]) - found)


def _solve_by_xla(
    x: Any, t: Any, *, boxes: Sequence[_Box], right_adjoint: bool, **params: Any
) -> Any:
    top, _, left, _ = boxes[0]
    how = {"left_side": not right_adjoint, "transpose_a": right_adjoint}
    part = lax.linalg.triangular_solve(
        _cut(t, boxes[1]), _cut(x, boxes[0]), conjugate_a=right_adjoint, **how, **params
    )
    return put(x, (slice(top, None), slice(left, None)), part)


def _swap_by_xla(x: Any, pivots: Any, *, start: int) -> Any:
    order = lax.linalg.lu_pivots_to_permutation(pivots, x.shape[-2] - start)
    swapped = jnp.take_along_axis(x[..., start:, :], order[..., None], axis=-2)
    return put(x, (slice(start, None), ALL), swapped)


def _first(operands: Sequence[Any], dims: Sequence[Any]) -> list[Any]:
    """The operands with the batch as their first dimension."""
    size = next(x.shape[d] for x, d in zip(operands, dims, strict=True) if d is not None)
    return [
        jnp.broadcast_to(x, (size, *x.shape)) if d is None else jnp.moveaxis(x, d, 0)
        for x, d in zip(operands, dims, strict=True)
    ]


@functools.cache
def _find_blas() -> None:
    """Give the native side those functions of BLAS that SciPy offers to other extensions.

    Importing them takes a fifth of a second, so it waits until a program needs them.
    """
    offered = importlib.import_module("scipy.linalg.cython_blas").__pyx_capi__
    name_of, address_of = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
    name_of.restype, name_of.argtypes = ctypes.c_char_p, [ctypes.py_object]
    address_of.restype, address_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    names = [letter + name for letter in "sdcz" for name in ("gemm", "trsm")]
    capsules = [offered[name] for name in names]
    pairs = zip(names, capsules, strict=True)
    native.set_blas({name: address_of(x, name_of(x)) for name, x in pairs})


def _lower_for_cpu(
    target: str, by_xla: Callable[..., Any], is_in_place: bool
) -> Callable[..., Any]:
    aliases = {0: 0} if is_in_place else {}

    def lower(ctx: Any, *operands: Any, **params: Any) -> Any:
        if ctx.avals_in[0].dtype.name not in TYPES:
            return by_xla(ctx, *operands, **params)
        _find_blas()
        native_call = jax.ffi.ffi_lowering(target, operand_output_aliases=aliases)
        return native_call(ctx, *operands, **{k: _attribute(x) for k, x in params.items()})

    return lower


def _attribute(value: Any) -> Any:
    """A parameter as the native side gets it."""
    if isinstance(value, bool):
        return value
    return np.int64(value) if isinstance(value, int) else np.array(value, np.int64).ravel()


def _same_type(x: Any, *others: Any, **params: Any) -> Any:
    return x


def _product_type(a: Any, b: Any, *, boxes: Sequence[_Box], adjoint: bool) -> Any:
    return a.update(shape=_product_shape(a, b, boxes[1:], adjoint))


def _register(
    primitive: Any,
    target: str,
    by_xla: Callable[..., Any],
    *static: str,
    result: Callable[..., Any] = _same_type,
) -> None:
    """Defines a primitive; one whose result has the type of its first operand works in place."""

    def batch(operands: Any, dims: Any, **params: Any) -> tuple[Any, int]:
        return primitive.bind(*_first(operands, dims), **params), 0

    lower = _jax.mlir.lower_fun(by_xla, multiple_results=False)
    capsule = native.local_targets()[target]
    jax.ffi.register_ffi_target(target, capsule, platform="cpu")
    primitive.def_abstract_eval(result)
    _jax.batching.primitive_batchers[primitive] = batch
    _jax.mlir.register_lowering(primitive, lower)
    on_cpu = _lower_for_cpu(target, lower, is_in_place=result is _same_type)
    _jax.mlir.register_lowering(primitive, on_cpu, platform="cpu")
    run_compiled(primitive, *static)


_register(product_p, "jpi_product", _multiply_by_xla, "boxes", "adjoint", result=_product_type)
_register(subtract_product_p, "jpi_subtract_product", _subtract_by_xla, "boxes", "adjoint")
_register(
    solve_triangle_p,
    "jpi_solve_triangle",
    _solve_by_xla,
    *("boxes", "lower", "unit_diagonal", "right_adjoint"),
)
_register(swap_rows_p, "jpi_swap_rows", _swap_by_xla, "start")
