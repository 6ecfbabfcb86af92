"""Assembling a distributed array from what each rank already has."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jpi._array import DistArray
from jpi._comm import Mesh, current_mesh
from jpi._layout import Layout, layout, normalize_spec
from jpi._ordering import jit
from jpi._redistribute import move_rows, on_axis


def from_shard(block: Any, *, spec: Any = None, mesh: Mesh | None = None) -> DistArray:
    """The distributed array whose blocks are what each rank passes.

    Args:
        block: this rank's block, an array of at least one dimension. Along a dimension that is cut
            the blocks follow each other in rank order and may have any sizes.
        spec: the mesh axes over which each dimension is cut; the first over all ranks by default.
        mesh: the mesh; the current one by default.

    Shapes: along a cut dimension the global size is the sum of the blocks' sizes; along the others
        all blocks must agree.
    Communication: the shapes are gathered; blocks that are not balanced (sizes that differ by at
        most one, larger first) are then rebalanced by one alltoallv per dimension.
    Errors: TypeError and ValueError on every rank if dtypes differ or blocks do not fit together.
    """
    mesh = current_mesh() if mesh is None else mesh
    block = jnp.asarray(block)
    reports = mesh.comm.control.allgather((block.shape, str(block.dtype)))
    _check_agreement("dtype", [dtype for _, dtype in reports], TypeError)
    _check_agreement("number of dimensions", [len(shape) for shape, _ in reports], ValueError)
    if not block.ndim:
        raise ValueError(
            "`block` must have at least one dimension; got a scalar. Use x[None] to make it a row."
        )
    entries = normalize_spec((mesh.axis_names,) if spec is None else spec, block.ndim, mesh.axes)
    cut = layout((1,) * block.ndim, mesh.axes, entries)
    shapes = [shape for shape, _ in reports]
    sizes = [_block_sizes(cut, dim, shapes) for dim in range(block.ndim)]
    placement = layout(tuple(map(sum, sizes)), mesh.axes, entries)
    bounds = tuple(tuple(itertools.accumulate(each, initial=0)) for each in sizes)
    return _rebalance(block, mesh, placement, bounds)


def _check_agreement(what: str, found: Sequence[Any], error: type[Exception]) -> None:
    for rank, value in enumerate(found):
        if value != found[0]:
            raise error(
                f"`block` must have the same {what} on every rank; got {found[0]} on rank 0 and "
                f"{value} on rank {rank}. Convert the blocks before they are assembled."
            )


def _block_sizes(cut: Layout, dim: int, shapes: Sequence[tuple[int, ...]]) -> list[int]:
    """The size of each block along ``dim``, on which all ranks that share the block must agree."""
    sizes: dict[int, tuple[int, int]] = {}
    for rank, coordinates in enumerate(cut.coordinates()):
        size = shapes[rank][dim]
        first, known = sizes.setdefault(cut.index(dim, coordinates), (rank, size))
        if size != known:
            raise ValueError(
                f"`block` must fit the other ranks' blocks: along dimension {dim} it must have "
                f"the same size on ranks {first} and {rank}; got shapes {shapes[first]} and "
                f"{shapes[rank]}. Give blocks that line up, or a `spec` that cuts this dimension."
            )
    return [sizes[index][1] for index in range(cut.parts(dim))]


def _move(block: Any, mesh: Mesh, placement: Layout, bounds: tuple[tuple[int, ...], ...]) -> Any:
    for dim, axes in enumerate(placement.spec):
        if axes:
            target = placement.offsets(dim)
            block = on_axis(lambda x: move_rows(x, mesh, axes, bounds[dim], target), block, dim)  # noqa: B023
    return DistArray(block, mesh, placement)


_moved = jit(_move, static_argnums=(1, 2, 3))


def _rebalance(
    block: jax.Array, mesh: Mesh, placement: Layout, bounds: tuple[tuple[int, ...], ...]
) -> DistArray:
    balanced = all(bounds[dim] == placement.offsets(dim) for dim in range(placement.ndim))
    return DistArray(block, mesh, placement) if balanced else _moved(block, mesh, placement, bounds)
