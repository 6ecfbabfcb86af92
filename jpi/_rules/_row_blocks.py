"""A scan over sharded rows that fetches the block of one rank at a time.

The outer loop goes over the ranks, the inner one over the rows of the block. Ranks whose blocks
have equally many rows share an outer loop. There are at most two, and none for empty blocks.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from jpi._blocks.broadcast import broadcast_blocks
from jpi._blocks.over_axes import spread_over
from jpi._evaluation.values import Placed, Value
from jpi._layout.layout import Axes, Layout
from jpi._mpi.mesh import Mesh

Loop = Callable[[Any, list[Any], int], tuple[list[Any], list[Any]]]


def over_blocks(
    mesh: Mesh,
    loop: Loop,
    over: Axes,
    start: list[Any],
    rows: Sequence[Placed],
    results: Sequence[tuple[Layout, Any]],
    reverse: bool,
) -> tuple[list[Any], list[Value]]:
    """The end of the carry of ``loop``, and its stacked results.

    Args:
        loop: from a carry, equally many rows of each array, and their number: the carry and the
            stacked results.
        over: the mesh axes that shard the rows.
        rows: arrays whose rows are sharded over ``over``, or unsharded.
        results: the layouts of the stacked results if each rank keeps all rows, and the dtypes.

    Communication: one bcast of the blocks of each dtype for each rank. The gradient fetches the
    blocks again, and takes one allreduce for each block of a result.
    """
    comm = mesh.subcomm(over)
    sharded = [x for x in rows if x.spec[0]]
    blocks = [x.local for x in sharded]
    bounds = sharded[0].placement.offsets(0)
    stacks = [_Stack(mesh, over, bounds, *result) for result in results]

    def turns(carry: Any, number: Any, held: list[Any], ranks: range) -> Any:
        size = bounds[ranks[0] + 1] - bounds[ranks[0]]
        fetched = iter(broadcast_blocks(blocks, comm, ranks, number, size))
        return loop(carry, [next(fetched) if x is None else x for x in held], size)

    def step(state: Any, x: Any, ranks: range) -> Any:
        carry, filled = state
        # The gradient makes the turns of a block again, so that it holds what one block needs.
        again = jax.checkpoint(functools.partial(turns, ranks=ranks), prevent_cse=False)
        carry, given = again(carry, *x)
        rank = ranks[0] + x[0]
        parts = zip(stacks, filled, given, strict=True)
        return (carry, [stack.put(before, block, rank) for stack, before, block in parts]), None

    state: Any = start, [x.empty() for x in stacks]
    for ranks in _of_equal_size(bounds, reverse):
        held = [None if x.spec[0] else _in_blocks(x.local, bounds, ranks) for x in rows]
        numbers = jnp.arange(len(ranks))
        step_of = functools.partial(step, ranks=ranks)
        state, _ = lax.scan(step_of, state, (numbers, held), reverse=reverse)
    end, filled = state
    return end, [stack.value(x) for stack, x in zip(stacks, filled, strict=True)]


def _of_equal_size(bounds: Sequence[int], reverse: bool) -> Iterator[range]:
    """The ranks whose blocks have equally many rows, but not none."""
    sizes = [b - a for a, b in itertools.pairwise(bounds)]
    for size in sorted(set(sizes) - {0}, reverse=not reverse):
        yield range(sizes.index(size), sizes.index(size) + sizes.count(size))


def _in_blocks(x: Any, bounds: Sequence[int], ranks: range) -> Any:
    """The rows of ``ranks``, a block for each, of an array that this rank has whole."""
    part = lax.slice_in_dim(x, bounds[ranks[0]], bounds[ranks[-1] + 1])
    return part.reshape(len(ranks), part.shape[0] // len(ranks), *x.shape[1:])


@dataclass(frozen=True)
class _Stack:
    """A result that is filled with one block of rows after the other.

    A rank keeps its own rows, or all rows if the axes of the loop shard another dimension.

    Attributes:
        bounds: the boundaries of the blocks.
        whole: the layout of all rows.
    """

    mesh: Mesh
    over: Axes
    bounds: Sequence[int]
    whole: Layout
    dtype: Any

    @property
    def _keeps_all(self) -> bool:
        return bool(set(self.over) & set(self.whole.axes))

    def empty(self) -> Any:
        rows = self.bounds[-1] if self._keeps_all else self.bounds[1]
        shape = self.whole.block_shape(self.mesh.coordinates)
        return lax.full((rows, *shape[1:]), 0, self.dtype)

    def put(self, filled: Any, block: Any, rank: Any) -> Any:
        """``filled``, with the block of ``rank``."""
        if self._keeps_all:
            start = jnp.asarray(self.bounds)[rank]
            return lax.dynamic_update_slice_in_dim(filled, block, start, 0)
        block = spread_over(block, self.mesh, self.over)
        with_block = lax.dynamic_update_slice_in_dim(filled, block, 0, 0)
        return lax.select(rank == self.mesh.subcomm(self.over).rank, with_block, filled)

    def value(self, filled: Any) -> Placed:
        if self._keeps_all:
            return Placed(filled, self.whole)
        placement = self.whole.with_spec((self.over, *self.whole.spec[1:]))
        rows = placement.block_shape(self.mesh.coordinates)[0]
        return Placed(lax.slice_in_dim(filled, 0, rows), placement)
