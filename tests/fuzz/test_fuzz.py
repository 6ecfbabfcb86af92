"""Random programs against one process: combinations that no table of tests lists.

Every test run checks a few programs. To check more:

    JPI_FUZZ=1000 JPI_FUZZ_SEED=7 PYTEST_TIMEOUT=600 \
        mpirun -n 3 python -m pytest -q tests/fuzz/test_fuzz.py

Each number of ranks has its own programs. A program that fails is reduced and printed as Python
that `check_programs` accepts in a list.
"""

import dataclasses
import os
import traceback

import jax
import pytest
from harness.ranks import RANK, SIZE, describe, meet, say
from support.oracle import assert_same, shared_out, whole
from support.random_programs import Operand, Program, Step, draw_program, smaller

import jpi
from jpi._evaluation import registry

COUNT = int(os.environ.get("JPI_FUZZ", "12"))
SEED = int(os.environ.get("JPI_FUZZ_SEED", "0"))
TOGETHER = 6  # programs of one test: the ranks divide the expected values among them
ATTEMPTS = 60  # to reduce a program


def failure_of(program, expected):
    """The failure of the program on any rank, the same text on all ranks; empty if it passes."""
    print(f"{program}\n", flush=True)  # shown if it hangs
    own = {}

    def plan():
        own["plan"] = program.collectives()

    def run():
        own["results"] = jax.block_until_ready(program.on_all_ranks())

    def compare():
        assert_same(own["results"], expected)

    def gather():
        is_leaf = lambda x: isinstance(x, jpi.DistArray)  # noqa: E731
        own["results"] = jax.tree.map(whole, own["results"], is_leaf=is_leaf)

    with program.context():
        if failure := on_every_rank(plan):
            return failure
        plans = meet(own["plan"])
        if any(other != plans[0] for other in plans):  # they would deadlock
            return describe([("would make", " ".join(each)) for each in plans])
        return on_every_rank(run) or on_every_rank(gather) or on_every_rank(compare)


def on_every_rank(function):
    """Its failure on any rank."""
    text = ""
    try:
        function()
    except Exception:
        text = traceback.format_exc()
    texts = meet(text)
    return describe([("failed" if text else "passed", text) for text in texts]) * any(texts)


def on_one_process(programs):
    return shared_out(lambda share: [program.on_one_process() for program in share], programs)


def reduced(program, failure):
    """The smallest program found that fails, and its failure."""
    candidates = smaller(program)
    for _ in range(ATTEMPTS):
        candidate = next(candidates, None)
        if candidate is None:
            break
        if text := failure_of(candidate, *on_one_process([candidate])):
            program, failure, candidates = candidate, text, smaller(candidate)
    return program, failure


def check_programs(programs):
    reports = []
    for program, expected in zip(programs, on_one_process(programs), strict=True):
        if failure := failure_of(program, expected):
            small, text = reduced(program, failure)
            reports.append(f"{program}\nfails, and so does\n{small}\n{text}")
            if RANK == 0:
                say(reports[-1])  # at once: a later program may hang
    if reports:
        pytest.fail("\n\n".join(reports), pytrace=False)


@pytest.mark.parametrize("first", range(0, COUNT, TOGETHER))
def test_random_programs_equal_one_process(first):
    if first and first % (10 * TOGETHER) == 0:
        jax.clear_caches()  # compiled programs are not used again and take memory
    numbers = range(first, min(first + TOGETHER, COUNT))
    check_programs([draw_program(SEED, number, SIZE) for number in numbers])


def test_wrong_rule_is_found_and_its_program_made_smaller(monkeypatch):
    right = registry.rules["cumsum"]

    def wrong(call, x, **params):
        backwards = params | {"reverse": True}
        return right(dataclasses.replace(call, params=backwards), x, **backwards)

    program = Program(
        mesh=(SIZE,),
        x64=False,
        compiler="jpi.jit",
        derivative="gradient",
        wrapper="remat",
        operands=(Operand("a0", (5, 3), "float32", (0,)),),
        steps=(
            Step("v1", "sin", ("a0",), {}, (5, 3), "float32"),
            Step("v2", "cumsum", ("v1",), {"axis": 0}, (5, 3), "float32"),
            Step("v3", "transpose", ("v2",), {}, (3, 5), "float32"),
        ),
        results=("v3",),
    )
    check_programs([program])
    monkeypatch.setitem(registry.rules, "cumsum", wrong)
    jax.clear_caches()
    small, failure = reduced(program, failure_of(program, *on_one_process([program])))
    assert "Not equal to tolerance" in failure
    assert [step.operation for step in small.steps] == ["cumsum"]
    assert (small.wrapper, small.derivative) == ("none", "value")
