"""`jax.scipy.interpolate` for distributed arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.scipy.interpolate as _source

from jpi._call.call import call as _call
from jpi._jax.tracebacks import api as _api
from jpi._namespace.generate import namespace as _namespace


class RegularGridInterpolator:
    """`jax.scipy.interpolate.RegularGridInterpolator` on distributed arrays.

    Args:
        points: the coordinates of the grid along each dimension.
        values: the values on the grid, of any layout.
        method: "linear" or "nearest".
        bounds_error: whether a point outside is an error; as in JAX, it must be False in compiled
            functions.
        fill_value: the value outside; None extrapolates.

    Called with points of shape (..., dimensions), it returns their values, laid out as the points.
    Communication: that of an indexing of ``values``.
    """

    @_api
    def __init__(
        self,
        points: Sequence[Any],
        values: Any,
        method: str = "linear",
        bounds_error: bool = False,
        fill_value: Any = float("nan"),
    ) -> None:
        self._given = (points, values)
        self.method, self.bounds_error, self.fill_value = method, bounds_error, fill_value
        _call(_checked, (*self._given, *self._options), {})

    @_api
    def __call__(self, xi: Any, method: str | None = None) -> Any:
        return _call(_interpolated, (*self._given, xi, *self._options, method), {})

    @property
    def _options(self) -> tuple[Any, ...]:
        return self.method, self.bounds_error, self.fill_value


def _checked(points: Any, values: Any, *options: Any) -> None:
    _source.RegularGridInterpolator(points, values, *options)


def _interpolated(points: Any, values: Any, xi: Any, *options: Any) -> Any:
    *own, method = options
    return _source.RegularGridInterpolator(points, values, *own)(xi, method)


__getattr__, __dir__ = _namespace(_source, globals())
