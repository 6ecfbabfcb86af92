"""DistArray as a pytree: in JAX's transforms its one leaf is the shard, elsewhere the whole array.

JAX's transforms take trees apart and give the leaves to local programs: they get the shard. Any
other function of trees computes with the leaves itself, and would take the shard for the array: it
gets a leaf that stands for the whole (`_leaf`). Which of the two it is, the caller tells.

The static part (mesh and layout) must stay correct when a transform adds or removes axes of the
leaf. `jax.vmap` says which axis it maps: there a DistArray is a leaf of its own kind. Elsewhere
(`lax.scan`, `lax.map`) the axis is the leading one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NoReturn

import jax

from jpi._blocks.redistribute import redistribute
from jpi._call.closure import is_tracing_globally
from jpi._call.sharded import Sharded, partition_spec
from jpi._config import config
from jpi._jax import marks
from jpi._jax import names as _jax
from jpi._jax.callers import is_function_of_trees, is_jacobian
from jpi._layout.layout import Layout, layout
from jpi._mpi.comm import after_free
from jpi._mpi.mesh import Mesh


class _Place(tuple[Mesh, Layout]):
    """The static part of an array, which JAX shows where two of them differ, as in a loop."""

    __slots__ = ()

    def __repr__(self) -> str:
        mesh, placement = self
        hint = IN_SPMD if is_tracing_globally() else _WHERE_SPECS_DIFFER
        return f"{mesh}, shape {placement.shape}, spec {partition_spec(placement)}; {hint}"


class _Unnamed:
    """The block in JAX's name of an argument, which is then that of the array."""

    def __str__(self) -> str:
        return ""


_OF_THE_ARRAY = _Unnamed()
_WHERE_SPECS_DIFFER = (
    "where only the spec differs, end the body of the loop, or a branch, with "
    "x.redistribute(spec), or use jpi.lax or jpi.spmd"
)
IN_SPMD = "inside of jpi.spmd, make it an argument of the function that jpi.spmd gets"


def register(kind: type[Sharded], leaf: type[Sharded]) -> None:
    """Make ``kind`` a pytree, whose leaf in functions of trees is a ``leaf``."""

    def leaf_of(x: Sharded, static: _Place) -> Sharded:
        return _made_as(x, leaf(x._shard, *static))

    def flatten(x: Sharded) -> tuple[tuple[Any], _Place]:
        static = _Place((x._mesh, x._layout))
        if is_jacobian():
            _refuse_jacobian(x)
        return (leaf_of(x, static) if is_function_of_trees() else _shard_of(x),), static

    def flatten_with_keys(x: Sharded) -> tuple[Any, _Place]:
        static = _Place((x._mesh, x._layout))
        if is_function_of_trees():
            return ((_jax.GetAttrKey("array"), leaf_of(x, static)),), static
        return ((_OF_THE_ARRAY, _shard_of(x)),), static

    def unflatten(static: tuple[Mesh, Layout], leaves: Iterable[Any]) -> Any:
        (x,) = leaves
        if isinstance(x, Sharded):
            return _made_as(x, kind(x._shard, x._mesh, x._layout))
        if is_function_of_trees():
            return _in_place_of(kind, x, *static)
        array = _from_shard(kind, x, *static)
        if config.check == "full":
            array._made_by = marks.kept(x)
        return array

    _jax.register_pytree_with_keys(kind, flatten_with_keys, unflatten, flatten)
    _jax.batching.register_vmappable(kind, int, int, _to_element, _from_element, None)


def _shard_of(x: Sharded) -> Any:
    """The block of an array that a transform takes apart; what made it is found again by this."""
    if x._made_by and config.check == "full":
        marks.keep(x._shard, x._made_by)
    return x._shard


def _made_as(x: Sharded, other: Sharded) -> Sharded:
    other._made_by = x._made_by
    return other


def _refuse_jacobian(x: Sharded) -> NoReturn:
    raise TypeError(
        "`jax.jacfwd`, `jax.jacrev` and `jax.hessian` take a basis of the whole array, and would "
        f"take one of this rank's block; got an array of shape {x.shape}, sharded as {x.spec}, as "
        "argument or result. Call jpi.spmd(jax.jacfwd(f))(x), with all distributed arrays that f "
        "needs among its arguments."
    )


def _in_place_of(kind: type[Sharded], x: Any, mesh: Mesh, placement: Layout) -> Any:
    """``x``, which a function of trees puts in the place of an array.

    A plain array of the same shape, such as zeros, is laid out as that one was: so a tree keeps
    its structure. What else there is stays as it is.
    """
    if not isinstance(x, jax.Array) or x.shape != placement.shape:
        return x
    local = redistribute(x, mesh.comm, placement.replicated(), placement)
    return kind(local, mesh, placement)


def _from_shard(kind: type[Sharded], shard: Any, mesh: Mesh, placement: Layout) -> Sharded:
    shape = getattr(shard, "shape", None)
    if isinstance(shape, tuple):
        if len(shape) != placement.ndim:
            placement = _fit(shape, mesh, placement)
        elif shape != _block_shape(mesh, placement):
            _refuse(shape, mesh, placement)
    return kind(shard, mesh, placement)


@lru_cache(maxsize=4096)
def _block_shape(mesh: Mesh, placement: Layout) -> tuple[int, ...]:
    return placement.block_shape(mesh.coordinates)


after_free.append(_block_shape.cache_clear)


def _refuse(shape: tuple[int, ...], mesh: Mesh, placement: Layout) -> NoReturn:
    # Every rank in this case raises; a rank whose block has a single row may not be in it.
    raise ValueError(
        f"the block of an array of shape {placement.shape} must keep its shape "
        f"{_block_shape(mesh, placement)} in a function of trees; got {shape}. A function that "
        "takes blocks apart, as jax.lax.associative_scan does, would see this block only: "
        "call it as jpi.spmd(function)(x), or use the one of jpi.lax or jpi.numpy."
    )


def _fit(shape: tuple[int, ...], mesh: Mesh, placement: Layout) -> Layout:
    """The layout of a leaf of ``shape``, which has gained or lost leading axes."""
    block = placement.block_shape(mesh.coordinates)
    if len(shape) < len(block) and block[len(block) - len(shape) :] == shape:
        for dim in range(len(block) - len(shape)):
            if placement.spec[0]:
                _refuse_loop(placement, dim)
            placement = without_axis(placement, 0)
    elif len(shape) > len(block) and shape[len(shape) - len(block) :] == block:
        for size in reversed(shape[: len(shape) - len(block)]):
            placement = placement.with_axis(0, size)
    return placement


def _refuse_loop(placement: Layout, dim: int) -> NoReturn:
    raise ValueError(
        f"axis {dim} of an array of shape {placement.shape} must be unsharded to be looped over by "
        f"jax.lax.scan or jax.lax.map; it is sharded over {placement.spec[0]}. Call the function "
        "that holds the loop as jpi.spmd(function)(x), or shard another dimension: "
        "x.redistribute(spec)."
    )


def _refuse_vmap(placement: Layout, axis: int) -> NoReturn:
    raise ValueError(
        f"axis {axis} of an array of shape {placement.shape} must be unsharded to be mapped over "
        f"by jax.vmap; it is sharded over {placement.spec[axis]}. Call jpi.spmd(jax.vmap(f))(x), "
        "or shard another dimension: x.redistribute(spec)."
    )


def without_axis(placement: Layout, axis: int) -> Layout:
    """``placement`` without an unsharded axis."""
    shape, spec = placement.shape, placement.spec
    return layout(
        shape[:axis] + shape[axis + 1 :], placement.mesh_axes, spec[:axis] + spec[axis + 1 :]
    )


def _to_element(wrap: Any, get_index: Any, x: Sharded, axis: int | None) -> Sharded:
    if axis is None:
        return x
    axis = axis % x.ndim
    if x._layout.spec[axis]:
        _refuse_vmap(x._layout, axis)
    return x.kind(wrap(x._shard, axis), x._mesh, without_axis(x._layout, axis))


def _from_element(unwrap: Any, size: int, x: Sharded, axis: int | None) -> Sharded:
    if axis is None:
        return x.kind(unwrap(size, x._shard, None), x._mesh, x._layout)
    axis = axis % (x.ndim + 1)
    return x.kind(unwrap(size, x._shard, axis), x._mesh, x._layout.with_axis(axis, size))
