"""Written by tests/stubs; do not edit."""

from collections.abc import Callable, Mapping
from typing import Any, overload

from jax.scipy.optimize import OptimizeResults as OptimizeResults
from jax.typing import ArrayLike

from jpi._namespace.annotations import Operand

@overload
def minimize(
    fun: Callable,
    x0: ArrayLike,
    args: tuple = (),
    *,
    method: str,
    tol: float | None = None,
    options: Mapping[str, Any] | None = None,
) -> Any:
    """Minimization of scalar function of one or more variables."""

@overload
def minimize(
    fun: Callable,
    x0: Operand,
    args: tuple = (),
    *,
    method: str,
    tol: float | None = None,
    options: Mapping[str, Any] | None = None,
) -> Any: ...
