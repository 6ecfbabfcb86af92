"""`jpi.profile` and ``JPI_LOG``: their counts and lines."""

import gzip
import json
import re

import jax
import jax.numpy as jnp
import pytest
from harness.ranks import SIZE
from mpi4py import MPI
from support.launcher import run_python

import jpi


def test_costs_are_counted_by_operation_and_rank():
    x = jnp.ones(1000)
    with jpi.profile() as costs:
        for _ in range(3):
            jpi.allreduce(x, op=MPI.SUM)
        jpi.jit(lambda x: jpi.bcast(jpi.allreduce(x, op=MPI.MAX), root=0))(x)
    jpi.allreduce(x, op=MPI.SUM)
    sent = x.nbytes if SIZE > 1 else 0
    assert len(costs.ranks) == SIZE
    for rank, own in enumerate(costs.ranks):
        assert {name: cost.calls for name, cost in own.items()} == {"allreduce": 4, "bcast": 1}
        assert own["allreduce"].bytes == 4 * sent
        assert own["bcast"].bytes == (sent if rank == 0 else 0)
        assert own["allreduce"].moving > 0 and own["allreduce"].waiting >= 0
    assert costs.total["allreduce"].calls == 4 * SIZE
    row = re.search(r"^allreduce +all +(\d+) +(\d+)", str(costs), re.MULTILINE)
    assert (int(row[1]), int(row[2])) == (4 * SIZE, 4 * SIZE * sent)


def test_profile_ends_with_the_exception_of_its_body():
    with pytest.raises(KeyError), jpi.profile():
        raise KeyError
    with jpi.profile() as costs:
        pass
    assert costs.total == {} and str(costs).count("\n") == 0


@pytest.mark.ranks(1)
def test_profiler_of_jax_shows_collectives_by_name(tmp_path):
    run = jpi.jit(lambda x: jpi.allreduce(jpi.scan(x, op=MPI.SUM), op=MPI.SUM))
    run(jnp.ones(3))
    with jax.profiler.trace(str(tmp_path), create_perfetto_trace=True):
        run(jnp.ones(3)).block_until_ready()
    (path,) = tmp_path.rglob("perfetto_trace.json.gz")
    names = {
        event.get("name", "")
        for event in json.loads(gzip.decompress(path.read_bytes()))["traceEvents"]
    }
    for operation in ("allreduce", "scan"):
        assert any(name.startswith(f"jpi_{operation}") for name in names), operation


LOGGED = """
import jax, jax.numpy, jpi, jpi.numpy as jnp
from mpi4py import MPI
jpi.allreduce(jax.numpy.ones(3), op=MPI.SUM)
jpi.sendrecv(jax.numpy.ones(3), jax.numpy.ones(3), 1 - jpi.rank(), 1 - jpi.rank())
x = jnp.arange(6.0)
x.max()
jpi.jit(lambda x: x.min())(x)
jax.jit(lambda x: x.max())(x)
jpi.jit(jax.jit(lambda x: x.argmax()))(x)
jnp.sort(x), x.cumsum(), (x > 2).any()
"""


LOGGED_PURPOSES = [
    (r"allreduce\(MAX\)", "reduce_max", 7),
    (r"allreduce\(MIN\)", "reduce_min", 8),
    (r"allreduce\(MAX\)", "reduce_max", 9),
    ("allgather", "argmax", 10),
    ("allgather", "argmax", 10),
]


@pytest.mark.ranks(1)
def test_log_has_a_line_for_each_collective(tmp_path):
    (tmp_path / "program.py").write_text(LOGGED)
    job = run_python(2, "program.py", folder=tmp_path, JPI_LOG="1")
    assert job.returncode == 0, job.stderr
    seconds = r"[\d.e-]+ s, `MPI_COMM_WORLD`"
    for rank in range(2):
        for number, text in enumerate(
            (
                rf"allreduce\(SUM\) of 3 float32, 12 bytes sent, {seconds}, at program.py:4 in",
                rf"sendrecv of 3 float32 to {1 - rank} from {1 - rank}, 12 bytes sent, {seconds}"
                ", at program.py:5 in",
                *(
                    rf"{call} of 1 \w+, for {purpose} of .*, at program.py:{line} in"
                    for call, purpose, line in LOGGED_PURPOSES
                ),
            )
        ):
            assert re.search(rf"\[jpi {rank}/2\] {number} {text}", job.stderr), job.stderr
        for purpose in ("sort", "cumsum", "reduce_or"):
            assert re.search(rf"\[jpi {rank}/2\].*, for {purpose} of .*:11 in", job.stderr)
