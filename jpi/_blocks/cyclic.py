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

from jpi._blocks.boxes import Box as Part
from jpi._blocks.boxes import area, pack, unpack
from jpi._layout.cyclic import Cyclic
from jpi._layout.layout import Axes, Box, Layout, layout
from jpi._mpi.comm import Comm
from jpi._mpi.mesh import Mesh, mesh_of
from jpi._primitives.moves import alltoallv_p, pairs

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


def to_cyclic(local: Any, source: Layout, grid: Grid, lower: bool = False) -> Any:
    """This rank's part of the matrices in the grid, from its block under ``source``.

    Where ranks of the grid hold the same block, the first of them sends it.

    Args:
        lower: zeros may take the place of what is above the blocks on the diagonal.

    Communication: one alltoallv of all elements, or of those that are not above; none on one rank.
    """
    if grid.comm.size == 1:
        return local
    boxes = list(_boxes(source, grid, once=True))
    own = boxes[grid.comm.rank]
    sent = [
        [_within(piece, own) for piece in _pieces(grid, place, own, lower)]
        for _, *place in grid.places()
    ]
    received = [
        [_held(grid, piece) for piece in _pieces(grid, grid.place, box, lower)] for box in boxes
    ]
    return _exchanged(grid.comm, local, sent, received, (*local.shape[:-2], *grid.shape))


def from_cyclic(local: Any, grid: Grid, target: Layout, lower: bool = False) -> Any:
    """This rank's block under ``target``, from its part of the matrices in the grid.

    Args:
        lower: zeros take the place of what is above the blocks on the diagonal.

    Communication: that of `to_cyclic`.
    """
    if grid.comm.size == 1:
        return local
    boxes = list(_boxes(target, grid, once=False))
    own = boxes[grid.comm.rank]
    sent = [
        [_held(grid, piece) for piece in _pieces(grid, grid.place, box, lower)] for box in boxes
    ]
    received = [
        [_within(piece, own) for piece in _pieces(grid, place, own, lower)]
        for _, *place in grid.places()
    ]
    sizes = [stop - start for start, stop in own]
    return _exchanged(grid.comm, local, sent, received, (*local.shape[:-2], *sizes))


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


def _pieces(grid: Grid, place: Sequence[int], box: Box, lower: bool) -> Iterator[Part]:
    """The parts of the matrix within ``box`` that the rank at ``place`` of the grid holds."""
    (top, bottom), (left, right) = box
    for row, (a, b) in grid.rows.pieces(top, bottom):
        end = min(right, b) if lower else right
        for column, (c, d) in grid.columns.pieces(left, end):
            if (row, column) == tuple(place):
                yield a, b, c, d


def _within(piece: Part, box: Box) -> Part:
    """Where a part of the matrix lies in the block of a rank."""
    (top, _), (left, _) = box
    a, b, c, d = piece
    return a - top, b - top, c - left, d - left


def _held(grid: Grid, piece: Part) -> Part:
    """Where a part of the matrix lies in what the rank that holds it in the grid has."""
    row, column = (
        cyclic.owner(start // cyclic.width)
        for cyclic, start in zip((grid.rows, grid.columns), (piece[0], piece[2]), strict=True)
    )
    return *grid.rows.held(row, *piece[:2]), *grid.columns.held(column, *piece[2:])


def _exchanged(
    comm: Comm,
    local: Any,
    sent: Sequence[Sequence[Part]],
    received: Sequence[Sequence[Part]],
    shape: Sequence[int],
) -> Any:
    """Matrices of ``shape``, whose parts the ranks send each other.

    Args:
        sent, received: for each rank the parts of ``local``, and of the result.
    """
    own, batch = comm.rank, math.prod(shape[:-2])
    places = list(zip(sent[own], received[own], strict=True))
    others = [
        [[] if rank == own else parts for rank, parts in enumerate(groups)]
        for groups in (sent, received)
    ]
    send, recv = (pairs(batch * sum(map(area, parts)) for parts in groups) for groups in others)
    flat = alltoallv_p.bind(pack(local, others[0]), comm=comm, send=send, recv=recv)
    return unpack(flat, others[1], local, places, shape)
