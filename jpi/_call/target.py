"""Where the results of a call go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jpi._call.arguments import common_mesh, is_sharded
from jpi._call.sharded import Sharded
from jpi._mpi.mesh import Mesh


@dataclass(frozen=True)
class Target:
    """Where the results of a call go: ``spec`` None leaves each in the layout it has."""

    kind: type[Sharded]
    mesh: Mesh
    spec: Any = None


def common_target(leaves: Sequence[Any]) -> Target:
    arrays = [x for x in leaves if is_sharded(x)]
    return Target(type(arrays[0]), common_mesh(arrays, "one operation"))
