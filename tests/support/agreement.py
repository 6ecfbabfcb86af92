"""What all ranks must agree on, and what one of them does for all."""

import pytest
from harness.ranks import RANK, SIZE, meet

import jpi


def raised(call):
    """The error of a call, which must be the same on every rank."""
    with pytest.raises(Exception) as caught:
        call()
    texts = meet(f"{type(caught.value).__name__}: {caught.value}")
    assert texts == texts[:1] * SIZE
    return texts[0]


def alone(action):
    """Runs ``action`` on the last rank only."""
    if RANK == SIZE - 1:
        action()
    jpi.barrier()
