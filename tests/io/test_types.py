"""What type checkers know of the array of a file, which is what it is."""

from typing import get_overloads, get_type_hints

import jax
import numpy as np
from support.agreement import alone

import jpi


def test_a_checker_knows_what_is_loaded(mpi_tmp_path):
    kinds = [get_type_hints(one)["return"] for one in get_overloads(jpi.io.load)]
    assert kinds == [jpi.DistArray, jpi.DistArray | jax.Array]
    alone(lambda: np.save(mpi_tmp_path / "x.npy", np.ones((7, 3))))
    assert isinstance(jpi.io.load(mpi_tmp_path / "x.npy"), jpi.DistArray)
    assert isinstance(jpi.io.load(mpi_tmp_path / "x.npy", spec=jpi.P()), jax.Array)
