"""The eigenvalues and eigenvectors of D + r z z^T, of which all ranks know D, r and z.

D is diagonal, r > 0. The eigenvalues are the roots x of the secular equation

    f(x) = 1 + r sum_i z_i^2 / (d_i - x) = 0,

one between each two neighbours among the d_i and one above the last. The vectors, z_i / (d_i - x_j)
up to their norm, are orthogonal to rounding if z is replaced by that of which the computed x_j are
the exact roots (Gu, Eisenstat, "A stable and efficient algorithm for the rank-one modification of
the symmetric eigenproblem", 1994):

    z_i^2 = prod_j (x_j - d_i) / (r prod_{j != i} (d_j - d_i)).

That needs all differences to a small relative error. So a root is a pole, the d nearest to it, and
an offset, and the d are sums of a number and a small second one. All ranks take D, r and z of one,
as another last digit of them would be another matrix, with other vectors. Two d that are equal,
zeros of z and a zero r would have to be left out ("deflated"), as the data say. Here they are moved
apart by far less than a rounding error, thanks to the second numbers, or made as large as one. So
every matrix takes the same steps.

All arrays have a batch dimension first. Each rank finds an equal share of the roots of each.
"""

from __future__ import annotations

from functools import partial

import jax.numpy as jnp
from jax import Array

from jpi._blocks.dealt_rows import from_first
from jpi._blocks.rows import on_axis
from jpi._blocks.secular_steps import Poles, exact_sum, order, roots, weights
from jpi._blocks.secular_vectors import Vectors
from jpi._mpi.comm import Comm
from jpi._primitives.moves import allgather_p


def modified(poles: Poles, r: Array, z: Array, comm: Comm) -> tuple[Poles, Vectors]:
    """The eigenvalues, in order, and the eigenvectors; the dimension is a multiple of the ranks.

    The poles and z are about 1 or less, r at least 0. The error is that of rounding numbers of 1.

    Communication: a broadcast of D, r and z, two allgathers of the share of each rank.
    """
    high, low, r, z = from_first(comm, *poles, r, z)
    poles = Poles(high, low)
    gathered = partial(_gathered, comm=comm)
    ordered, z, place = order(poles, z)
    count = z.shape[1] // comm.size
    own = {"start": comm.rank * count, "count": count}
    share = roots(ordered, jnp.maximum(r, jnp.finfo(z.dtype).eps), z, **own)
    found = on_axis(gathered, share, 2)
    exact = on_axis(gathered, weights(ordered, z, found, **own), 1)
    high, low = exact_sum(found[:, 0], found[:, 2])
    values = Poles(*exact_sum(high, low + found[:, 1]))
    return values, Vectors(ordered, exact, found, place)


def _gathered(x: Array, comm: Comm) -> Array:
    if comm.size == 1:
        return x
    return allgather_p.bind(x, comm=comm, counts=(x.shape[0],) * comm.size)
