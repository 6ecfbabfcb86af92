"""Halos: blocks padded with rows of their neighbours.

The modes are among those of `numpy.pad`. Along each axis, every rank receives by one exchange the
rows of its padding that it does not hold. The axes are padded one after another, which fills the
corners.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, Literal, get_args

import jax
import numpy as np

from jpi._array.array import DistArray
from jpi._blocks.padding import pad_along
from jpi._jax import statics
from jpi._jax.tracebacks import api
from jpi._layout.padding import padding_plan
from jpi._ordered.compile import compiled_when_eager
from jpi._ordered.origins import purpose

Mode = Literal["periodic", "wrap", "constant", "edge", "reflect", "symmetric"]


@api
def halo(
    x: DistArray, width: Any, axis: int | Sequence[int] | None = None, mode: Mode = "periodic"
) -> jax.Array:
    """This rank's block of ``x``, padded with the rows next to it in the global array.

    Args:
        x: the distributed array.
        width: the rows before and after the block, as `numpy.pad` takes them: one number, a pair
            ``(before, after)``, or a pair for each axis. They may exceed the neighbours' blocks.
        axis: the axis or axes to pad, all by default.
        mode: the rows beyond the global array: "periodic" (the other end; "wrap", NumPy's name, is
            the same), "constant" (zeros), "edge" (the last row), "reflect" (a mirror image without
            the last row) or "symmetric" (a mirror image with it).

    Shapes: the block's, longer by ``before + after`` along each axis: where this rank holds the
    rows ``start:stop``, the rows ``start:stop + before + after`` of the padded global array.

    Communication: for each sharded axis, one exchange of the rows that a rank does not hold. The
    gradient of a row is the sum over its copies.

    Errors: ValueError for a negative width, an axis that ``x`` lacks, another mode, or one that
    repeats rows of an axis that has none. TypeError if ``x`` is no DistArray.
    """
    if not isinstance(x, DistArray):
        raise TypeError(
            f"`x` of halo must be a DistArray; got {type(x).__name__}. Make one with "
            "jpi.numpy.asarray, or use jax.numpy.pad for a local array."
        )
    if mode not in get_args(Mode):
        raise ValueError(
            "`mode` must be 'periodic' or 'wrap', 'constant', 'edge', 'reflect' or 'symmetric'; "
            f"got {mode!r}. Pad with one of these."
        )
    mode = "periodic" if mode == "wrap" else mode
    return _pad(x, pads=_pads(x.shape, width, axis, mode), mode=mode)


def _pads(
    shape: tuple[int, ...], width: Any, axis: int | Sequence[int] | None, mode: str
) -> tuple[tuple[int, int, int], ...]:
    """``(axis, before, after)`` for each axis to pad."""
    chosen = range(len(shape)) if axis is None else axis if np.iterable(axis) else (axis,)
    axes = [operator.index(a) for a in chosen]
    if any(not -len(shape) <= a < len(shape) for a in axes) or len(
        {a % len(shape) for a in axes}
    ) < len(axes):
        raise ValueError(
            f"`axis` must name different axes of an array of {len(shape)} dimension(s); got "
            f"{axis!r}. Pass numbers from 0 to {len(shape) - 1}."
        )
    try:
        widths = np.broadcast_to(np.asarray(width), (len(axes), 2))
    except ValueError:
        widths = np.array(-1)
    if widths.dtype.kind not in "iu" or np.any(widths < 0):
        raise ValueError(
            "`width` must be a number of rows from 0 on, a pair (before, after), or a pair for "
            f"each of the {len(axes)} axes; got {width!r}. Pass whole numbers."
        )
    pads = [(a % len(shape), int(b), int(c)) for a, (b, c) in zip(axes, widths, strict=True)]
    for dim, before, after in pads:
        if before + after and not shape[dim] and mode != "constant":
            raise ValueError(
                f"`mode` must be 'constant' where there is no row to repeat; got {mode!r} for "
                f"dimension {dim} of shape {shape}. Leave out this axis, or pad with zeros."
            )
    return tuple(pads)


@compiled_when_eager
def _pad(x: DistArray, *, pads: tuple[tuple[int, int, int], ...], mode: str) -> Any:
    block = x.shard
    with purpose("halo", [x], statics.of_text(f"{pads} {mode}")):
        for dim, before, after in pads:
            own = x._layout.index(dim, x.mesh.coordinates)
            plan = padding_plan(x._layout.offsets(dim), own, before, after, mode)
            block = pad_along(block, x.mesh.subcomm(x._layout.spec[dim]), dim, plan)
    return block
