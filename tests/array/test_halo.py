"""Halos and stencils: the blocks of numpy.pad, and gradients that add."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.oracle import assert_same, random_array, whole

import jpi
import jpi.numpy

pytestmark = pytest.mark.sweep

SHARED = ("wrap", "constant", "edge", "reflect", "symmetric")
NUMPY_MODES = {"periodic": "wrap", **{mode: mode for mode in SHARED}}
MODES = tuple(NUMPY_MODES)
GRID = {1: (1, 1), 2: (1, 2), 3: (3, 1), 4: (2, 2)}


def expected_block(x, padded, widths):
    """This rank's part of the padded global array."""
    box = x._layout.box(x.mesh.coordinates)
    spans = zip(box, widths, strict=True)
    return padded[tuple(slice(i, j + before + after) for (i, j), (before, after) in spans)]


CASES = [((8, 3), (1, 1)), ((7,), (2, 1)), ((5, 4), (0, 3)), ((3, 2), (4, 5)), ((1, 2), (2, 2))]


@pytest.mark.parametrize("mode", MODES)
def test_padded_rows_are_those_of_numpy(mode):
    arrays = [jpi.numpy.asarray(random_array(shape)) for shape, _ in CASES]
    padded = jpi.jit(
        lambda xs: [jpi.halo(x, w, 0, mode) for x, (_, w) in zip(xs, CASES, strict=True)]
    )(arrays)
    for x, block, (shape, width) in zip(arrays, padded, CASES, strict=True):
        widths = [width] + [(0, 0)] * (len(shape) - 1)
        expected = np.pad(random_array(shape), widths, NUMPY_MODES[mode])
        np.testing.assert_array_equal(block, expected_block(x, expected, widths), f"{shape}")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("spec", [("x", "y"), ("y", "x"), (("x", "y"),), (None, "x")], ids=str)
def test_corners_are_included(mode, spec):
    mesh = jpi.make_mesh(GRID[jpi.size()], ("x", "y"))
    shape, widths = (5, 6, 2), [(1, 2), (2, 1), (0, 0)]
    x = jpi.numpy.asarray(random_array(shape), spec=spec, mesh=mesh)
    expected = np.pad(random_array(shape), widths, NUMPY_MODES[mode])
    block = jpi.halo(x, widths[:2], (0, 1), mode)
    np.testing.assert_array_equal(block, expected_block(x, expected, widths))


def laplacian(padded):
    return (
        padded[2:, 1:-1] + padded[:-2, 1:-1] + padded[1:-1, 2:] + padded[1:-1, :-2]
        - 4 * padded[1:-1, 1:-1]
    )  # fmt: skip


def step(padded, rate):
    return padded[1:-1, 1:-1] + rate * laplacian(padded) * jnp.cos(padded[1:-1, 1:-1])


def jnp_step(x, rate, mode):
    return step(jnp.pad(x, 1, NUMPY_MODES[mode]), rate)


@pytest.mark.parametrize(
    "mode,shape", [("periodic", (6, 5)), *((mode, (3, 2)) for mode in MODES)], ids=str
)
def test_stencils_and_their_gradients_are_those_of_one_process(mode, shape):
    x, w = random_array(shape), random_array(shape, seed=1)

    def loss(numpy, advance):
        def run(x, rate):
            for _ in range(3):
                x = advance(x, rate)
            return numpy.sum(x * w), x

        return jax.value_and_grad(run, argnums=(0, 1), has_aux=True)

    expected = jax.jit(loss(jnp, lambda x, rate: jnp_step(x, rate, mode)))(jnp.asarray(x), 0.1)
    mesh = jpi.make_mesh(GRID[jpi.size()], ("x", "y"))
    distributed = jpi.numpy.asarray(x, spec=jpi.P("x", "y"), mesh=mesh)
    advance = lambda x, rate: jpi.stencil(step, x, 1, mode, args=(rate,))  # noqa: E731
    actual = jpi.jit(loss(jpi.numpy, advance))(distributed, 0.1)
    assert_same(actual, expected, what=f"{mode} {shape}")


@pytest.mark.parametrize("spec", [("x", "y"), ("y", "x"), ("x", None), None], ids=str)
def test_arguments_of_a_stencil_follow_the_layout_of_the_array(spec):
    x, k, scale = random_array((6, 5)), random_array((6, 5), seed=1), random_array((), seed=2)
    mesh = jpi.make_mesh(GRID[jpi.size()], ("x", "y"))

    def flow(p, fields):
        return laplacian(p) * fields["k"] * fields["scale"]

    def loss(advance):
        return jax.value_and_grad(lambda *xs: (advance(*xs) ** 2).sum(), argnums=(0, 1, 2))

    def padded(x, k, scale):
        return flow(jnp.pad(x, 1, "wrap"), {"k": k, "scale": scale})

    def distributed(x, k, scale):
        return jpi.stencil(flow, x, 1, args=({"k": k, "scale": scale},))

    expected = loss(padded)(jnp.asarray(x), jnp.asarray(k), jnp.asarray(scale))
    fields = [jpi.numpy.asarray(a, spec=s, mesh=mesh) for a, s in ((x, ("x", "y")), (k, spec))]
    assert_same(jpi.jit(loss(distributed))(*fields, jnp.asarray(scale)), expected)


def test_arguments_of_a_stencil_on_another_mesh_are_refused():
    x = jpi.numpy.asarray(random_array((6, 5)))
    other = jpi.make_mesh(GRID[jpi.size()], ("x", "y"))
    with pytest.raises(ValueError, match="must be on one mesh"):
        jpi.stencil(lambda p, k: p[1:-1] * k, x, 1, axis=0, args=(x.redistribute("x", other),))


def test_a_time_loop_differentiates():
    x = random_array((7,))

    def energy(numpy, advance):
        def run(x):
            return numpy.sum(jax.lax.fori_loop(0, 5, lambda _, x: advance(x), x) ** 2)

        return jax.value_and_grad(run)

    def blur(p):
        return (p[2:] + p[:-2]) / 2

    expected = energy(jnp, lambda x: blur(jnp.pad(x, 1, "wrap")))(jnp.asarray(x))
    actual = jpi.jit(energy(jpi.numpy, lambda x: jpi.stencil(blur, x, 1)))(jpi.numpy.asarray(x))
    assert_same(actual, expected)


def test_batches_are_padded_together():
    x = random_array((5, 3))
    batched = jpi.numpy.asarray(x)
    block = jax.vmap(lambda x: jpi.halo(x, 1), in_axes=1, out_axes=1)(batched)
    expected = np.pad(x, [(1, 1), (0, 0)], "wrap")
    np.testing.assert_array_equal(block, expected_block(batched, expected, [(1, 1), (0, 0)]))
    y = jax.vmap(lambda x: jpi.stencil(lambda p: p[2:] - p[:-2], x, 1), in_axes=1, out_axes=1)
    np.testing.assert_allclose(whole(y(batched)), expected[2:] - expected[:-2], rtol=1e-6)


def test_an_empty_array_is_padded_with_zeros():
    block = jpi.halo(jpi.numpy.zeros((0, 2)), (1, 2), 0, "constant")
    np.testing.assert_array_equal(block, np.zeros((3, 2)))


BAD = [
    ({"width": -1}, "`width` must be a number of rows"),
    ({"width": 1.5}, "`width` must be a number of rows"),
    ({"width": [(1, 1)] * 3}, "each of the 2 axes"),
    ({"width": 1, "axis": 2}, "`axis` must name different axes"),
    ({"width": 1, "axis": (0, -2)}, "`axis` must name different axes"),
    ({"width": 1, "mode": "mirror"}, "must be 'periodic' or 'wrap', 'constant', .* got 'mirror'"),
]


@pytest.mark.parametrize("arguments,words", BAD)
def test_bad_arguments_are_errors(arguments, words):
    with pytest.raises(ValueError, match=words):
        jpi.halo(jpi.numpy.zeros((4, 3)), **arguments)


def test_what_cannot_be_padded_is_an_error():
    with pytest.raises(ValueError, match="no row to repeat"):
        jpi.halo(jpi.numpy.zeros((0, 2)), 1)
    with pytest.raises(TypeError, match="must be a DistArray"):
        jpi.halo(jnp.zeros(3), 1)
    with pytest.raises(ValueError, match="`f` of stencil must return"):
        jpi.stencil(lambda p: p, jpi.numpy.zeros((4, 3)), 1)
