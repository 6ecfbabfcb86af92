"""Views: values such as slices, which need rows near this rank's own, and stay where these are.

A view is not computed before a consumer asks for a part of it. Then all views that the part depends
on say which rows they need, the arrays below them get these rows in one exchange, and the views are
computed from them. So the parts that ranks compute of a view may overlap.
"""

from __future__ import annotations

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
from jpi._evaluation.parts import Cuts, add, cut_out, find
from jpi._evaluation.values import Placed, Region, Value, placed_as, region_of
from jpi._layout.layout import Axes, Box, Layout, Spec, layout
from jpi._layout.spans import Spanned, Spans, box_of
from jpi._mpi.mesh import Mesh

Needs = Callable[[Spanned], Sequence[Spanned]]

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
        self.parts: list[tuple[Spanned, Any]] = []
        self._settled: Placed | None = None

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
        target = region.layout
        if target is None or target.spec != self.spec or region.mesh != self.mesh:
            return self.settle(self.mesh).take(region)
        local = computed(self, blocks_of(target, self.mesh))
        return spread_over(local, self.mesh, region.axes, target.axes)

    def settle(self, mesh: Mesh) -> Placed:
        if self._settled is None:
            chosen = self.layout(self.mesh)
            self._settled = Placed(self.take(region_of(self.mesh, chosen)), chosen)
        return self._settled


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


def computed(value: View, part: Spanned) -> Any:
    """This rank's rows of a part of a view."""
    compute([(value, part)])
    return cut_out(value.parts, part)


def take_all(mesh: Mesh, values: Sequence[Value], regions: Sequence[Region]) -> list[Any]:
    """``value.take(region)`` of each; the views among them fetch their rows together."""
    compute(
        [
            (value, blocks_of(region.layout, mesh))
            for value, region in zip(values, regions, strict=True)
            if isinstance(value, View)
            and value.mesh == mesh
            and region.layout is not None
            and region.layout.spec == value.spec
        ]
    )
    return [value.take(region) for value, region in zip(values, regions, strict=True)]


def compute(wanted: Sequence[tuple[View, Spanned]]) -> None:
    """Compute parts of views.

    Communication: for each sharding of the arrays below and each dimension, one exchange of the
    rows that a rank does not hold.
    """
    needed: dict[int, tuple[View, list[Spanned]]] = {}  # by the number of the view
    sources: dict[int, tuple[Placed, list[Spanned]]] = {}  # by identity
    for value, part in wanted:
        _ask(value, part, needed, sources)
    cuts, order = Cuts(), []
    while needed:  # the latest view first: all that ask for parts of a view come after it
        value, parts = needed.pop(max(needed))
        order.append((value, parts))
        for part in parts:
            for operand, spans in zip(value.operands, value.needs(part), strict=True):
                if not operand.is_replicated:
                    _ask(operand, spans, needed, sources)
                    cuts.ask(operand, spans)
    if order:
        _fetch(order[0][0].mesh, list(sources.values()))
    for value, parts in reversed(order):
        for part in parts:
            value.parts.append((part, value.build(box_of(part), _operands(value, part, cuts))))


def _ask(value: Value, part: Spanned, needed: dict, sources: dict) -> None:
    if isinstance(value, View):
        if find(value.parts, part) is None:
            _, parts = needed.setdefault(value.number, (value, []))
            add(parts, part)
    else:
        assert isinstance(value, Placed)
        if find(value.parts, part) is None:
            _, parts = sources.setdefault(id(value), (value, []))
            add(parts, part)


def _fetch(mesh: Mesh, sources: Sequence[tuple[Placed, list[Spanned]]]) -> None:
    """Give each array the parts of it that this rank needs, dimension after dimension."""
    found = [(value, part) for value, parts in sources for part in parts]
    locals = [value.local for value, _ in found]
    for dim in range(max((value.ndim for value, _ in found), default=0)):
        at = [k for k, (value, _) in enumerate(found) if dim < value.ndim]
        margins = [
            Margin(locals[k], dim, value.spec[dim], value.placement.offsets(dim), part[dim])
            for k, (value, part) in ((k, found[k]) for k in at)
        ]
        for k, local in zip(at, with_margins(mesh, margins), strict=True):
            locals[k] = local
    for (value, part), local in zip(found, locals, strict=True):
        value.parts.append((part, local))


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
