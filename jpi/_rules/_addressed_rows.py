"""The windows of a gather or a scatter, as rows of the operand.

Every window holds all of the *whole* dimensions of the operand, and the *batching* dimensions run
along a dimension of the indices. The other dimensions are *addressed*: the indices say where along
them a window begins. Merge the addressed and the batching dimensions into one leading dimension:
then the operand is an array of rows, each with the whole dimensions, and every element of a window
along the addressed dimensions names one row. So the names form an array over the *named*
dimensions: first those of the indices, then the addressed ones of the windows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from jpi._evaluation.values import Value, agree, region_of
from jpi._layout.layout import Axes, Layout, Spec, layout
from jpi._mpi.mesh import Mesh


@dataclass(frozen=True)
class Claim:
    """The weight and the spec of a value, for `agree`."""

    weight: int
    spec: Spec


@dataclass(frozen=True)
class AddressedRows:
    """The geometry of a gather, or of the scatter that is its inverse.

    Attributes:
        shape: the shape of the operand.
        sizes: the sizes of a window, along each dimension of the operand.
        removed: operand dimensions that the outer array (the result, or the updates) lacks.
        batching: operand dimensions, by the dimension of the indices along which they run.
        indexed: the operand dimension of each number of an index.
        outer: the shape of the outer array.
        kept: its dimensions that run along dimensions of the operand, in their order.
    """

    shape: tuple[int, ...]
    sizes: tuple[int, ...]
    removed: tuple[int, ...]
    batching: dict[int, int]
    indexed: tuple[int, ...]
    outer: tuple[int, ...]
    kept: tuple[int, ...]

    @property
    def batch(self) -> list[int]:
        """The outer dimensions that run along dimensions of the indices."""
        return [dim for dim in range(len(self.outer)) if dim not in self.kept]

    @property
    def outer_of(self) -> dict[int, int]:
        """The outer dimension of each operand dimension that is in a window."""
        inside = [
            dim
            for dim in range(len(self.shape))
            if dim not in self.removed and dim not in self.batching.values()
        ]
        return dict(zip(inside, self.kept, strict=True))

    @property
    def whole(self) -> list[int]:
        return [dim for dim in self.outer_of if self.sizes[dim] == self.shape[dim]]

    @property
    def addressed(self) -> list[int]:
        passed = {*self.whole, *self.batching.values()}
        return [dim for dim in range(len(self.shape)) if dim not in passed]

    @property
    def named(self) -> list[int]:
        """The outer dimensions over which rows are named."""
        return [*self.batch, *(self.outer_of[d] for d in self.addressed if d in self.outer_of)]

    # ---- layouts; a label is the outer dimension, addressed dimensions have none ----

    def operand_labels(self) -> list[int | None]:
        labels: list[int | None] = [None] * len(self.shape)
        for dim in self.whole:
            labels[dim] = self.outer_of[dim]
        for index_dim, dim in self.batching.items():
            labels[dim] = self.batch[index_dim]
        return labels

    def index_labels(self) -> list[int | None]:
        return [*self.batch, None]

    def addressed_axes(self, operand: Value) -> Axes:
        """The mesh axes over which the addressed dimensions are sharded."""
        return tuple(name for dim in self.addressed for name in operand.spec[dim])

    def agreed(self, operand: Value, *others: tuple[Value, Sequence[int | None]]) -> list[Axes]:
        """The axes of each outer dimension; all may use the axes of the addressed dimensions.

        The axes of the addressed dimensions stay where they shard loose dimensions of the others.
        """
        free = self.addressed_axes(operand)
        claims = [(Claim(operand.weight, operand.spec), self.operand_labels())]
        for value, labels in others:
            spec = tuple(tuple(name for name in entry if name not in free) for entry in value.spec)
            claims.append((Claim(value.weight, spec), list(labels)))
        chosen = agree(*claims)  # type: ignore[arg-type]
        entries = [chosen.get(dim, ()) for dim in range(len(self.outer))]
        taken: set[str] = set()
        for value, labels in others:
            for label, entry in zip(labels, value.spec, strict=True):
                if label not in self.loose:
                    continue
                more = tuple(name for name in entry if name in free and name not in taken)
                taken |= set(more)
                entries[label] += more
        return entries

    @property
    def loose(self) -> list[int]:
        """The named dimensions that may be sharded over any axes, the largest first.

        The others run along the operand's batching dimensions, and are sharded alike.
        """
        bound = [self.batch[dim] for dim in self.batching]
        dims = [dim for dim in self.named if dim not in bound]
        return sorted(dims, key=lambda dim: -self.outer[dim])

    def operand_layout(
        self, mesh: Mesh, entries: Sequence[Axes], dim: int | None = None, axes: Axes = ()
    ) -> Layout:
        """The operand sharded like the outer dimensions, and ``dim`` sharded over ``axes``."""
        spec = [entries[label] if label is not None else () for label in self.operand_labels()]
        if dim is not None:
            spec[dim] = axes
        return layout(self.shape, mesh.axes, tuple(spec))

    def outer_layout(self, mesh: Mesh, entries: Sequence[Axes]) -> Layout:
        return layout(self.outer, mesh.axes, tuple(entries))

    # ---- this rank's rows ----

    def padded(self, operand: Any, index: Any, outer: Any = None) -> tuple[Any, Any, Any]:
        """Blocks for the primitive, also where a batching dimension is empty."""
        bound = [self.batch[dim] for dim in self.batching]
        return (
            padded(operand, list(self.batching.values())),
            padded(index, list(self.batching)),
            outer if outer is None else padded(outer, bound),
        )

    def rows(self, local: Any, first: int) -> Any:
        """A block of the operand as rows; of the addressed dimensions, ``first`` leads."""
        order, count = self._order(first)
        local = jnp.transpose(local, order)
        shape = local.shape
        return local.reshape(math.prod(shape[:count]), *shape[count:])

    def from_rows(self, rows: Any, first: int, block: Layout, mesh: Mesh) -> Any:
        """The inverse of `rows`, for this rank's block of a layout."""
        order, _ = self._order(first)
        shape = block.block_shape(mesh.coordinates)
        return jnp.transpose(rows.reshape([shape[dim] for dim in order]), _inverse(order))

    def _order(self, first: int) -> tuple[list[int], int]:
        front = [first, *(dim for dim in self.addressed if dim != first), *self.batching.values()]
        return [*front, *self.whole], len(front)

    def named_rows(self, outer: Any) -> Any:
        """A block of the outer array as one row for each name."""
        order = [*self.named, *(self.outer_of[dim] for dim in self.whole)]
        outer = jnp.transpose(outer, order)
        count = len(self.named)
        return outer.reshape(math.prod(outer.shape[:count]), *outer.shape[count:])

    def from_named_rows(self, rows: Any, block: Layout, mesh: Mesh) -> Any:
        """The inverse of `named_rows`, for this rank's block of a layout."""
        order = [*self.named, *(self.outer_of[dim] for dim in self.whole)]
        shape = block.block_shape(mesh.coordinates)
        return jnp.transpose(rows.reshape([shape[dim] for dim in order]), _inverse(order))

    # ---- names ----

    def named_in(
        self, mesh: Mesh, operand: Value, indices: Value, outer: Layout, block: Layout, first: int
    ) -> tuple[Any, Any, Any, Any]:
        """This rank's block of the operand as `rows`, and `names` as owner, offset, inside."""
        x = operand.take(region_of(mesh, block, outer.axes))
        return self.rows(x, first), *self.names(mesh, indices, outer, block, first)

    def names(
        self, mesh: Mesh, indices: Value, outer: Layout, operand: Layout, first: int
    ) -> tuple[Any, Any, Any]:
        """The owner and the offset of the row of each name of this rank, and which are inside.

        The owner is a block of ``first``, and the offset counts in that block. A window that leaves
        the operand is moved back into it; "inside" is an array over the index dimensions.
        """
        spec = (*(outer.spec[dim] for dim in self.batch), ())
        index = indices.take(region_of(mesh, layout(indices.shape, mesh.axes, spec), outer.axes))
        shape = outer.block_shape(mesh.coordinates)
        box, own = outer.box(mesh.coordinates), operand.box(mesh.coordinates)
        begins, inside = self.begins(index)
        named = tuple(shape[dim] for dim in self.named)

        def position(dim: int) -> Any:
            start = begins[dim].reshape(*begins[dim].shape, *[1] * (len(named) - len(self.batch)))
            if dim not in self.outer_of:
                return start
            along = self.outer_of[dim]
            steps = lax.broadcasted_iota(start.dtype, named, self.named.index(along))
            return start + steps + jnp.asarray(box[along][0], start.dtype)

        owner, offset = place(position(first), operand.shape[first], operand.parts(first))
        for dim in self.addressed:
            if dim != first:
                offset = offset * self.shape[dim] + position(dim)
        for index_dim, dim in self.batching.items():
            shift = box[self.batch[index_dim]][0] - own[dim][0]
            steps = lax.broadcasted_iota(offset.dtype, named, index_dim) + shift
            offset = offset * (own[dim][1] - own[dim][0]) + steps
        owner, offset = (jnp.broadcast_to(n, named).astype(np.int32) for n in (owner, offset))
        return owner, offset, inside

    def begins(self, index: Any) -> tuple[dict[int, Any], Any]:
        """Where windows begin along each addressed dimension, and which begin inside."""
        inside = jnp.ones(index.shape[:-1], bool)
        begins = {dim: jnp.zeros(index.shape[:-1], np.int32) for dim in self.addressed}
        for k, dim in enumerate(self.indexed):
            last = min(self.shape[dim] - self.sizes[dim], jnp.iinfo(index.dtype).max)
            start = index[..., k]
            inside &= (start >= 0) & (start <= last)
            if dim in begins:
                wide = np.int32 if self.shape[dim] <= np.iinfo(np.int32).max else np.int64
                begins[dim] = jnp.clip(start, 0, last).astype(wide)
        return begins, inside


def _inverse(order: Sequence[int]) -> list[int]:
    return [order.index(dim) for dim in range(len(order))]


def place(position: Any, size: int, parts: int) -> tuple[Any, Any]:
    """The block of a balanced partition that holds a position, and the offset in it."""
    small, larger = divmod(size, parts)
    edge = larger * (small + 1)
    above = position - edge
    is_large = position < edge
    owner = jnp.where(is_large, position // (small + 1), larger + above // max(small, 1))
    offset = jnp.where(is_large, position % (small + 1), above % max(small, 1))
    return owner, offset


def padded(x: Any, dims: Sequence[int]) -> Any:
    """``x``, with size 1 in those of ``dims`` where it is empty: JAX cannot gather from empty ones.

    It still depends on ``x``: a constant would leave this rank out of the derivative.
    """
    more = [int(dim in dims and n == 0) for dim, n in enumerate(jnp.shape(x))]
    if not any(more):
        return x  # perhaps a Python number
    return lax.pad(x, jnp.zeros((), x.dtype), [(0, n, 0) for n in more])


def trimmed(x: Any, shape: Sequence[int]) -> Any:
    """The part of ``x`` that has ``shape``, without the padding of `padded`."""
    return x if x.shape == tuple(shape) else lax.slice(x, [0] * x.ndim, shape)
