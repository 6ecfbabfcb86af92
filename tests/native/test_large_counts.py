"""Counts beyond an int: small ones with the limit lowered, and large ones without.

Every row of the native table, with the functions MPI_*_c and without them.
"""

import re
from pathlib import Path

import numpy as np
import pytest
from support.native_calls import MODES, RANK, SIZE, call, counting, reduced, small_values
from support.native_cases import MESSAGES, MOVES, REDUCTIONS

from jpi._mpi.library import MPI

CASES = REDUCTIONS | MOVES


@pytest.mark.parametrize("how", MODES)
@pytest.mark.parametrize("name", ["bool", "complex128"])
@pytest.mark.parametrize("case", CASES)
def test_split_calls_equal_numpy(case, name, how):
    with counting(*MODES[how]):
        CASES[case](name).check()


@pytest.mark.parametrize("how", MODES)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (7,), (2, 3, 2)])
def test_allreduce_in_place_equals_numpy(shape, how):
    shards = [small_values(shape, "float32", rank) for rank in range(SIZE)]
    with counting(*MODES[how]):
        y = call("allreduce", shards[RANK], shape, in_place=True)
    np.testing.assert_array_equal(y, reduced(shards, "SUM"))


EMPTY = (
    "allreduce", "reduce", "reduce_scatter", "scan", "exscan", "bcast", "allgather", "gather",
    "scatter", "alltoall", "alltoallv", "barrier",
)  # fmt: skip


@pytest.mark.parametrize("how", MODES)
@pytest.mark.parametrize("name", EMPTY)
def test_empty_buffers_pass(name, how):
    nothing = [] if name == "alltoallv" else [0] * SIZE
    with counting(*MODES[how]):
        y = call(name, np.zeros((0, 3), np.float32), (0, 3), send=nothing, recv=nothing)
    assert y.shape == (0, 3)


def test_blocks_longer_than_one_datatype_arrive_whole():
    counts = [1000 + rank for rank in range(SIZE)]
    shards = [np.arange(n) + 10_000.0 * rank for rank, n in enumerate(counts)]
    with counting(wide=False, limit=37):
        y = call("allgather", shards[RANK], (sum(counts),), recv=counts)
    np.testing.assert_array_equal(y, np.concatenate(shards))


@pytest.mark.parametrize("splitter", [0, 1])
@pytest.mark.parametrize("case", MESSAGES)
def test_ranks_of_a_message_need_not_agree_on_how(case, splitter):
    with counting(*MODES["large" if RANK % 2 == splitter else "narrow"]):
        MESSAGES[case]("float32").check()


# ---- without lowering the limit ----

LENGTH = 2**31 + 5
COUNTS = [LENGTH // SIZE + (rank < LENGTH % SIZE) for rank in range(SIZE)]
PERIOD = 251  # a prime: a shift by a power of two changes the pattern
NEEDED = 3 * LENGTH  # bytes for each rank: operand, its copy by JAX, result


def pattern(start, n):
    """``n`` elements from ``start`` on of one pattern that all ranks know."""
    start %= PERIOD
    return np.tile(np.arange(PERIOD, dtype=np.int8), (start + n) // PERIOD + 1)[start : start + n]


def is_pattern(y):
    expected = pattern(0, 4000 * PERIOD)
    pieces = (y[start : start + len(expected)] for start in range(0, len(y), len(expected)))
    return all(np.array_equal(piece, expected[: len(piece)]) for piece in pieces)


def bcast():
    return call("bcast", pattern(0, LENGTH if RANK == 0 else 0), (LENGTH if RANK else 0,))


def allgather():
    x = pattern(sum(COUNTS[:RANK]), COUNTS[RANK])
    return call("allgather", x, (LENGTH,), recv=COUNTS)


def free_memory():
    """Bytes for each rank, the same number on all."""
    file = Path("/proc/meminfo")
    found = re.search(r"MemAvailable:\s*(\d+) kB", file.read_text()) if file.exists() else None
    return MPI.COMM_WORLD.allreduce(1024 * int(found[1]) // SIZE if found else 0, MPI.MIN)


@pytest.mark.slow
@pytest.mark.parametrize("wide", [True, False], ids=["wide", "narrow"])
@pytest.mark.parametrize("collective", [bcast, allgather], ids=lambda f: f.__name__)
def test_more_elements_than_an_int_counts_arrive(collective, wide):
    free = free_memory()
    if free < NEEDED:
        pytest.skip(f"each rank needs {NEEDED >> 20} MiB of memory; got {free >> 20} MiB")
    with counting(wide, 2**31 - 1):
        y = collective()
    assert is_pattern(y)
