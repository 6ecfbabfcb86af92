"""Exchanges of Python objects: what all ranks give alike is compared, and calls that differ."""

from jpi._mpi.comm import Comm
from jpi._mpi.control import _differences
from jpi._mpi.library import MPI


def test_is_same_says_whether_all_ranks_give_one_value():
    control, rank, size = Comm().control, MPI.COMM_WORLD.rank, MPI.COMM_WORLD.size
    assert control.is_same(("float32[4]", [1, 2]), "a test")
    assert control.is_same(rank, "a test") == (size == 1)
    assert control.is_same(rank == size - 1, "a test") == (size == 1)
    assert control.allgather(rank, "a test") == list(range(size))


def test_equal_calls_are_one_line():
    lines = _differences(["a, at 1", "b, at 2", "a, at 1"]).splitlines()
    assert lines[1:3] == ["  ranks 0, 2: a, at 1", "  rank 1: b, at 2"]


def test_of_thousands_of_calls_a_few_are_shown():
    lines = _differences([f"call {rank}" for rank in range(4096)]).splitlines()
    assert lines[1] == "  rank 0: call 0"
    assert lines[-2] == "  more calls are left out."
    assert len(lines) < 60
