"""The loop of a run that survives the time limit of its queue."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import jax

from jpi._jax.tracebacks import api
from jpi.checkpoint._checkpoints import (
    latest_of,
    mesh_of,
    restore,
    save,
    wait,
    whole_number,
)
from jpi.checkpoint._leaves import leaves_of

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
    Errors: TypeError for a step that gives another tree than that of its state.
    """
    every, until = whole_number("every", every, 1), whole_number("until", until, 0)
    done = latest_of(folder, mesh_of(leaves_of(state)[0]).comm)
    if done is not None:
        state = restore(folder, state, step=done)
    for step in range((done or 0) + 1, until + 1):
        state = _next(step_function, state)
        if step % every == 0 or step == until:
            save(folder, step, state, keep=keep, background=background)
    wait()
    return state


def _next(step_function: Callable[[State], State], state: State) -> State:
    """The state after one step more; a later run restores it into the tree of the first."""
    found = step_function(state)
    wanted, given = jax.tree.structure(state), jax.tree.structure(found)
    if given != wanted:
        raise TypeError(f"`step_function` must give a state of the tree {wanted}; got {given}.")
    return found
