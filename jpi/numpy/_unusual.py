"""Names of `jax.numpy` that are not functions of arrays: function makers, joiners, files."""

from __future__ import annotations

import inspect
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
    @api
    def write(file: Any, *args: Any, **kwargs: Any) -> None:
        args, kwargs = jax.tree.map(
            lambda x: np.asarray(x) if is_sharded(x) else x, (args, kwargs), is_leaf=is_sharded
        )
        function(file, *args, **kwargs)

    write.__name__ = name
    write.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    write.__doc__ = f"""As `numpy.{name}`, by the rank that calls it.

    Errors: TypeError for a sharded array: every rank would write the whole array. Write the result
    of ``x.gather(root=0)`` on rank 0.
    """
    return write


save, savez = _writer(np.save, "save"), _writer(np.savez, "savez")
