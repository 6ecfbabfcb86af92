"""Ranks on several nodes, which are network namespaces of this machine, and a cut link.

python -m pytest -q -m slow tests/watch/test_network.py
"""

import re
import time
from pathlib import Path

import pytest
from support import network
from support.ending_programs import TIMEOUT
from support.failing_programs import FAILURES, places, program

pytestmark = [pytest.mark.ranks(1), pytest.mark.slow]  # mpirun is started here

TESTS = Path(__file__).parents[1]
EVERYDAY = ["blocks/test_redistribute.py", "collectives/test_trees.py", "array/test_norm.py"]
LIMIT = 40  # seconds for ranks that are cut off to end


@pytest.fixture(scope="module", params=[2, 4])
def nodes(request, tmp_path_factory):
    if reason := network.why_not():
        pytest.skip(reason)
    with network.nodes(request.param, tmp_path_factory.mktemp("nodes")) as made:
        if reason := made.delay(1):
            print(reason)
        yield made


def written(nodes, text):
    """The name of a program, and where its marked lines are."""
    (nodes.folder / "program.py").write_text(text)
    return "program.py", places(text)


SORTED = """
size, values = jpi.size(), np.random.default_rng(0).normal(size=100_000).astype(np.float32)
y = jnp.asarray(values)
assert (jnp.sort(y).gather() == np.sort(values)).all()
assert jax.numpy.allclose(jnp.mean(y ** 2), (values ** 2).mean(), rtol=1e-4)
gradient = jax.grad(lambda w: jnp.mean((w * y) ** 2))(1.0)
assert jax.numpy.allclose(gradient, 2 * (values ** 2).mean(), rtol=1e-4)
assert (jpi.allgather(jax.numpy.array(rank)) == np.arange(size)).all()
print("right", flush=True)
"""


def test_programs_are_right_across_nodes(nodes):
    name, _ = written(nodes, program(SORTED))
    before = [nodes.bytes_sent(node) for node in range(nodes.count)]
    code, said = nodes.run(4 // nodes.count, name)
    assert code == 0 and said.count("right") == 4, said
    sent = [nodes.bytes_sent(node) - bytes for node, bytes in enumerate(before)]
    assert min(sent) > 100_000, sent  # not past the network, by shared memory


def test_everyday_tests_pass_across_nodes(nodes):
    tests = [str(TESTS / name) for name in EVERYDAY]
    code, said = nodes.run(1, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
    assert code == 0, said


@pytest.mark.parametrize("case", ["an exception", "another order, later", "a call left out"])
def test_failures_are_explained_across_nodes(case, nodes):
    text, code, words = FAILURES[case]
    if nodes.count != 2:
        pytest.skip("a program for two ranks")
    name, marked = written(nodes, program(text))
    found, said = nodes.run(1, name)
    assert found == code, said
    for pattern in words:
        assert re.search(re.sub(r"{(\w+)}", lambda mark: marked[mark[1]], pattern), said), said


WORKING = """
for n in range(10**6):
    jax.block_until_ready(jpi.allreduce(x))  # line
    time.sleep(0.01)
    if n == 9:
        print("ready", flush=True)
"""


def cut(nodes, node):
    """The exit code and the output of a job in which the link of a node is cut."""
    name, marked = written(nodes, program(WORKING))
    with nodes.start(1, name, JPI_TIMEOUT="4") as job:
        try:
            while "ready" not in (line := job.stdout.readline()):
                assert line, "no output"
            nodes.cut(node)
            said, _ = job.communicate(timeout=LIMIT)
            _await_end(nodes, node)
        finally:
            job.kill()
            nodes.join(node)
    return job.returncode, said, marked["line"]


def _await_end(nodes, node):
    """Wait for the end of the ranks of a node: they notice that rank 0 does not answer."""
    end = time.monotonic() + LIMIT
    while any("program.py" in text for text in nodes.commands(node)):
        assert time.monotonic() < end, "the ranks of the node that was cut off do not end"
        time.sleep(0.2)


def test_report_names_the_node_that_is_cut_off(nodes):
    last = nodes.count - 1
    code, said, line = cut(nodes, last)
    assert code == TIMEOUT, said
    assert re.search(rf"rank {last}: does not answer", said), said
    assert len(re.findall(rf"rank \d: allreduce.*{line}.*has waited for", said)) == last, said


def test_others_speak_when_rank_0_is_cut_off(nodes):
    code, said, line = cut(nodes, 0)
    assert code == TIMEOUT, said
    assert re.search("rank 0, which would ask the others, does not answer", said), said
    assert re.search(rf"rank [1-3]: allreduce.*{line}.*has waited for", said), said
