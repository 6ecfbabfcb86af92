"""The names by which JAX's errors call a traced function and its arguments: those of the user."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
from jax._src.api_util import save_wrapped_fun_debug_info
from jax.api_util import debug_info


def named_after(
    traced: Callable, fun: Callable, args: Sequence[Any], kwargs: dict[str, Any], own: Sequence[Any]
) -> Callable:
    """``traced``, which calls ``fun(*args, **kwargs)``, and is called by its name in errors.

    Args:
        own: the arguments of ``traced``, each of which is among the leaves of the arguments of
            ``fun``.
    """
    info = debug_info("jit", fun, args, kwargs)
    leaves = jax.tree.leaves((tuple(args), kwargs))
    if len(leaves) == len(info.arg_names or ()):
        names = dict(zip(map(id, leaves), info.arg_names, strict=True))
        if all(id(x) in names for x in own):
            info = info._replace(arg_names=tuple(names[id(x)] for x in own))
            save_wrapped_fun_debug_info(traced, info)
    return traced
