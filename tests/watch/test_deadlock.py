"""Which ranks are in a deadlock: for given states, and for simulated programs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.deadlock_by_ranks import State, Waiting
from support.deadlock_by_ranks import stuck_ranks as stuck_ranks_by_ranks

from jpi._layout.masks import members
from jpi._watch import deadlock, states

ALL = (0, 1, 2)


def stuck_ranks(given_states):
    """The ranks that are stuck, which must be those of the plain form."""
    picture = states.Picture()
    for rank, state in given_states.items():
        picture.add(states.Picture.of(rank, answer(state)))
    found = set(members(deadlock.stuck_ranks(picture)))
    assert found == set(stuck_ranks_by_ranks(given_states))
    return found


def answer(state):
    """A state of the plain form, as a rank answers it."""
    shared = "comm", "members", "position", "fingerprint", "sends_to", "receives_from", "number"
    calls = tuple(states.Waiting(**{n: getattr(c, n) for n in shared}) for c in state.calls)
    return states.State(
        calls=calls, positions=state.positions, begun=state.begun, has_ended=state.has_ended
    )


def collective(position, *, fingerprint=1, comm="world", members=ALL):
    call = Waiting("", comm, members, position=position, fingerprint=fingerprint)
    return State(calls=(call,), positions={comm: position})


def send(dest, **positions):
    return State(calls=(Waiting("", "world", ALL, sends_to=(dest,)),), positions=positions)


def recv(*sources, **positions):
    return State(calls=(Waiting("", "world", ALL, receives_from=sources),), positions=positions)


def computing(**positions):
    return State(positions=positions)


def ended(begun=(), **positions):
    return State(positions=positions, begun=dict(begun), has_ended=True)


CASES = {
    "all in one collective": ([collective(1)] * 3, set()),
    "one still computes": ([collective(1), collective(1), computing()], set()),
    "one has ended": ([collective(1), collective(1), ended()], {0, 1}),
    "one has ended, after it": ([collective(1), collective(1), ended(world=1)], set()),
    "another collective": ([collective(1), collective(1), collective(1, fingerprint=2)], ALL),
    "one has passed another call": (
        [collective(2), collective(2), ended(world=2, begun={("world", 2): 5})],
        {0, 1},
    ),
    "one has passed this call": (
        [collective(2), collective(2), ended(world=2, begun={("world", 2): 1})],
        set(),
    ),
    "one is ahead": ([collective(1), collective(1), collective(2)], set()),
    "one waits for a message": ([collective(1), recv(0), computing()], {0, 1}),
    "of one that will come": ([collective(1), recv(2), computing()], set()),
    "send and receive": ([send(1), recv(0), ended(world=1)], set()),
    "two sends": ([send(1), send(0), computing()], {0, 1}),
    "two receives": ([recv(1), recv(0), computing()], {0, 1}),
    "a ring of receives": ([recv(1), recv(2), recv(0)], ALL),
    "from any rank": ([recv(0, 1, 2), computing(), ended()], set()),
    "from any, all ended": ([recv(0, 1, 2), ended(), ended()], {0}),
    "two communicators, crossed": (
        [
            collective(1, comm="a", members=(0, 1)),
            collective(1, comm="b", members=(0, 1)),
            computing(),
        ],
        {0, 1},
    ),
    "behind one that goes on": (
        [
            collective(1, comm="a", members=(0, 1)),
            collective(1, comm="b", members=(1, 2)),
            collective(1, comm="b", members=(1, 2)),
        ],
        set(),
    ),
    "in two calls": (
        [State(calls=collective(1).calls * 2, positions={"world": 1}), ended(), ended()],
        set(),
    ),
}


def test_stuck_ranks_of_a_state():
    for name, (given_states, expected) in CASES.items():
        assert set(stuck_ranks(dict(enumerate(given_states)))) == set(expected), name


def test_rank_that_does_not_answer_may_come():
    assert not stuck_ranks({0: collective(1), 1: collective(1)})


@given(st.data())
def test_ranks_that_can_move_are_never_stuck(data):
    """Programs of collectives on random groups, run in a random order until none can proceed."""
    size = data.draw(st.integers(2, 4))
    groups = st.lists(st.integers(0, size - 1), min_size=2, max_size=size, unique=True)
    calls = [tuple(sorted(group)) for group in data.draw(st.lists(groups, max_size=6))]
    programs = [[call for call in calls if rank in call] for rank in range(size)]
    if calls and data.draw(st.booleans()):  # a mistake: one rank omits a call
        rank = data.draw(st.sampled_from(calls[0]))
        programs[rank].remove(calls[0])
    done = [0] * size
    entered = [False] * size
    while True:
        states = dict(enumerate(map(_state, programs, done, entered)))
        enterable = [r for r in range(size) if not entered[r] and done[r] < len(programs[r])]
        complete = _complete(programs, done, entered)
        stuck = stuck_ranks(states)
        waiting = {r for r in range(size) if entered[r]}
        assert set(stuck) <= waiting - {rank for call in complete for rank in call}
        if not enterable and not complete:
            assert set(stuck) == waiting  # no rank can proceed: all that wait are deadlocked
            return
        moves = [("enter", r) for r in enterable] + [("leave", call) for call in complete]
        kind, what = data.draw(st.sampled_from(moves))
        if kind == "enter":
            entered[what] = True
        else:
            for rank in what:
                done[rank], entered[rank] = done[rank] + 1, False


def _state(program, done, entered):
    begun = program[: done + entered]
    positions = {str(group): begun.count(group) for group in begun}
    if not entered:
        return State(positions=positions, has_ended=done == len(program))
    group = begun[-1]
    call = Waiting("", str(group), group, position=positions[str(group)], fingerprint=1)
    return State(calls=(call,), positions=positions)


def _complete(programs, done, entered):
    """The groups all of whose ranks are in their next call on it."""
    found = []
    for rank, program in enumerate(programs):
        if not entered[rank] or program[done[rank]] in found:
            continue
        group = program[done[rank]]
        at = {
            (entered[r] and programs[r][done[r]] == group, programs[r][: done[r]].count(group))
            for r in group
            if done[r] < len(programs[r])
        }
        if len(at) == 1 and next(iter(at))[0] and all(done[r] < len(programs[r]) for r in group):
            found.append(group)
    return found


RANKS = st.integers(0, 4)
COMMS = {"world": (0, 1, 2, 3, 4), "few": (1, 3), "other": (0, 3, 4)}


@st.composite
def any_call(draw):
    comm = draw(st.sampled_from(list(COMMS)))
    of_comm = st.sampled_from(COMMS[comm])
    if draw(st.booleans()):
        place = {"position": draw(st.integers(1, 3)), "fingerprint": draw(st.integers(1, 2))}
        return Waiting("", comm, COMMS[comm], **place)
    sources = st.one_of(st.just(COMMS[comm]), st.lists(of_comm, max_size=2).map(tuple))
    sends_to = tuple(draw(st.lists(of_comm, max_size=1)))
    return Waiting("", comm, COMMS[comm], sends_to=sends_to, receives_from=draw(sources))


places = st.tuples(st.sampled_from(list(COMMS)), st.integers(1, 3))
any_state = st.builds(
    State,
    calls=st.lists(any_call(), max_size=2).map(tuple),
    positions=st.dictionaries(st.sampled_from(list(COMMS)), st.integers(1, 4)),
    begun=st.dictionaries(places, st.integers(1, 2), max_size=2),
    has_ended=st.integers(0, 4).map(lambda n: n == 0),
)


@pytest.mark.ranks(1)
@given(st.dictionaries(RANKS, any_state, max_size=5))
@settings(max_examples=1000)
def test_sets_of_ranks_give_what_single_ranks_give(given_states):
    stuck_ranks(given_states)
