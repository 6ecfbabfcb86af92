"""Programs that catch a mistake, or look like one, and go on: they end well."""

import re
import textwrap

import pytest
from support.failing_programs import BEGIN
from support.launcher import run_python

pytestmark = pytest.mark.ranks(1)  # mpirun is started here, and does not nest

CAUGHT = """
def caught(f, *args):
    try:
        f(*args)
    except Exception as error:
        is_known = "must be the same" in str(error) or "must make the same" in str(error)
        os.write(1, f"caught {is_known}\\n".encode())

# The ranks differ, and see it; then all correct the mistake.
caught(lambda: jpi.bcast(x, rank).block_until_ready())
assert jpi.bcast(x, root=0)[0] == 1
assert jpi.bcast(x, root=1)[0] == 1

mean = lambda k: float(jnp.mean(jnp.asarray(np.ones(4 + k))))
caught(mean, rank)
assert mean(1) == mean(0) == 1

f = jpi.jit(lambda x: jpi.allreduce(x, op=MPI.MAX))
caught(lambda: f(jax.numpy.ones(5 + rank)).block_until_ready())
assert f(jax.numpy.ones(5))[0] == f(jax.numpy.ones(6))[0] == 1

# The program runs while Python goes on, and its error reaches those who read its result.
y = jnp.asarray(np.ones((300_000, 8)))
total = lambda k: jax.jit(lambda y: jnp.sum(jpi.random.normal(jax.random.key(1), y.shape) ** k))
caught(lambda: float(total(2 + rank)(y)))
assert float(total(2)(y)) > 0
"""

CHANGED = """
y, large = jnp.ones(8), jax.numpy.ones((1500, 1500))
slow = jax.jit(lambda a: (a @ a / 1500 @ a / 1500)[0, 0] * 0)
slow(large).block_until_ready()
for k in range(2, 6):
    one = 1 + (slow(large) if rank == 0 else jax.numpy.float32(0))  # still computed on rank 0
    total = jpi.jit(lambda y, one: jnp.sum(jnp.tile(y, k) * one))(y, one)
    jpi.config.check = "off"  # after the call, on every rank
    assert float(total) == 8 * k
    jpi.config.check = "trace" if k % 2 else "full"
os.write(1, b"changed\\n")
"""

FORKED = """
import multiprocessing, subprocess, warnings
warnings.simplefilter("ignore")  # of JAX, which has threads
jpi.allreduce(x).block_until_ready()

def code_of(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

if rank == 1:
    if not (child := os.fork()):
        raise ValueError("of the child")
    assert code_of(child) == 1
    if not (child := os.fork()):
        sys.exit(4)
    assert code_of(child) == 4
    process = multiprocessing.get_context("fork").Process(target=int, args=("no number",))
    process.start()
    process.join()
    assert process.exitcode == 1
    subprocess.run(["true"], preexec_fn=int, check=True)
assert jpi.allreduce(x)[0] == 2
os.write(1, b"forked\\n")
"""

PROGRAMS = {CAUGHT: "caught True", CHANGED: "changed", FORKED: "forked"}


@pytest.mark.parametrize("text", PROGRAMS, ids=["caught", "changed", "forked"])
def test_program_goes_on(text, tmp_path):
    (tmp_path / "program.py").write_text(BEGIN + textwrap.dedent(text))
    job = run_python(2, "program.py", folder=tmp_path)
    assert job.returncode == 0, job.stdout + job.stderr
    assert job.stdout.count(PROGRAMS[text]) == (8 if text is CAUGHT else 2)
    assert "will never go on" not in job.stderr


EXITS = """
jpi.allreduce(x).block_until_ready()
time.sleep(rank == 0)
print(f"the last word of {rank}\\n", end="")
raise SystemExit(3)
"""


def test_ranks_that_exit_together_lose_no_output(tmp_path):
    (tmp_path / "program.py").write_text(BEGIN + EXITS)
    job = run_python(2, "program.py", folder=tmp_path)
    assert job.returncode == 3
    assert job.stdout.count("the last word of") == 2 and "all ranks end" not in job.stderr


STOPPED = """
jax.block_until_ready(jpi.allreduce(x))
if rank == 1:
    os.kill(os.getpid(), signal.SIGSTOP)
jax.block_until_ready(jpi.allreduce(x))
"""


def test_stopped_rank_is_named_in_a_report(tmp_path):
    (tmp_path / "program.py").write_text(BEGIN + STOPPED)
    job = run_python(2, "program.py", folder=tmp_path, JPI_TIMEOUT="3")
    assert job.returncode == 75
    assert "rank 1: does not answer: it is stopped" in job.stderr
    assert float(re.search(r"rank 0: .* has waited for ([\d.]+) s", job.stderr)[1]) > 3  # by now
