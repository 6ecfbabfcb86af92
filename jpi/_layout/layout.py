"""Layout: how a global array is split into one block per rank.

Integers and names only. This file knows neither JAX nor MPI, so tests can check every statement
about blocks for any number of ranks without starting one.
"""

from __future__ import annotations

import itertools
import math
import operator
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, overload

Axes = tuple[str, ...]
Spec = tuple[Axes, ...]
Box = tuple[tuple[int, int], ...]
Pairs = tuple[tuple[int, int], ...]  # of a rank and a number; ranks with 0 are left out


@dataclass(frozen=True)
class Boundaries(Sequence[int]):
    """The ``parts + 1`` boundaries of blocks whose sizes differ by at most one, larger first."""

    size: int
    parts: int

    def __len__(self) -> int:
        return self.parts + 1

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[int, ...]: ...
    def __getitem__(self, place: int | slice) -> int | tuple[int, ...]:
        found = range(self.parts + 1)[place]
        return self._at(found) if isinstance(found, int) else tuple(map(self._at, found))

    def _at(self, block: int) -> int:
        small, larger = divmod(self.size, self.parts)
        return block * small + min(block, larger)


@dataclass(frozen=True)
class Mapped(Sequence[int]):
    """``function`` of each boundary, where it does not decrease."""

    boundaries: Sequence[int]
    function: Callable[[int], int]

    def __len__(self) -> int:
        return len(self.boundaries)

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[int, ...]: ...
    def __getitem__(self, place: int | slice) -> int | tuple[int, ...]:
        found = self.boundaries[place]
        return self.function(found) if isinstance(found, int) else tuple(map(self.function, found))


def are_equal(a: Sequence[int], b: Sequence[int]) -> bool:
    """Whether two sequences of boundaries are the same, of whatever types."""
    return a == b or (len(a) == len(b) and all(map(operator.eq, a, b)))


def offsets(size: int, parts: int) -> Boundaries:
    """The boundaries of balanced blocks."""
    return Boundaries(size, parts)


def counts(boundaries: Sequence[int]) -> tuple[int, ...]:
    """The block sizes between successive boundaries."""
    return tuple(b - a for a, b in itertools.pairwise(boundaries))


def overlaps(start: int, stop: int, boundaries: Sequence[int]) -> Pairs:
    """The blocks of a partition that hold some of the positions ``start:stop``, and how many."""
    blocks = range(bisect_right(boundaries, start) - 1, bisect_left(boundaries, stop))
    shares = (
        (block, min(stop, boundaries[block + 1]) - max(start, boundaries[block]))
        for block in blocks
        if 0 <= block < len(boundaries) - 1
    )
    return tuple((block, count) for block, count in shares if count > 0)


def grid_coordinates(rank: Any, mesh_axes: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """The coordinates of ``rank``, or of an array of ranks.

    Ranks are numbered row-major, the last axis fastest.
    """
    place = {}
    for name, size in reversed(mesh_axes):
        rank, place[name] = divmod(rank, size)
    return place


@dataclass(frozen=True)
class Layout:
    """A global shape, sharded over named mesh axes.

    Args:
        shape: the global shape.
        mesh_axes: the mesh as ``((name, size), ...)``.
        spec: for each dimension the mesh axes it is sharded over, major first; ``()`` is unsharded.
    """

    shape: tuple[int, ...]
    mesh_axes: tuple[tuple[str, int], ...]
    spec: Spec

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.shape, self.mesh_axes, self.spec))

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        return dict(self.mesh_axes)

    @cached_property
    def axes(self) -> Axes:
        """The mesh axes over which the blocks differ, in mesh order."""
        used = set(itertools.chain.from_iterable(self.spec))
        return tuple(name for name, _ in self.mesh_axes if name in used)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def is_replicated(self) -> bool:
        return not any(self.spec)

    def parts(self, dim: int) -> int:
        """The number of blocks along ``dim``."""
        return math.prod(self.sizes[axis] for axis in self.spec[dim])

    def offsets(self, dim: int) -> Boundaries:
        """The block boundaries along ``dim``."""
        return offsets(self.shape[dim], self.parts(dim))

    def counts(self, dim: int) -> tuple[int, ...]:
        """The block sizes along ``dim``."""
        return counts(self.offsets(dim))

    def index(self, dim: int, coordinates: Mapping[str, Any]) -> Any:
        """Which block of ``dim`` the rank at ``coordinates`` holds; also of arrays of them."""
        index: Any = 0
        for axis in self.spec[dim]:
            index = index * self.sizes[axis] + coordinates[axis]
        return index

    def digits(self, dim: int, index: Any) -> tuple[Any, ...]:
        """The coordinate along each axis of ``dim`` of the ranks that hold block ``index``."""
        digits = []
        for axis in reversed(self.spec[dim]):
            index, digit = divmod(index, self.sizes[axis])
            digits.append(digit)
        return tuple(reversed(digits))

    def box(self, coordinates: Mapping[str, int]) -> Box:
        """``(start, stop)`` per dimension of the block held at ``coordinates``."""
        return tuple(
            self.offsets(dim)[(i := self.index(dim, coordinates)) : i + 2]  # type: ignore[misc]
            for dim in range(self.ndim)
        )

    def block_shape(self, coordinates: Mapping[str, int]) -> tuple[int, ...]:
        """The shape of the block held at ``coordinates``."""
        return tuple(stop - start for start, stop in self.box(coordinates))

    def coordinates(self) -> Iterator[dict[str, int]]:
        """The coordinates of every rank of the mesh, in rank order."""
        names = [name for name, _ in self.mesh_axes]
        for place in itertools.product(*(range(size) for _, size in self.mesh_axes)):
            yield dict(zip(names, place, strict=True))

    def coordinates_of(self, rank: Any) -> dict[str, Any]:
        return grid_coordinates(rank, self.mesh_axes)

    def rank_of(self, coordinates: Mapping[str, int]) -> int:
        """The rank at ``coordinates``."""
        rank = 0
        for name, size in self.mesh_axes:
            rank = rank * size + coordinates[name]
        return rank

    def with_spec(self, spec: Spec) -> Layout:
        return layout(self.shape, self.mesh_axes, spec)

    def with_axis(self, axis: int, size: int) -> Layout:
        """This layout with an unsharded dimension of ``size`` added at ``axis``."""
        shape, spec = self.shape, self.spec
        return layout(
            (*shape[:axis], size, *shape[axis:]),
            self.mesh_axes,
            (*spec[:axis], (), *spec[axis:]),
        )

    def replicated(self) -> Layout:
        return self.with_spec(((),) * self.ndim)


@lru_cache(maxsize=65536)
def layout(
    shape: tuple[int, ...], mesh_axes: tuple[tuple[str, int], ...], spec: Spec = ()
) -> Layout:
    """The layout of ``shape`` under ``spec``; trailing dimensions not named are unsharded."""
    return Layout(shape, mesh_axes, spec + ((),) * (len(shape) - len(spec)))
