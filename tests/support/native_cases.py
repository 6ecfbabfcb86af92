"""The table of native calls: the operand of each rank, and its expected result, by NumPy.

A case goes from the name of a dtype to one call of this rank. Its blocks have up to 9 elements;
some are empty.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from jpi._mpi.library import MPI
from support.native_calls import RANK, SIZE, call, reduced, small_values


class Call(NamedTuple):
    target: str
    x: np.ndarray
    expected: np.ndarray
    attributes: dict[str, Any]

    def check(self) -> None:
        y = call(self.target, self.x, self.expected.shape, **self.attributes)
        np.testing.assert_array_equal(y, self.expected)


def case(target, counts, result, operand=lambda xs: xs[RANK], **attributes):
    """A call's operand and result, as functions of all ranks' arrays of these element counts."""

    def make(name):
        xs = [small_values(n, name, rank) for rank, n in enumerate(counts)]
        return Call(target, operand(xs), result(xs), attributes)

    return make


def only(condition, x):
    return x if condition else x[:0]


def blocks(x, counts):
    return np.split(x, np.cumsum(counts)[:-1])


SAME = [7] * SIZE
EVEN = [6] * SIZE
SENT = [[(4 * rank + 3 * other + 5) % 9 for other in range(SIZE)] for rank in range(SIZE)]
RAGGED = [row[0] for row in SENT]  # 5 0 4 8
LEFT, RIGHT = (RANK - 1) % SIZE, (RANK + 1) % SIZE
TAG, NO_STATUS, NO_ENVELOPE = 3, -1, 0


def prefix(xs):
    return reduced(xs[: RANK + 1])


def prefix_before(xs):
    return reduced(xs[:RANK]) if RANK else np.zeros_like(xs[0])


def reduce_scatter(counts):
    def own_block(xs):
        return blocks(reduced(xs), counts)[RANK]

    return case("reduce_scatter", [sum(counts)] * SIZE, own_block, recv=counts)


def named_counts(counts):
    """Each rank with a count, and the count."""
    return [number for rank, n in enumerate(counts) if n for number in (rank, n)]


def exchange(target, sent):
    def to_me(xs):
        return np.concatenate([blocks(x, row)[RANK] for x, row in zip(xs, sent, strict=True)])

    send, recv = sent[RANK], [row[RANK] for row in sent]
    if target == "alltoallv":
        send, recv = named_counts(send), named_counts(recv)
    return case(target, [sum(row) for row in sent], to_me, send=send, recv=recv)


def reduce(root):
    return case("reduce", SAME, lambda xs: only(root == RANK, reduced(xs)), root=root)


def bcast(root):
    return case(
        "bcast",
        SAME,
        lambda xs: only(root != RANK, xs[root]),
        lambda xs: only(root == RANK, xs[root]),
        root=root,
    )


def gather(root, counts):
    def concatenated(xs):
        return only(root == RANK, np.concatenate(xs))

    return case("gather", counts, concatenated, root=root, recv=counts)


def scatter(root, counts):
    def concatenated(xs):
        return only(root == RANK, np.concatenate(xs))

    return case("scatter", counts, lambda xs: xs[RANK], concatenated, root=root, send=counts)


def named(target, op="SUM", **attributes):
    """Rows of uneven blocks, addressed by owner and index, some several times or never."""
    sizes = [4, 1, 0, 5, 2, 3][:SIZE]
    rows = [(3 * rank + 5) % 8 for rank in range(SIZE)]
    draws = [np.random.default_rng(rank) for rank in range(SIZE)]
    owners = [draw.integers(-1, SIZE + 1, n) for draw, n in zip(draws, rows, strict=True)]
    places = [draw.integers(-1, 5, n) for draw, n in zip(draws, rows, strict=True)]

    def is_there(owner, place):
        return 0 <= owner < SIZE and 0 <= place < sizes[owner]

    def make(name):
        blocks = [small_values((n, 2), name, rank) for rank, n in enumerate(sizes)]
        moving = [small_values((n, 2), name, rank + 50) for rank, n in enumerate(rows)]
        names = [owners[RANK].astype(np.int32), places[RANK].astype(np.int32)]
        if target == "fetch":
            expected = np.zeros_like(moving[RANK])
            for k, (owner, place) in enumerate(zip(*names, strict=True)):
                if is_there(owner, place):
                    expected[k] = blocks[owner][place]
            return Call(target, blocks[RANK], expected, {"others": names})
        expected = blocks[RANK].copy()
        for rank in range(SIZE):
            for row, owner, place in zip(moving[rank], owners[rank], places[rank], strict=True):
                if owner == RANK and is_there(owner, place):
                    pair = [expected[place], row]
                    expected[place] = row if target == "deliver" else reduced(pair, op)
        others = [moving[RANK], *names]
        return Call(target, blocks[RANK], expected, {"others": others, "op": op, **attributes})

    return make


def runs():
    """Rows for each rank, of a count that only the sender knows; some are not sent."""
    counts = [[(2 * rank + other) % 3 for other in range(SIZE)] for rank in range(SIZE)]

    def make(name):
        xs = [small_values((sum(n) + 1, 2), name, rank) for rank, n in enumerate(counts)]
        parts = [np.split(x, np.cumsum(n))[RANK] for x, n in zip(xs, counts, strict=True)]
        others = [np.array(counts[RANK], np.int32)]
        return Call("exchange", xs[RANK], np.concatenate(parts), {"others": others})

    return make


def peers(dest, source):
    return dest, TAG, source, TAG, NO_STATUS, NO_ENVELOPE


def message():
    """From each even rank to the next one, if there is one."""
    if RANK % 2:
        to_me = peers(MPI.PROC_NULL, LEFT)
        return case("recv", SAME, lambda xs: xs[LEFT], lambda xs: xs[RANK][:0], peers=to_me)
    to_next = peers(RIGHT if RANK + 1 < SIZE else MPI.PROC_NULL, MPI.PROC_NULL)
    return case("send", SAME, lambda xs: xs[RANK][:0], peers=to_next)


MESSAGES = {
    "send or recv": message(),
    "sendrecv": case("sendrecv", SAME, lambda xs: xs[LEFT], peers=peers(RIGHT, LEFT)),
}
MOVES = {
    "allgather": case("allgather", EVEN, np.concatenate, recv=EVEN),
    "allgatherv": case("allgather", RAGGED, np.concatenate, recv=RAGGED),
    "alltoall": exchange("alltoall", [EVEN] * SIZE),
    "alltoallv": exchange("alltoallv", SENT),
    "fetch": named("fetch"),
    "exchange": runs(),
    "deliver": named("deliver"),
    "deliver in place": named("deliver", in_place=True),
    **MESSAGES,
}
REDUCTIONS = {
    "allreduce": case("allreduce", SAME, reduced),
    "allreduce in place": case("allreduce", SAME, reduced, in_place=True),
    "scan": case("scan", SAME, prefix),
    "scan in place": case("scan", SAME, prefix, in_place=True),
    "exscan": case("exscan", SAME, prefix_before),
    "exscan in place": case("exscan", SAME, prefix_before, in_place=True),
    "reduce_scatter": reduce_scatter(EVEN),
    "reduce_scatterv": reduce_scatter(RAGGED),
    "accumulate": named("accumulate"),
    "accumulate in place": named("accumulate", in_place=True),
}
for root in (0, SIZE - 1):
    side = "last" if root else "first"
    REDUCTIONS[f"reduce to the {side}"] = reduce(root)
    MOVES |= {
        f"bcast from the {side}": bcast(root),
        f"gather to the {side}": gather(root, EVEN),
        f"gatherv to the {side}": gather(root, RAGGED),
        f"scatter from the {side}": scatter(root, EVEN),
        f"scatterv from the {side}": scatter(root, RAGGED),
    }
