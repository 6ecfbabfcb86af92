"""Printing once, and by rank in order."""

import io

import pytest

import jpi
import jpi.numpy

RANK, SIZE = jpi.rank(), jpi.size()


def printed(*values, **options):
    text = io.StringIO()
    jpi.print(*values, file=text, **options)
    return text.getvalue()


def test_one_rank_prints():
    assert printed("sum", jpi.numpy.arange(5.0).sum(), sep=" = ") == (
        "sum = 10.0\n" if RANK == 0 else ""
    )


def test_the_ranks_print_in_their_order():
    lines = "".join(f"[rank {rank}] {rank}\n[rank {rank}] of {SIZE}\n" for rank in range(SIZE))
    assert printed(f"{RANK}\nof {SIZE}", by_rank=True) == (lines if RANK == 0 else "")


def test_an_unknown_option_is_an_error():
    with pytest.raises(TypeError, match="spread"):
        jpi.print("text", spread=True)
