"""Numbers of calls that ranks share: which inquiry has seen the call first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jpi._watch.states import State


class Sightings:
    """The calls of one rank that inquiries have seen, as far as they still wait."""

    def __init__(self) -> None:
        self._first: dict[Any, int] = {}  # by the number of the call: the inquiry

    def seen(self, state: State, inquiry: int) -> State:
        """``state`` as the answer to an inquiry, in which each call has the number of its first.

        The number of a call among those of its process differs between ranks; this one is the same
        for ranks that have waited equally long, so that their answers become one.
        """
        first = {call.number: self._first.get(call.number, inquiry) for call in state.calls}
        self._first = first
        calls = tuple(replace(call, number=first[call.number]) for call in state.calls)
        return replace(state, calls=calls)
