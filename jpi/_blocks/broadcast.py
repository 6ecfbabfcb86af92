"""The blocks of one rank, on every rank."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from jpi._mpi.comm import Comm
from jpi._primitives.moves import from_root
from jpi._primitives.packing import packed


def broadcast_blocks(
    blocks: Sequence[Any], comm: Comm, roots: Sequence[int], number: Any, rows: int
) -> list[Any]:
    """The blocks of several arrays that rank ``roots[number]`` holds, on every rank.

    Args:
        blocks: this rank's blocks. Those of ``roots`` have ``rows`` rows.
        number: an integer that may be traced, the same on every rank.

    Communication: one bcast of the blocks of each dtype.
    """
    if comm.size == 1:
        return list(blocks)

    def of(root: int) -> Callable[..., list[Any]]:
        sent = slice(None if comm.rank == root else 0)
        get = lambda x: from_root(x, comm=comm, root=root, rows=rows)  # noqa: E731
        return lambda *numbers: packed(get, [x[sent] for x in numbers], rows=1)

    received = lax.switch(number, [of(root) for root in roots], *map(_numbers, blocks))
    return [_like(x, y) for x, y in zip(blocks, received, strict=True)]


def _numbers(x: Any) -> Any:
    """``x``, or the integers of an array of random keys."""
    return jax.random.key_data(x) if _is_of_keys(x) else x


def _like(x: Any, numbers: Any) -> Any:
    if not _is_of_keys(x):
        return numbers
    return jax.random.wrap_key_data(numbers, impl=jax.random.key_impl(x))


def _is_of_keys(x: Any) -> bool:
    return jnp.issubdtype(x.dtype, jax.dtypes.prng_key)
