"""The watch on thousands of ranks, simulated: what it says, and who gets how many messages."""

import re
import time
from dataclasses import replace

import pytest
from support.simulated_ranks import Ranks

from jpi._watch.deadlock import stuck_ranks
from jpi._watch.lines import Writer
from jpi._watch.report import LINES
from jpi._watch.states import Picture, State, Waiting
from jpi._watch.tree import FAN_OUT, Tree

pytestmark = pytest.mark.ranks(1)

MANY = 4096
SOME = 600  # as many levels, but faster to simulate
AT_ONCE = 2 * FAN_OUT + 4  # each child says a word and then the rest


def line(text, rank=0, seconds=0.0, *, to=None, fingerprint=0):
    writer = Writer(rank, SOME)
    writer.numbers(text)
    if to is not None:
        writer.text(", to ")
        writer.peer(to)
    writer.text(", at program.py:7")
    return writer.line(fingerprint, seconds)


def in_collective(rank, text, fingerprint, *, number=9, comm="world", ranks=range(SOME)):
    last = tuple(line(f"bcast of {n} float32", seconds=rank * 1e-6) for n in range(10))
    return State(
        calls=(Waiting(comm, ranks, 3, fingerprint, number=(rank, number)),),
        lines=(line(text, rank, 3 + rank / MANY, fingerprint=fingerprint),),
        last=last,
        positions={comm: 3},
    )


def allreduce(rank, size):
    return in_collective(rank, "allreduce(SUM) of 4 float32", 1, ranks=range(size))


def ended(rank):
    return State(last=(line("bcast of 9 float32"),), positions={"world": 2}, has_ended=True)


def report_of(states, silent=(), seconds=20.0):
    """The report on ranks in these states, within the limits of lines and messages."""
    ranks = Ranks(states, silent)
    start = time.perf_counter()
    ranks.alarm()
    verdict = ranks.verdict(seconds)
    took = time.perf_counter() - start
    print(
        f"{ranks.now:.1f} s simulated in {took:.1f} s; {ranks.most_at_once} messages and "
        f"{ranks.most_bytes} bytes at once"
    )
    assert verdict, "no report"
    code, text = verdict
    print(text)
    assert code == 70
    assert len(text.splitlines()) <= LINES
    return text, ranks


def test_odd_ranks_are_first_and_the_others_one_line():
    states = [allreduce(rank, MANY) for rank in range(MANY)]
    states[512] = ended(512)
    states[700] = in_collective(700, "bcast of 4 float32, root 0", 2, ranks=range(MANY))
    states[3000] = State(last=(line("bcast of 9 float32"),), positions={"world": 2})
    text, ranks = report_of(states, silent=(5, 2000))
    lines = text.splitlines()
    assert lines[0] == "jpi: the ranks wait for each other and will never go on."
    assert lines[1].startswith("  ranks 5, 2000: do not answer: ")
    assert lines[2].startswith("  rank 512: has ended; its last call was bcast of 9 float32")
    assert re.match(r"  rank 700: bcast of 4 float32, root 0, at program.py:7, where it", lines[3])
    assert "  rank 3000: in no collective; " in text
    everyone = "  ranks 0-4, 6-511, 513-699, 701-1999, 2001-2999, 3001-4095: allreduce"
    assert everyone in text
    assert re.search(r"they have waited for \d\.\d-\d\.\d s", text)
    assert ranks.most_at_once <= AT_ONCE + FAN_OUT  # those below a silent rank too
    tree = Tree(MANY)
    below_silent = set(tree.children(5))
    assert ranks.senders[0] <= {*tree.children(0), *below_silent}


def test_long_wait_is_shown_again_when_it_is_twice_as_long():
    states = [allreduce(rank, SOME) for rank in range(SOME)]
    states[7] = State(elsewhere="program.py:3 in load")
    ranks = Ranks(states)
    for waited, count in [(45, 0), (70, 1), (100, 1), (160, 2), (200, 2)]:
        for rank, state in enumerate(states):
            one = tuple(call.later(waited) for call in allreduce(rank, SOME).lines)
            states[rank] = replace(state, lines=one if state.lines else ())
        ranks.alarm()
        assert ranks.verdict(5.0) is None
        assert len(ranks.said) == count
    assert "  rank 7: in no collective, at program.py:3 in load" in ranks.said[0]
    assert "  ranks 0-6, 8-599: allreduce" in ranks.said[0]


def test_silent_ranks_above_silent_ranks_hide_nobody():
    states = [allreduce(rank, SOME) for rank in range(SOME)]
    states[SOME - 1] = ended(SOME - 1)
    silent = [1, *Tree(SOME).children(1)[:3]]
    text, _ = report_of(states, silent)
    assert "  ranks 1, 17-19: do not answer: " in text
    assert "  rank 599: has ended" in text
    assert "  ranks 0, 2-16, 20-598: allreduce" in text


def test_alarm_from_below_a_silent_rank_arrives():
    states = [State() for _ in range(SOME)]
    low = Tree(SOME).children(17)
    for rank in low[:2]:
        comm = {"comm": "two", "ranks": tuple(low[:2])}
        states[rank] = in_collective(rank, "allreduce(SUM) of 4 float32", rank, **comm)
    text, _ = report_of(states, silent=(1, 17))
    assert f"  rank {low[0]}: allreduce" in text
    assert "  ranks 1, 17: do not answer: " in text


def test_messages_of_a_ring_are_one_line():
    def sends(rank):
        to = (rank + 1) % SOME
        call = Waiting("world", sends_to=(to,), number=rank)
        return State(calls=(call,), lines=(line("send of 4 float32", rank, 2.0, to=to),))

    text, _ = report_of([sends(rank) for rank in range(SOME)])
    assert "  ranks 0-599: send of 4 float32, to rank own+1, at program.py:7" in text


def test_equal_calls_in_a_row_are_one_line():
    again = [line("allreduce of 4 float32", seconds=k / 4) for k in (1, 3, 2)]
    last = (line("bcast of 4 float32"), *again, line("bcast of 4 float32"))
    states = [replace(allreduce(rank, 2), last=last) for rank in range(2)]
    states[1] = replace(ended(1), last=last)
    text, _ = report_of(states)
    before = [row.strip() for row in text.splitlines() if "before" in row]
    bcast = "before: bcast of 4 float32, at program.py:7, 0 s"
    times = "before, 3 times: allreduce of 4 float32, at program.py:7, 0.25-0.75 s"
    assert before == [bcast, times, bcast]


def test_rows_of_a_mesh_are_one_line():
    def in_row(rank):
        row = range(rank // 20 * 20, rank // 20 * 20 + 20)
        fingerprint = 2 if rank == 100 else 1
        text = f"allreduce(SUM) of {rank} float32"
        return in_collective(rank, text, fingerprint, comm=f"row {rank // 20}", ranks=row)

    text, _ = report_of([in_row(rank) for rank in range(SOME)])
    assert "  rank 100: allreduce(SUM) of 100 float32" in text
    assert "  ranks 0-99, 101-599: allreduce(SUM) of 0-599 float32" in text


def test_as_many_states_as_ranks_are_counted():
    states = [in_collective(r, f"call of {r} float32 to", r + 1) for r in range(SOME)]
    text, _ = report_of(states)
    assert re.search(r"\n  \d+ more ranks in \d+ more states are left out\.\n", text)


def test_ranks_that_can_go_on_are_left_alone():
    states = [allreduce(rank, SOME) for rank in range(SOME)]
    states[7] = State(positions={"world": 2})
    ranks = Ranks(states)
    for _ in range(3):
        ranks.alarm()
        assert ranks.verdict(2.0) is None
    assert ranks.most_at_once <= AT_ONCE


def test_failures_of_all_ranks_arrive_together():
    ranks = Ranks([State() for _ in range(SOME)])
    ranks.fail({rank: f"reason {rank % 3}\n" for rank in range(SOME)})
    ranks.verdict(1.0)
    assert ranks.failures.ranks == (1 << SOME) - 1
    assert sorted(ranks.failures.texts) == ["reason 0\n", "reason 1\n", "reason 2\n"]
    assert ranks.most_at_once <= AT_ONCE


def test_failure_below_a_silent_rank_arrives():
    ranks = Ranks([State() for _ in range(SOME)], silent=(1,))
    low = Tree(SOME).children(1)[0]
    ranks.fail({low: "a reason\n"})
    ranks.verdict(3.0)
    assert (
        ranks.failures.report
        == f"rank {low}:\na reason\n\njpi: rank {low} of 600 has failed; all ranks end."
    )


def test_stuck_ranks_of_thousands_are_found():
    picture = Picture()
    for rank in range(MANY):  # a chain of messages, at whose end is a rank that still computes
        calls = (Waiting("world", receives_from=(rank + 1,)),) if rank + 1 < MANY else ()
        picture.add(Picture.of(rank, State(calls=calls)))
    start = time.perf_counter()
    assert stuck_ranks(picture) == 0
    print(f"a chain: {time.perf_counter() - start:.3f} s")
    picture.ended = 1 << MANY - 1
    start = time.perf_counter()
    assert stuck_ranks(picture) == (1 << MANY - 1) - 1
    print(f"an end that never comes: {time.perf_counter() - start:.3f} s")
