"""Written by tests/stubs; do not edit."""

from builtins import bool as _bool
from collections.abc import Callable
from typing import Any

from jax import Array

from jpi._array.array import DistArray
from jpi._namespace.annotations import Operand

class UpdateMethods:
    def set(
        self,
        values: Operand,
        *,
        indices_are_sorted: _bool = False,
        unique_indices: _bool = False,
        mode: Any = None,
        out_sharding: None = None,
        wrap_negative_indices: _bool = True,
    ) -> DistArray:
        """Pure equivalent of ``x[idx] = y``."""
    def add(
        self,
        values: Operand,
        *,
        indices_are_sorted: _bool = False,
        unique_indices: _bool = False,
        mode: Any = None,
        out_sharding: None = None,
        wrap_negative_indices: _bool = True,
    ) -> DistArray:
        """Pure equivalent of ``x[idx] += y``."""
    def subtract(
        self,
        values: Operand,
        *,
        indices_are_sorted: _bool = False,
        unique_indices: _bool = False,
        mode: Any = None,
        out_sharding: None = None,
        wrap_negative_indices: _bool = True,
    ) -> DistArray:
        """Pure equivalent of ``x[idx] -= y``."""
    def multiply(
        self,
        values: Operand,
        *,
        indices_are_sorted: _bool = False,
        unique_indices: _bool = False,
        mode: Any = None,
        out_sharding: None = None,
        wrap_negative_indices: _bool = True,
    ) -> DistArray:
        """Pure equivalent of ``x[idx] *= y``."""
    def mul(
        self,
        values: Operand,
        *,
        indices_are_sorted: _bool = False,
        unique_indices: _bool = False,
        mode: Any = None,
        out_sharding: None = None,
        wrap_negative_indices: _bool = True,
    ) -> DistArray:
        """Pure equivalent of ``x[idx] *= y``."""
    def divide(
        self,
        values: Operand,
        *,
        indices_are_sorted: _bool = False,
        unique_indices: _bool = False,
        mode: Any = None,
        out_sharding: None = None,
        wrap_negative_indices: _bool = True,
    ) -> DistArray:
        """Pure equivalent of ``x[idx] /= y``."""
    def power(
        self,
        values: Operand,
        *,
        indices_are_sorted: _bool = False,
        unique_indices: _bool = False,
        mode: Any = None,
        out_sharding: None = None,
        wrap_negative_indices: _bool = True,
    ) -> DistArray:
        """Pure equivalent of ``x[idx] **= y``."""
    def min(
        self,
        values: Operand,
        *,
        indices_are_sorted: _bool = False,
        unique_indices: _bool = False,
        mode: Any = None,
        out_sharding: None = None,
        wrap_negative_indices: _bool = True,
    ) -> DistArray:
        """Pure equivalent of ``x[idx] = minimum(x[idx], y)``."""
    def max(
        self,
        values: Operand,
        *,
        indices_are_sorted: _bool = False,
        unique_indices: _bool = False,
        mode: Any = None,
        out_sharding: None = None,
        wrap_negative_indices: _bool = True,
    ) -> DistArray:
        """Pure equivalent of ``x[idx] = maximum(x[idx], y)``."""
    def apply(
        self,
        func: Callable[[Operand], Operand],
        *,
        indices_are_sorted: _bool = False,
        unique_indices: _bool = False,
        mode: Any = None,
        wrap_negative_indices: _bool = True,
    ) -> DistArray:
        """Pure equivalent of ``func.at(x, idx)`` for a unary ufunc ``func``."""
    def get(
        self,
        *,
        indices_are_sorted: _bool = False,
        unique_indices: _bool = False,
        mode: Any = None,
        fill_value: Operand | None = None,
        out_sharding: None = None,
        wrap_negative_indices: _bool = True,
    ) -> DistArray | Array:
        """Equivalent to ``x[idx]``."""
    def _updated(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any: ...
