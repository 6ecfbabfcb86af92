"""Matrices for the tests of linear algebra."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import jpi
from support.oracle import random_array


def positive(shape: Sequence[int], dtype: Any = np.float64, seed: int = 0) -> np.ndarray:
    """Hermitian matrices with eigenvalues from 1 on."""
    x = random_array(shape, dtype, seed)
    return (x @ x.conj().swapaxes(-1, -2) + np.eye(shape[-1])).astype(dtype)


def layouts() -> list[tuple[Any, Any]]:
    """A mesh and a spec each, for matrices: by rows, by columns, and by both where ranks allow."""
    line = jpi.make_mesh()
    found = [(line, jpi.P("ranks")), (line, jpi.P(None, "ranks"))]
    if jpi.size() == 4:
        found.append((jpi.make_mesh((2, 2), ("x", "y")), jpi.P("x", "y")))
    return found
