"""Fourier transforms along sharded axes, against `jax.numpy.fft`."""

import jax
import numpy as np
import pytest
from support.native_log import calls_during
from support.oracle import assert_same, both, check, random_array, spmd

import jpi
import jpi.numpy as jnp

pytestmark = pytest.mark.sweep(3)

COLUMNS = jpi.P(None, "ranks")


def to_odd(x):
    return jax.lax.fft(x, jax.lax.FftType.IRFFT, (2 * x.shape[0] - 1,))


NORMS = (None, "ortho", "forward")
LINES = {
    "fft": lambda m, x: m.fft.fft(x),
    "ifft": lambda m, x: m.fft.ifft(x + 2j * x * x),
    "rfft": lambda m, x: m.fft.rfft(x),
    "irfft": lambda m, x: m.fft.irfft(x + 1j * x * x),
    "irfft to odd": lambda m, x: spmd(to_odd)(m, x + 1j * x * x),
}
MATRICES = {
    "fft": lambda m, x: [m.fft.fft(x), m.fft.fft(x, axis=0)],
    "ifft": lambda m, x: m.fft.ifft(x, axis=0, norm="ortho"),
    "rfft": lambda m, x: [m.fft.rfft(x, axis=0), m.fft.rfft(x)],
    "irfft": lambda m, x: [m.fft.irfft(x, axis=0), m.fft.irfft(x)],
    "hfft": lambda m, x: [m.fft.hfft(x, axis=0), m.fft.ihfft(x, axis=0)],
    "fft2": lambda m, x: [m.fft.fft2(x), m.fft.ifft2(x, axes=(1, 0))],
    "fftn": lambda m, x: [m.fft.fftn(x), m.fft.ifftn(x, norm="forward")],
    "rfft2": lambda m, x: m.fft.rfft2(x),
    "rfftn": lambda m, x: m.fft.rfftn(x, axes=(1, 0)),
    "irfft2": lambda m, x: m.fft.irfft2(x + 1j * x * x),
    "irfftn": lambda m, x: m.fft.irfftn(x + 1j * x * x, axes=(1, 0)),
}


def grid():
    return jpi.make_mesh((1, jpi.size()) if jpi.size() != 4 else (2, 2), ("a", "b"))


def line(size):
    return (random_array((size,)),)


def test_lines_with_factors_are_matrices():
    check(LINES, [line(36), line(3)])  # the other dimension is smaller than the number of ranks


def test_lines_without_factors_are_chirps():
    check({name: LINES[name] for name in ("fft", "ifft", "rfft", "irfft to odd")}, [line(17)])


@pytest.mark.parametrize("spec", [None, COLUMNS], ids=["rows", "columns"])
@pytest.mark.parametrize("part", range(2))
def test_matrices(spec, part):
    functions = {name: MATRICES[name] for name in list(MATRICES)[part::2]}
    check(functions, [(random_array((7, 6)),), (random_array((2, 5)),)], spec)


def test_pencils_move_one_axis_at_a_time():
    mesh = grid()
    functions = {
        "fftn": lambda m, x: m.fft.ifftn(m.fft.fftn(x) * (1 + x)),
        "rfftn": lambda m, x: m.fft.irfftn(m.fft.rfftn(x) * 2, s=x.shape),
        "batch": lambda m, x: m.fft.fft(x, axis=1),
    }
    for spec in (jpi.P("a", "b"), jpi.P(None, "a", "b"), jpi.P(("a", "b"))):
        check(functions, [(random_array((4, 5, 6)),)], spec, mesh)


def test_lines_beside_each_other():
    mesh = grid()
    x = random_array((2, 20))
    for spec in (jpi.P(None, ("a", "b")), jpi.P("a", "b")):
        check({"fft": MATRICES["fft"], "rfft": lambda m, x: m.fft.rfft(x)}, [(x,)], spec, mesh)


@pytest.mark.parametrize("size", [2**14, 10007, 2 * 9973])
def test_long_lines_are_accurate_and_never_whole_on_a_rank(size):
    x = random_array((size,), np.complex64)
    calls, y = calls_during(lambda: jnp.fft.fft(jnp.asarray(x)))
    error = np.abs(np.asarray(y.gather()) - np.fft.fft(x)).max() / np.abs(np.fft.fft(x)).max()
    assert error < 1e-6
    assert not any("gather" in str(call) for call in calls)
    assert y.spec == jpi.P("ranks")


def test_exchanges_are_as_few_as_the_layout_allows():
    count = lambda run: sum("all" in str(call) for call in calls_during(run)[0])  # noqa: E731
    x = jnp.asarray(random_array((8, 8, 8)))
    many = int(jpi.size() > 1)
    assert count(lambda: jnp.fft.fft(x)) == 0
    assert count(lambda: jnp.fft.fftn(x)) == many
    assert count(lambda: jnp.fft.rfftn(x)) == many


def test_lengths_and_shifts():
    functions = {
        "padded": lambda m, x: m.fft.fft(x, 20, axis=0),
        "cropped": lambda m, x: m.fft.irfft(x, 5, axis=0),
        "shifted": lambda m, x: [m.fft.fftshift(x), m.fft.ifftshift(x, axes=0)],
    }
    check(functions, [(random_array((7, 2)),)])


def test_norms_and_dtypes():
    def transforms(m, x):
        return [[m.fft.fft(x, norm=n), m.fft.ifft(x, norm=n)] for n in NORMS]

    for dtype in ("int32", "complex64"):
        assert_same(*both(transforms, [random_array((20,)).astype(dtype)], [None]))


def test_nothing_to_transform():
    def rows(m, x):
        return [m.fft.fft(x), m.fft.rfft2(x)]

    for fun, shape in ((rows, (0, 4)), (lambda m, x: m.fft.fft(x, axis=0), (4, 0))):
        for spec in (None, COLUMNS):
            assert_same(*both(fun, [np.zeros(shape, np.float32)], [spec]))


def test_frequencies_are_made_block_by_block():
    for name in ("fftfreq", "rfftfreq"):
        for size in (7, 1):
            made = getattr(jnp.fft, name)(size, 0.5)
            assert isinstance(made, jpi.DistArray) and made.spec == jpi.P("ranks")
            assert_same(made, getattr(jax.numpy.fft, name)(size, 0.5))
