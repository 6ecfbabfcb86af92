"""Pictures of a distributed array: the place of each block, and the ranks that hold it."""

from __future__ import annotations

import importlib.util
import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jpi._array.array import DistArray
from jpi._jax.tracebacks import api
from jpi._layout.layout import Box, Layout
from jpi._layout.ranges import ranges
from jpi._mpi.arguments import rank_in

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from rich.table import Table

# Light enough for black letters, and different on a terminal of 16 colours too.
_COLOURS = "#7fd4f5 #f7e96b #f58ce0 #7fe08a #ff7a6b #6f74ff #d08a30".split()


@api
def visualize(
    x: DistArray, *, root: int = 0, picture: str | os.PathLike[str] | None = None
) -> None:
    """Prints, on one rank, which rank holds which block of ``x``, and its bytes.

    An array of 1 or 2 dimensions is drawn as a table of its blocks, any other is listed. It needs
    rich, and matplotlib for a picture: ``pip install "jpi[visualize]"``. It uses colours where rich
    sees a terminal; most launchers pipe what ranks print, then set ``FORCE_COLOR=1``.

    Args:
        x: the array; inside a compiled function it is shown when the function is traced.
        root: the rank that prints.
        picture: the image file that ``root`` writes instead of printing.

    Communication: none; only the layout is used.
    Errors: ImportError without the library; TypeError if ``x`` is no DistArray; ValueError if
    ``root`` is no rank, or for a picture of an array that does not have 1 or 2 dimensions.
    """
    if not isinstance(x, DistArray):
        raise TypeError(
            f"`x` must be a DistArray; got {type(x).__name__}. Pass jpi.numpy.asarray(x)."
        )
    is_drawn = x.ndim in (1, 2)
    if picture is not None and not is_drawn:
        raise ValueError(
            f"`picture` must be of an array of 1 or 2 dimensions; got one of {x.ndim}. Leave "
            "`picture` out: JPI then lists the blocks."
        )
    _require("rich" if picture is None else "matplotlib")
    if x.comm.rank != rank_in(x.comm, root, "root", "visualize"):
        return
    title = f"DistArray(shape={x.shape}, dtype={x.dtype}, spec={x.spec}) on {x.mesh}"
    blocks = blocks_of(x._layout, x.itemsize)
    if picture is None:
        _print(title, _table(blocks) if is_drawn else _list(blocks))
    else:
        _draw(title, blocks, picture)


def _require(library: str) -> None:
    # Every rank checks, though only one draws: all raise, or none.
    if importlib.util.find_spec(library) is None:
        raise ImportError(
            f'jpi.visualize needs `{library}`, which is missing: pip install "jpi[visualize]".'
        )


# ---- the blocks ----


@dataclass(frozen=True)
class Block:
    """One block of a layout, and all ranks that hold it."""

    place: tuple[int, ...]  # its index along each dimension
    box: Box
    ranks: tuple[int, ...]
    itemsize: int

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(stop - start for start, stop in self.box)

    @property
    def colour(self) -> str:
        return _COLOURS[self.ranks[0] % len(_COLOURS)]

    @property
    def sides(self) -> Box:
        """The start and end of its drawing, downwards and to the right."""
        return (*self.box, (0, 1))[:2]

    @property
    def is_empty(self) -> bool:
        return 0 in self.shape

    @property
    def holders(self) -> str:
        return _named(self.ranks)

    @property
    def slices(self) -> str:
        return f"[{', '.join(f'{start}:{stop}' for start, stop in self.box) or '()'}]"

    @property
    def amount(self) -> str:
        """The bytes of the block."""
        size = self.itemsize
        for length in self.shape:
            size *= length
        return "empty" if self.is_empty else f"{size:,} byte{'s' if size > 1 else ''}"

    @property
    def label(self) -> str:
        return f"{self.holders}\n{self.slices}\n{self.amount}"


def blocks_of(placement: Layout, itemsize: int) -> list[Block]:
    """The blocks of a layout in the order of the array, each once."""
    ranks: dict[tuple[int, ...], list[int]] = {}
    boxes: dict[tuple[int, ...], Box] = {}
    for rank, coordinates in enumerate(placement.coordinates()):
        place = tuple(placement.index(dim, coordinates) for dim in range(placement.ndim))
        ranks.setdefault(place, []).append(rank)
        boxes[place] = placement.box(coordinates)
    return [Block(place, boxes[place], tuple(ranks[place]), itemsize) for place in sorted(ranks)]


def _named(ranks: Sequence[int]) -> str:
    return f"rank{'s' if len(ranks) > 1 else ''} {ranges(ranks)}"


# ---- rich ----


def _table(blocks: Sequence[Block]) -> Table:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    table = Table(show_header=False, show_lines=True, padding=0)
    for _, row in itertools.groupby(blocks, lambda block: block.place[0]):
        table.add_row(
            *(
                Padding(
                    Text(block.label, justify="center"),
                    (0, 1),
                    style="dim" if block.is_empty else f"black on {block.colour}",
                )
                for block in row
            )
        )
    return table


def _list(blocks: Sequence[Block]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table("held by", "block", "shape", "bytes")
    for block in blocks:
        style = "dim" if block.is_empty else f"black on {block.colour}"
        cells = block.slices, str(block.shape), block.amount
        table.add_row(Text(block.holders, style), *map(Text, cells))
    return table


def _print(title: str, table: Table) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        console.width = 10_000  # a pipe has no edge that would need line breaks
    console.print(Text(title), soft_wrap=True)
    console.print(table)


# ---- matplotlib ----


def _draw(title: str, blocks: Sequence[Block], path: str | os.PathLike[str]) -> None:
    from matplotlib.figure import Figure  # without pyplot, which chooses a window system

    figure = Figure()
    axes = figure.add_subplot()
    for block in blocks:
        _draw_block(axes, block)
    rows, columns = (sorted({edge for b in blocks for edge in b.sides[dim]}) for dim in (0, 1))
    axes.set(title=title, xlim=(0, max(columns[-1], 1)), ylim=(max(rows[-1], 1), 0))
    axes.set_yticks(rows)
    axes.set_xticks(columns if len(blocks[0].box) > 1 else [])
    empty = sorted(rank for block in blocks if block.is_empty for rank in block.ranks)
    axes.set_xlabel(f"no elements: {_named(empty)}" if empty else "")
    figure.savefig(path, bbox_inches="tight")


def _draw_block(axes: Axes, block: Block) -> None:
    from matplotlib.patches import Rectangle

    if block.is_empty:
        return
    (top, bottom), (left, right) = block.sides
    corner, size = (left, top), (right - left, bottom - top)
    axes.add_patch(Rectangle(corner, *size, facecolor=block.colour, edgecolor="black"))
    middle = (left + right) / 2, (top + bottom) / 2
    axes.text(*middle, block.label, ha="center", va="center")
