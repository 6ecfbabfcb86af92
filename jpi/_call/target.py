"""The layout of the results of a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jpi._call.arguments import is_sharded, mesh_of_heaviest
from jpi._call.sharded import Sharded
from jpi._mpi.mesh import Mesh


@dataclass(frozen=True)
class Target:
    """The mesh and spec of the results of a call; with ``spec`` None each keeps its own layout."""

    kind: type[Sharded]
    mesh: Mesh
    spec: Any = None


def common_target(leaves: Sequence[Any]) -> Target:
    arrays = [x for x in leaves if is_sharded(x)]
    return Target(arrays[0].kind, mesh_of_heaviest(arrays))
