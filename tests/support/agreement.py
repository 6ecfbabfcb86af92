"""What all ranks must agree on."""

import pytest
from harness.ranks import SIZE, meet


def raised(call):
    """The error of a call, which must be the same on every rank."""
    with pytest.raises(Exception) as caught:
        call()
    texts = meet(f"{type(caught.value).__name__}: {caught.value}")
    assert texts == texts[:1] * SIZE
    return texts[0]
