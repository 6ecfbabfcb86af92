"""Functions on any number of rows, none and fewer than ranks too, and in many layouts and dtypes,
against `jax.numpy`; `test_namespace` calls every function."""

import jax
import numpy as np
import pytest
from jax.ad_checkpoint import checkpoint_name
from support.oracle import ROWS, assert_same, both, check, random_array, spmd, weighted

import jpi
import jpi.numpy

pytestmark = pytest.mark.sweep(2)


def per_row(value):
    return lambda m, x: m.expand_dims(value(m, x), 1)


BINARY = {
    "add": lambda m, x: m.add(x, x * x - 0.3),
    "logaddexp": lambda m, x: m.logaddexp(x, x * x - 0.3),
    "power": lambda m, x: m.power(m.abs(x) + 0.1, x),
    "integer power": lambda m, x: x**3 + x**-2,
    "scalars": lambda m, x: 2 * x - 0.5 + x / 3 + 1.5 // (abs(x) + 1) + (x > 0),
    "floor_divide": lambda m, x: x // 0.7,
    "mod": lambda m, x: x % 0.7,
    "divmod": lambda m, x: list(divmod(x, 0.7)),
    "clip": lambda m, x: m.clip(x, -0.5, 0.5),
    "where": lambda m, x: m.where(x > 0, x, -0.1 * x),
    "where scalar": lambda m, x: m.where(x > 0, x, 0.0),
    "select": lambda m, x: m.select([x > 1, x > 0], [x, 2 * x], 3.0),
    "nan_to_num": lambda m, x: m.nan_to_num(m.log(x)),
    "bitwise": lambda m, x: ((x > 0) & (x < 1)) | ~(x > -1) ^ (x > 0.5),
    "shifts": lambda m, x: (x.astype("int32") << 2) >> 1,
}
SHAPE = {
    "T": lambda m, x: x.T,
    "swapaxes": lambda m, x: m.swapaxes(m.stack([x, 2 * x]), 1, 2),
    "moveaxis": lambda m, x: m.moveaxis(m.stack([x, 2 * x], axis=-1), 0, 2),
    "ravel": lambda m, x: x.ravel(),
    "merge": lambda m, x: m.stack([x, 3 * x], axis=1).reshape(-1, 4),
    "merge trailing": lambda m, x: m.stack([x, 3 * x], axis=2).reshape(x.shape[0], 8),
    "split trailing": lambda m, x: x.reshape(-1, 2, 2),
    "reshape across": lambda m, x: x.reshape(2, 2 * x.shape[0]),
    "reshape of transposed": lambda m, x: x.T.reshape(-1),
    "reshape ones": lambda m, x: x.reshape(1, -1, 1, 4).squeeze((0, 2)),
    "expand_dims": lambda m, x: m.expand_dims(x, (0, 2)),
    "squeeze": lambda m, x: m.squeeze(m.sum(x, axis=0, keepdims=True)),
    "atleast_3d": lambda m, x: m.atleast_3d(x),
    "broadcast_to": lambda m, x: m.broadcast_to(x, (3, *x.shape)),
    "outer sum": lambda m, x: m.expand_dims(x[...].sum(1), 1) + x.sum(1),
    "concatenate": lambda m, x: m.concatenate([x, 2 * x, x]),
    "concatenate columns": lambda m, x: m.concatenate([x, 2 * x], axis=1),
    "concatenate constant": lambda m, x: m.concatenate([x, m.ones_like(x)]),
    "vstack": lambda m, x: m.vstack([x, x]),
    "hstack": lambda m, x: m.hstack([x, x]),
    "stack": lambda m, x: m.stack([x, 2 * x]),
    "astype": lambda m, x: x.astype("int32").astype("complex64"),
    "meshgrid": lambda m, x: m.meshgrid(x.sum(1), x.sum(1)),
    "full_like": lambda m, x: x * m.full_like(x, 2.5),
    "tri": lambda m, x: m.tril(x @ x.T),
}
REDUCTION = {
    "sum": lambda m, x: x.sum(),
    "sum rows": lambda m, x: x.sum(axis=0),
    "sum columns": lambda m, x: x.sum(axis=-1),
    "sum where": lambda m, x: m.sum(x, axis=0, where=x > 0),
    "sum initial": lambda m, x: m.sum(x, axis=0, initial=2.0),
    "sum integers": lambda m, x: m.sum(x > 0, axis=0),
    "mean": lambda m, x: [x.mean(axis=0), x.mean(axis=1), x.mean()],
    "centred": lambda m, x: (x - x.mean(axis=0)) / (1 + x.std(axis=0)),
    "var": lambda m, x: m.var(x, axis=0, ddof=1),
    "std rows": lambda m, x: m.std(x, axis=1, keepdims=True),
    "prod": lambda m, x: m.prod(x, axis=0),
    "all any": lambda m, x: [m.all(x > -1, axis=0), m.any(x > 1), m.count_nonzero(x > 0)],
    "norm": lambda m, x: [m.linalg.norm(x), m.linalg.norm(x, axis=1)],
    "average": lambda m, x: m.average(x, axis=0, weights=m.abs(x) + 1),
    "nansum": lambda m, x: m.nansum(m.log(x), axis=0),
    "nanmean": lambda m, x: m.nanmean(m.where(x > 0, x, m.nan), axis=0),
    "logical": lambda m, x: m.logical_and(x > 0, m.any(x > 1, axis=0)),
    "masked integers": lambda m, x: m.sum(x.astype("int32") & 3),
}
REDUCTION_OF_ROWS = {  # no value for an empty array, in jax.numpy either
    "max": lambda m, x: [x.max(), x.max(axis=0), x.max(axis=1)],
    "min": lambda m, x: [x.min(), m.amin(x, axis=0, keepdims=True)],
    "ptp": lambda m, x: m.ptp(x, axis=0),
    "argmax": lambda m, x: [m.argmax(x, axis=0), m.argmax(x, axis=1), m.argmax(x)],
    "argmin": lambda m, x: [m.argmin(x, axis=0), m.argmin(x)],
    "nanmax": lambda m, x: m.nanmax(m.where(x > -1, x, m.nan), axis=0),
    "max where": lambda m, x: m.max(x, axis=0, where=x < 1, initial=-9.0),
    "logsumexp": spmd(lambda x: jax.nn.logsumexp(x, axis=0)),
    "softmax": spmd(lambda x: jax.nn.softmax(x, axis=0)),
    "checkpoint_name": spmd(lambda x: 2 * checkpoint_name(x, "kept")),
    "log_softmax": spmd(lambda x: jax.nn.log_softmax(x, axis=1)),
}
DOT = {
    "gram": lambda m, x: x.T @ x,
    "rows by rows": lambda m, x: x @ x.T,
    "vector": lambda m, x: x @ m.arange(4.0) if m is jax.numpy else x @ jax.numpy.arange(4.0),
    "vectors": lambda m, x: m.vdot(x, x) + x.sum(1) @ x.sum(1),
    "outer": lambda m, x: m.outer(x.sum(1), x.sum(1)),
    "tensordot": lambda m, x: m.tensordot(x, x, axes=([0, 1], [0, 1])),
    "einsum": lambda m, x: m.einsum("ij,ik,il->jkl", x, x, x),
    "einsum trace": lambda m, x: m.einsum("ij,ij->i", x, x),
    "batched": lambda m, x: m.matmul(m.expand_dims(x, 1), m.expand_dims(x, 2)),
    "inner": lambda m, x: m.inner(x, x),
}

TABLE = BINARY | SHAPE | REDUCTION | REDUCTION_OF_ROWS | DOT
UNDEFINED_AT_NONE = {"norm", *REDUCTION_OF_ROWS}


def arrays(rows):
    return [[random_array((n, 4), seed=1)] for n in rows]


GROUPS = [
    {name: family[name] for name in list(family)[start::parts]}
    for family, parts in [(BINARY, 5), (SHAPE, 6), (REDUCTION, 5), (DOT, 4)]
    for start in range(parts)
]


@pytest.mark.parametrize("group", GROUPS, ids=", ".join)
def test_values_and_gradients_equal_those_of_jax_numpy(group):
    table = {name: fun for name, fun in group.items() if name not in UNDEFINED_AT_NONE}
    check(table, arrays(ROWS))
    check({name: group[name] for name in group if name not in table}, arrays(ROWS[:3]))


@pytest.mark.parametrize("name", REDUCTION_OF_ROWS)
def test_values_and_gradients_equal_those_of_jax_numpy_for_some_rows(name):
    check(TABLE[name], arrays(ROWS[:3]))


EAGER = ["scalars", "where", "logaddexp", "reshape across", "concatenate", "centred", "gram", "max"]


@pytest.mark.parametrize("name", EAGER)
def test_eager_values_equal_those_of_jax_numpy(name):
    for (x,) in arrays(ROWS if name not in UNDEFINED_AT_NONE else ROWS[:3]):
        assert_same(*both(TABLE[name], [x], [None]), what=f"{x.shape}")


@pytest.mark.parametrize("name", ["std rows", "gram", "logaddexp", "merge"])
def test_eager_gradients_equal_compiled_ones(name):
    (x,) = arrays([7])[0]
    numbers = jpi.numpy.asarray(x)
    gradient = jax.grad(lambda x: weighted(TABLE[name], jpi.numpy, [x]))
    assert_same(gradient(numbers), jax.jit(gradient)(numbers))


@pytest.mark.parametrize("spec", [None, jpi.P(), jpi.P(None, "ranks")], ids=str)
@pytest.mark.parametrize("name", ["add", "centred", "gram", "rows by rows", "ravel", "concatenate"])
def test_layouts_other_than_rows_give_the_same(name, spec):
    check(TABLE[name], arrays(ROWS), spec)


@pytest.mark.parametrize("shape", [(1, 0), (0, 1), (2, 2)], ids=str)
@pytest.mark.parametrize("specs", [(("a", "b"), ("b", "a")), (("a",), (None, "b"))], ids=str)
@pytest.mark.parametrize("name", ["add", "matmul", "outer", "logaddexp", "max"])
def test_operands_of_different_layouts_agree(name, specs, shape):
    size = jpi.size()
    grid = {(1, 0): (1, size), (0, 1): (size, 1), (2, 2): (2, size // 2)}[shape]
    if grid[0] * grid[1] != size:
        grid = (size, 1)
    mesh = jpi.make_mesh(grid, ("a", "b"))
    table = {
        "add": lambda m, x, y: x + y,
        "matmul": lambda m, x, y: x @ y,
        "outer": lambda m, x, y: m.outer(x.sum(1), y.sum(0)),
        "logaddexp": lambda m, x, y: m.logaddexp(x, y),
        "max": lambda m, x, y: m.max(m.maximum(x, y), axis=1),
    }
    cases = [random_array((5, 5), seed=1), random_array((5, 5), seed=2)]
    assert_same(*both(table[name], cases, specs, mesh))
    gradients = jpi.jit(jax.grad(lambda xy: weighted(table[name], jpi.numpy, xy)))
    distributed = [
        jpi.numpy.asarray(x, spec=spec, mesh=mesh) for x, spec in zip(cases, specs, strict=True)
    ]
    expected = jax.grad(lambda xy: weighted(table[name], jax.numpy, xy))(
        list(map(jax.numpy.asarray, cases))
    )
    assert_same(gradients(distributed), expected)


@pytest.mark.parametrize(
    "dtype", ["bool", "int8", "uint16", "int32", "float16", "bfloat16", "complex64"]
)
def test_dtypes_promote_as_in_jax_numpy(dtype):
    x = random_array((7, 4)).astype(jax.numpy.dtype(dtype))
    table = [
        lambda m, x: x + 1,
        lambda m, x: x * 1.5,
        lambda m, x: m.sum(x, axis=0),
        lambda m, x: m.mean(x, axis=0),
        lambda m, x: m.max(x, axis=0),
        lambda m, x: m.prod(x, axis=0),
        lambda m, x: x @ x.T,
    ]
    distributed = jpi.jit(lambda x: [fun(jpi.numpy, x) for fun in table])(jpi.numpy.asarray(x))
    assert_same(distributed, [fun(jax.numpy, jax.numpy.asarray(x)) for fun in table], what=dtype)


def test_nan_propagates_through_maxima_whichever_rank_holds_it():
    for row in range(7):
        x = random_array((7, 4))
        x[row, row % 4] = np.nan
        assert_same(*both(lambda m, x: [x.max(), x.min(axis=0), m.argmax(x, axis=0)], [x], [None]))


@pytest.mark.parametrize("rows", ROWS[:3])
def test_arg_extrema_map_where_a_rank_has_none(rows):
    def fun(m, x):
        return [jax.vmap(f, in_axes=1)(x) for f in (m.argmax, m.argmin)]

    assert_same(*both(fun, [random_array((rows, 3))], [None]))
    assert_same(*both(fun, [(5 * random_array((rows, 3))).astype(np.int32)], [None]))
