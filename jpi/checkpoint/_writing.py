"""Writing one step: what each rank writes, and how all of them end together."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from jpi._array.array import DistArray
from jpi._mpi.mesh import Mesh
from jpi.checkpoint._folder import commit, group_of, make_durable, place_of, write_tree
from jpi.checkpoint._leaves import Leaf
from jpi.checkpoint._progress import Progress
from jpi.io import _shards, _zarr
from jpi.io._aside import partial_name, remove
from jpi.io._blocks import Block, mesh_of, numbers, parts, shards
from jpi.io._dimensions import default_names
from jpi.io._together import attempt

_ALONE = 2**20  # bytes: a plain array up to this size is written by one rank


class Piece(NamedTuple):
    """An array of a checkpoint, and the block of it that this rank writes.

    Attributes:
        has_metadata: whether this rank writes the metadata: of a small array the rank that has it.
    """

    name: str
    metadata: dict[str, Any]
    block: Block
    has_metadata: bool


class Step(NamedTuple):
    """A step that is to be written, as this rank sees it."""

    folder: str
    number: int
    keep: int | None
    is_first: bool
    described: list[dict[str, Any]]
    pieces: list[Piece]

    @property
    def place(self) -> str:
        return partial_name(place_of(self.folder, self.number))


def pieces_of(leaves: list[Leaf], mesh: Mesh, copies: bool) -> list[Piece]:
    """What this rank writes of each array.

    Communication: of a DistArray whose blocks differ in size, an exchange of a few rows.
    """
    arrays = [leaf for leaf in leaves if leaf.array is not None]
    return [_piece(leaf, i, mesh, copies) for i, leaf in enumerate(arrays)]


def _piece(leaf: Leaf, i: int, mesh: Mesh, copies: bool) -> Piece:
    x = numbers(leaf.array)
    own = mesh_of(x, mesh)
    is_small = not isinstance(x, DistArray) and x.nbytes <= _ALONE
    cuts = (1,) * x.ndim if is_small else parts(x, own)
    part, chunk = _zarr.grid(x.shape, cuts, x.dtype.itemsize)
    is_chosen = own.rank == (i % own.size if is_small else 0)
    block = _of_one_rank(x, is_chosen) if is_small else shards(x, own, part)
    if copies:  # the program may write to its arrays, or give them away, while they are written
        block = Block(block.box, np.array(block.numbers))
    described = _shards.metadata(x.shape, x.dtype, part, chunk, default_names(x.shape))
    return Piece(leaf.described["array"], described, block, is_chosen)


def _of_one_rank(x: np.ndarray, is_own: bool) -> Block:
    if is_own:
        return Block(tuple((0, size) for size in x.shape), x)
    return Block(((0, 0),) * x.ndim, np.empty((0,) * max(1, x.ndim), x.dtype))


def write(step: Step, agree: Callable[[Exception | None], None]) -> None:
    """Write a step, and make it visible.

    Args:
        agree: called on all ranks with the error of each; raises one of them on all.
    """
    try:
        attempt(lambda: _write_own(step), agree)
        attempt(lambda: _check(step), agree)
        attempt(lambda: _finish(step), agree)
    except Exception:
        if step.is_first:
            attempt(lambda: remove(step.place), lambda error: None)
        raise


def _write_own(step: Step) -> None:
    written: list[str] = []
    if step.is_first:
        written += [write_tree(step.place, step.number, step.described), group_of(step.place)]
    made = (one for one in step.pieces if one.has_metadata)
    written += [_shards.create(_path(step, one), one.metadata) for one in made]
    total = sum(one.block.numbers.nbytes for one in step.pieces)
    with Progress(f"writing step {step.number}", total, step.is_first) as progress:
        for one in step.pieces:
            if one.block.numbers.size:
                array = _shards.Shards(_path(step, one), one.metadata)
                written.append(array.write(*one.block, progress.add))
    make_durable(step.place, written)


def _path(step: Step, piece: Piece) -> str:
    return os.path.join(step.place, piece.name)


def _check(step: Step) -> None:
    """Raise if files do not hold as much as this rank has written."""
    for one in step.pieces:
        box, block = one.block
        if not block.size:
            continue
        path = _shards.Shards(_path(step, one), one.metadata).file_of(box)
        found = os.path.getsize(path)
        if found < block.nbytes:
            raise OSError(
                f"`{path}` must hold {block.nbytes} bytes of this rank; it holds {found}. The disk "
                "may be full, or a file system lose data."
            )


def _finish(step: Step) -> None:
    if step.is_first:
        commit(step.folder, step.number, step.keep)
