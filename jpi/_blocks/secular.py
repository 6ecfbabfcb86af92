"""The eigenvalues and eigenvectors of D + r z z^T, of which all ranks know D, r and z.

D is diagonal, r > 0. The eigenvalues are the roots x of the secular equation

    f(x) = 1 + r sum_i z_i^2 / (d_i - x) = 0,

one between each two neighbours among the d_i and one above the last. The vectors, z_i / (d_i - x_j)
up to their norm, are orthogonal to rounding if z is replaced by that of which the computed x_j are
the exact roots (Gu, Eisenstat, "A stable and efficient algorithm for the rank-one modification of
the symmetric eigenproblem", 1994):

    z_i^2 = prod_j (x_j - d_i) / (r prod_{j != i} (d_j - d_i)).

That needs all differences to a small relative error. So a root is a pole, the d nearest to it, and
an offset, and the d are sums of a number and a small second one. Two d that are equal, zeros of z
and a zero r would have to be left out ("deflated"), as the data say. Here they are moved apart by
far less than a rounding error, thanks to the second numbers, or made as large as one. So every
matrix takes the same steps.

All arrays have a batch dimension first. Each rank finds an equal share of the roots of each.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax

from jpi._blocks.rows import on_axis
from jpi._mpi.comm import Comm
from jpi._primitives.moves import allgather_p

STEPS = 100  # more than any root takes; numbers that are not finite have none


class Poles(NamedTuple):
    """Numbers as sums of two: ``low`` is less than the last digit of ``high``."""

    high: Array
    low: Array

    def minus(self, other: Poles) -> Array:
        return (self.high - other.high) + (self.low - other.low)

    def at(self, index: Array) -> Poles:
        return Poles(*(jnp.take_along_axis(x, index, -1) for x in self))

    def part(self, start: int, count: int) -> Poles:
        return Poles(*(lax.slice_in_dim(x, start, start + count, axis=-1) for x in self))


class Vectors(NamedTuple):
    """The eigenvectors, in a form of which any part is computed when it is needed.

    Attributes:
        poles, weights: the d_i and z_i.
        origins, offsets: each eigenvalue as the pole near it and the difference to it.
    """

    poles: Poles
    weights: Array
    origins: Poles
    offsets: Array

    def columns(self, start: Array, count: int) -> Array:
        return unit(self.multiples(start, count))

    def multiples(self, start: Array, count: int) -> Array:
        """The vectors z_i / (d_i - x_j), from j = ``start`` on."""
        high, low, offset = (
            lax.dynamic_slice_in_dim(x, start, count, axis=-1)[:, None, :]
            for x in (*self.origins, self.offsets)
        )
        poles = Poles(*(x[:, :, None] for x in self.poles))
        return self.weights[:, :, None] / (poles.minus(Poles(high, low)) - offset)


def unit(vectors: Array) -> Array:
    """The columns divided by their norms, whose squares could be too large."""
    vectors = vectors / jnp.max(jnp.abs(vectors), 1, keepdims=True)
    return vectors / jnp.sqrt(jnp.sum(vectors * vectors, 1, keepdims=True))


def modified(poles: Poles, r: Array, z: Array, comm: Comm) -> tuple[Poles, Vectors]:
    """The eigenvalues, in order, and the eigenvectors; the dimension is a multiple of the ranks.

    The poles and z are about 1 or less, r at least 0. The error is that of rounding numbers of 1.

    Communication: two allgathers of the share of each rank.
    """
    eps = jnp.finfo(z.dtype).eps
    index = lax.broadcasted_iota(jnp.int32, z.shape, 1)
    high, low, order = lax.sort((*poles, index), dimension=1, num_keys=2)
    z = jnp.take_along_axis(z, order, 1)
    z = jnp.where(jnp.abs(z) < eps, jnp.where(z < 0, -eps, eps), z)
    r = jnp.maximum(r, eps)[:, None]
    ordered = _apart(Poles(high, low), eps * eps)
    count = z.shape[1] // comm.size
    origin, offset = _roots(ordered, r, z, comm.rank * count, count)
    share = jnp.stack([origin.astype(z.dtype), offset])
    share = on_axis(partial(_gathered, comm=comm), share, 2)
    origin, offset = share[0].astype(jnp.int32), share[1]
    origins = ordered.at(origin)
    weights = _weights(ordered, origins, offset, comm.rank * count, count)
    weights = on_axis(partial(_gathered, comm=comm), weights, 1) * jnp.where(z < 0, -1, 1)
    place = jnp.argsort(order, axis=1)
    vectors = Vectors(ordered.at(place), jnp.take_along_axis(weights, place, 1), origins, offset)
    high, low = _sum(origins.high, offset)
    return Poles(*_sum(high, low + origins.low)), vectors


def _gathered(x: Array, comm: Comm) -> Array:
    if comm.size == 1:
        return x
    return allgather_p.bind(x, comm=comm, counts=(x.shape[0],) * comm.size)


def _sum(a: Array, b: Array) -> tuple[Array, Array]:
    """a + b, and its rounding error (Knuth)."""
    high = a + b
    rest = high - a
    return high, (a - (high - rest)) + (b - rest)


def _apart(poles: Poles, gap: float) -> Poles:
    """Poles in order, moved up where the next one is nearer than ``gap``: for d_i - i gap, the
    largest one so far.
    """
    steps = gap * jnp.arange(poles.high.shape[1], dtype=poles.high.dtype)

    def larger(a: Poles, b: Poles) -> Poles:
        is_less = (a.high < b.high) | ((a.high == b.high) & (a.low < b.low))
        return Poles(*(jnp.where(is_less, y, x) for x, y in zip(a, b, strict=True)))

    lowered = Poles(*_sum(poles.high, poles.low - steps))
    high, low = lax.associative_scan(larger, lowered, axis=1)
    return Poles(*_sum(high, low + steps))


class _Equation(NamedTuple):
    """f, for roots of which each has the poles ``is_below`` below it."""

    r: Array
    z: Array
    is_below: Array

    def at(self, from_origin: Array, offset: Array) -> tuple[Array, Array, Array, Array]:
        """f, the derivatives of its parts below and above the root, and the sum of moduli."""
        terms = self.z[:, None, :] / (from_origin - offset[:, :, None])
        products = self.z[:, None, :] * terms
        f = 1 + self.r * jnp.sum(products, 2)
        below = self.r * jnp.sum(jnp.where(self.is_below, terms * terms, 0), 2)
        above = self.r * jnp.sum(jnp.where(self.is_below, 0, terms * terms), 2)
        return f, below, above, 1 + self.r * jnp.sum(jnp.abs(products), 2)


class _State(NamedTuple):
    step: Array
    at: Array  # the distance from the origin
    lower: Array
    upper: Array
    is_done: Array


def _roots(poles: Poles, r: Array, z: Array, start: int, count: int) -> tuple[Array, Array]:
    """For the roots from ``start`` on, the index of the nearest pole, and the difference to it."""
    size = z.shape[1]
    last = r[:, 0] * jnp.sum(z * z, 1)
    beyond = Poles(poles.high[:, -1] + 2 * last, poles.low[:, -1])
    more = Poles(*(jnp.concatenate([x, y[:, None]], 1) for x, y in zip(poles, beyond, strict=True)))
    left, right = more.part(start, count), more.part(start + 1, count)
    index = jnp.arange(start, start + count)
    equation = _Equation(r, z, jnp.arange(size) <= index[:, None])
    is_last = index == size - 1
    gap = right.minus(left)

    def distances(origin: Poles) -> Array:
        here = Poles(*(x[:, None, :] for x in poles))
        return here.minus(Poles(*(x[:, :, None] for x in origin)))

    f, below, above, _ = equation.at(distances(left), gap / 2)
    is_left = (f >= 0) | is_last
    guess = gap / 2 + _correction(f, below, above, -gap / 2, gap / 2)
    origin = Poles(*(jnp.where(is_left, a, b) for a, b in zip(left, right, strict=True)))
    from_origin = distances(origin)
    sign = jnp.where(is_left, 1, -1)
    padded = jnp.concatenate([z, z[:, -1:]], 1)
    weight = jnp.where(is_left, padded[:, start : start + count], padded[:, start + 1 :][:, :count])
    total = jnp.sum(z * z, 1, keepdims=True)
    lower = r * weight * weight / (1 + 2 * r * total / gap) / 2
    eps = jnp.finfo(z.dtype).eps
    # the offsets of the two poles around the root; the last root has no pole above it
    to_left = jnp.where(is_left, 0, -gap)
    to_right = jnp.where(is_left, gap, 0)

    def improve(state: _State) -> _State:
        step, at, lower, upper, is_done = state
        offset = sign * at
        f, below, above, moduli = equation.at(from_origin, offset)
        is_past = sign * f > 0
        lower, upper = jnp.where(is_past, lower, at), jnp.where(is_past, at, upper)
        one, two = to_left - offset, to_right - offset
        new = sign * (offset + _correction(f, below, above, one, two))
        is_near = jnp.abs(new - at) < at / 16
        new = jnp.where(
            is_near | (step % 8 != 7), _inside(new, lower, upper), _middle(lower, upper)
        )
        is_exact = jnp.abs(f) <= eps * moduli
        is_done = is_done | is_exact
        new = jnp.where(is_done, at, new)
        is_done = is_done | ~(jnp.abs(new - at) > 2 * eps * at) | ~(upper - lower > 2 * eps * at)
        return _State(step + 1, new, lower, upper, is_done)

    upper = jnp.where(is_last, gap / 2 * (1 + 4 * eps), gap / 2)
    first = _inside(jnp.where(is_left, guess, gap - guess), lower, upper)
    state = _State(jnp.int32(0), first, lower, upper, gap != gap)
    state = lax.while_loop(lambda s: (s.step < STEPS) & ~jnp.all(s.is_done), improve, state)
    return jnp.where(is_left, index, index + 1), sign * state.at


def _inside(x: Array, lower: Array, upper: Array) -> Array:
    """x where it is between the bounds, else their middle."""
    return jnp.where((x > lower) & (x < upper), x, _middle(lower, upper))


def _middle(lower: Array, upper: Array) -> Array:
    return jnp.sqrt(lower) * jnp.sqrt(upper)


def _correction(f: Array, below: Array, above: Array, one: Array, two: Array) -> Array:
    """What to add to a root: the zero of c + s / (one - x) + t / (two - x).

    The poles are those around the root. f and the derivatives of its parts below and above the root
    are those of the two fractions (Li, "Solving secular equations stably and efficiently", 1993:
    the middle way).
    """
    c = f - one * below - two * above
    a = (one + two) * f - one * two * (below + above)
    b = one * two * f
    root = jnp.sqrt(jnp.maximum(a * a - 4 * b * c, 0))
    return jnp.where(a <= 0, (a - root) / (2 * c), 2 * b / (a + root))


def _weights(poles: Poles, origins: Poles, offset: Array, start: int, count: int) -> Array:
    """The moduli of those z_i from ``start`` on of which the roots are exact, up to r."""
    size = offset.shape[1]
    own = Poles(*(x[:, :, None] for x in poles.part(start, count)))
    roots, all_poles = (Poles(*(x[:, None, :] for x in p)) for p in (origins, poles))
    numerators = roots.minus(own) + offset[:, None, :]
    is_own = jnp.arange(size) == jnp.arange(start, start + count)[:, None]
    ratios = numerators / jnp.where(is_own, 1, all_poles.minus(own))
    return jnp.sqrt(jnp.abs(jnp.prod(ratios, 2)))
