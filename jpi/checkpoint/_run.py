"""The loop of a run that survives the time limit of its queue."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

from jpi._jax.tracebacks import api
from jpi.checkpoint._checkpoints import (
    latest_of,
    mesh_of,
    restore,
    save,
    wait,
    whole_number,
)
from jpi.checkpoint._leaves import Described, fits, leaves_of, without_value, words_of

State = TypeVar("State")


@api
def run(
    step_function: Callable[[State], State],
    state: State,
    folder: str | os.PathLike[str],
    *,
    every: int,
    until: int,
    keep: int | None = 3,
    background: bool = False,
) -> State:
    """The state after ``until`` steps, from the latest checkpoint in ``folder`` on.

    Args:
        step_function: gives the next state.
        state: the state from which a new run begins, and which has the layouts of every run.
        folder, keep, background: as in `save`.
        every: the steps between two checkpoints, 1 or more. The last step has one too.
        until: the number of steps of all runs together; a checkpoint of a later step is returned
            as it is.

    Communication: that of the steps and of `save`.
    Errors: TypeError for a step that gives another tree, or other shapes or dtypes in it.
    """
    every, until = whole_number("every", every, 1), whole_number("until", until, 0)
    wanted = _outline(state)
    done = latest_of(folder, mesh_of(leaves_of(state)[0]).comm)
    if done is not None:
        state = restore(folder, state, step=done)
    for step in range((done or 0) + 1, until + 1):
        state = _result(step_function, state)
        if step % every == 0 or step == until:
            _require_like(wanted, state)
            save(folder, step, state, keep=keep, background=background)
    wait()
    return state


def _result(step_function: Callable[[State], State], state: State) -> State:
    following = step_function(state)
    if following is None and state is not None:
        raise TypeError(
            "`step_function` must return the next state; it returned None. Put a `return` at its "
            "end."
        )
    return following


def _outline(state: Any) -> dict[str, Described]:
    """What a run restores into, without its numbers."""
    return {leaf.path: without_value(leaf).described for leaf in leaves_of(state)[0]}


def _require_like(wanted: dict[str, Described], state: Any) -> None:
    """Raise TypeError if a later run could not restore ``state`` in place of the first one."""
    found = _outline(state)
    for path in dict.fromkeys([*wanted, *found]):
        if path in wanted and path in found and fits(found[path], wanted[path], False):
            continue
        raise TypeError(
            f"`step_function` must give a state like the first one; got "
            f"{words_of(found.get(path))} for {words_of(wanted.get(path))} at {path or 'the top'}. "
            "A later run begins with the first one, and restores into it."
        )
