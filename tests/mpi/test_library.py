"""The checks of the MPI library that was loaded."""

import time

import pytest

from jpi._mpi import library
from jpi._mpi.library import MPI, native


def test_launch_of_another_mpi_raises():
    with pytest.raises(RuntimeError, match=r"4 ranks that Hydra .* started; got 1 rank"):
        library.check_launch({"PMI_SIZE": "4"}, size=1)
    library.check_launch({"PMI_SIZE": "4"}, size=4)
    library.check_launch({"PMI_SIZE": "1"}, size=1)
    library.check_launch({"PMI_SIZE": "4", "JPI_ALLOW_SINGLETONS": "1"}, size=1)


def test_low_thread_level_warns():
    with pytest.warns(RuntimeWarning, match="THREAD_MULTIPLE"):
        library.check_threads(MPI.THREAD_SERIALIZED)


def test_a_notice_comes_if_it_is_not_cancelled(capfd):
    early, late = native.Notice(0.01, "late\n"), native.Notice(60.0, "never\n")
    time.sleep(0.2)
    early.cancel()
    late.cancel()
    assert capfd.readouterr().err == "late\n"
