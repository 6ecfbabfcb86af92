"""The elements that a mask selects. The mask must have values, as they fix the result's size.

Each rank finds its own, in the order of the array; one exchange of the elements with a new owner
balances the blocks.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jpi._array.index import getitem, hashable_index
from jpi._blocks.redistribute import redistribute
from jpi._blocks.rows import move_blocks
from jpi._call.call import call
from jpi._call.sharded import Sharded
from jpi._jax import names as _jax
from jpi._layout.layout import Axes, Layout, layout
from jpi._mpi.given import compare_given
from jpi._mpi.mesh import Mesh
from jpi._ordered.compile import compiled_when_eager
from jpi._primitives.replication import checked


def is_mask(part: Any) -> bool:
    """Whether ``part`` of an index is an array of booleans whose values are known."""
    if not isinstance(part, Sharded | jax.Array | np.ndarray) or not part.ndim:
        return False
    local = part._shard if isinstance(part, Sharded) else part
    return part.dtype == bool and not isinstance(local, _jax.Tracer)


def take(x: Sharded, index: Any) -> Any:
    """``x[index]`` for an index with masks.

    Communication: that of `select` where the only arrays in the index are one mask; otherwise each
    mask becomes the positions of its elements.
    """
    parts = _checked(x, index)
    place = next(i for i, part in enumerate(parts) if is_mask(part))
    before, mask, after = parts[:place], parts[place], parts[place + 1 :]
    if not all(isinstance(part, slice) or part is None for part in (*before, *after)):
        return call(getitem, (x, hashable_index(without_masks(x, index))), {})
    if not all(part == slice(None) for part in (*before, *after)):
        basic = (*before, *[slice(None)] * mask.ndim, *after)
        x = call(getitem, (x, hashable_index(basic)), {})
    return select(x, mask, len(before))


def without_masks(x: Sharded, index: Any) -> tuple[Any, ...]:
    """``index`` with each mask replaced by the positions of its elements, one array per dim."""
    parts = _checked(x, index)
    return tuple(
        itertools.chain.from_iterable(
            positions(part) if is_mask(part) else (part,) for part in parts
        )
    )


def _checked(x: Sharded, index: Any) -> tuple[Any, ...]:
    """The parts of an index, one or more for each dimension, after a check of the masks' shapes.

    Errors: those of `jax.numpy`, raised by it.
    """
    parts = index if isinstance(index, tuple) else (index,)
    compare_given("a mask", [p for p in parts if is_mask(p)], x._mesh.comm, "masks")
    used = sum(_dims_of(part) for part in parts)
    ellipses = [i for i, part in enumerate(parts) if part is Ellipsis]
    place = ellipses[0] if ellipses else len(parts)
    rest = (slice(None),) * (x.ndim - used)
    expanded = (*parts[:place], *rest, *parts[place + 1 :])
    dim, fits = 0, used <= x.ndim and len(ellipses) < 2
    for part in expanded:
        if is_mask(part):
            fits = fits and part.shape == x.shape[dim : dim + part.ndim]
        dim += _dims_of(part)
    if not fits:
        types = [
            np.zeros(part.shape, bool)
            if is_mask(part)
            else np.zeros(part.shape, part.dtype)
            if isinstance(part, Sharded)
            else part
            for part in parts
        ]
        jax.eval_shape(lambda x: x[tuple(types)], jax.ShapeDtypeStruct(x.shape, x.dtype))
    return expanded


def _dims_of(part: Any) -> int:
    """The number of dimensions of an array that a part of an index is for."""
    if part is None or part is Ellipsis or isinstance(part, bool | np.bool_):
        return 0
    return part.ndim if is_mask(part) else 1


def select(x: Sharded, mask: Any, dim: int = 0) -> Any:
    """``x`` with the dimensions of ``mask``, from ``dim``, replaced by one of selected elements.

    Shapes: the selected elements in C order, sharded over the axes that shard these dimensions of
    ``x``, or else those of the mask; the other dimensions stay.
    Communication: a redistribution of ``x`` and of the mask if others than the first of these
    dimensions are sharded; the counts are gathered; one exchange of the rows with a new owner.
    """
    mesh = x._mesh
    if isinstance(mask, Sharded) and mask._mesh != mesh:
        placement = mesh.layout(mask.shape, mesh.default_spec)
        local = redistribute(mask._shard, mesh.comm, mask._layout, placement)
        mask = mask.kind(local, mesh, placement)
    elif not isinstance(mask, Sharded):
        checked(mask, mesh.comm)
    last = dim + mask.ndim
    axes = mesh.ordered(*x._layout.spec[dim:last])
    if not axes and isinstance(mask, Sharded):
        axes = tuple(name for name in mask._layout.axes if name not in x._layout.axes)
    unsharded = ((),) * (mask.ndim - 1)
    source = layout(
        x.shape, mesh.axes, (*x._layout.spec[:dim], axes, *unsharded, *x._layout.spec[last:])
    )
    local = redistribute(x._shard, mesh.comm, x._layout, source)
    chosen = np.flatnonzero(_block(mask, mesh, (axes, *unsharded)))
    bounds = _bounds(mesh, source, dim, len(chosen))
    target = layout(
        (*x.shape[:dim], bounds[-1], *x.shape[last:]),
        mesh.axes,
        (*source.spec[: dim + 1], *source.spec[last:]),
    )
    run = _selected_compiled if _jax.trace_state_clean() else _selected
    every = _all_bounds(target, dim, bounds)
    return x.kind(run(local, chosen, mesh, target, every, dim, last), mesh, target)


def positions(mask: Any) -> tuple[Any, ...]:
    """The positions of the elements that a mask selects: for each dimension the index, in C order.

    Communication: a redistribution of a distributed mask if other dimensions than the first are
    sharded; the counts are gathered; one exchange of the positions with a new owner.
    """
    dtype = jnp.arange(0).dtype
    if not isinstance(mask, Sharded):
        return tuple(index.astype(dtype) for index in np.nonzero(np.asarray(mask)))
    mesh, axes = mask._mesh, mask._mesh.ordered(mask._layout.axes)
    spec = (axes, *((),) * (mask.ndim - 1))
    source = layout(mask.shape, mesh.axes, spec)
    found = np.argwhere(_block(mask, mesh, spec)).astype(dtype)
    found[:, 0] += source.box(mesh.coordinates)[0][0]
    bounds = _bounds(mesh, source, 0, len(found))
    target = layout((bounds[-1], mask.ndim), mesh.axes, (axes, ()))
    local = _moved(found, mesh, target, _all_bounds(target, 0, bounds))
    column = layout(target.shape[:1], mesh.axes, (axes,))
    return tuple(mask.kind(local[:, k], mesh, column) for k in range(mask.ndim))


def _block(mask: Any, mesh: Mesh, spec: Sequence[Axes]) -> np.ndarray:
    """This rank's block of the values of a mask."""
    target = layout(mask.shape, mesh.axes, tuple(spec))
    if isinstance(mask, Sharded):
        with jax.ensure_compile_time_eval():  # its values are known, also while jax.jit traces
            return np.asarray(redistribute(mask._shard, mesh.comm, mask._layout, target))
    return np.asarray(mask)[tuple(slice(*span) for span in target.box(mesh.coordinates))]


def _bounds(mesh: Mesh, source: Layout, dim: int, count: int) -> tuple[int, ...]:
    """The boundaries between the ``count`` rows of each block of ``dim``. Gathers the counts."""
    counts = mesh.comm.control.allgather(count, "the number of elements that a mask selects")
    of_block = {
        source.index(dim, place): n for place, n in zip(source.coordinates(), counts, strict=True)
    }
    ordered = (of_block[index] for index in range(source.parts(dim)))
    return tuple(itertools.accumulate(ordered, initial=0))


def _all_bounds(target: Layout, dim: int, bounds: Sequence[int]) -> tuple[Sequence[int], ...]:
    return tuple(bounds if k == dim else target.offsets(k) for k in range(target.ndim))


def _selected(
    local: Any, chosen: Any, mesh: Mesh, target: Layout, bounds: Any, dim: int, last: int
) -> Any:
    """This rank's block of the selected elements, from the ones ``chosen`` of its own."""
    count = math.prod(local.shape[dim:last])
    rows = lax.reshape(local, (*local.shape[:dim], count, *local.shape[last:]))
    if not len(chosen):  # an empty slice, not a constant: the ranks must differentiate alike
        rows = lax.slice_in_dim(rows, 0, 0, axis=dim)
    else:
        rows = jnp.take(
            rows, chosen, dim, mode="clip", indices_are_sorted=True, unique_indices=True
        )
    return move_blocks(rows, mesh, target, bounds)


_selected_compiled = compiled_when_eager(_selected, static_argnums=(2, 3, 4, 5, 6))
_moved = compiled_when_eager(move_blocks, static_argnums=(1, 2, 3))
