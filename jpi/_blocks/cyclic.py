"""Matrices in blocks that lie cyclically on a grid of ranks, and the way there and back.

An algorithm that finishes the matrix from one corner to the other keeps all ranks at work if each
of them holds blocks from everywhere. Every rank holds its rows and columns in increasing order. So
the part that two ranks exchange, of a contiguous block, is contiguous on the cyclic side.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._blocks.rows import summed, take_runs
from jpi._layout.cyclic import Cyclic, Span
from jpi._layout.layout import Axes, Box, Layout, layout
from jpi._mpi.comm import Comm
from jpi._mpi.mesh import Mesh, mesh_of
from jpi._primitives.moves import alltoallv_p

ROWS, COLUMNS = "rows", "columns"


@dataclass(frozen=True)
class Grid:
    """How the ranks along some mesh axes hold a matrix, or the matrices of a batch.

    Attributes:
        mesh: the ranks as a grid of its own, with the axes "rows" and "columns".
        axes: the mesh axes that the grid is made of.
        rows, columns: how the rows and columns lie on it.
    """

    mesh: Mesh
    axes: Axes
    rows: Cyclic
    columns: Cyclic

    @property
    def comm(self) -> Comm:
        return self.mesh.comm

    @property
    def place(self) -> tuple[int, int]:
        """The row and the column of this rank in the grid."""
        return self.mesh.coordinates[ROWS], self.mesh.coordinates[COLUMNS]

    @cached_property
    def shape(self) -> tuple[int, int]:
        """The shape of this rank's part of a matrix."""
        row, column = self.place
        return self.rows.count(row), self.columns.count(column)

    def places(self) -> Iterator[tuple[int, int, int]]:
        """Each rank, with its row and its column."""
        for rank in range(self.comm.size):
            yield rank, *divmod(rank, self.columns.parts)


def grid_over(
    mesh: Mesh, axes: Axes, shape: Sequence[int], parts: tuple[int, int], widths: tuple[int, int]
) -> Grid:
    """The grid of ``parts`` rows and columns of the ranks along ``axes``, for a ``shape``.

    Args:
        shape: that of the matrices, with batch dimensions before it or not.
        widths: the rows and the columns of a block.
    """
    comm = mesh.subcomm(axes)
    assert math.prod(parts) == comm.size
    own = mesh_of(comm, ((ROWS, parts[0]), (COLUMNS, parts[1])))
    rows, columns = (
        Cyclic(size, max(width, 1), count)
        for size, width, count in zip(shape[-2:], widths, parts, strict=True)
    )
    return Grid(own, axes, rows, columns)


def to_cyclic(local: Any, source: Layout, grid: Grid) -> Any:
    """This rank's part of the matrices in the grid, from its block under ``source``.

    Where ranks of the grid hold the same block, the first of them sends it.

    Communication: one alltoallv of all elements; none on one rank.
    """
    if grid.comm.size == 1:
        return local
    boxes = list(_boxes(source, grid, once=True))
    (top, bottom), (left, right) = boxes[grid.comm.rank]
    pieces, sent = [], []
    for rank, row, column in grid.places():
        runs = _runs(grid.rows, row, top, bottom), _runs(grid.columns, column, left, right)
        part = take_runs(take_runs(local, runs[0], -2), runs[1], -1)
        pieces.append(part.ravel())
        sent.append((rank, part.size))
    row, column = grid.place
    batch = local.shape[:-2]
    expected = [
        (grid.rows.held(row, *rows), grid.columns.held(column, *columns)) for rows, columns in boxes
    ]
    received = _exchanged(grid.comm, pieces, sent, [_shape(batch, box) for box in expected])
    return _joined(received, expected, (*batch, *grid.shape))


def from_cyclic(local: Any, grid: Grid, target: Layout) -> Any:
    """This rank's block under ``target``, from its part of the matrices in the grid.

    Communication: one alltoallv of all elements; none on one rank.
    """
    if grid.comm.size == 1:
        return local
    boxes = list(_boxes(target, grid, once=False))
    own = grid.place
    pieces, sent = [], []
    for rank, (rows, columns) in enumerate(boxes):
        held = grid.rows.held(own[0], *rows), grid.columns.held(own[1], *columns)
        part = _part(local, held)
        pieces.append(part.ravel())
        sent.append((rank, part.size))
    rows, columns = boxes[grid.comm.rank]
    batch = local.shape[:-2]
    starts = _starts(grid.rows, *rows), _starts(grid.columns, *columns)
    expected = [
        (starts[0][row : row + 2], starts[1][column : column + 2])
        for _, row, column in grid.places()
    ]
    received = _exchanged(grid.comm, pieces, sent, [_shape(batch, box) for box in expected])
    sizes = rows[1] - rows[0], columns[1] - columns[0]
    grouped = _joined(received, expected, (*batch, *sizes))
    grouped = take_runs(grouped, _back(grid.rows, *rows, starts[0]), -2)
    return take_runs(grouped, _back(grid.columns, *columns, starts[1]), -1)


def _boxes(placement: Layout, grid: Grid, once: bool) -> Iterator[Box]:
    """The rows and columns that each rank of the grid holds under ``placement``.

    Args:
        once: of ranks with the same block, only the first counts; the others have nothing.
    """
    sizes = tuple((name, placement.sizes[name]) for name in grid.axes)
    matrix = layout(placement.shape[-2:], sizes, placement.spec[-2:])
    for place in matrix.coordinates():
        is_copy = any(place[name] for name in grid.axes if name not in matrix.axes)
        yield ((0, 0), (0, 0)) if once and is_copy else matrix.box(place)


def _runs(cyclic: Cyclic, part: int, start: int, stop: int) -> list[Span]:
    """``(first, count)``, from ``start`` on, of the positions ``start:stop`` that a part holds."""
    return [(a - start, b - a) for k, (a, b) in cyclic.pieces(start, stop) if k == part]


def _starts(cyclic: Cyclic, start: int, stop: int) -> list[int]:
    """Where those of ``start:stop`` begin that each part holds, if ordered by part; and the end."""
    starts = [0]
    for part in range(cyclic.parts):
        a, b = cyclic.held(part, start, stop)
        starts.append(starts[-1] + b - a)
    return starts


def _back(cyclic: Cyclic, start: int, stop: int, starts: Sequence[int]) -> list[Span]:
    """``(first, count)`` of the pieces of ``start:stop``, in order, if ordered by part."""
    free = list(starts)
    runs = []
    for part, (a, b) in cyclic.pieces(start, stop):
        runs.append((free[part], b - a))
        free[part] += b - a
    return runs


def _part(local: Any, box: Sequence[Sequence[int]]) -> Any:
    (top, bottom), (left, right) = box
    return local[..., top:bottom, left:right]


def _shape(batch: Sequence[int], box: Sequence[Sequence[int]]) -> tuple[int, ...]:
    return *batch, *(stop - start for start, stop in box)


def _exchanged(
    comm: Comm, pieces: Sequence[Any], sent: Sequence[Span], shapes: Sequence[Sequence[int]]
) -> list[Any]:
    """The arrays of these shapes that the ranks send here, for the flat ``pieces`` sent to them."""
    sizes = list(map(math.prod, shapes))
    flat = alltoallv_p.bind(
        jnp.concatenate(pieces), comm=comm, send=summed(sent), recv=summed(enumerate(sizes))
    )
    ends = [sum(sizes[: k + 1]) for k in range(len(sizes))]
    return [
        lax.slice_in_dim(flat, end - size, end).reshape(shape)
        for end, size, shape in zip(ends, sizes, shapes, strict=True)
    ]


def _joined(parts: Sequence[Any], boxes: Sequence[Any], shape: Sequence[int]) -> Any:
    """The matrices of ``shape``, from parts that lie in ``boxes`` which form a grid."""
    bands: dict[int, dict[int, Any]] = {}
    for part, ((top, _), (left, _)) in zip(parts, boxes, strict=True):
        if 0 not in part.shape[-2:]:
            bands.setdefault(top, {})[left] = part
    if not bands:
        return jnp.zeros(shape, parts[0].dtype)
    joined = [
        jnp.concatenate([band[left] for left in sorted(band)], -1)
        for _, band in sorted(bands.items())
    ]
    return jnp.concatenate(joined, -2)
