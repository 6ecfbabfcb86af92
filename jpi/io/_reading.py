"""Reading by blocks: each rank reads its block of a source, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._array.array import DistArray
from jpi._array.placement import target_of
from jpi._call.sharded import partition_spec, whole_or_sharded
from jpi._layout.layout import Box
from jpi._mpi.mesh import Mesh
from jpi.io._bytes import in_native_order
from jpi.io._detour import layout_to_read
from jpi.io._sources import dtype_of, read
from jpi.io._together import require_same, together


def from_source(
    open_source: Callable[[], Any],
    what: str,
    options: dict[str, Any],
    spec: Any = None,
    mesh: Mesh | None = None,
) -> Any:
    """The distributed array of a source: each rank reads its block.

    Args:
        open_source: called on each rank; gives the source.
        what: what is read, for the exchange of errors.
        options: those of `jax.numpy.array` for each block.

    Communication: a few bytes from every rank: all read, or all raise.
    """
    target = target_of(spec, mesh)
    mesh, comm = target.mesh, target.mesh.comm
    comm.require_live()
    source, (shape, kind) = together(comm, what, lambda: _described(open_source()))
    require_same(comm, what, "the shape and dtype of a source", (shape, kind))
    added = max(0, options.get("ndmin", 0) - len(shape))
    shape = (1,) * added + shape
    wanted = mesh.layout(shape, () if spec is None and not shape else target.spec)
    rows = mesh.layout(shape, mesh.default_spec if shape else ())
    placement = wanted if added else layout_to_read(source, wanted, rows)
    box = placement.box(mesh.coordinates)
    local = together(comm, what, lambda: on_device(_block(source, box, added), options))
    x = whole_or_sharded(DistArray, local, mesh, placement)
    return x if placement == wanted else x.redistribute(partition_spec(wanted))


def _described(source: Any) -> tuple[Any, tuple[tuple[int, ...], str]]:
    return source, (tuple(map(int, source.shape)), str(dtype_of(source)))


def _block(source: Any, box: Box, added: int) -> np.ndarray:
    """The part ``box`` of a source with ``added`` dimensions of size 1 in front."""
    shape = tuple(stop - start for start, stop in box)
    if 0 in shape:  # on some ranks only: the dtype is that of what the others read
        nothing = tuple((0, 0) for _ in box[added:])
        return np.empty(shape, read(source, nothing).dtype)
    return read(source, box[added:]).reshape(shape)


def on_device(block: np.ndarray, options: dict[str, Any]) -> jax.Array:
    """``jax.numpy.array(block, **options)`` of a block that nothing else uses, without a copy
    where its type is one of JAX's."""
    block = in_native_order(block)  # JAX knows no other
    asks = any(options.get(name) is not None for name in ("dtype", "out_sharding"))
    dtype = jax.dtypes.canonicalize_dtype(block.dtype)
    if asks or options.get("order") not in (None, "K", "C") or dtype != block.dtype:
        return jnp.array(block, **options)
    return jax.device_put(block)
