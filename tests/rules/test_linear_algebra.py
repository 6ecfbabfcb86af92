"""What follows from the factorizations, with matrices that no rank holds: values, and derivatives
in both directions. Each table runs on one number of ranks, with another layout and dtype."""

import jax
import jax.scipy.linalg
import numpy as np
import pytest
from support.matrices import layouts
from support.oracle import assert_same, random_array, shared_out, spmd, weighted

import jpi
import jpi.numpy

pytestmark = [pytest.mark.usefixtures("distributed"), pytest.mark.sweep]


def positive(m, x):
    return m.matmul(x, m.conj(m.swapaxes(x, -1, -2))) + 3 * jax.numpy.eye(x.shape[-2])


def moduli(m, *arrays):
    """What does not depend on signs and phases."""
    return [m.abs(x) ** 2 for x in arrays]


SOLVING = {
    "solve": lambda m, x: m.linalg.solve(x, x[..., :2]),
    "inv": lambda m, x: m.linalg.inv(x),
    "slogdet": lambda m, x: tuple(m.linalg.slogdet(x)),
    "power": lambda m, x: m.linalg.matrix_power(x, -2),
    "tensorinv": lambda m, x: m.linalg.tensorinv(m.reshape(x, (2, 3, 6))),
    "tensorsolve": lambda m, x: m.linalg.tensorsolve(
        m.reshape(x, (2, 3, 6)), m.reshape(x[0], (2, 3))
    ),
    "cho_solve": spmd(
        lambda x: jax.scipy.linalg.cho_solve(
            (jax.numpy.linalg.cholesky(positive(jax.numpy, x)), True), x[:, 0]
        )
    ),
    "lu_solve": spmd(lambda x: jax.scipy.linalg.lu_solve(jax.scipy.linalg.lu_factor(x), x, 2)),
}
SPECTRAL = {
    "qr": lambda m, x: list(m.linalg.qr(x)),
    "eigh": lambda m, x: moduli(m, *m.linalg.eigh(positive(m, x))),
    "svd": lambda m, x: moduli(m, *m.linalg.svd(x, full_matrices=False)),
    "cond": lambda m, x: m.linalg.cond(x),
}
WIDE = {"pinv": lambda m, x: m.linalg.pinv(x)}
TALL = {
    "norms": lambda m, x: [m.linalg.norm(x, 2), m.linalg.norm(x, "nuc")],
    "multi_dot": lambda m, x: m.linalg.multi_dot([x, x.T, x[:, 0]]),
    "lstsq": lambda m, x: m.linalg.lstsq(x, m.sum(x, 1))[0],
}


def with_derivatives(m, fun, x):
    """The value of ``fun``, the gradient of a number made of it, and the derivative along x^2."""
    gradient = jax.grad(lambda x: weighted(fun, m, [x]))(x)
    return jax.jvp(lambda x: fun(m, x), (x,), (x * x,)), gradient


def check(table, x, mesh, spec):
    def on_one_process(funs):
        run = jax.jit(lambda x: [with_derivatives(jax.numpy, fun, x) for fun in funs])
        return run(jax.numpy.asarray(x))

    with jax.enable_x64(True):
        run = jpi.jit(lambda x: [with_derivatives(jpi.numpy, fun, x) for fun in table.values()])
        actual = run(jpi.numpy.asarray(x, spec=spec, mesh=mesh))
        expected = shared_out(on_one_process, list(table.values()))
    for name, a, e in zip(table, actual, expected, strict=True):
        assert_same(a, e, what=name, looser=100)


@pytest.mark.sweep(2)
def test_solutions_and_their_derivatives_equal_jax_numpy():
    check(SOLVING, random_array((6, 6), np.complex128, seed=1), None, jpi.P("ranks"))


@pytest.mark.sweep(4)
def test_spectral_functions_and_their_derivatives_equal_jax_numpy():
    check(SPECTRAL, random_array((7, 7), np.float64, seed=1), *layouts()[-1])


@pytest.mark.sweep(3)
def test_functions_of_rectangular_matrices_and_their_derivatives_equal_jax_numpy():
    by_columns = jpi.P(None, "ranks")
    check(WIDE, random_array((5, 8), np.complex128, seed=1), None, by_columns)
    check(TALL, random_array((8, 5), np.float64, seed=1), None, by_columns)


@pytest.mark.parametrize(
    "shape", [(2, 2), (3, 0), pytest.param((2, 5, 5), marks=pytest.mark.sweep(2))], ids=str
)
def test_any_size_and_batches_equal_jax_numpy(shape):
    spec = jpi.P(*[None] * (len(shape) - 2), None, "ranks")
    functions = [
        lambda m, x: m.linalg.pinv(x),
        lambda m, x: m.abs(m.linalg.qr(x)[1]),
        lambda m, x: m.linalg.norm(x, "nuc", axis=(-2, -1)),
    ]
    if shape[-1] == shape[-2]:
        functions += [SOLVING["inv"], lambda m, x: m.linalg.eigh(positive(m, x))[0]]
    x = random_array(shape, np.float32, seed=3)
    run = lambda m, x: [function(m, x) for function in functions]  # noqa: E731
    assert_same(
        jpi.jit(lambda x: run(jpi.numpy, x))(jpi.numpy.asarray(x, spec=spec)),
        jax.jit(lambda x: run(jax.numpy, x))(x),
        looser=10,
    )


def test_the_rank_of_a_singular_matrix_is_counted():
    x = random_array((7, 3), np.float32, seed=1) @ random_array((3, 7), np.float32, seed=2)
    assert jpi.numpy.linalg.matrix_rank(jpi.numpy.asarray(x)) == 3
    assert jpi.numpy.linalg.matrix_rank(jpi.numpy.asarray(0 * x)) == 0
    assert jpi.numpy.linalg.cond(jpi.numpy.asarray(x)) > 1e6


@pytest.mark.parametrize("shape", [(6, 6), (3, 7), (9, 2)], ids=str)
def test_layouts_do_not_depend_on_where_a_matrix_is_factored(shape, monkeypatch):
    x = jpi.numpy.asarray(random_array(shape, np.float32, seed=1))

    def specs(kind):
        monkeypatch.setattr(jpi.config, "linalg", kind)
        linalg = jpi.numpy.linalg
        results = [linalg.qr(x), linalg.svd(x), linalg.pinv(x), linalg.qr(x, mode="complete")]
        if shape[0] == shape[1]:
            squares = positive(jpi.numpy, x)
            results += [f(squares) for f in (linalg.eigh, linalg.cholesky, linalg.inv)]
        leaves = jax.tree.leaves(results, is_leaf=lambda y: isinstance(y, jpi.DistArray))
        return [y.spec if isinstance(y, jpi.DistArray) else None for y in leaves]

    assert specs("distributed") == specs("gathered")


@pytest.mark.parametrize("name", ["cholesky", "inv", "qr", "eigh", "svd"])
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_a_dtype_that_lapack_does_not_know_is_refused_on_all_ranks(name, dtype):
    x = jpi.numpy.asarray(np.eye(2)).astype(dtype)  # fewer rows than ranks
    with pytest.raises((NotImplementedError, TypeError), match=r"Convert it|does not accept dtype"):
        getattr(jpi.numpy.linalg, name)(x)  # JAX 0.12 refuses it before JPI does
    assert jpi.numpy.sum(x) == 2


@pytest.mark.parametrize("size", [7, 60])
def test_an_inverse_has_the_same_layout_on_any_number_of_ranks(size):
    x = jpi.numpy.eye(size)
    assert jpi.numpy.linalg.inv(x).spec == jpi.numpy.eye(size, spec=(None, "ranks")).spec
