"""Where ranks share the cores, so do the threads of XLA and of their linear algebra."""

import os
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
import scipy.linalg.cython_blas  # noqa: F401  (it loads the library of SciPy)

from jpi._setup.launch import launched_ranks, usable_cores
from jpi._setup.threads import OF_XLA, SETTINGS, loaded, share_cores

GETTERS = "scipy_openblas_get_num_threads", "scipy_openblas_get_num_threads64_"
SETTERS = "scipy_openblas_set_num_threads", "scipy_openblas_set_num_threads64_"
CROWDED = {"PMI_SIZE": "9999", "MPI_LOCALNRANKS": "9999"}


def threads():
    return [get() for get in loaded(GETTERS)]


@pytest.fixture
def as_before():
    found = threads()
    yield
    for set_threads, count in zip(loaded(SETTERS), found, strict=True):
        set_threads(count)


def test_libraries_of_a_rank_have_its_share_of_the_cores():
    assert len(threads()) >= 2, "NumPy and SciPy from PyPI have an OpenBLAS each"
    _, _, local = launched_ranks(os.environ)
    share = max(1, usable_cores() // local)
    assert all(1 <= count <= share for count in threads()) or "OMP_NUM_THREADS" in os.environ
    a = np.random.default_rng(0).normal(size=(50, 50))
    np.testing.assert_allclose(a @ np.linalg.inv(a), np.eye(50), atol=1e-9)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="not Linux")
def test_xla_has_the_share_of_a_rank():
    jnp.ones(3).block_until_ready()
    names = [task.read_text().strip() for task in Path("/proc/self/task").glob("*/comm")]
    _, _, local = launched_ranks(os.environ)
    expected = int(os.environ.get(OF_XLA, usable_cores() // local))
    assert names.count("tf_XLAEigen") == expected


@pytest.mark.usefixtures("as_before")
def test_loaded_libraries_get_fewer_threads():
    environment = dict(CROWDED)
    share_cores(environment)
    assert {environment[name] for name in (*SETTINGS, OF_XLA)} == {"1"}
    assert set(threads()) == {1}


@pytest.mark.usefixtures("as_before")
@pytest.mark.parametrize("name", [*SETTINGS, "OMP_NUM_THREADS"])
def test_what_a_user_has_set_stays(name):
    before, environment = threads(), {**CROWDED, name: "3"}
    share_cores(environment)
    assert environment == {**CROWDED, name: "3", OF_XLA: "1"}
    assert threads() == before
    environment = {**CROWDED, name: "3", OF_XLA: "2"}
    share_cores(environment)
    assert environment[OF_XLA] == "2"


def test_a_rank_alone_keeps_all_cores():
    environment = {"PMI_SIZE": "1", "MPI_LOCALNRANKS": "1"}
    share_cores(environment)
    assert not any(name in environment for name in (*SETTINGS, OF_XLA))
