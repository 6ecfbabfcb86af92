"""The fixtures of all tests, and the plugin that makes the ranks one session."""

import pytest
from harness.ranks import MPI

import jpi

pytest_plugins = ["harness.plugin"]


@pytest.fixture(scope="session")
def comm():
    """COMM_WORLD, as mpi4py's communicator."""
    return MPI.COMM_WORLD


@pytest.fixture(scope="session")
def rank(comm):
    return comm.rank


@pytest.fixture(scope="session")
def size(comm):
    return comm.size


@pytest.fixture(autouse=True)
def fallback(request, monkeypatch):
    """Makes a missing sharding rule an error, unless the test is marked `fallback_allowed`."""
    allowed = request.node.get_closest_marker("fallback_allowed")
    monkeypatch.setattr(jpi.config, "fallback", "silent" if allowed else "error")


@pytest.fixture
def distributed(monkeypatch):
    """Makes all ranks together factor small matrices too."""
    monkeypatch.setattr(jpi.config, "linalg", "distributed")
