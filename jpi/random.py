"""`jax.random` for distributed arrays.

Every function of `jax.random` is here under its name. Those that draw numbers also take ``spec=``
(the mesh axes over which each dimension is sharded; by default the first dimension over all ranks)
and ``mesh=``, and make a DistArray. Its numbers are those of `jax.random` on any number of ranks;
each rank makes its own block. Those that make keys return the keys of `jax.random`, the same on
every rank.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax.random as _source

from jpi._array.placement import target_of as _target_of
from jpi._call.arguments import is_sharded as _is_sharded
from jpi._call.call import call as _call
from jpi._mpi.mesh import Mesh as _Mesh
from jpi._namespace.generate import distributed as _distributed
from jpi._namespace.signature import placed_like as _placed_like

_ON_KEYS = (
    "PRNGKey clone fold_in key key_data key_impl split wrap_key_data default_prng_impl".split()
)


def _sampler(function: Callable) -> Callable[..., Any]:
    @_placed_like(function)
    @functools.wraps(function)
    def sample(*args: Any, spec: Any = None, mesh: _Mesh | None = None, **kwargs: Any) -> Any:
        given = [x for x in (*args, *kwargs.values()) if _is_sharded(x)]
        if given and spec is None and mesh is None:
            return _call(function, args, kwargs)
        return _call(function, args, kwargs, target=_target_of(spec, mesh, *given[:1]))

    sample.__module__ = __name__
    sample.__doc__ = (
        f"As `jax.random.{function.__name__}`, made block by block.\n\n"
        "It also takes ``spec``, the mesh axes over which each dimension is sharded (by default "
        "the first over all ranks, or as the distributed arguments are), and ``mesh``, the mesh "
        "(the current one by default).\n\n"
        f"{function.__doc__ or ''}"
    )
    return sample


def __getattr__(name: str) -> Any:
    value = _distributed(_source, name, __name__)
    if name not in _ON_KEYS and callable(value) and not isinstance(value, type):
        value = _sampler(getattr(_source, name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *dir(_source)})
