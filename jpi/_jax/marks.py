"""Numbers that stay with arrays while JAX takes trees apart and puts them together again."""

from __future__ import annotations

import weakref
from typing import Any

import jax

from jpi._jax.names import DynamicJaxprTracer, innermost


class _OfProgram:
    """The numbers in a program that is traced; by the id of a variable, which they keep."""

    def __init__(self) -> None:
        self.marks: dict[int, tuple[Any, int]] = {}
        self.arguments = 0  # that have a number


_of_programs: weakref.WeakKeyDictionary[Any, _OfProgram] = weakref.WeakKeyDictionary()
_of_arrays: dict[int, tuple[weakref.ref, int]] = {}


def keep(x: Any, mark: int) -> None:
    """Keep the number of an array or a tracer."""
    x = innermost(x)
    if isinstance(x, DynamicJaxprTracer):
        _of_programs.setdefault(x._trace, _OfProgram()).marks[id(x.val)] = x.val, mark
    elif isinstance(x, jax.Array):
        key = id(x)
        _of_arrays[key] = weakref.ref(x, lambda _: _of_arrays.pop(key, None)), mark


def kept(x: Any) -> int:
    """The number of an array or a tracer; 0 if it has none.

    An argument of a program that is traced has one: its place among those that are asked for.
    """
    x = innermost(x)
    if not isinstance(x, DynamicJaxprTracer):
        return _of_arrays[id(x)][1] if id(x) in _of_arrays else 0
    program = _of_programs.setdefault(x._trace, _OfProgram())
    if id(x.val) not in program.marks:
        if not any(x.val is variable for variable in x._trace.frame.invars):
            return 0
        program.arguments += 1
        program.marks[id(x.val)] = x.val, program.arguments
    return program.marks[id(x.val)][1]
