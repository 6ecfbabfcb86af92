"""The mesh and spec of a new array."""

from __future__ import annotations

from typing import Any

from jpi._array.array import DistArray
from jpi._call.call import hashable_spec
from jpi._call.target import Target
from jpi._mpi.mesh import Mesh, current_mesh


def target_of(spec: Any, mesh: Mesh | None, like: Any = None) -> Target:
    if isinstance(like, DistArray) and mesh is None:
        return Target(DistArray, like.mesh, _short(like) if spec is None else hashable_spec(spec))
    mesh = current_mesh() if mesh is None else mesh
    if not isinstance(mesh, Mesh):
        raise TypeError(f"`mesh` must be a jpi.Mesh; got {mesh!r}. Make one with jpi.make_mesh.")
    return Target(DistArray, mesh, mesh.default_spec if spec is None else hashable_spec(spec))


def _short(like: DistArray) -> tuple[Any, ...]:
    """The spec of an array without its last empty entries: also for arrays of fewer dimensions."""
    last = max((dim for dim, axes in enumerate(like.spec) if axes is not None), default=-1)
    return tuple(like.spec)[: last + 1]
