"""Sorting along a sharded axis, without gathering it.

Every rank sorts its block. For each boundary of the new blocks, the ranks then find its place in
every sorted block, such that no element before it is larger than one after it. They bisect the bits
of the key at the boundary, with one small sum over ranks for a few bits, and divide equal keys in
the order of the ranks. So each block is divided into one run per rank. The ranks exchange the runs,
and each merges what it received. Equal keys keep their order throughout.

Memory: the block before and after, each once more while it is sorted, and the keys.
Communication: one small sum for every `DIGIT` bits of the keys, or for every `LONG_DIGIT` bits on a
few ranks; and each number once.
Source: Varman et al., Merging multiple lists on hierarchical-memory multiprocessors, J. Parallel
Distrib. Comput. 12 (1991): exact splitting.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jpi._blocks.keys import have_one_key, keys_of, numbers_of
from jpi._blocks.local_sort import are_coded, sort_in_total_order, sort_local, sort_rows
from jpi._blocks.search import search
from jpi._layout.layout import Boundaries
from jpi._mpi.comm import Comm
from jpi._primitives.reductions import allgather_each_p, allreduce_p, exscan_p
from jpi._primitives.routing import exchange, exchange_sorted, fetch

DIGIT = 4  # the bits of a key that one sum over ranks finds,
LONG_DIGIT = 8  # or that it finds if it stays as small as
SMALL = 1 << 15  # bytes


@partial(jax.custom_jvp, nondiff_argnums=(1, 2, 3))
def sort_blocks(
    operands: Sequence[Any], num_keys: int, comm: Comm, target: Boundaries
) -> list[Any]:
    """This rank's columns ``target[rank]:target[rank + 1]`` of all ranks' operands, sorted.

    Args:
        operands: arrays ``(rows, columns)``; this rank holds a block of the columns. Each row is
            sorted by itself, stably, and all operands in the same way.
        num_keys: the number of operands, from the first, that are compared, as by `jax.lax.sort`.
        comm: the ranks that hold the blocks.
        target: the boundaries, one more than there are ranks; columns past the last are dropped.
    """
    by_rows = partial(_by_rows, num_keys=num_keys, comm=comm, target=target)
    if not (len(operands) == 1 and have_one_key(operands[0])):
        return by_rows(*operands)
    x = operands[0]
    ordered, has_negative_zero = sort_in_total_order(x)  # these keys are made once, and sent
    boundaries, found = _boundaries([ordered], comm, target[1:], has_negative_zero)

    def by_keys(ordered: Any) -> list[Any]:
        merge = partial(exchange_sorted, dtype=x.dtype if are_coded(x.dtype) else ordered.dtype)
        (y,) = _divided([ordered], boundaries, comm, target, merge)
        return [y if are_coded(x.dtype) else numbers_of(y, x.dtype)]

    if not jnp.issubdtype(x.dtype, jnp.floating):
        return by_keys(ordered)
    return lax.cond(found, lambda _: by_rows(x), by_keys, ordered)


def _by_rows(*operands: Any, num_keys: int, comm: Comm, target: Boundaries) -> list[Any]:
    ordered = sort_rows(operands, num_keys)
    keys = [key for x in ordered[:num_keys] for key in keys_of(x)]
    boundaries, _ = _boundaries(keys, comm, target[1:])
    return sort_rows(_divided(ordered, boundaries, comm, target, exchange), num_keys)


def _divided(
    ordered: Sequence[Any],
    boundaries: Any,
    comm: Comm,
    target: Boundaries,
    move: Callable[..., Any],
) -> list[Any]:
    """The runs of ``ordered`` that belong to this rank's columns, from all ranks."""
    sent = jnp.diff(boundaries, axis=1, prepend=0)
    own = target[comm.rank + 1] - target[comm.rank]
    return [
        jnp.stack([move(x[row], sent[row], comm, own) for row in range(len(x))]) for x in ordered
    ]


@sort_blocks.defjvp
def _tangent(
    num_keys: int, comm: Comm, target: Boundaries, primals: Any, tangents: Any
) -> tuple[Any, Any]:
    (operands,), (rates,) = primals, tangents
    shape = operands[0].shape
    owner = jnp.full(shape, comm.rank, jnp.int32)
    offset = lax.iota(jnp.int32, owner.size).reshape(shape)
    *results, owner, offset = sort_blocks((*operands, owner, offset), num_keys, comm, target)

    def moved(rate: Any, y: Any) -> Any:
        if not jnp.issubdtype(y.dtype, jnp.inexact):
            return np.zeros(y.shape, jax.dtypes.float0)
        return fetch(rate.ravel(), owner.ravel(), offset.ravel(), comm).reshape(y.shape)

    return results, list(map(moved, rates, results))


def sort_gathered(
    operands: Sequence[Any], num_keys: int, comm: Comm, sizes: Sequence[int], target: Sequence[int]
) -> list[Any]:
    """The same result as `sort_blocks`, for arrays so short that every rank may sort all of them.

    Communication: one allgather for each operand.
    """
    every = [allgather_each_p.bind(x.T, comm=comm, counts=tuple(sizes)).T for x in operands]
    if every[0].size:  # without elements the derivative would not depend on the operand
        every = sort_local(every, num_keys)
    start, stop = target[comm.rank : comm.rank + 2]
    return [lax.slice_in_dim(x, start, stop, axis=1) for x in every]


def _boundaries(
    keys: Sequence[Any], comm: Comm, goals: Sequence[int], flag: Any = False
) -> tuple[Any, Any]:
    """The number of columns of this rank's sorted block before each of the global places ``goals``.

    And whether a rank has the ``flag`` set. For every goal, each key narrows the range of columns
    that are still tied with the goal's.
    """
    rows, columns = keys[0].shape
    shape = (rows, len(goals))
    goal = jnp.asarray(
        np.array([np.right_shift(goals, 16), np.bitwise_and(goals, 0xFFFF)]), "int32"
    )[:, None]
    low = jnp.zeros(shape, jnp.int32)
    high = jnp.full(shape, columns, jnp.int32)
    for key in keys:
        value = _key_at(goal, key, low, high, comm)
        low, high = (search(key, value, low, high, is_above) for is_above in (False, True))
    halves = _halves(low)
    numbers = jnp.append(halves, jnp.asarray(flag, jnp.int32))
    total, found = jnp.split(allreduce_p.bind(numbers, comm=comm, op="SUM"), [halves.size])
    before = total.reshape(halves.shape)
    before = before + exscan_p.bind(_halves(high - low), comm=comm, op="SUM")
    return low + jnp.clip(_number(goal - before), 0, high - low), found[0] > 0


def _key_at(goal: Any, key: Any, low: Any, high: Any, comm: Comm) -> Any:
    """The key of the global place ``goal`` among the columns ``low:high`` of all ranks' blocks.

    It is the largest value with at most ``goal`` columns before it.
    """
    digit_bits = LONG_DIGIT if low.size << (LONG_DIGIT + 3) <= SMALL else DIGIT
    digits = jnp.arange(1, 1 << digit_bits, dtype=key.dtype)
    width = 8 * key.dtype.itemsize

    def refine(i: Any, value: Any) -> Any:
        shift = (width - digit_bits * (i + 1)).astype(key.dtype)
        trials = value[..., None] | (digits << shift)
        position = search(key, trials, low[..., None], high[..., None], False)
        total = allreduce_p.bind(_halves(position), comm=comm, op="SUM")
        digit = jnp.sum(_number(goal[..., None] - total) >= 0, axis=-1, dtype=key.dtype)
        return value | (digit << shift)

    return lax.fori_loop(0, width // digit_bits, refine, jnp.zeros(low.shape, key.dtype))


# Sums over ranks may exceed 2**31, and JAX may have no larger integers: we add halves.


def _halves(number: Any) -> Any:
    return jnp.stack([number >> 16, number & 0xFFFF])


def _number(halves: Any) -> Any:
    """The number of two halves, which may have overflowed into one another; saturated."""
    high = halves[0] + (halves[1] >> 16)
    return (jnp.clip(high, -(1 << 15), (1 << 15) - 1) << 16) + (halves[1] & 0xFFFF)
