"""Halos: blocks padded with the rows that their neighbours hold.

The modes are those of `numpy.pad`. Along each axis one exchange brings every rank the rows that its
padding shows and that it does not hold. The axes follow each other, which fills the corners.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jpi._array.array import DistArray
from jpi._ordered.compile import compiled_when_eager
from jpi._primitives.collectives import alltoallv_p

Mode = Literal["periodic", "constant", "reflect", "edge"]
Rows = tuple[int, int, int]  # the lowest, how many, and 1 or -1: upwards or downwards

_MODES = (*get_args(Mode), "wrap")  # NumPy's "periodic"
_OUTSIDE = -1  # the number of a row beyond the array, which is zero


def halo(
    x: DistArray, width: Any, axis: int | Sequence[int] | None = None, mode: Mode = "periodic"
) -> jax.Array:
    """This rank's block of ``x``, padded with the rows next to it in the global array.

    Args:
        x: the distributed array.
        width: the rows before and after the block, as `numpy.pad` takes them: one number, a pair
            ``(before, after)``, or a pair for each axis. They may exceed the neighbours' blocks.
        axis: the axis or axes to pad, all by default.
        mode: what lies beyond the global array: "periodic", "constant" (zeros), "reflect" (the last
            row is not repeated) or "edge".

    Shapes: the block's, longer by ``before + after`` along each axis: where this rank holds the
    rows ``start:stop``, the rows ``start:stop + before + after`` of the padded global array.

    Communication: for each axis that is cut, one exchange of the rows that a rank does not hold.
    The gradient adds up what the copies of a row get.

    Errors: ValueError for a negative width, an axis that ``x`` lacks, another mode, or one that
    repeats rows of an axis that has none. TypeError if ``x`` is no DistArray.
    """
    if not isinstance(x, DistArray):
        raise TypeError(
            f"`x` of halo must be a DistArray; got {type(x).__name__}. Make one with "
            "jpi.numpy.asarray, or use jax.numpy.pad for a local array."
        )
    if mode not in _MODES:
        raise ValueError(
            f"`mode` must be 'periodic', 'constant', 'reflect' or 'edge'; got {mode!r}. Pad with "
            "one of these."
        )
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
    block = x._shard
    for dim, before, after in pads:
        own = x._layout.index(dim, x.mesh.coordinates)
        plan = _plan(x._layout.offsets(dim), own, before, after, mode)
        block = _pad_along(block, x, dim, plan)
    return block


def _pad_along(block: Any, x: DistArray, dim: int, plan: _Plan) -> Any:
    blocks = {"own": block}
    if plan.is_exchange:
        outgoing = [_rows(block, rows, dim) for rows in plan.sends or [(0, 0, 1)]]
        received = alltoallv_p.bind(
            jnp.moveaxis(jnp.concatenate(outgoing, axis=dim), dim, 0),
            comm=x.mesh.subcomm(x._layout.spec[dim]),
            send=plan.send_counts,
            recv=plan.recv_counts,
        )
        blocks["received"] = jnp.moveaxis(received, 0, dim)
    pieces = [
        _rows(blocks[source], rows, dim)
        if source in blocks
        else jnp.zeros((*block.shape[:dim], rows[1], *block.shape[dim + 1 :]), block.dtype)
        for source, rows in plan.pieces
    ]
    return jnp.concatenate(pieces, axis=dim)


def _rows(block: Any, rows: Rows, dim: int) -> Any:
    first, count, step = rows
    part = lax.slice_in_dim(block, first, first + count, axis=dim)
    return part if step > 0 else lax.rev(part, (dim,))


@dataclass(frozen=True)
class _Plan:
    """What one rank does along one axis.

    Attributes:
        is_exchange: whether any rank needs rows of another.
        sends: the rows of its block that it sends, one rank's after the other's.
        send_counts, recv_counts: how many go to and come from each rank.
        pieces: the padded block, as rows of its "own" block, of what it "received", or "outside".
    """

    is_exchange: bool
    sends: tuple[Rows, ...]
    send_counts: tuple[int, ...]
    recv_counts: tuple[int, ...]
    pieces: tuple[tuple[str, Rows], ...]


@lru_cache(maxsize=4096)
def _plan(bounds: tuple[int, ...], own: int, before: int, after: int, mode: str) -> _Plan:
    start, stop = bounds[own], bounds[own + 1]
    padding = [_padding(bounds, rank, before, after, mode) for rank in range(len(bounds) - 1)]
    needs = [_foreign(np.concatenate(sides), bounds, rank) for rank, sides in enumerate(padding)]
    wanted = [need[(start <= need) & (need < stop)] - start for need in needs]
    held = np.diff(np.searchsorted(needs[own], bounds))

    def pieces(rows: np.ndarray) -> list[tuple[str, Rows]]:
        is_own = (start <= rows) & (rows < stop)
        names = np.where(rows == _OUTSIDE, "outside", np.where(is_own, "own", "received"))
        places = np.where(is_own, rows - start, np.searchsorted(needs[own], rows))
        places = np.where(rows == _OUTSIDE, np.arange(len(rows)), places)
        groups = itertools.groupby(zip(names, places, strict=True), key=lambda pair: pair[0])
        return [(str(name), run) for name, group in groups for run in _runs([n for _, n in group])]

    left, right = map(pieces, padding[own])
    return _Plan(
        any(map(len, needs)),
        tuple(run for rows in wanted for run in _runs(rows)),
        tuple(map(len, wanted)),
        tuple(map(int, held)),
        (*left, ("own", (0, stop - start, 1)), *right),
    )


def _padding(
    bounds: tuple[int, ...], rank: int, before: int, after: int, mode: str
) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of the rows before and after the block of ``rank``."""
    start, stop, size = bounds[rank], bounds[rank + 1], bounds[-1]
    return (
        _row_numbers(np.arange(start - before, start), size, mode),
        _row_numbers(np.arange(stop, stop + after), size, mode),
    )


def _row_numbers(places: np.ndarray, size: int, mode: str) -> np.ndarray:
    """The numbers of the rows that ``mode`` puts at these places, most of them beyond the array."""
    if mode == "edge":
        return np.clip(places, 0, size - 1)
    if mode in ("periodic", "wrap"):
        return places % size
    if mode == "reflect":
        period = max(2 * (size - 1), 1)
        return np.minimum(places % period, -places % period)
    return np.where((0 <= places) & (places < size), places, _OUTSIDE)


def _foreign(rows: np.ndarray, bounds: tuple[int, ...], rank: int) -> np.ndarray:
    """Those of ``rows`` that another rank holds, each once, in order."""
    own = (bounds[rank] <= rows) & (rows < bounds[rank + 1])
    return np.unique(rows[~own & (rows != _OUTSIDE)])


def _runs(places: Sequence[int] | np.ndarray) -> list[Rows]:
    """Places as runs of neighbours, each up or down."""
    runs: list[list[int]] = []
    for place in map(int, places):
        if (
            runs
            and place - runs[-1][-1] in (1, -1)
            and (len(runs[-1]) == 1 or place - runs[-1][-1] == runs[-1][-1] - runs[-1][-2])
        ):
            runs[-1].append(place)
        else:
            runs.append([place])
    return [(min(run), len(run), 1 if run[0] <= run[-1] else -1) for run in runs]
