"""What each rank writes of an array: a block of its own, in a partition that suits the file."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jpi._array.array import DistArray
from jpi._call.call import call
from jpi._layout.layout import Box, Layout
from jpi._mpi.mesh import Mesh
from jpi.io._bytes import in_native_order


class Block(NamedTuple):
    """A part of an array that this rank writes, perhaps an empty one."""

    box: Box
    numbers: np.ndarray


def numbers(x: Any) -> Any:
    """A DistArray, or an array of NumPy.

    Errors: TypeError for what no file of numbers can hold.
    """
    if not isinstance(x, DistArray):
        if isinstance(x, jax.Array) and jnp.issubdtype(x.dtype, jax.dtypes.extended):
            raise _refused(x.dtype)
        x = np.asarray(x)
    is_other = x.dtype.names or x.dtype.hasobject or x.dtype.kind in "SUMm"
    if is_other or jnp.issubdtype(x.dtype, jax.dtypes.extended):
        raise _refused(x.dtype)
    return in_native_order(x) if isinstance(x, np.ndarray) else x


def _refused(dtype: Any) -> TypeError:
    return TypeError(
        f"`x` must be an array of numbers; got dtype {dtype}. For random keys save "
        "jax.random.key_data(keys), or use jpi.checkpoint."
    )


def mesh_of(x: Any, default: Mesh) -> Mesh:
    return x.mesh if isinstance(x, DistArray) else default


def rows(x: Any, mesh: Mesh) -> Block:
    """The rows that this rank writes to a file of one row after the other.

    Communication: of a DistArray that is not sharded by rows, one redistribution.
    """
    placement = mesh.layout(x.shape, mesh.default_spec if x.shape else ())
    if isinstance(x, DistArray):
        by_rows: Any = x.redistribute(mesh.default_spec)
        return _part(placement, mesh, by_rows.shard)
    return _of_plain(x, placement.box(mesh.coordinates), placement, mesh)


def parts(x: Any, mesh: Mesh) -> tuple[int, ...]:
    """The number of blocks along each dimension."""
    placement = layout_of(x, mesh)
    return tuple(map(placement.parts, range(placement.ndim)))


def shards(x: Any, mesh: Mesh, shape: tuple[int, ...]) -> Block:
    """The part that this rank writes if all parts are to have the ``shape``, but for the last.

    Padded to so many whole parts, an array has balanced blocks of this shape: padding moves the
    rows that a rank writes for another.

    Communication: an exchange of a few rows, where blocks have other boundaries.
    """
    placement = layout_of(x, mesh)
    index = [placement.index(dim, mesh.coordinates) for dim in range(placement.ndim)]
    box = tuple(
        (min(i * part, size), min((i + 1) * part, size))
        for i, part, size in zip(index, shape, placement.shape, strict=True)
    )
    if not isinstance(x, DistArray):
        return _of_plain(x, box, placement, mesh)
    padding = [(0, part * placement.parts(dim) - x.shape[dim]) for dim, part in enumerate(shape)]
    if x.size and not all(_are_blocks(placement, dim, part) for dim, part in enumerate(shape)):
        x = call(jnp.pad, (x, padding), {}).redistribute(x.spec)
    return _part(placement, mesh, x.shard, box)


def _are_blocks(placement: Layout, dim: int, part: int) -> bool:
    """Whether the blocks along ``dim`` are already parts of one size, but for the last."""
    size = placement.shape[dim]
    return all(min(i * part, size) == at for i, at in enumerate(placement.offsets(dim)))


def layout_of(x: Any, mesh: Mesh) -> Layout:
    if isinstance(x, DistArray):
        return x._layout
    return mesh.layout(x.shape, mesh.default_spec if x.shape else ())


def _of_plain(x: np.ndarray, box: Box, placement: Layout, mesh: Mesh) -> Block:
    part = x[tuple(slice(*span) for span in box)] if x.ndim else x
    return _owned(Block(box, part), placement, mesh)


def _part(placement: Layout, mesh: Mesh, shard: Any, box: Box | None = None) -> Block:
    box = placement.box(mesh.coordinates) if box is None else box
    part = np.asarray(shard)[tuple(slice(0, stop - start) for start, stop in box)]
    return _owned(Block(box, part), placement, mesh)


def _owned(block: Block, placement: Layout, mesh: Mesh) -> Block:
    """``block``, or an empty one if an earlier rank has the same."""
    if all(mesh.coordinates[name] == 0 for name in mesh.axis_names if name not in placement.axes):
        return block
    box = tuple((0, 0) for _ in block.box)
    shape = (0,) * max(1, len(box))
    return Block(box, np.empty(shape, block.numbers.dtype))
