"""Assembling a distributed array from what each rank already has."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jpi._array.array import DistArray
from jpi._blocks.redistribute import redistribute
from jpi._blocks.rows import move_blocks
from jpi._call.sharded import whole_or_sharded
from jpi._jax.names import trace_state_clean
from jpi._jax.tracebacks import api
from jpi._layout.layout import Layout, are_equal, layout
from jpi._layout.spec import normalize_spec
from jpi._mpi.arguments import rank_in
from jpi._mpi.mesh import Mesh, current_mesh
from jpi._ordered.compile import compiled_when_eager
from jpi._ordered.declared import claimed
from jpi._primitives.moves import from_root, scatter_p
from jpi._primitives.replication import checked


@api
def from_shard(block: Any, *, spec: Any = None, mesh: Mesh | None = None) -> DistArray:
    """The distributed array whose blocks are what each rank passes.

    Args:
        block: this rank's block, an array of at least one dimension. Along a sharded dimension the
            blocks follow each other in rank order and may have any sizes.
        spec: the mesh axes over which each dimension is sharded; by default the first
            over all ranks.
        mesh: the mesh; the current one by default.

    Shapes: along a sharded dimension the global size is the sum of the blocks' sizes; along the
    others all blocks must agree.
    Communication: the shapes are gathered. Blocks that are not balanced (sizes that differ by at
    most one, larger first) are then rebalanced by one alltoallv per dimension.
    Errors: TypeError and ValueError on every rank if dtypes differ or blocks do not fit together.
    """
    mesh = current_mesh() if mesh is None else mesh
    block = jnp.asarray(block)
    reports = mesh.comm.control.allgather((block.shape, str(block.dtype)), "the shapes of blocks")
    _check_agreement("dtype", [dtype for _, dtype in reports], TypeError)
    _check_agreement("number of dimensions", [len(shape) for shape, _ in reports], ValueError)
    if not block.ndim and (spec is None or any(spec)):
        raise ValueError(
            "`block` must have at least one dimension; got a scalar. Use x[None] to make it a row."
        )
    entries = normalize_spec(mesh.default_spec if spec is None else spec, block.ndim, mesh.axes)
    placement = layout((1,) * block.ndim, mesh.axes, entries)
    shapes = [shape for shape, _ in reports]
    sizes = [_block_sizes(placement, dim, shapes) for dim in range(block.ndim)]
    placement = layout(tuple(map(sum, sizes)), mesh.axes, entries)
    shared = tuple(name for name in mesh.axis_names if name not in placement.axes)
    block = claimed(block, mesh, shared, "a block that several ranks hold")
    bounds = tuple(tuple(itertools.accumulate(each, initial=0)) for each in sizes)
    return _rebalance(block, mesh, placement, bounds)


@api
def scatter_from(x: Any, root: int = 0, *, spec: Any = None, mesh: Mesh | None = None) -> DistArray:
    """The distributed form of an array that only one rank holds.

    Args:
        x: on the rank ``root``, the array; elsewhere it is ignored, and may be None.
        root: the rank that has it, the same on every rank.
        spec: the mesh axes over which each dimension is sharded; by default the first
            over all ranks.
        mesh: the mesh; the current one by default.

    Shapes: that of the array on ``root``.
    Communication: one bcast of the shape; one scatter of the bytes of the array; for any layout
    other than blocks of rows over all ranks, the exchange of `DistArray.redistribute`.
    Errors: ValueError if ``root`` is no rank, TypeError if the root passes no array.
    """
    mesh = current_mesh() if mesh is None else mesh
    comm = mesh.comm
    root = rank_in(comm, root, "root", "scatter_from")
    x = jnp.asarray(x) if comm.rank == root and x is not None else None
    described = comm.control.bcast(
        x if x is None else (x.shape, str(x.dtype)), root, "the shape of the scattered array"
    )
    if described is None:
        raise TypeError(
            f"`x` of scatter_from must be an array on rank {root}, the `root`; got None. Pass the "
            "array there."
        )
    shape, dtype = described
    target = mesh.layout(shape, mesh.default_spec if spec is None and shape else spec)
    if x is None:
        x = jnp.zeros((0, *shape[1:]), dtype)
    # JAX does not differentiate into a compiled function whose operands are constant.
    run = _scattered if trace_state_clean() else _scatter
    return run(x, root, mesh, target)


def _scatter(x: Any, root: int, mesh: Mesh, target: Layout) -> Any:
    comm = mesh.comm
    if not target.ndim:
        value = from_root(jnp.reshape(x, (-1,)), comm=comm, root=root, rows=1)
        return value.reshape(())
    rows = layout(target.shape, mesh.axes, mesh.default_spec)
    local = scatter_p.bind(x, comm=comm, counts=rows.counts(0), root=root)
    return whole_or_sharded(DistArray, redistribute(local, comm, rows, target), mesh, target)


_scattered = compiled_when_eager(_scatter, static_argnums=(1, 2, 3))


@api
def replicate(x: Any) -> jax.Array:
    """``x`` on every rank, as a plain array.

    Args:
        x: a DistArray, or an array that is the same on every rank.

    Shapes: that of ``x``. Communication: an allgather of a DistArray; none for a plain array, which
    the ranks compare with ``jpi.config.check = "full"``.
    """
    return x.gather() if isinstance(x, DistArray) else checked(jnp.asarray(x), current_mesh().comm)


def _check_agreement(what: str, found: Sequence[Any], error: type[Exception]) -> None:
    for rank, value in enumerate(found):
        if value != found[0]:
            raise error(
                f"`block` must have the same {what} on every rank; got {found[0]} on rank 0 and "
                f"{value} on rank {rank}. Convert the blocks before they are assembled."
            )


def _block_sizes(source: Layout, dim: int, shapes: Sequence[tuple[int, ...]]) -> list[int]:
    """The size of each block along ``dim``, on which all ranks that share the block must agree."""
    sizes: dict[int, tuple[int, int]] = {}
    for rank, coordinates in enumerate(source.coordinates()):
        size = shapes[rank][dim]
        first, known = sizes.setdefault(source.index(dim, coordinates), (rank, size))
        if size != known:
            raise ValueError(
                f"`block` must fit the other ranks' blocks: along dimension {dim} it must have "
                f"the same size on ranks {first} and {rank}; got shapes {shapes[first]} and "
                f"{shapes[rank]}. Give blocks that line up, or a `spec` that shards this dimension."
            )
    return [sizes[index][1] for index in range(source.parts(dim))]


_moved = compiled_when_eager(move_blocks, static_argnums=(1, 2, 3))


def _rebalance(
    block: jax.Array, mesh: Mesh, placement: Layout, bounds: tuple[tuple[int, ...], ...]
) -> Any:
    balanced = all(are_equal(own, placement.offsets(dim)) for dim, own in enumerate(bounds))
    local = block if balanced else _moved(block, mesh, placement, bounds)
    return whole_or_sharded(DistArray, local, mesh, placement)
