"""MPI collectives on local arrays: each rank passes its own, in program order, without a token.

They work eagerly and inside `jax.jit`, `jpi.jit` and JAX's other transforms. They have the
signatures and result shapes of mpi4jax.

Gradients: a value that is the same on every rank (the result of allreduce, bcast or allgather)
stands for one value, and its cotangent is that value's, equal on every rank. Where such a value
meets values that differ between ranks, pass it through `spread`: its transpose adds the ranks'
parts.
"""

from jpi.collectives.messages import recv as recv
from jpi.collectives.messages import send as send
from jpi.collectives.messages import sendrecv as sendrecv
from jpi.collectives.moves import allgather as allgather
from jpi.collectives.moves import allgatherv as allgatherv
from jpi.collectives.moves import alltoall as alltoall
from jpi.collectives.moves import alltoallv as alltoallv
from jpi.collectives.moves import barrier as barrier
from jpi.collectives.moves import bcast as bcast
from jpi.collectives.moves import broadcast as broadcast
from jpi.collectives.moves import gather as gather
from jpi.collectives.moves import gatherv as gatherv
from jpi.collectives.moves import scatter as scatter
from jpi.collectives.moves import scatterv as scatterv
from jpi.collectives.moves import spread as spread
from jpi.collectives.reductions import allreduce as allreduce
from jpi.collectives.reductions import exscan as exscan
from jpi.collectives.reductions import reduce as reduce
from jpi.collectives.reductions import reduce_scatter as reduce_scatter
from jpi.collectives.reductions import reduce_scatterv as reduce_scatterv
from jpi.collectives.reductions import scan as scan
