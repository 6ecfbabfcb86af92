"""`x.at`: new arrays that differ from a distributed one at an index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._array.index import hashable_index, update
from jpi._array.masks import is_mask, take, without_masks
from jpi._array.update_methods import UpdateMethods
from jpi._call.call import call
from jpi._call.sharded import Sharded
from jpi._jax.tracebacks import api


@api
class At:
    """``x.at``: index it to get the methods of `Updates`."""

    def __init__(self, x: Sharded) -> None:
        self._x = x

    def __getitem__(self, index: Any) -> Updates:
        return Updates(self._x, index)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"`x.at` must be indexed first; got x.at.{name}. Write x.at[index].{name}(values).",
            name=name,
            obj=self,
        )

    def __repr__(self) -> str:
        return f"At({self._x!r})"


@api
class Updates(UpdateMethods):
    """``x.at[index]``, with the methods and keyword arguments that `jax.numpy` has."""

    def __init__(self, x: Sharded, index: Any) -> None:
        self._x, self._index = x, index

    def __repr__(self) -> str:
        return f"Updates({self._x!r}, {self._index!r})"

    def _updated(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        x, index = self._x, self._index
        args = tuple(np.asarray(y) if _is_list_of_numbers(y) else y for y in args)
        if any(map(is_mask, index if isinstance(index, tuple) else (index,))):
            if name == "get" and not args and not kwargs:
                return take(x, index)
            if is_mask(index) and name in _ELEMENTWISE and args and not np.ndim(args[0]):
                if index.shape == x.shape[: index.ndim]:
                    return call(_where, (x, name, index, *args), {})
            index = without_masks(x, index)
        return call(update, (x, name, hashable_index(index), *args), kwargs)


def _is_list_of_numbers(x: Any) -> bool:
    numbers = bool | int | float | complex | np.generic
    return isinstance(x, list | tuple) and all(isinstance(y, numbers) for y in jax.tree.leaves(x))


_ELEMENTWISE: dict[str, Callable[[Any, Any], Any]] = {
    "set": lambda x, y: y,
    "add": jnp.add,
    "multiply": jnp.multiply,
    "mul": jnp.multiply,
    "min": jnp.minimum,
    "max": jnp.maximum,
}


def _where(x: Any, name: str, mask: Any, value: Any) -> Any:
    """``x.at[mask].name(value)`` for one ``value``: elementwise, without communication."""
    value = jnp.zeros(1, x.dtype).at[0].set(value)[0]  # converts as an update does
    mask = jnp.reshape(mask, mask.shape + (1,) * (x.ndim - mask.ndim))
    return jnp.where(mask, _ELEMENTWISE[name](x, value), x)
