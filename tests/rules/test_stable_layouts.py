"""Functions that keep the shape keep the layout, on every mesh: a loop can carry the results."""

import jax
import numpy as np
import pytest
from support.oracle import assert_same, random_array

import jpi
import jpi.numpy as jnp

pytestmark = [pytest.mark.fallback_allowed, pytest.mark.sweep]

SIZE = jpi.size()
GRIDS = [((SIZE,), "a"), ((SIZE, 1), "ab"), ((1, SIZE), "ab")] + [((2, 2), "ab")] * (SIZE == 4)
SPECS = {"a": ["a", (None, "a")], "ab": ["a", (None, "b"), ("a", "b"), ("b", "a"), (("b", "a"),)]}
PLACED = [
    pytest.param(grid, tuple(names), jpi.P(*spec), id=f"{grid} {spec}")
    for grid, names in GRIDS
    for spec in SPECS[names]
]
KEPT = {
    "set": lambda m, u: u.at[1:-1, 1:-1].set(2 * u[1:-1, 1:-1]),
    "set plain": lambda m, u: u.at[1:-1, 1:-1].set(np.ones((5, 3), np.float32)),
    "set a number": lambda m, u: u.at[1:-1, 1:-1].set(1.5),
    "set a row": lambda m, u: u.at[0].set(u[1]),
    "set a column": lambda m, u: u.at[:, -1].set(u[:, 1]),
    "add": lambda m, u: u.at[1:-1, 1:-1].add(u[2:, 1:-1]),
    "multiply": lambda m, u: u.at[1:-1, 1:-1].multiply(u[1:-1, 2:]),
    "max of rows": lambda m, u: u.at[::2].max(0.25),
    "set by index": lambda m, u: u.at[np.array([0, 2])].set(1.0),
    "stencil": lambda m, u: u.at[1:-1, 1:-1].set(
        0.25 * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2])
    ),
    "roll": lambda m, u: m.roll(m.roll(u, 1, 0), -1, 1),
    "flip": lambda m, u: m.flip(u),
    "sort": lambda m, u: m.sort(m.sort(u, 0), 1),
    "cumsum": lambda m, u: m.cumsum(m.cumsum(u, 0), 1),
    "where": lambda m, u: m.where(u > 0, u, 0.0),
    "where plain": lambda m, u: m.where(np.eye(7, 5) > 0, u, np.ones((7, 5), np.float32)),
    "clip": lambda m, u: u.clip(-0.5, 0.5),
    "pad and slice": lambda m, u: m.pad(u, 1)[2:, 1:-1],
    "pad by wrapping": lambda m, u: m.pad(u, 1, mode="wrap")[1:-1, :-2],
    "concatenate": lambda m, u: m.concatenate([u[1:], u[:1]]),
    "gradient": lambda m, u: m.gradient(u)[0],
    "centred": lambda m, u: u - u.mean(0),
    "transposed twice": lambda m, u: u.T.T,
}


@pytest.mark.parametrize(("grid", "names", "spec"), PLACED)
def test_functions_that_keep_the_shape_keep_the_layout(grid, names, spec):
    values = random_array((7, 5))
    u = jnp.asarray(values, spec=spec, mesh=jpi.make_mesh(grid, tuple(names)))
    apply = lambda m, u: [function(m, u) for function in KEPT.values()]  # noqa: E731
    expected = jax.jit(lambda u: apply(jax.numpy, u))(values)
    for name, actual, wanted in zip(
        KEPT, jpi.jit(lambda u: apply(jnp, u))(u), expected, strict=True
    ):
        assert isinstance(actual, jpi.DistArray) and actual.spec == u.spec, name
        assert_same(actual, wanted, what=name)


@pytest.mark.parametrize(("grid", "names", "spec"), PLACED)
def test_loops_carry_a_grid_whose_inside_is_set(grid, names, spec):
    values = random_array((7, 5))
    u = jnp.asarray(values, spec=spec, mesh=jpi.make_mesh(grid, tuple(names)))
    run = lambda u: jax.lax.fori_loop(0, 3, lambda _, u: KEPT["stencil"](jnp, u), u)  # noqa: E731
    expected = values
    for _ in range(3):
        expected = KEPT["stencil"](jax.numpy, jax.numpy.asarray(expected))
    actual = jpi.jit(run)(u)
    assert actual.spec == u.spec
    assert_same(actual, expected)


def test_a_loop_that_changes_the_layout_says_which_and_what_to_do():
    x = jnp.zeros((6, 6))
    words = r"c\['u'\].*spec P\('ranks', None\).*spec P\(None, 'ranks'\).*x\.redistribute.*jpi\.lax"
    with pytest.raises(TypeError, match=words):
        jax.lax.scan(lambda c, _: ({"u": c["u"].T}, None), {"u": x}, length=2)
    kept = lambda _, u: (u.T + 1).redistribute(u.spec)  # noqa: E731
    assert_same(jax.lax.fori_loop(0, 3, kept, x), np.full((6, 6), 3, np.float32))
    assert_same(jpi.lax.fori_loop(0, 3, lambda _, u: u.T + 1, x), np.full((6, 6), 3, np.float32))
