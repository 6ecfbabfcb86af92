"""The values of an evaluation: each is placed on the ranks, or deferred until a consumer asks.

Both answer the same question, `take(region)`: which numbers does this rank need for its part?
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import jax
from jax import lax

from jpi._blocks.over_axes import (
    compared,
    handed_to_all,
    reduce_over,
    reduce_scatter_over,
    spread_over,
)
from jpi._blocks.redistribute import redistribute
from jpi._jax import names as _jax
from jpi._layout.layout import Axes, Box, Layout, Spec, layout
from jpi._mpi.mesh import Mesh


@dataclass(frozen=True)
class Region:
    """The part of a global array that this rank computes with.

    Attributes:
        mesh: the mesh of the evaluation.
        whole: the global shape.
        box: ``(start, stop)`` per dimension.
        axes: the mesh axes over which the computation differs from rank to rank. A value that is
            the same along one of them is spread there: its cotangent is summed over it.
        layout: the layout of which ``box`` is this rank's block, None for any other box.
    """

    mesh: Mesh
    whole: tuple[int, ...]
    box: Box
    axes: Axes
    layout: Layout | None

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(stop - start for start, stop in self.box)

    def operand(self, shape: Sequence[int], dims: Sequence[int]) -> Region:
        """The region of an operand whose dimension ``k`` is dimension ``dims[k]`` of this one.

        Operand dimensions of size 1 are stretched, and taken whole.
        """
        shape = tuple(shape)
        kept = [size == self.whole[dim] for size, dim in zip(shape, dims, strict=True)]
        box = tuple(self.box[d] if keep else (0, 1) for d, keep in zip(dims, kept, strict=True))
        if self.layout is None:
            return Region(self.mesh, shape, box, self.axes, None)
        spec = tuple(self.layout.spec[d] if k else () for d, k in zip(dims, kept, strict=True))
        placement = layout(shape, self.mesh.axes, spec)
        return Region(self.mesh, shape, box, self.axes, placement)


def region_of(mesh: Mesh, target: Layout, axes: Sequence[str] = ()) -> Region:
    """The region of this rank's block, in a computation that differs over ``axes`` as well."""
    over = mesh.ordered(target.axes, axes)
    return Region(mesh, target.shape, target.box(mesh.coordinates), over, target)


class Value:
    """A global array inside an evaluation.

    Attributes:
        shape, dtype: those of the global array.
        spec: the layout it has, or would be cheapest in.
        weight: the bytes to move to change that. Operands of an operation agree on a layout by
            their weights: the heaviest one decides.
        known: its numbers, if the program itself says them, None otherwise.
        origin: what it is a result of, if it is computed later, or again by each consumer.
    """

    shape: tuple[int, ...]
    dtype: Any
    spec: Spec
    weight: int
    known: Any = None
    origin: Origin | None = None

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def is_replicated(self) -> bool:
        return not any(self.spec)

    def take(self, region: Region) -> Any:
        """This rank's numbers in ``region``."""
        raise NotImplementedError

    def layout(self, mesh: Mesh) -> Layout:
        return layout(self.shape, mesh.axes, self.spec)

    def settle(self, mesh: Mesh) -> Placed:
        """The value, placed in the layout it prefers."""
        chosen = self.layout(mesh)
        return Placed(self.take(region_of(mesh, chosen)), chosen)

    def replicate(self, mesh: Mesh) -> Any:
        """The whole array, on every rank. Communication: an allgather unless replicated."""
        return self.take(region_of(mesh, self.layout(mesh).replicated()))


class Origin(NamedTuple):
    """The result number ``place`` of a call."""

    call: Any
    operands: Sequence[Value]
    place: int


class Placed(Value):
    """A value whose block this rank holds.

    Attributes:
        as_view: makes a view of another array with the same numbers, which cost next to nothing to
            compute again: arrays that are multiples of one array need its rows only.
    """

    local: Any
    as_view: Callable[[], Value | None] | None = None
    _spread_in: tuple[Any, dict[Axes, Any]] | None = None

    def __init__(self, local: Any, placement: Layout) -> None:
        self.local, self.placement = local, placement
        self.shape, self.spec = placement.shape, placement.spec

    @property
    def dtype(self) -> Any:
        return jax.typeof(self.local).dtype  # a literal may be a Python number

    @property
    def weight(self) -> int:  # type: ignore[override]
        return math.prod(self.shape) * getattr(self.dtype, "itemsize", 8)

    def take(self, region: Region) -> Any:
        mesh, target = region.mesh, region.layout or self.placement.replicated()
        if self.is_replicated and target.is_replicated:
            local = self._spread(mesh, region.axes)
        else:
            local = redistribute(self.local, mesh.comm, self.placement, target)
            local = spread_over(local, mesh, region.axes, target.axes)
        if region.layout is None:
            starts, stops = zip(*region.box, strict=True) if region.box else ((), ())
            local = lax.slice(local, starts, stops)
        return local

    def _spread(self, mesh: Mesh, axes: Axes) -> Any:
        """The value, which every rank holds, for a computation that differs over ``axes``.

        It is spread once, as the ranks compare it then, and one may take more parts than another.
        """
        trace = _jax.current_trace()
        if self._spread_in is None or self._spread_in[0] is not trace:
            self._spread_in = trace, {}
        known = self._spread_in[1]
        if axes not in known:
            known[axes] = spread_over(self.local, mesh, axes)
        return known[axes]

    def settle(self, mesh: Mesh) -> Placed:
        return self


class Pending(Placed):
    """A sum over ranks that is not computed yet: each rank along ``over`` holds a summand.

    A consumer whose layout shards a dimension over these axes gets its block by a reduce-scatter.
    For any other, all ranks get the sum by one allreduce.
    """

    def __init__(self, summand: Any, mesh: Mesh, over: Axes, placement: Layout) -> None:
        self.summand, self.mesh, self.over, self.placement = summand, mesh, over, placement
        self.shape, self.spec = placement.shape, placement.spec

    @property
    def dtype(self) -> Any:
        return jax.typeof(self.summand).dtype

    @cached_property
    def local(self) -> Any:
        return reduce_over(self.summand, self.mesh, self.over)

    def take(self, region: Region) -> Any:
        target = region.layout
        if target is None or (dim := self._scattered_dim(target)) is None or "local" in vars(self):
            return super().take(region)
        block = reduce_scatter_over(self.summand, self.mesh, self.over, target, dim)
        return spread_over(block, self.mesh, region.axes, target.axes)

    def _scattered_dim(self, target: Layout) -> int | None:
        """The one dimension in which ``target`` differs, if sharded over the axes of the sum."""
        changed = [dim for dim in range(self.ndim) if target.spec[dim] != self.spec[dim]]
        if len(changed) != 1 or self.spec[changed[0]] or target.spec[changed[0]] != self.over:
            return None
        return changed[0]


def pending(summand: Any, mesh: Mesh, over: Axes, placement: Layout) -> Placed:
    """The sum of ``summand`` over the ranks along ``over``."""
    return Pending(summand, mesh, over, placement) if over else Placed(summand, placement)


class Deferred(Value):
    """A value that needs little or no data, such as a broadcast or an iota, or a function of these.

    It is built for a region when a consumer asks for it, so no rank holds a buffer of global size.
    """

    def __init__(
        self,
        shape: Sequence[int],
        dtype: Any,
        build: Callable[[Region], Any],
        spec: Spec = (),
        weight: int = 0,
    ) -> None:
        self.shape, self.dtype, self.weight = tuple(shape), dtype, weight
        self.spec = spec or ((),) * len(self.shape)
        self._build = build
        self._built: dict[Region, Any] = {}

    def take(self, region: Region) -> Any:
        if region not in self._built:
            self._built[region] = self._build(region)
        return self._built[region]


def moved_to(mesh: Mesh, placed: Value) -> Deferred:
    """A value placed on another mesh of the same ranks: it moves once, to where it is needed."""
    spec = mesh.layout(placed.shape, mesh.default_spec).spec
    return Deferred(placed.shape, placed.dtype, placed.take, spec, placed.weight)


def placed_as(value: Value, mesh: Mesh, target: Layout) -> Value:
    """``value`` in the layout ``target``; itself if it has this layout."""
    if value.spec == target.spec:
        return value
    return Placed(value.take(region_of(mesh, target)), target)


def agree(*operands: tuple[Value, Sequence[Any]]) -> dict[Any, Axes]:
    """The mesh axes for each label, from operands given with a label per dimension.

    Operands that share a label are sharded alike along it. The heaviest operand keeps its layout
    (of equal ones, the first). Another operand adds the axes that are still free, and moves where
    it disagrees. A label of None stays unsharded.
    """
    chosen: dict[Any, Axes] = {}
    taken: set[str] = set()
    for value, labels in sorted(operands, key=lambda operand: -operand[0].weight):
        for label, axes in zip(labels, value.spec, strict=True):
            if label is not None and axes and label not in chosen and not taken & set(axes):
                chosen[label] = axes
                taken |= set(axes)
    return chosen


def replicated(mesh: Mesh, array: Any) -> Placed:
    """An array that every rank holds, as a value."""
    return Placed(array, layout(tuple(getattr(array, "shape", ())), mesh.axes))


def given_by_all(mesh: Mesh, array: Any) -> Placed:
    """An array that the program of every rank gives, as a value; see `compared`."""
    return replicated(mesh, compared(array, mesh))


def given_to_all(mesh: Mesh, array: Any) -> Any:
    """A result that the program of every rank gets; see `handed_to_all`."""
    return handed_to_all(array, mesh)
