"""A value on the ranks along some mesh axes: spread and reduced."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from jpi._blocks.rows import on_axis
from jpi._layout.layout import Axes, Layout
from jpi._mpi.mesh import Mesh
from jpi._primitives import reductions
from jpi._primitives.reductions import allreduce_p, reduce_scatter_p
from jpi._primitives.replication import checked, shared


def spread_over(local: Any, mesh: Mesh, axes: Axes, own: Axes = ()) -> Any:
    """``local``, which differs along ``own``, for a computation that differs along ``axes``."""
    axes = tuple(axis for axis in axes if axis not in own)
    if jnp.issubdtype(jax.typeof(local).dtype, jax.dtypes.prng_key):
        return local  # a key has no cotangent to sum
    return reductions.spread(local, mesh.subcomm(axes)) if axes else local


def compared(local: Any, mesh: Mesh) -> Any:
    """``local``, which is the same on every rank: with ``check = "full"`` the ranks compare it."""
    return checked(local, mesh.comm)


def handed_to_all(local: Any, mesh: Mesh) -> Any:
    """``local``, which every rank gets: with ``check = "full"`` they compare its cotangent."""
    return shared(local, mesh.comm)


def reduce_over(local: Any, mesh: Mesh, axes: Axes, op: str = "SUM") -> Any:
    """The reduction of ``local`` over the ranks along ``axes``, by an allreduce."""
    return allreduce_p.bind(local, comm=mesh.subcomm(axes), op=op) if axes else local


def reduce_scatter_over(local: Any, mesh: Mesh, axes: Axes, target: Layout, dim: int) -> Any:
    """This rank's block of the sum of ``local`` along ``axes``, which shard ``dim``."""
    comm, counts = mesh.subcomm(axes), target.counts(dim)
    return on_axis(
        lambda x: reduce_scatter_p.bind(x, comm=comm, op="SUM", counts=counts), local, dim
    )
