"""The operators and methods of a DistArray that are functions of `jax.numpy` on the global array.

`methods.pyi` has their signatures; the script that writes it is `tests/stubs`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._array.protocols import Protocols
from jpi._call.call import call
from jpi._call.sharded import Sharded
from jpi._jax.tracebacks import api, hide_frames, hides_frames

_OPERANDS = (Sharded, jax.Array, np.ndarray, np.generic, int, float, complex)


def _binary(function: Callable, *, swap: bool = False) -> Callable[[Any, Any], Any]:
    # `**` needs Python integers unchanged, as in jax.numpy: x ** 2 is a product, not a power.
    trace_integers = function is not jnp.power

    @hides_frames
    def method(self: Any, other: Any) -> Any:
        if not isinstance(other, _OPERANDS):
            return NotImplemented
        operands = (other, self) if swap else (self, other)
        try:
            return call(function, operands, {}, trace_integers=trace_integers)
        except Exception as error:
            hide_frames(error)
            raise

    return method


def _method(name: str) -> Callable[..., Any]:
    function = getattr(jnp, name)

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return call(function, (self, *args), kwargs)

    return described(method, name, getattr(jax.Array, name, function))


def _own_method(name: str) -> Callable[..., Any]:
    """A method that `jax.numpy` has on its arrays only."""

    def function(x: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(x, name)(*args, **kwargs)

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return call(function, (self, *args), kwargs)

    return described(method, name, getattr(jax.Array, name, None))


def described(method: Any, name: str, source: Callable | None) -> Callable[..., Any]:
    """``method``, with the signature and the documentation of a method of JAX's arrays.

    An older JAX may lack it.
    """
    method.__name__ = name
    method.__doc__ = (
        f"As `jax.Array` has it, on the global array.\n\n{getattr(source, '__doc__', '')}"
    )
    if source:
        method.__signature__ = inspect.signature(source)
    return method


@api
class Methods(Protocols):
    """The part of a DistArray that `jax.numpy` defines."""

    all, any, argmax, argmin = map(_method, ("all", "any", "argmax", "argmin"))
    argpartition, argsort, choose = map(_method, ("argpartition", "argsort", "choose"))
    clip, conj, conjugate, copy = map(_method, ("clip", "conj", "conjugate", "copy"))
    cumprod, cumsum, diagonal, dot = map(_method, ("cumprod", "cumsum", "diagonal", "dot"))
    max, mean, min, nonzero = map(_method, ("max", "mean", "min", "nonzero"))
    prod, ptp, ravel, repeat = map(_method, ("prod", "ptp", "ravel", "repeat"))
    round, searchsorted, sort = map(_method, ("round", "searchsorted", "sort"))
    squeeze, std, sum, swapaxes = map(_method, ("squeeze", "std", "sum", "swapaxes"))
    take, trace, var = map(_method, ("take", "trace", "var"))
    byteswap, view = map(_own_method, ("byteswap", "view"))

    __add__, __radd__ = _binary(jnp.add), _binary(jnp.add, swap=True)
    __sub__, __rsub__ = _binary(jnp.subtract), _binary(jnp.subtract, swap=True)
    __mul__, __rmul__ = _binary(jnp.multiply), _binary(jnp.multiply, swap=True)
    __truediv__, __rtruediv__ = _binary(jnp.true_divide), _binary(jnp.true_divide, swap=True)
    __floordiv__ = _binary(jnp.floor_divide)
    __rfloordiv__ = _binary(jnp.floor_divide, swap=True)
    __mod__, __rmod__ = _binary(jnp.remainder), _binary(jnp.remainder, swap=True)
    __divmod__, __rdivmod__ = _binary(jnp.divmod), _binary(jnp.divmod, swap=True)
    __pow__, __rpow__ = _binary(jnp.power), _binary(jnp.power, swap=True)
    __matmul__, __rmatmul__ = _binary(jnp.matmul), _binary(jnp.matmul, swap=True)
    __and__, __rand__ = _binary(jnp.bitwise_and), _binary(jnp.bitwise_and, swap=True)
    __or__, __ror__ = _binary(jnp.bitwise_or), _binary(jnp.bitwise_or, swap=True)
    __xor__, __rxor__ = _binary(jnp.bitwise_xor), _binary(jnp.bitwise_xor, swap=True)
    __lshift__, __rlshift__ = _binary(jnp.left_shift), _binary(jnp.left_shift, swap=True)
    __rshift__, __rrshift__ = _binary(jnp.right_shift), _binary(jnp.right_shift, swap=True)
    __eq__, __ne__ = _binary(jnp.equal), _binary(jnp.not_equal)
    __lt__, __le__ = _binary(jnp.less), _binary(jnp.less_equal)
    __gt__, __ge__ = _binary(jnp.greater), _binary(jnp.greater_equal)
    __round__ = _own_method("__round__")
    __neg__, __pos__ = _method("negative"), _method("positive")
    __abs__, __invert__ = _method("abs"), _method("invert")
    __hash__ = None  # type: ignore[assignment]
