"""Names of `jax.numpy` that are not functions of arrays: function makers, joiners, files."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._array.index import getitem, hashable_index
from jpi._call.arguments import is_sharded
from jpi._call.call import call, spmd
from jpi._jax.tracebacks import api
from jpi._namespace.ufunc import Ufunc
from jpi.io._files import save as _save


@api
def vectorize(pyfunc: Callable, *, excluded: Any = frozenset(), signature: Any = None) -> Callable:
    """As `jax.numpy.vectorize`: a function of distributed arrays."""
    return spmd(jnp.vectorize(pyfunc, excluded=excluded, signature=signature))


@api
def frompyfunc(func: Callable, /, nin: int, nout: int, *, identity: Any = None) -> Ufunc:
    """As `jax.numpy.frompyfunc`: a ufunc of distributed arrays."""
    return Ufunc(jnp.frompyfunc(func, nin, nout, identity=identity))


@api
class _Joiner:
    """`jax.numpy.r_` or `c_`, which join the arrays in their index, for distributed arrays."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def __getitem__(self, key: Any) -> Any:
        return call(getitem, (self._source, hashable_index(key)), {})


r_, c_ = _Joiner(jnp.r_), _Joiner(jnp.c_)


def _writer(function: Callable, name: str) -> Callable[..., None]:
    """``function``, which writes arrays to a file; all ranks together if one is sharded."""

    @api
    def write(file: Any, *args: Any, **kwargs: Any) -> None:
        arrays = inspect.signature(function).bind(file, *args, **kwargs).arguments
        if not any(map(is_sharded, jax.tree.leaves(arrays, is_leaf=is_sharded))):
            function(file, *args, **kwargs)
            return
        if not isinstance(file, str | os.PathLike):
            raise TypeError(
                f"`file` must be a path for a sharded array, which all ranks write; got {file!r}. "
                "Write x.gather(root=0) on rank 0."
            )
        end = ".npy" if name == "save" else ".npz"
        path = os.fspath(file)
        _save(path if path.endswith(end) else path + end, _named(arrays))

    write.__name__ = name
    write.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    write.__doc__ = f"""As `numpy.{name}`: by all ranks together if an array is sharded, each its
    block (see `jpi.io.save`); else by the rank that calls it.

    Errors: those of `jpi.io.save`; TypeError for a file that is no path.
    """
    return write


def _named(arguments: dict[str, Any]) -> Any:
    """The array of `numpy.save`, or those of `numpy.savez` by their names in the file."""
    if "arr" in arguments:
        return arguments["arr"]
    places = {f"arr_{i}": x for i, x in enumerate(arguments.get("args", ()))}
    return places | arguments.get("kwds", {})


save, savez = _writer(np.save, "save"), _writer(np.savez, "savez")
