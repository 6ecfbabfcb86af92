"""Products of operands in panels, where the whole operands would not fit on a rank.

If a rank needs more of an operand than it holds, the operand is not gathered. The ranks go through
the contracted dimension in steps. In each step they gather one panel of each operand and add the
product of the two (along two mesh axes this is the algorithm SUMMA).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from jpi._blocks.rows import move_rows, on_axis
from jpi._evaluation.registry import Call
from jpi._evaluation.values import Placed, Region, region_of
from jpi._layout.layout import Axes, Layout, layout, offsets
from jpi._rules._contraction import Contraction

PANEL = 1 << 20  # bytes; what is gathered is not divided into smaller panels


@dataclass(frozen=True)
class Panels:
    """An operand in panels along a contracted dimension, the same ones for both operands.

    The dimension is padded with zeros to ``pieces`` x ``steps`` x ``length``. Panel ``s`` consists
    of the ``s``-th part of every piece. ``pieces`` is a multiple of the number of blocks, so that
    all ranks along the dimension hold as much of each panel.
    """

    value: Placed
    dim: int
    pieces: int
    steps: int
    length: int

    def parts(self, call: Call) -> Any:
        """This rank's block, the dimension split into (pieces held, steps, length)."""
        placement, dim = self.value.placement, self.dim
        blocks, local = placement.parts(dim), self.value.local
        held = self.pieces // blocks
        size, width = placement.shape[dim], held * self.steps * self.length
        goal = [min(size, block * width) for block in range(blocks + 1)]
        if blocks > 1:
            balanced = offsets(size, blocks)
            move = partial(
                move_rows, mesh=call.mesh, axes=placement.spec[dim], source=balanced, target=goal
            )
            local = on_axis(move, local, dim)
        missing = [(0, width - n if d == dim else 0, 0) for d, n in enumerate(local.shape)]
        local = lax.pad(local, jnp.zeros((), local.dtype), missing)
        split = (*local.shape[:dim], held, self.steps, self.length, *local.shape[dim + 1 :])
        return local.reshape(split)

    def take(self, parts: Any, step: Any, target: Layout, region: Region) -> Any:
        """The numbers of panel ``step`` that this rank needs."""
        panel = lax.dynamic_index_in_dim(parts, step, self.dim + 1, keepdims=False)
        merged = (*panel.shape[: self.dim], -1, *panel.shape[self.dim + 2 :])
        count = panel.shape[self.dim] * self.length
        panel = panel.reshape([count if n == -1 else n for n in merged])
        return Placed(panel, self.layout(self.value.placement)).take(region)

    def layout(self, whole: Layout) -> Layout:
        """The layout of one panel of an array with the layout ``whole``."""
        shape = list(whole.shape)
        shape[self.dim] = self.pieces * self.length
        return layout(tuple(shape), whole.mesh_axes, whole.spec)


def panels_of(call: Call, product: Contraction, targets: Sequence[Layout]) -> list[Panels]:
    """The operands in panels, if a rank would gather too much otherwise; else an empty list."""
    if not product.summed or not all(isinstance(value, Placed) for value in product.operands):
        return []
    label = max(product.summed, key=lambda label: product.sizes[label])
    size, pieces, steps = product.sizes[label], 1, 1
    for value, labels, target in zip(product.operands, product.labels, targets, strict=True):
        source, dim = value.layout(call.mesh), labels.index(label)
        pieces = math.lcm(pieces, source.parts(dim), target.parts(dim))
        before, after = (value.weight / _blocks(placement) for placement in (source, target))
        if after > before:
            steps = max(steps, math.ceil(after / max(PANEL, before / 2)))
    steps = min(steps, size // pieces)
    if steps < 2:
        return []
    if size % pieces == 0:  # no padding, if that takes only a few more steps
        steps = next((n for n in range(steps, 2 * steps) if size // pieces % n == 0), steps)
    length = -(-size // (pieces * steps))
    return [
        Panels(value.settle(call.mesh), labels.index(label), pieces, steps, length)
        for value, labels in zip(product.operands, product.labels, strict=True)
    ]


def _blocks(placement: Layout) -> int:
    return math.prod(placement.parts(dim) for dim in range(placement.ndim))


def streamed(call: Call, panels: Sequence[Panels], targets: Sequence[Layout], used: Axes) -> Any:
    """This rank's block of the sum of the products of the panels."""
    mesh, wide = call.mesh, jnp.promote_types(call.dtype, jnp.float32)
    sixteen = jnp.issubdtype(call.dtype, jnp.floating) and call.dtype.itemsize < wide.itemsize
    dtype = wide if sixteen else call.dtype  # a sum over steps keeps its precision
    regions = [
        region_of(mesh, p.layout(target), used) for p, target in zip(panels, targets, strict=True)
    ]

    def product(*operands: Any) -> Any:
        return call.bind(*operands, preferred_element_type=dtype)

    # Without the checkpoint, the gradient would keep the panels: all of the gathered operand.
    @partial(jax.checkpoint, prevent_cse=False)
    def step(total: Any, index: Any, blocks: Sequence[Any]) -> Any:
        needed = [
            p.take(block, index, target, region)
            for p, block, target, region in zip(panels, blocks, targets, regions, strict=True)
        ]
        return total + product(*needed)

    blocks = [p.parts(call) for p in panels]
    shape = jax.eval_shape(
        product,
        *(
            jax.ShapeDtypeStruct(r.shape, p.value.dtype)
            for r, p in zip(regions, panels, strict=True)
        ),
    ).shape
    total, _ = lax.scan(
        lambda total, index: (step(total, index, blocks), None),
        jnp.zeros(shape, dtype),
        jnp.arange(panels[0].steps),
    )
    return total.astype(call.dtype)
