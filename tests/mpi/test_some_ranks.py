"""Programs in which some ranks only take part: jobs of their own."""

import pytest
from support.launcher import run_python

pytestmark = pytest.mark.ranks(1)  # mpirun is started here, and does not nest

MESSAGE = """
import jax.numpy as jnp
from mpi4py import MPI
import jpi
rank = MPI.COMM_WORLD.rank
if rank < 2:
    other = 1 - rank
    got = jpi.sendrecv(jnp.full(2, 1.0 + rank), jnp.ones(2), source=other, dest=other)
    assert (got == 1 + other).all()
"""
THEN = {
    "the end": "",
    "a barrier": "MPI.COMM_WORLD.Barrier()",
    "a collective": "assert jpi.allreduce(jnp.ones(1)) == 3",
    "an array of all": "assert jpi.numpy.arange(7.0).sum() == 21",
}


@pytest.mark.parametrize("then", THEN)
def test_two_of_three_ranks_exchange_a_message(tmp_path, then):
    (tmp_path / "program.py").write_text(MESSAGE + THEN[then])
    job = run_python(3, "program.py", folder=tmp_path)
    assert job.returncode == 0, job.stderr


COUPLED = """
from mpi4py import MPI
world = MPI.COMM_WORLD
part = world.Split(world.rank < 2)
if world.rank < 2:
    import jpi, jpi.numpy as jnp
    with jpi.use_mesh(jpi.make_mesh((2,), ("ranks",), comm=part)):
        assert jnp.arange(7.0).sum() == 21
world.Barrier()
"""


def test_some_ranks_of_a_coupled_code_import_jpi(tmp_path):
    (tmp_path / "program.py").write_text(COUPLED)
    job = run_python(3, "program.py", folder=tmp_path, JPI_IMPORTED_BY="some")
    assert job.returncode == 0, job.stderr
    assert "has waited" not in job.stderr


def test_an_unknown_setting_is_an_error(tmp_path):
    job = run_python(None, "-c", "import jpi", folder=tmp_path, JPI_IMPORTED_BY="few")
    assert "`JPI_IMPORTED_BY` must be 'all' or 'some'; got 'few'" in job.stderr
