"""Products of matrices in all pairs of layouts, gathered whole and in panels."""

import itertools

import jax
import numpy as np
import pytest
from support.oracle import assert_same, check, random_array, weighted

import jpi
import jpi.numpy
from jpi._rules import _contraction, _panels

pytestmark = pytest.mark.sweep

SPECS = {
    1: [jpi.P(), jpi.P("a"), jpi.P(None, "a")],
    2: [jpi.P(), jpi.P("a"), jpi.P("a", "b"), jpi.P("b", "a"), jpi.P(None, ("b", "a"))],
}


def grid(axes):
    size = jpi.size()
    if axes == 1:
        return jpi.make_mesh((size,), ("a",))
    return jpi.make_mesh((2, size // 2) if size % 2 == 0 else (size, 1), ("a", "b"))


@pytest.fixture(params=["whole", "panels"])
def small_panels(request, monkeypatch):
    if request.param == "panels":  # gather every operand in panels, as if it were large
        monkeypatch.setattr(_panels, "PANEL", 8)
        monkeypatch.setattr(_contraction, "LATENCY", 0)


@pytest.mark.parametrize("axes", [1, 2])
@pytest.mark.parametrize("shapes", [((7, 5), (5, 6)), ((2, 9), (9, 12)), ((3, 0), (0, 2))], ids=str)
def test_all_pairs_of_layouts_give_the_same(shapes, axes, small_panels):
    mesh = grid(axes)
    arrays = [random_array(shape, seed=seed) for seed, shape in enumerate(shapes)]
    pairs = list(itertools.product(SPECS[axes], repeat=2))[axes - 1 :: axes]
    operands = [
        [jpi.numpy.asarray(x, spec=s, mesh=mesh) for x, s in zip(arrays, specs, strict=True)]
        for specs in pairs
    ]

    def results(numpy, x, y):
        gradient = jax.grad(lambda xy: weighted(lambda m, x, y: x @ y, numpy, xy))
        return x @ y, gradient((x, y))

    found = jpi.jit(lambda all: [results(jpi.numpy, *xy) for xy in all])(operands)
    expected = results(jax.numpy, *map(jax.numpy.asarray, arrays))
    for specs, actual in zip(pairs, found, strict=True):
        assert_same(actual, expected, what=str(specs))


FUNCTIONS = {
    "batch": lambda m, x: m.matmul(x.reshape(-1, 2, 2), x.reshape(-1, 2, 2)),
    "einsum": lambda m, x: m.einsum("ij,kj,kl->il", x, x, x),
    "tensordot": lambda m, x: m.tensordot(x, x, axes=([0], [0])),
    "vdot": lambda m, x: m.vdot(x, 2 * x),
    "inner": lambda m, x: m.inner(x, x),
    "kron": lambda m, x: m.kron(x, m.ones_like(x) if m is jax.numpy else x * 0 + 1),
    "vecdot": lambda m, x: m.vecdot(x, x),
    "matvec": lambda m, x: m.matvec(x, x.sum(0)),
    "vecmat": lambda m, x: m.vecmat(x.sum(1), x),
    "multi_dot": lambda m, x: m.linalg.multi_dot([x, x.T, x]),
    "matrix_power": lambda m, x: m.linalg.matrix_power(x.T @ x, 3),
}


@pytest.mark.parametrize("spec", [None, jpi.P(None, "ranks")], ids=str)
def test_functions_made_of_products_equal_those_of_jax_numpy(spec, small_panels):
    check(FUNCTIONS, [[random_array((7, 4), seed=1)]], spec)


@pytest.mark.parametrize("dtype", ["int32", "bfloat16", "complex64"])
def test_panels_keep_the_dtype_and_its_precision(dtype, monkeypatch):
    monkeypatch.setattr(_panels, "PANEL", 8)
    x = random_array((12, 12)).astype(jax.numpy.dtype(dtype))
    distributed = jpi.numpy.asarray(x)
    assert_same(jpi.jit(lambda x: x @ x)(distributed), jax.numpy.asarray(x) @ x, what=dtype)


@pytest.mark.parametrize("gradient", [False, True])
def test_no_rank_holds_a_matrix_of_which_it_has_a_block(gradient):
    rows, mesh = 256 * jpi.size(), grid(1)
    x = jpi.numpy.zeros((rows, rows), np.float32, spec=jpi.P("a"), mesh=mesh)
    block = rows * rows * 4 / jpi.size()

    def product(x, y):
        return x @ y

    def gradients(x, y):
        return jax.grad(lambda x, y: jpi.numpy.sum((x @ y) ** 2), argnums=(0, 1))(x, y)

    run, blocks = (gradients, 12) if gradient else (product, 4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_panels, "PANEL", 1 << 14)
        used = jax.jit(run).lower(x, x).compile().memory_analysis()
    assert used.temp_size_in_bytes + used.output_size_in_bytes < blocks * block


ALGORITHMS = [
    *(None, "high", "highest", "DEFAULT", "F16_F16_F16", "F32_F32_F32", "BF16_BF16_F32"),
    *("BF16_BF16_F32_X3", "BF16_BF16_F32_X6", "TF32_TF32_F32", "BF16_BF16_BF16"),
]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
@pytest.mark.sweep(2)
def test_precisions_are_accepted_and_refused_as_on_one_process(dtype):
    x = jax.numpy.asarray(random_array((3, 4)), dtype)
    distributed = jpi.numpy.asarray(x)
    for precision in ALGORITHMS:
        try:
            expected = jax.numpy.dot(x, x.T, precision=precision)
        except ValueError as error:
            with pytest.raises(ValueError, match=str(error)[:30]):
                jpi.numpy.dot(distributed, distributed.T, precision=precision)
        else:
            actual = jpi.numpy.dot(distributed, distributed.T, precision=precision)
            assert_same(actual, expected, what=str(precision))


@pytest.mark.sweep(2)
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_attention_in_small_floats(dtype):
    x = jax.numpy.asarray(random_array((2, 4, 2, 8)), dtype)

    def attention(numpy, x):
        attend = (jpi if numpy is jpi.numpy else jax).nn.dot_product_attention
        return attend(x, 2 * x, x + 1, is_causal=True)

    def gradient(numpy, x):
        return jax.grad(lambda x: numpy.sum(attention(numpy, x).astype("float32") ** 2))(x)

    for spec in (jpi.P("ranks"), jpi.P(None, "ranks"), jpi.P(None, None, None, "ranks")):
        distributed = jpi.numpy.asarray(x, spec=spec)
        for function in (attention, gradient):
            actual = function(jpi.numpy, distributed)
            assert_same(actual, function(jax.numpy, x), what=str(spec))
