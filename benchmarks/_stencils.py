"""The time steps that `stencils.py` measures, for any library with NumPy's names.

A state has the shape (rows, columns), or (rows, fields, columns).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

STEPS = 20  # in one compiled loop


class Scheme(NamedTuple):
    """A step of a library and a state; its fields; how far it reaches; how its rows end."""

    step: Callable[[Any, Any], Any]
    fields: int
    reach: int
    is_periodic: bool


def heat_by_slices(m: Any, u: Any) -> Any:
    flow = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]
    return u.at[1:-1, 1:-1].add(0.1 * flow)


def heat_by_rolls(m: Any, u: Any) -> Any:
    around = m.roll(u, 1, 0) + m.roll(u, -1, 0) + m.roll(u, 1, 1) + m.roll(u, -1, 1)
    return u + 0.1 * (around - 4 * u)


def wave(m: Any, state: Any) -> Any:
    u, v = state[:, 0], state[:, 1]
    bend = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]
    v = v.at[1:-1, 1:-1].add(0.1 * bend)
    return m.stack([u + 0.1 * v, v], axis=1)


def shallow_water(m: Any, state: Any) -> Any:
    """The scheme of Lax and Friedrichs."""
    h, p, q = 2 + state[:, 0], state[:, 1], state[:, 2]
    along_rows = m.stack([p, p * p / h + h * h / 2, p * q / h], axis=1)
    along_columns = m.stack([q, p * q / h, q * q / h + h * h / 2], axis=1)
    around = sum(m.roll(state, by, axis) for by in (1, -1) for axis in (0, 2)) / 4
    flow = m.roll(along_rows, -1, 0) - m.roll(along_rows, 1, 0)
    flow = flow + m.roll(along_columns, -1, 2) - m.roll(along_columns, 1, 2)
    return around - 0.05 * flow


SCHEMES = {
    "heat, slices": Scheme(heat_by_slices, 0, 1, False),
    "heat, rolls": Scheme(heat_by_rolls, 0, 1, True),
    "wave, slices": Scheme(wave, 2, 1, False),
    "shallow water, rolls": Scheme(shallow_water, 3, 1, True),
}
