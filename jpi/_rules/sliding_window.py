"""Primitives that slide a window: each rank fetches the rows that its block of the result needs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax

from jpi._blocks.rows import Span, fetch_span
from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Placed, Value, agree, pending, region_of
from jpi._jax import jaxprs
from jpi._layout.layout import Layout, layout
from jpi._mpi.mesh import Mesh


@dataclass(frozen=True)
class Window:
    """A window that slides along one dimension of an operand with ``size`` rows.

    Attributes:
        stride: the distance between the windows of successive results.
        padding: the rows, without data, added before and after the dilated operand.
        dilation: the distance between the rows in a window.
        base_dilation: the distance between the rows of the dilated operand.
    """

    size: int
    stride: int
    padding: tuple[int, int]
    dilation: int
    base_dilation: int

    def reach(self, results: Span, taps: Span) -> tuple[Span, tuple[int, int]]:
        """The rows that the windows of ``results`` have at ``taps``, and their padding."""
        if results[0] == results[1]:
            return (0, 0), (0, 0)
        start = results[0] * self.stride + taps[0] * self.dilation - self.padding[0]
        last = (results[1] - 1) * self.stride + (taps[1] - 1) * self.dilation - self.padding[0]
        first, stop = (
            min(max(-(-place // self.base_dilation), 0), self.size) for place in (start, last + 1)
        )
        if first >= stop:
            return (first, first), (last + 1 - start, 0)
        end = (stop - 1) * self.base_dilation
        return (first, stop), (first * self.base_dilation - start, last - end)


class Windows:
    """The windows of this rank on an operand with the layout ``source``.

    Args:
        windows: the window along each dimension that has one.
        work: for each, the results and the rows of the window that each block's rank computes with.

    Attributes:
        padding: for each, the padding of the fetched rows.
    """

    def __init__(
        self,
        mesh: Mesh,
        source: Layout,
        windows: dict[int, Window],
        work: Mapping[int, Sequence[tuple[Span, Span]]],
    ) -> None:
        self._mesh, self._source = mesh, source
        self._spans: dict[int, list[Span]] = {}
        self.padding = [window.padding for window in windows.values()]
        for position, (dim, window) in enumerate(windows.items()):
            if source.parts(dim) > 1:
                reaches = [window.reach(*part) for part in work[dim]]
                self._spans[dim] = [span for span, _ in reaches]
                self.padding[position] = reaches[source.index(dim, mesh.coordinates)][1]

    def fetch(self, local: Any) -> Any:
        """The rows of the operand in this rank's windows."""
        for dim, spans in self._spans.items():
            axes, bounds = self._source.spec[dim], self._source.offsets(dim)
            local = fetch_span(local, self._mesh, axes, bounds, spans, dim)
        return local

    def add(self, part: Any) -> Any:
        """This rank's block of the sum over ranks of ``part``, the rows of its windows."""
        block = self._source.block_shape(self._mesh.coordinates)
        like = jax.ShapeDtypeStruct(block, part.dtype)
        return jax.linear_transpose(self.fetch, like)(part)[0]


@rule("conv_general_dilated")
def conv_general_dilated(call: Call, lhs: Value, rhs: Value, **params: Any) -> Value:
    plan = _Convolution(call, lhs, rhs)
    source, kernel, target = plan.layouts()
    shown = plan.windows(source, kernel, target)
    partial = call.bind(
        shown.fetch(lhs.take(region_of(call.mesh, source, plan.used))),
        rhs.take(region_of(call.mesh, kernel, plan.used)),
        padding=tuple(shown.padding),
        feature_group_count=plan.groups // plan.parts.get("group", 1),
    )
    over = call.mesh.ordered(*(plan.axes.get(role, ()) for role in ("summed", *plan.sums)))
    return pending(partial, call.mesh, over, target)


class _Convolution:
    """Which mesh axes shard which part of a convolution.

    Each dimension has a role: "batch", "feature", "group", "summed" (the features that are summed)
    or the number of a spatial dimension, counted after batch and feature. A spatial dimension is
    among the ``sums`` if its kernel is longer than its result: then the kernel is sharded.
    """

    def __init__(self, call: Call, lhs: Value, rhs: Value) -> None:
        params = self._params = call.params
        self._call, self._lhs, self._rhs = call, lhs, rhs
        self._specs = _, rhs_spec, out_spec = params["dimension_numbers"]
        self.groups = params["feature_group_count"]
        self._spatial = range(2, lhs.ndim)
        self.sums = {k for k in self._spatial if rhs.shape[rhs_spec[k]] > call.shape[out_spec[k]]}
        batch = "batch" if params["batch_group_count"] == 1 else None
        feature = "group" if self.groups > 1 else "feature" if batch else None
        summed = "summed" if self.groups == 1 else None
        of_kernel = [k if k in self.sums else None for k in self._spatial]
        of_result = [k if k not in self.sums else None for k in self._spatial]
        self._roles = (
            [batch, summed or "group", *self._spatial],
            [feature, summed, *of_kernel],
            [batch, feature, *of_result],
        )
        lhs_roles, rhs_roles, _ = map(_by_dimension, self._specs, self._roles)
        self.axes = agree((lhs, lhs_roles), (rhs, rhs_roles))
        self.parts = {
            role: math.prod(call.mesh.shape[a] for a in names) for role, names in self.axes.items()
        }
        for role in list(self.parts):
            if not self._has_work_for_all(role):
                del self.axes[role], self.parts[role]
        self.used = tuple(name for entry in self.axes.values() for name in entry)

    def _has_work_for_all(self, role: Any) -> bool:
        """Whether there are whole groups, and something to sum, for every rank."""
        parts = self.parts[role]
        if role == "group":
            return self.groups % parts == 0
        return role not in self.sums or self._rhs.shape[self._specs[1][role]] >= parts

    def layouts(self) -> Iterator[Layout]:
        """The layouts of the array, the kernel and the result."""
        shapes = self._lhs.shape, self._rhs.shape, self._call.shape
        for shape, spec, roles in zip(shapes, self._specs, self._roles, strict=True):
            entries = tuple(self.axes.get(role, ()) for role in _by_dimension(spec, roles))
            yield layout(tuple(shape), self._call.mesh.axes, entries)

    def windows(self, source: Layout, kernel: Layout, target: Layout) -> Windows:
        lhs_spec, rhs_spec, out_spec = self._specs
        windows = {
            lhs_spec[k]: Window(
                self._lhs.shape[lhs_spec[k]],
                self._params["window_strides"][k - 2],
                self._params["padding"][k - 2],
                self._params["rhs_dilation"][k - 2],
                self._params["lhs_dilation"][k - 2],
            )
            for k in self._spatial
        }
        work = {
            lhs_spec[k]: _work(target, out_spec[k], kernel, rhs_spec[k], source.parts(lhs_spec[k]))
            for k in self._spatial
        }
        return Windows(self._call.mesh, source, windows, work)


def _by_dimension(spec: Sequence[int], roles: Sequence[Any]) -> list[Any]:
    """The role of each dimension, for a spec that gives the dimension of each role."""
    return [role for _, role in sorted(zip(spec, roles, strict=True), key=lambda pair: pair[0])]


def _work(
    results: Layout, dim: int, kernel: Layout, kernel_dim: int, parts: int
) -> list[tuple[Span, Span]]:
    """The results and the kernel's rows of each of ``parts`` ranks; one of the two is in blocks."""

    def spans(placement: Layout, dim: int) -> list[Span]:
        blocks = list(itertools.pairwise(placement.offsets(dim)))
        return blocks if placement.spec[dim] else blocks * parts

    return list(zip(spans(results, dim), spans(kernel, kernel_dim), strict=True))


# ---- windows that reduce ----


def _reducing(
    call: Call, source: Layout, results: Sequence[int], **params: Any
) -> tuple[Windows, Layout]:
    """The windows of a reduction along all dimensions, and the layout of the results."""
    ones = (1,) * source.ndim
    target = layout(tuple(results), call.mesh.axes, source.spec)
    sizes = params["window_dimensions"]
    windows = {
        dim: Window(source.shape[dim], *parts)
        for dim, parts in enumerate(
            zip(
                params["window_strides"],
                params["padding"],
                params.get("window_dilation") or ones,
                params.get("base_dilation") or ones,
                strict=True,
            )
        )
    }
    work = {
        dim: [(span, (0, sizes[dim])) for span in itertools.pairwise(target.offsets(dim))]
        for dim in windows
    }
    return Windows(call.mesh, source, windows, work), target


def _common_layout(call: Call, *values: Value) -> Layout:
    axes = agree(*((value, range(value.ndim)) for value in values))
    spec = tuple(axes.get(dim, ()) for dim in range(values[0].ndim))
    return layout(values[0].shape, call.mesh.axes, spec)


@rule(
    "reduce_window_sum",
    "reduce_window_max",
    "reduce_window_min",
    "reduce_window",
    "select_and_gather_add",
)
def reduce_window(call: Call, *values: Value, **params: Any) -> list[Value]:
    operands = [value for value in values if value.ndim]
    source = _common_layout(call, *operands)
    windows, target = _reducing(call, source, call.shape, **params)
    locals = [value.take(region_of(call.mesh, source)) for value in operands]
    starts = [
        v.take(region_of(call.mesh, v.layout(call.mesh), source.axes)) for v in values if not v.ndim
    ]
    results = jaxprs.apply_primitive(
        call.primitive,
        [*map(windows.fetch, locals), *starts],
        {**call.params, "padding": tuple(windows.padding)},
    )
    return [Placed(result, target) for result in results]


@rule("select_and_scatter_add")
def select_and_scatter_add(call: Call, source: Value, operand: Value, **params: Any) -> Value:
    own = _common_layout(call, operand)
    windows, target = _reducing(call, own, source.shape, **params)
    shown = windows.fetch(operand.take(region_of(call.mesh, own)))
    part = call.bind(
        source.take(region_of(call.mesh, target)), shown, padding=tuple(windows.padding)
    )
    return Placed(windows.add(part), own)
