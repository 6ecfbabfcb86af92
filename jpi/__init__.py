"""JPI, the JAX Parallel Interface: NumPy for MPI, inside JAX."""

import atexit as _atexit
from importlib.metadata import version as _version
from typing import TYPE_CHECKING as _TYPE_CHECKING

from jpi._setup import start as _start  # first: it checks versions

# isort: split
from jpi import checkpoint as checkpoint
from jpi import image as image
from jpi import io as io
from jpi import lax as lax
from jpi import nn as nn
from jpi import numpy as numpy
from jpi import ops as ops
from jpi import random as random
from jpi import scipy as scipy
from jpi._array.array import DistArray as DistArray
from jpi._array.assemble import from_shard as from_shard
from jpi._array.assemble import replicate as replicate
from jpi._array.assemble import scatter_from as scatter_from
from jpi._array.gather import gather as gather
from jpi._array.halo import halo as halo
from jpi._array.map import map_shards as map_shards
from jpi._array.map import stencil as stencil
from jpi._array.norm import global_norm as global_norm
from jpi._array.printing import print as print
from jpi._array.visualize import visualize as visualize
from jpi._call.call import spmd as spmd
from jpi._config import config as config
from jpi._evaluation.fallback import FallbackWarning as FallbackWarning
from jpi._evaluation.fallback import fallbacks as fallbacks
from jpi._jax.partition_spec import P as P
from jpi._mpi.comm import Comm as Comm
from jpi._mpi.comm import rank as rank
from jpi._mpi.comm import size as size
from jpi._mpi.mesh import Mesh as Mesh
from jpi._mpi.mesh import current_mesh as current_mesh
from jpi._mpi.mesh import make_mesh as make_mesh
from jpi._mpi.mesh import use_mesh as use_mesh
from jpi._namespace.generate import unknown as _unknown
from jpi._ordered.compile import clear_caches as clear_caches
from jpi._ordered.compile import jit as jit
from jpi._ordered.compile import wait as wait
from jpi._watch.abort import install as _install
from jpi._watch.process import finish as _finish
from jpi._watch.profile import Profile as Profile
from jpi._watch.profile import profile as profile
from jpi.collectives import allgather as allgather
from jpi.collectives import allgatherv as allgatherv
from jpi.collectives import allreduce as allreduce
from jpi.collectives import alltoall as alltoall
from jpi.collectives import alltoallv as alltoallv
from jpi.collectives import barrier as barrier
from jpi.collectives import bcast as bcast
from jpi.collectives import broadcast as broadcast
from jpi.collectives import exscan as exscan
from jpi.collectives import gatherv as gatherv
from jpi.collectives import recv as recv
from jpi.collectives import reduce as reduce
from jpi.collectives import reduce_scatter as reduce_scatter
from jpi.collectives import reduce_scatterv as reduce_scatterv
from jpi.collectives import scan as scan
from jpi.collectives import scatter as scatter
from jpi.collectives import scatterv as scatterv
from jpi.collectives import send as send
from jpi.collectives import sendrecv as sendrecv
from jpi.collectives import spread as spread

__version__: str = _version("jpi")


if not _TYPE_CHECKING:  # a checker would take every name

    def __getattr__(name: str) -> object:
        raise _unknown(name, __name__, globals())


_start.failed_import.release()
_install()
_atexit.register(_finish)  # finishes work in flight before MPI ends
