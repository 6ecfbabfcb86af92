"""The types of compiled functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, TypeVar, overload

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
ResultOnly = TypeVar("ResultOnly", covariant=True)


class Compiled(Protocol[Parameters, ResultOnly]):
    """A function by `jpi.jit`: it has the parameters and the result of the original."""

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> ResultOnly: ...

    @overload
    def __get__(self, instance: None, owner: Any = None) -> Compiled[Parameters, ResultOnly]: ...
    @overload
    def __get__(self, instance: object, owner: Any = None) -> Callable[..., ResultOnly]: ...
    def __get__(self, instance: object, owner: Any = None) -> Any: ...

    def lower(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Any:
        """The program for these arguments, which ``.compile()`` compiles ahead of time."""

    def eval_shape(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Any:
        """The shapes and types of the results, without a computation."""

    def clear_cache(self) -> None:
        """Drop what was compiled for this function."""
