"""Views: values such as slices, which need rows near this rank's own, and stay where these are.

A view is not computed before a consumer asks for a part of it. Then all views that the part depends
on say which rows they need, the arrays below them get these rows in one exchange, and the views are
computed from them. So the parts that ranks compute of a view may overlap.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from jpi._blocks.margins import Margin, with_margins
from jpi._blocks.over_axes import spread_over
from jpi._evaluation.parts import Cuts, add
from jpi._evaluation.values import Placed, Region, Value, placed_as
from jpi._jax.context import Context
from jpi._layout.layout import Axes, Box, Layout, Spec, layout
from jpi._layout.spans import Spanned, Spans, box_of
from jpi._mpi.mesh import Mesh

Needs = Callable[[Spanned], Sequence[Spanned]]

# The last one computes the blocks of views; others may be added, with a derivative.
computing: list[Callable[..., list[Any]]] = []
# Where nobody asks for their derivative.
undifferentiated = Context(lambda _: contextlib.nullcontext())

FEW = 8  # rows that a rank may fetch however small its block is
SHARE = 8  # it may fetch this part of a block
_DEEP = 22  # views upon each other: a deeper one is computed before it is shifted

_numbers = itertools.count()


class View(Value):
    """A value that this rank computes from rows near its own.

    Args:
        operands: sharded as the view is, or replicated.
        needs: gives the parts of the operands which a part of the view is computed from.
        build: computes this rank's part with these bounds, from the parts of the operands.
        periodic: for each dimension, whether a consumer may ask for rows before the first or after
            the last, and get those at the other end.
        wraps: by how many rows more than the operands it reaches around such an end.
        rows_of: the array of which it is some rows, and the number of the first one along each
            dimension.
        zeros_around: the array which is some of its rows, the others being zero, and the number of
            the first one along each dimension.

    Attributes:
        result: its global type.
        depth: how many views are below it, one upon the other.
        block: what this rank has computed of it: its block.
        terms: those of which it is the sum.
    """

    def __init__(
        self,
        mesh: Mesh,
        result: Any,
        spec: Spec,
        operands: Sequence[Value],
        needs: Needs,
        build: Callable[[Box, Sequence[Any]], Any],
        *,
        periodic: Sequence[bool] = (),
        wraps: int = 0,
        rows_of: tuple[Value, Sequence[int]] | None = None,
        zeros_around: tuple[Value, Sequence[int]] | None = None,
    ) -> None:
        self.shape, self.dtype, self.spec = tuple(result.shape), result.dtype, spec
        self.result = result
        self.mesh, self.operands, self.needs, self.build = mesh, operands, needs, build
        self.weight = math.prod(self.shape) * getattr(self.dtype, "itemsize", 8)
        self.periodic = tuple(periodic) or (False,) * self.ndim
        self.wraps: int = wraps + max((v.wraps for v in operands if isinstance(v, View)), default=0)
        self.depth: int = 1 + max((v.depth for v in operands if isinstance(v, View)), default=0)
        self.rows_of, self.zeros_around = rows_of, zeros_around
        self.number = next(_numbers)
        self.block: Placed | None = None
        self.terms: tuple[Value, ...] = ()

    @cached_property
    def reach(self) -> tuple[int, ...]:
        """Along each dimension, the rows beyond its own which a rank needs of any array below."""
        placement = self.layout(self.mesh)
        parts = self.needs(blocks_of(placement, self.mesh))
        reach = [0] * self.ndim
        for operand, spans in zip(self.operands, parts, strict=True):
            if operand.is_replicated:
                continue
            own = operand.layout(self.mesh)
            for dim, axes in enumerate(operand.spec):
                if axes:
                    at = self.spec.index(axes)
                    below = operand.reach[dim] if isinstance(operand, View) else 0
                    more = int(spans[dim].foreign(own.offsets(dim)).max())
                    reach[at] = max(reach[at], below + more)
        return tuple(reach)

    def take(self, region: Region) -> Any:
        return self.settle(self.mesh).take(region)

    def settle(self, mesh: Mesh) -> Placed:
        if self.block is None:
            compute([self])
        assert self.block is not None
        return self.block


def if_near(made: View) -> View | None:
    """A view, or None if it is not sharded, cannot be fetched, or a rank would fetch too much."""
    if not any(made.spec) or not all(map(_is_movable, made.operands)):
        return None
    placement = made.layout(made.mesh)
    for dim, reach in enumerate(made.reach):
        block = made.shape[dim] // placement.parts(dim)
        if reach > max(FEW, block // SHARE):
            return None
    return made


def is_periodic(value: Value, dim: int) -> bool:
    """Whether rows before the first and after the last can be asked for: those at the other end."""
    return not isinstance(value, View) or value.periodic[dim]


def _is_movable(value: Value) -> bool:
    return value.is_replicated or not jnp.issubdtype(value.dtype, jax.dtypes.extended)


def beside(mesh: Mesh, value: Value, spec: Spec, *, is_shifted: bool = False) -> Value:
    """``value`` as an operand of a view: replicated, or sharded over the axes of ``spec``.

    XLA computes a shifted operand again for each of its shifts, and those below it for each of
    theirs: one that is made of many is computed before.
    """
    if value.is_replicated:
        return value
    if is_shifted and isinstance(value, View) and value.depth > _DEEP:
        return value.settle(mesh)
    if not isinstance(value, View):
        value = value.settle(mesh)
    return placed_as(value, mesh, layout(value.shape, mesh.axes, spec))


def shifted(value: Value) -> Value:
    """The value of which rows are asked for where those of ``value`` are wanted shifted."""
    if isinstance(value, Placed) and value.as_view is not None:
        view = value.as_view()
        value.as_view = lambda: view
        return view or value
    return value


def blocks_of(placement: Layout, mesh: Mesh) -> Spanned:
    """The blocks of a layout, as the part that each rank computes."""
    return tuple(
        Spans.blocks(placement.offsets(dim), placement.index(dim, mesh.coordinates))
        for dim in range(placement.ndim)
    )


# ---- computing views ----


def take_all(mesh: Mesh, values: Sequence[Value], regions: Sequence[Region]) -> list[Any]:
    """``value.take(region)`` of each; the views among them fetch their rows together."""
    compute([value for value in values if isinstance(value, View) and value.mesh == mesh])
    return [value.take(region) for value, region in zip(values, regions, strict=True)]


def compute(*groups: Sequence[View]) -> None:
    """Compute the blocks of views of one mesh.

    Communication: see `blocks_computed`.
    """
    new: dict[View, int] = {}  # with the number of the group
    for number, views in enumerate(groups):
        new.update((view, number) for view in views if view.block is None and view not in new)
    if new:
        each = (list(views) for _, views in itertools.groupby(new, new.__getitem__))
        for view, local in zip(new, computing[-1](*each), strict=True):
            view.block = Placed(local, view.layout(view.mesh))


def blocks_computed(*groups: Sequence[View]) -> list[Any]:
    """This rank's blocks of views; those of a group are computed from the same rows.

    Communication: for each sharding of the arrays below and each dimension, one exchange of the
    rows that a rank does not hold.
    """
    sources: dict[int, tuple[Value, list[Spanned]]] = {}  # by identity
    plans = [_Group(views, sources) for views in groups]
    for value, part, local in _fetched(groups[0][0].mesh, list(sources.values())):
        for plan in plans:
            plan.cuts.give(value, part, local)
    return [block for plan in plans for block in plan.blocks()]


class _Group:
    """Views, and what they need.

    Args:
        sources: the arrays below, and the parts of them that are needed; by identity.
    """

    def __init__(
        self, views: Sequence[View], sources: dict[int, tuple[Value, list[Spanned]]]
    ) -> None:
        self.cuts, self._sources = Cuts(), sources
        self._needed: dict[int, tuple[View, list[Spanned]]] = {}  # by the number of the view
        self._order: list[tuple[View, list[Spanned]]] = []
        self._wanted = [(view, blocks_of(view.layout(view.mesh), view.mesh)) for view in views]
        for view, block in self._wanted:
            self._ask(view, block)
        while self._needed:  # the latest first: all that ask for parts of a view come after it
            view, parts = self._needed.pop(max(self._needed))
            self._order.append((view, parts))
            for part in parts:
                for operand, spans in zip(view.operands, view.needs(part), strict=True):
                    if not operand.is_replicated:
                        self._ask(operand, spans)

    def _ask(self, value: Value, part: Spanned) -> None:
        self.cuts.ask(value, part)
        if isinstance(value, View) and value.block is None:
            _, parts = self._needed.setdefault(value.number, (value, []))
        else:
            _, parts = self._sources.setdefault(id(value), (value, []))
        add(parts, part)

    def blocks(self) -> list[Any]:
        cuts = self.cuts
        for view, parts in reversed(self._order):
            for part in parts:
                cuts.give(view, part, view.build(box_of(part), _operands(view, part, cuts)))
        return [cuts.get(view, block) for view, block in self._wanted]


def _fetched(
    mesh: Mesh, sources: Sequence[tuple[Value, list[Spanned]]]
) -> list[tuple[Value, Spanned, Any]]:
    """The parts of each array that this rank needs, dimension after dimension."""
    found = [(value, part) for value, parts in sources for part in parts]
    placed = [value.settle(mesh) for value, _ in found]
    locals = [x.local for x in placed]
    for dim in range(max((x.ndim for x in placed), default=0)):
        at = [k for k, x in enumerate(placed) if dim < x.ndim]
        margins = [
            Margin(locals[k], dim, x.spec[dim], x.placement.offsets(dim), found[k][1][dim])
            for k, x in ((k, placed[k]) for k in at)
        ]
        for k, local in zip(at, with_margins(mesh, margins), strict=True):
            locals[k] = local
    return [(value, part, local) for (value, part), local in zip(found, locals, strict=True)]


def _operands(value: View, part: Spanned, cuts: Cuts) -> list[Any]:
    """The parts of the operands that this rank computes a part of the view from."""
    mesh, axes = value.mesh, value.layout(value.mesh).axes

    def own(operand: Value, spans: Spanned) -> Any:
        if operand.is_replicated:
            return _taken(operand, box_of(spans), mesh, axes)
        return spread_over(cuts.get(operand, spans), mesh, axes, operand.layout(mesh).axes)

    return list(map(own, value.operands, value.needs(part)))


def _taken(operand: Value, box: Box, mesh: Mesh, axes: Axes) -> Any:
    """A part of a replicated value, which may go around the ends of its dimensions."""
    for dim, ((start, stop), n) in enumerate(zip(box, operand.shape, strict=True)):
        if start < 0 or stop > n:
            images = [(max(start + by, 0), min(stop + by, n)) for by in (n, 0, -n)]
            boxes = [(*box[:dim], (a, b), *box[dim + 1 :]) for a, b in images if a < b]
            return lax.concatenate([_taken(operand, b, mesh, axes) for b in boxes], dim)
    return operand.take(Region(mesh, operand.shape, box, axes, None))


computing.append(blocks_computed)
