"""JPI, the JAX Parallel Interface: NumPy for MPI, inside JAX."""

import atexit as _atexit

from jax.sharding import PartitionSpec as P

from jpi import _pytree as _pytree
from jpi import numpy as numpy
from jpi._array import DistArray as DistArray
from jpi._assemble import from_shard as from_shard
from jpi._call import spmd as spmd
from jpi._comm import Comm as Comm
from jpi._comm import Mesh as Mesh
from jpi._comm import current_mesh as current_mesh
from jpi._comm import make_mesh as make_mesh
from jpi._comm import rank as rank
from jpi._comm import size as size
from jpi._comm import use_mesh as use_mesh
from jpi._config import config as config
from jpi._dispatch import FallbackWarning as FallbackWarning
from jpi._dispatch import fallbacks as fallbacks
from jpi._ordering import jit as jit
from jpi._ordering import wait as wait
from jpi.collectives import allgather as allgather
from jpi.collectives import allgatherv as allgatherv
from jpi.collectives import allreduce as allreduce

__all__ = [
    "Comm",
    "DistArray",
    "FallbackWarning",
    "Mesh",
    "P",
    "allgather",
    "allgatherv",
    "allreduce",
    "config",
    "current_mesh",
    "fallbacks",
    "from_shard",
    "jit",
    "make_mesh",
    "numpy",
    "rank",
    "size",
    "spmd",
    "use_mesh",
    "wait",
]

_atexit.register(wait)  # work in flight ends before MPI does
