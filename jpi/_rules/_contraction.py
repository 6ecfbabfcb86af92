"""Over which mesh axes each dimension of a product is sharded, chosen by the bytes to move."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from jpi._evaluation.registry import Call
from jpi._evaluation.values import Value, agree
from jpi._layout.layout import Axes

LATENCY = 1 << 14  # the bytes that can be sent in the time of one more collective

Assignment = dict[Any, Axes]  # the mesh axes of each label; a label is one dimension


@dataclass(frozen=True)
class Contraction:
    """A contraction of two operands: the labels of their dimensions and of the result's, and which
    labels are summed. The two dimensions of a pair have one label."""

    operands: tuple[Value, Value]
    labels: tuple[list[Any], list[Any]]
    result: list[Any]
    summed: list[Any]

    @property
    def sizes(self) -> dict[Any, int]:
        pairs = zip(self.operands, self.labels, strict=True)
        return {k: n for value, labels in pairs for k, n in zip(labels, value.shape, strict=True)}

    def over(self, axes: Assignment, names: Axes) -> Axes:
        """The mesh axes over which the ranks' products must be summed."""
        summed = {name for label in self.summed for name in axes.get(label, ())}
        return tuple(name for name in names if name in summed)


def contraction_of(lhs: Value, rhs: Value, dimension_numbers: Any) -> Contraction:
    (lhs_contracting, rhs_contracting), (lhs_batch, rhs_batch) = dimension_numbers
    lhs_labels: list[Any] = [("lhs", dim) for dim in range(lhs.ndim)]
    rhs_labels: list[Any] = [("rhs", dim) for dim in range(rhs.ndim)]
    for left, right in zip(
        (*lhs_batch, *lhs_contracting), (*rhs_batch, *rhs_contracting), strict=True
    ):
        rhs_labels[right] = lhs_labels[left]
    paired = {lhs_labels[dim] for dim in (*lhs_batch, *lhs_contracting)}
    result = [
        *(lhs_labels[dim] for dim in lhs_batch),
        *(label for label in (*lhs_labels, *rhs_labels) if label not in paired),
    ]
    summed = [lhs_labels[dim] for dim in lhs_contracting]
    return Contraction((lhs, rhs), (lhs_labels, rhs_labels), result, summed)


def plan(call: Call, product: Contraction) -> Assignment:
    """The cheapest assignment, the first of equals.

    The last candidate must save the time of one more collective. So a small product over a sharded
    dimension that is plain on one rank is plain on all numbers of ranks.

    The candidates: the heavier operand keeps its layout; the lighter one does; the dimensions of
    the result are sharded like those of the operands, and the contracted ones over the remaining
    axes; or the contracted dimensions are unsharded, and their axes shard the longest dimension of
    the result.
    """
    pairs = sorted(
        zip(product.operands, product.labels, strict=True), key=lambda pair: -pair[0].weight
    )
    alone = [[label if label in product.result else None for label in ls] for _, ls in pairs]
    free = agree(*((value, ls) for (value, _), ls in zip(pairs, alone, strict=True)))
    whole = dict(free)
    left = [axes for axes in _claims(product) if not set(axes) & set(_names(whole))]
    unsharded = [label for label in product.result if label not in whole]
    if left and unsharded:
        whole[max(unsharded, key=lambda label: product.sizes[label])] = left[0]
    candidates = [
        agree(*pairs),
        _completed({k: a for k, a in zip(pairs[1][1], pairs[1][0].spec, strict=True) if a}, pairs),
        _completed(free, pairs),
    ]
    costs = [_cost(call, product, axes) for axes in candidates]
    if _cost(call, product, whole) + LATENCY < min(costs):
        return whole
    return candidates[costs.index(min(costs))]


def _claims(product: Contraction) -> list[Axes]:
    """The axes that shard contracted dimensions of the operands."""
    pairs = zip(product.operands, product.labels, strict=True)
    return [
        axes
        for value, labels in pairs
        for label, axes in zip(labels, value.spec, strict=True)
        if axes and label in product.summed
    ]


def _names(axes: Assignment) -> Axes:
    return tuple(name for entry in axes.values() for name in entry)


def _completed(axes: Assignment, pairs: Sequence[tuple[Value, Sequence[Any]]]) -> Assignment:
    """``axes``, and those axes of the operands' layouts that do not contradict them."""
    axes = dict(axes)
    for value, labels in pairs:
        for label, entry in zip(labels, value.spec, strict=True):
            if entry and label not in axes and not set(entry) & set(_names(axes)):
                axes[label] = entry
    return axes


def _cost(call: Call, product: Contraction, axes: Assignment) -> float:
    """The bytes that a rank receives, and a price for each collective."""
    ranks, cost = call.mesh.shape, 0.0
    for value, labels in zip(product.operands, product.labels, strict=True):
        target = tuple(axes.get(label, ()) for label in labels)
        held = math.prod(map(partial(_held, ranks), value.spec, target))
        block = value.weight / math.prod(ranks[name] for entry in target for name in entry)
        cost += (LATENCY + block * (1 - held)) if held < 1 else 0
    summands = math.prod(ranks[name] for name in product.over(axes, call.mesh.axis_names))
    if summands > 1:
        parts = math.prod(ranks[name] for label in product.result for name in axes.get(label, ()))
        size = math.prod(call.shape) * getattr(call.dtype, "itemsize", 8) / parts
        cost += LATENCY + 2 * size * (1 - 1 / summands)
    return cost


def _held(ranks: Any, source: Axes, target: Axes) -> float:
    """The part of its new block that a rank holds already, along one dimension."""
    if target[: len(source)] == source:
        return 1.0
    more = source[len(target) :] if source[: len(target)] == target else source
    return 1 / math.prod(ranks[name] for name in more)
