"""Convolutions and pooling along sharded axes, against `jax.numpy` and `jax.lax`."""

import jax
import numpy as np
import pytest
from jax import lax
from support.native_log import calls_during
from support.oracle import assert_same, both, check, random_array, spmd

import jpi
import jpi.numpy as jnp

pytestmark = pytest.mark.sweep(3)

BATCH, FEATURES, SPACE = (jpi.P(*[None] * dim, "ranks") for dim in range(3))


def conv(strides=(1, 1), padding="SAME", **options):
    return spmd(lambda x, kernel: lax.conv_general_dilated(x, kernel, strides, padding, **options))


def pool(start, op, *, strides=(1, 1, 2, 1), padding="VALID", **options):
    size = (1, 1, 3, 2)
    return spmd(lambda x: lax.reduce_window(x, start, op, size, strides, padding, **options))


CONVOLUTIONS = {
    "same": conv(),
    "strides": conv(strides=(2, 1), padding=[(0, 3), (1, 0)]),
    "dilated kernel": conv(rhs_dilation=(2, 1)),
    "dilated image": conv(padding=[(2, 1), (0, 2)], lhs_dilation=(3, 2)),
    "cropped": conv(padding=[(-2, 4), (-1, 0)]),
    "channels last": spmd(
        lambda x, kernel: lax.conv_general_dilated(
            x.transpose(0, 2, 3, 1),
            kernel.transpose(2, 3, 1, 0),
            (1, 2),
            "VALID",
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
        )
    ),
}
POOLS = {
    "max": pool(-np.inf, lax.max),
    "sum": pool(0.0, lax.add, strides=(1, 1, 1, 2), padding="SAME"),
    "min": pool(np.inf, lax.min, padding=[(0, 0), (0, 0), (2, 1), (0, 1)]),
    "sum dilated": pool(0.0, lax.add, window_dilation=(1, 1, 2, 1)),
    "sum of dilated": pool(0.0, lax.add, base_dilation=(1, 1, 2, 1)),
}


def images(batch=3, features=4, height=8, width=5):
    return random_array((batch, features, height, width))


def kernels(out=5, features=4, height=3, width=2):
    return random_array((out, features, height, width), seed=1)


@pytest.mark.parametrize("spec", [BATCH, FEATURES, SPACE], ids=["batch", "features", "space"])
def test_convolutions(spec):
    check(CONVOLUTIONS, [(images(), kernels())], spec)


@pytest.mark.parametrize("spec", [FEATURES, SPACE], ids=["features", "space"])
def test_convolutions_of_groups(spec):
    functions = {"two": conv(feature_group_count=2), "twelve": conv(feature_group_count=12)}
    cases = [(images(features=12), kernels(out=24, features=6))]
    check({"two": functions["two"]}, cases, spec)
    check({"each": functions["twelve"]}, [(images(features=12), kernels(24, 1))], spec)


def test_convolutions_on_a_mesh_of_two_axes():
    mesh = jpi.make_mesh((1, jpi.size()) if jpi.size() != 4 else (2, 2), ("a", "b"))
    for spec in (jpi.P("a", None, "b"), jpi.P(None, "a", "b"), jpi.P(None, None, "a", "b")):
        check({"same": CONVOLUTIONS["same"]}, [(images(), kernels())], spec, mesh)


def test_windows_longer_than_a_block():
    functions = {"long": conv(padding=[(4, 4), (0, 0)]), "few": conv(padding="VALID")}
    check(functions, [(images(2, 1, 7, 2), kernels(2, 1, 6, 1))], SPACE)
    check(functions, [(images(1, 1, 2, 1), kernels(1, 1, 2, 1))], SPACE)


@pytest.mark.parametrize("spec", [None, SPACE], ids=["batch", "space"])
def test_pooling(spec):
    check(POOLS, [(images(),), (images(1, 2, 3, 2),)], spec)


def test_gradients_of_pooling_are_distributed_too():
    def of_max(x):
        return jax.grad(lambda x: POOLS["max"](jax.numpy, x).sum())(x)

    def rate_of_max(x):
        return jax.jvp(lambda x: POOLS["max"](jax.numpy, x), (x,), (x * x,))[1]

    def of_sum(x):
        return jax.grad(lambda x: (POOLS["sum"](jax.numpy, x) ** 2).sum())(x)

    def of_kernel(x, kernel):
        return jax.grad(lambda k: (conv()(jax.numpy, x, k) ** 2).sum())(kernel)

    for spec in (BATCH, SPACE):
        check({f.__name__: spmd(f) for f in (of_max, rate_of_max, of_sum)}, [(images(),)], spec)
        check({"of_kernel": spmd(of_kernel)}, [(images(), kernels())], spec)


def test_any_reduction_slides():
    product = spmd(lambda x: lax.reduce_window(x, 1.0, lax.mul, (3, 1), (1, 1), "SAME"))
    for rows in (12, 7, 2):
        assert_same(*both(product, [random_array((rows, 2))], [None]))


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_convolve_and_correlate(mode):
    functions = {
        "convolve": lambda m, x, y: m.convolve(x, y, mode=mode),
        "correlate": lambda m, x, y: m.correlate(x, y, mode=mode),
    }
    cases = [(random_array((n,)), random_array((k,), seed=1)) for n, k in ((12, 3), (7, 7))]
    check(functions, cases)


def test_a_convolution_moves_only_the_rows_that_windows_share():
    x = jnp.asarray(images(1, 1, 4096, 1), spec=SPACE)
    kernel = jax.numpy.ones((1, 1, 3, 1))
    calls, y = calls_during(lambda: jpi.spmd(lambda x: conv()(jax.numpy, x, kernel))(x))
    assert len(calls) == (jpi.size() > 1) and not any("gather" in str(call) for call in calls)
    assert y.spec == x.spec
