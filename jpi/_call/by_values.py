"""Functions whose result's shape depends on the values of their arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax

from jpi._call.arguments import (
    unflatten,
)
from jpi._call.target import Target

NEEDS_VALUES = (
    jax.errors.ConcretizationTypeError,
    jax.errors.TracerArrayConversionError,
    jax.errors.TracerIntegerConversionError,
    jax.errors.NonConcreteBooleanIndexError,
)


# For a function whose result's shape depends on values: how to call it on distributed arrays.
on_values: dict[Callable, Callable] = {}


def by_values(
    fun: Callable, tree: Any, leaves: Sequence[Any], given: Target | None, error: Exception
) -> Any:
    """``fun``, whose result's shape depends on values, called by `on_values`.

    Errors: ``error``, which ``fun`` raised for lack of values, if that is not possible.
    """
    if fun not in on_values or given is not None:
        raise error
    args, kwargs = unflatten(tree, leaves)
    try:  # outside of a compiled function arrays have values, also during differentiation
        return on_values[fun](*args, **kwargs)
    except NEEDS_VALUES:
        raise error from None
