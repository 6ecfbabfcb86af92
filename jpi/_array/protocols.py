"""The protocols of arrays: NumPy's functions and ufuncs, the Python Array API, DLPack, and Python's
own conversions."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.special
import numpy as np

from jpi._call.call import call
from jpi._call.sharded import Sharded
from jpi._jax.tracebacks import api

_OPERANDS = (Sharded, jax.Array, np.ndarray, np.generic, int, float, complex)
_namespaces: dict[str, ModuleType] = {}  # module of NumPy -> module of JPI in its place


def stands_for(foreign: str, module: ModuleType) -> None:
    """Let NumPy's functions of the module ``foreign`` be those of ``module`` for our arrays."""
    _namespaces[foreign] = module


def _no_number(kind: str) -> Callable[[Sharded], Any]:
    def convert(self: Sharded) -> Any:
        raise TypeError(
            f"an array of shape {self.shape} cannot be converted to {kind}. Reduce it to a "
            "scalar first (x.sum(), x.all(), ...), or use x.gather() for all its values."
        )

    return convert


class _NotWholeError(TypeError, BufferError):
    """Only a block of the array is here; DLPack and buffers want a BufferError."""

    __module__, __qualname__ = "builtins", "TypeError"  # as users know it


_NotWholeError.__name__ = "TypeError"


@api
class _NoRows:
    """An iterator in place of an array's rows.

    The array itself can be asked for one: who asks, as matplotlib does, goes on to use it, and
    gets an error that says what to do.
    """

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __iter__(self) -> _NoRows:
        return self

    def __next__(self) -> Any:
        raise self._error


@api
class Protocols(Sharded):
    """The part of a DistArray that other libraries call."""

    # ---- NumPy ----

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        function = _ufunc(ufunc)
        if function is None:
            raise TypeError(
                f"the ufunc {ufunc.__name__!r} takes no distributed arrays: JAX has none of this "
                "name. Use jpi.spmd of a JAX function, or x.gather()."
            )
        _refuse_out(kwargs)
        operands = [x if isinstance(x, _OPERANDS) else np.asarray(x) for x in inputs]
        if method == "__call__":
            if kwargs:
                raise TypeError(
                    f"`{ufunc.__name__}` of distributed arrays takes no keywords; got "
                    f"{', '.join(kwargs)}. Use jpi.numpy.where or astype on the result."
                )
            return call(function, operands, {})
        if method == "at":
            raise TypeError(
                "arrays of JPI cannot be written to, nor those of NumPy with their numbers. Use "
                f"x.at[index], which makes a new array, in place of numpy.{ufunc.__name__}.at."
            )
        whole = _with_methods(function, ufunc.nin, ufunc.nout, ufunc.identity)
        return call(getattr(whole, method), operands, kwargs)

    def __array_function__(
        self, func: Callable, types: Sequence[type], args: Any, kwargs: dict[str, Any]
    ) -> Any:
        name = func.__name__
        ours = getattr(_namespaces.get(func.__module__), name, None)
        if ours is None:
            raise TypeError(
                f"{func.__module__}.{name} takes no distributed arrays: JAX has no such function. "
                "Use one of jpi.numpy, or numpy's on x.gather()."
            )
        _refuse_out(kwargs)
        return ours(*args, **kwargs)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        raise self._not_whole("made a NumPy array")

    # ---- the Python Array API, DLPack ----

    def __array_namespace__(self, *, api_version: str | None = None) -> ModuleType:
        """`jpi.numpy`. Errors: ValueError for a version that JAX does not follow."""
        jnp.zeros(()).__array_namespace__(api_version=api_version)
        return _namespaces["numpy"]

    @property
    def device(self) -> Any:
        """The device of this rank's block."""
        return self._shard.device

    def to_device(self, device: Any, *, stream: Any = None) -> Any:
        """This array with this rank's block on ``device``."""
        return self.kind(self._shard.to_device(device, stream=stream), self._mesh, self._layout)

    def __dlpack__(self, **kwargs: Any) -> Any:
        raise self._not_whole("exported by DLPack")

    def __dlpack_device__(self) -> Any:
        raise self._not_whole("exported by DLPack")

    # ---- Python ----

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        """The rows, if each rank has its part of every one: to fetch them would cost much."""
        if self.ndim and not self._layout.spec[0]:
            return (self[i] for i in range(self.shape[0]))  # type: ignore[index]
        return _NoRows(self._not_whole("iterated over"))

    def __contains__(self, value: Any) -> bool:
        return bool(call(_contains, (self, value), {}))

    def __bool__(self) -> bool:
        if self.size == 1:
            return bool(self.item())
        raise ValueError(
            f"an array of shape {self.shape} is neither true nor false. Reduce it first: x.any(), "
            "x.all(), x.size > 0."
        )

    __float__, __int__, __complex__, __index__ = map(
        _no_number, ("float", "int", "complex", "an index")
    )

    def item(self, *args: Any) -> Any:
        """A number of the array as a Python scalar: the only one, or the one at a flat index or at
        the indices of all dimensions.

        Communication: that of the indexing.
        """
        if not args and self.size != 1:
            raise ValueError(
                f"x.item() needs an array of one number; got shape {self.shape}. Give an index."
            )
        return call(_item, (self, *args), {}).item()

    def tolist(self) -> Any:
        """Raises: use ``x.gather().tolist()``, which gathers every number on every rank."""
        raise self._not_whole("made a list")

    def __format__(self, form: str) -> str:
        if not form:
            return str(self)
        raise TypeError(
            f"an array of shape {self.shape} has no format {form!r}. Reduce it to a number first "
            "(x.sum(), x.mean(), ...), or format x.gather()."
        )

    @property
    def sharding(self) -> Any:
        raise self._not_of_jax("sharding")

    @property
    def addressable_shards(self) -> Any:
        raise self._not_of_jax("addressable_shards")

    def _not_of_jax(self, name: str) -> AttributeError:
        return AttributeError(
            f"x.{name} is for arrays on the devices of one process; ranks share this one. Use "
            "x.spec and x.mesh for its layout, x.shard for this rank's block, x.index for where "
            "that is."
        )

    def _not_whole(self, action: str) -> TypeError:
        return _NotWholeError(
            f"an array sharded as {self.spec} cannot be {action}: this rank holds only a block "
            f"of {self.shape}. Use x.gather() for the whole array, x.shard for the block, or "
            "jpi.spmd(function)(x) for a function of arrays on one device."
        )


def _ufunc(ufunc: np.ufunc) -> Callable | None:
    """JAX's function of the same meaning as ``ufunc``, of NumPy or SciPy."""
    name = ufunc.__name__
    if getattr(np, name, None) is ufunc:
        return getattr(jnp, name, None)
    if getattr(importlib.import_module("scipy.special"), name, None) is ufunc:
        return getattr(jax.scipy.special, name, None)
    return None


@functools.cache
def _with_methods(function: Callable, nin: int, nout: int, identity: Any) -> Any:
    """``function`` as a ufunc, with ``reduce`` and the like."""
    if isinstance(function, jnp.ufunc):
        return function
    return jnp.frompyfunc(function, nin, nout, identity=identity)


def _refuse_out(kwargs: dict[str, Any]) -> None:
    if kwargs.get("out") is not None:
        raise TypeError(
            "`out` must be left out: arrays of JPI cannot be written to, nor those of NumPy with "
            "their numbers. Use the function's result: a = a + x in place of a += x."
        )


def _contains(x: Any, value: Any) -> Any:
    return x.__contains__(value)  # an array, which ``in`` would convert to bool


def _item(x: jax.Array, *args: int) -> jax.Array:
    if not args:
        return x.reshape(())
    index = args[0] if len(args) == 1 and isinstance(args[0], tuple) else args
    return x.reshape(-1)[index] if len(index) == 1 else x[index]
