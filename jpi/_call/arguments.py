"""The arguments of a call: which are arrays, and how to put them together again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from jpi._call.sharded import LATE, Sharded
from jpi._jax.argument_names import named_after
from jpi._mpi.mesh import Mesh

ARRAYS = (Sharded, jax.Array, np.ndarray)


_LEAVES = (*ARRAYS, np.generic, int, float, complex, str, type, type(None), np.dtype)


class Static:
    """An argument that is part of the program.

    It equals another one that cannot give another result: True, 1 and 1.0 are different, and so are
    0.0 and -0.0; a NaN equals itself.
    """

    __slots__ = ("_key", "value")

    def __init__(self, value: Any) -> None:
        self.value = value
        is_number = isinstance(value, float | complex | np.generic)
        self._key = type(value), repr(value) if is_number else value

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Static) and self._key == other._key


def is_sharded(x: Any) -> bool:
    return isinstance(x, Sharded)


def flatten(args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[Sequence[Any], Any]:
    """The leaves of the arguments, and how to put them together again."""
    leaves = (*args, *kwargs.values())
    for x in leaves:  # a loop, as a generator takes 4 % of a small eager call
        if not isinstance(x, _LEAVES):
            break
    else:  # the most common calls, without the cost of a tree
        return leaves, tuple(kwargs)
    return jax.tree.flatten((tuple(args), kwargs), is_leaf=is_sharded)


def unflatten(tree: Any, leaves: Sequence[Any]) -> tuple[Sequence[Any], dict[str, Any]]:
    if not isinstance(tree, tuple):
        return jax.tree.unflatten(tree, leaves)
    count = len(leaves) - len(tree)  # positional ones; the tree holds the names of the others
    return leaves[:count], dict(zip(tree, leaves[count:], strict=True))


def of_dynamic(
    fun: Callable, tree: Any, is_static: Sequence[Static | None], types: Sequence[Any]
) -> Callable:
    """``fun`` as a function of its arguments of these ``types``, which are not static."""

    def put_together(dynamic: Sequence[Any]) -> tuple[Sequence[Any], dict[str, Any]]:
        values = iter(dynamic)
        leaves = [next(values) if static is None else static.value for static in is_static]
        return unflatten(tree, leaves)

    def run(*dynamic: Any) -> Any:
        args, kwargs = put_together(dynamic)
        return fun(*args, **kwargs)

    own = [jax.ShapeDtypeStruct(x.shape, x.dtype) for x in types]
    try:
        return named_after(run, fun, *put_together(own), own)
    except Exception:  # a container that takes arrays only: errors do without the names
        return run


def global_type(x: Any) -> Any:
    """The global type of an argument: an abstract value, which keeps types that JAX would not make.

    (A float64 array stays one where `jax_enable_x64` is off.)
    """
    if not is_sharded(x):
        return jax.typeof(x)
    return x._typed if x._local is LATE else jax.typeof(x._local).update(shape=x.shape)


def common_mesh(arrays: Sequence[Sharded], operation: str) -> Mesh:
    """The mesh of all ``arrays``, of which there is at least one: their blocks fit together."""
    for x in arrays:
        require_one_comm(x, arrays[0]._mesh)
        if x._mesh != arrays[0]._mesh:
            raise ValueError(
                f"the arrays of {operation} must be on one mesh; got {arrays[0]._mesh} and "
                f"{x._mesh}. Move one with x.redistribute(spec, mesh)."
            )
    return arrays[0]._mesh


def mesh_of_heaviest(arrays: Sequence[Sharded]) -> Mesh:
    """The mesh of the largest of ``arrays``: the others move, if theirs is another of its ranks."""
    heaviest = arrays[0]
    for x in arrays[1:]:
        if x._mesh is not heaviest._mesh:
            require_one_comm(x, heaviest._mesh)
            if x._mesh != heaviest._mesh and x.nbytes > heaviest.nbytes:
                heaviest = x
    return heaviest._mesh


def require_one_comm(x: Sharded, mesh: Mesh) -> None:
    if x.comm is not mesh.comm:
        raise ValueError(
            "the arrays of one operation must be on the same ranks; got arrays on "
            f"{mesh.comm.words} and on {x.comm.words}. An array that is made outside of `with "
            "jpi.use_mesh(mesh):` is on all ranks: make it inside, or pass `mesh=`. To use an "
            "array of other ranks, gather it, and send it by jpi.bcast or jpi.sendrecv."
        )
