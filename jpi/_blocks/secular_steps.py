"""The steps that find eigenvalues and eigenvectors of D + r z z^T: see `secular`.

Each rank finds a share of the roots and of the weights. All arrays have a batch dimension first.
On a CPU native/local/secular.h takes the same steps.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import Array, lax

from jpi._blocks.local_primitives import register
from jpi._jax import names as _jax

STEPS = 100  # more than any root takes; numbers that are not finite have none

secular_order_p = _jax.Primitive("jpi_secular_order")
secular_roots_p = _jax.Primitive("jpi_secular_roots")
secular_weights_p = _jax.Primitive("jpi_secular_weights")
secular_order_p.multiple_results = True


class Poles(NamedTuple):
    """Numbers as sums of two: ``low`` is less than the last digit of ``high``."""

    high: Array
    low: Array

    def minus(self, other: Poles) -> Array:
        return (self.high - other.high) + (self.low - other.low)

    def part(self, start: int, count: int) -> Poles:
        return Poles(*(lax.slice_in_dim(x, start, start + count, axis=-1) for x in self))


def order(poles: Poles, z: Array) -> tuple[Poles, Array, Array]:
    """The poles in order and a little apart, z as they are, and the place of each in that order."""
    high, low, z, place = secular_order_p.bind(*poles, z)
    return Poles(high, low), z, place


def roots(poles: Poles, r: Array, z: Array, start: int, count: int) -> Array:
    """The roots from ``start`` on, each as a pole near it, high and low, and the difference to it.

    Returns:
        the shape (batch, 3, count).
    """
    return secular_roots_p.bind(*poles, r, z, start=start, count=count)


def weights(poles: Poles, z: Array, found: Array, start: int, count: int) -> Array:
    """Those z_i from ``start`` on of which the roots are exact, times the square root of r."""
    return secular_weights_p.bind(*poles, z, found, start=start, count=count)


def exact_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """a + b, and its rounding error (Knuth)."""
    high = a + b
    rest = high - a
    return high, (a - (high - rest)) + (b - rest)


def _order(high: Array, low: Array, z: Array) -> list[Array]:
    eps = jnp.finfo(z.dtype).eps
    index = lax.broadcasted_iota(jnp.int32, z.shape, 1)
    high, low, order = lax.sort((high, low, index), dimension=1, num_keys=2)
    z = jnp.take_along_axis(z, order, 1)
    z = jnp.where(jnp.abs(z) < eps, jnp.where(z < 0, -eps, eps), z)
    place = jnp.argsort(order, axis=1).astype(jnp.int32)
    return [*_apart(Poles(high, low), eps * eps), z, place]


def _apart(poles: Poles, gap: float) -> Poles:
    """Poles in order, moved up where the next one is nearer than ``gap``: for d_i - i gap, the
    largest one so far.
    """
    steps = gap * jnp.arange(poles.high.shape[1], dtype=poles.high.dtype)

    def larger(a: Poles, b: Poles) -> Poles:
        is_less = (a.high < b.high) | ((a.high == b.high) & (a.low < b.low))
        return Poles(*(jnp.where(is_less, y, x) for x, y in zip(a, b, strict=True)))

    lowered = Poles(*exact_sum(poles.high, poles.low - steps))
    high, low = lax.associative_scan(larger, lowered, axis=1)
    return Poles(*exact_sum(high, low + steps))


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


def _roots(poles: Poles, r: Array, z: Array, start: int, count: int) -> Array:
    r, size = r[:, None], z.shape[1]
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
    return jnp.stack([*origin, sign * state.at], 1)


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


def _weights(poles: Poles, z: Array, found: Array, start: int, count: int) -> Array:
    size = z.shape[1]
    own = Poles(*(x[:, :, None] for x in poles.part(start, count)))
    high, low, offset = (x[:, None, :] for x in jnp.moveaxis(found, 1, 0))
    all_poles = Poles(*(x[:, None, :] for x in poles))
    numerators = Poles(high, low).minus(own) + offset
    is_own = jnp.arange(size) == jnp.arange(start, start + count)[:, None]
    ratios = numerators / jnp.where(is_own, 1, all_poles.minus(own))
    sign = jnp.where(z[:, start : start + count] < 0, -1, 1)
    return sign * jnp.sqrt(jnp.abs(jnp.prod(ratios, 2)))


def _roots_by_xla(high: Array, low: Array, r: Array, z: Array, *, start: int, count: int) -> Array:
    batch, size = z.shape[:-1], z.shape[-1]
    high, low, z = (x.reshape(-1, size) for x in (high, low, z))
    found = _roots(Poles(high, low), r.reshape(-1), z, start, count)
    return found.reshape(*batch, 3, count)


def _roots_type(high: Any, low: Any, r: Any, z: Any, *, start: int, count: int) -> Any:
    return z.update(shape=(*z.shape[:-1], 3, count))


def _weights_by_xla(
    high: Array, low: Array, z: Array, found: Array, *, start: int, count: int
) -> Array:
    batch, size = z.shape[:-1], z.shape[-1]
    high, low, z = (x.reshape(-1, size) for x in (high, low, z))
    own = _weights(Poles(high, low), z, found.reshape(-1, 3, size), start, count)
    return own.reshape(*batch, count)


def _weights_type(high: Any, low: Any, z: Any, found: Any, *, start: int, count: int) -> Any:
    return z.update(shape=(*z.shape[:-1], count))


def _order_by_xla(high: Array, low: Array, z: Array) -> list[Array]:
    batch, size = z.shape[:-1], z.shape[-1]
    high, low, z = (x.reshape(-1, size) for x in (high, low, z))
    return [x.reshape(*batch, size) for x in _order(high, low, z)]


def _order_types(high: Any, low: Any, z: Any) -> list[Any]:
    return [high, low, z, z.update(dtype=jnp.dtype("int32"), weak_type=False)]


register(secular_order_p, "jpi_secular_order", _order_by_xla, types=_order_types)
register(
    secular_roots_p, "jpi_secular_roots", _roots_by_xla, *("start", "count"), types=_roots_type
)
register(
    secular_weights_p,
    "jpi_secular_weights",
    _weights_by_xla,
    *("start", "count"),
    types=_weights_type,
)
