"""DistArray: its properties, operators and conversions, and the errors for misuse."""

import jax
import numpy as np
import pytest
from mpi4py import MPI
from support.oracle import ROWS, assert_same, is_plain, random_array

import jpi
import jpi.numpy as jnp
from jpi._mpi.library import native


def make(rows=7, spec=None):
    return jnp.asarray(random_array((rows, 4)), spec=spec)


def test_properties_are_those_of_the_global_array():
    x = make()
    assert (x.shape, x.ndim, x.size, x.dtype, x.itemsize, x.nbytes) == (
        (7, 4), 2, 28, np.float32, 4, 112,
    )  # fmt: skip
    assert len(x) == 7
    assert x.spec == jpi.P("ranks", None)
    assert x.mesh is jpi.current_mesh() and x.comm is jpi.Comm()
    assert not is_plain(x) and is_plain(make(spec=jpi.P()))
    expected = np.array_split(random_array((7, 4)), jpi.size())[jpi.rank()]
    np.testing.assert_array_equal(x.shard, expected)


def test_repr_and_properties_do_not_communicate():
    x = make()
    jpi.wait()
    native.log_start(10)
    text = repr(x)
    _ = x.shape, x.spec, x.shard, x.mesh, x.nbytes
    assert native.log_take() == []
    native.log_start(0)
    assert f"rank {jpi.rank()} of {jpi.size()} holds [" in text
    assert "shape=(7, 4), dtype=float32, spec=P" in text
    assert "DistArray(shape=(7, 4)" in repr(jax.eval_shape(lambda x: x, x))


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("spec", [jpi.P("ranks"), jpi.P(None, "ranks"), jpi.P()], ids=str)
def test_gather_gives_the_global_array(rows, spec):
    x = make(rows, spec)
    assert is_plain(jpi.gather(x))
    assert_same(jpi.gather(x), random_array((rows, 4)))
    if is_plain(x):
        assert jpi.gather(x) is x and not spec
        return
    assert is_plain(x.gather()) and spec
    assert_same(x.gather(), random_array((rows, 4)))
    for root in range(jpi.size()):
        y = x.gather(root=root)
        assert_same(jpi.gather(x, root), y)
        wanted = random_array((rows, 4)) if jpi.rank() == root else np.zeros((0, 4), np.float32)
        assert_same(y, wanted)


@pytest.mark.parametrize("operand", [2, 2.5, True, np.arange(4.0, dtype="f")], ids=repr)
def test_operators_from_both_sides(operand):
    x, y = make(), random_array((7, 4))
    for op in ("add", "sub", "mul", "truediv", "floordiv", "mod", "lt", "ge", "eq"):
        fun = getattr(__import__("operator"), op)
        assert_same(fun(x, operand), fun(jax.numpy.asarray(y), operand))
        assert_same(fun(operand, x), fun(operand, jax.numpy.asarray(y)))
    plain = jax.numpy.asarray(operand)
    assert isinstance(plain * x, jpi.DistArray) and isinstance(x * plain, jpi.DistArray)


def test_scalars_do_not_compile_anew():
    from jpi._call import eager

    x = make()
    assert_same(x * 0.25, random_array((7, 4)) * np.float32(0.25))  # it has programs of its own
    x + 1
    before = len(eager.programs)
    for step in range(5):
        assert_same(x * (0.5 + step), random_array((7, 4)) * np.float32(0.5 + step))
    for step in range(5):
        x + step
    assert len(eager.programs) == before


def test_full_reductions_are_plain_scalars():
    x = make()
    assert type(x.sum()) is type(jax.numpy.ones(()))
    assert float(x.mean()) == pytest.approx(random_array((7, 4)).mean(), rel=1e-5)
    assert bool((x == x).all())


def test_results_that_no_axis_shards_are_plain_arrays():
    x, y = make(), random_array((7, 4))
    w = jax.numpy.asarray(random_array((4,)))
    assert is_plain(x.sum(axis=0)) and not is_plain(x.sum(axis=1))
    assert is_plain(x.T @ (x @ w)) and not is_plain(x @ w)
    assert_same(x.T @ (x @ w), jax.numpy.asarray(y).T @ (jax.numpy.asarray(y) @ w))
    for plain in (
        x.redistribute(jpi.P()),
        jpi.replicate(x),
        jpi.from_shard(y, spec=jpi.P()),
        jnp.asarray(x, spec=jpi.P()),
        jnp.asarray(y, spec=jpi.P()),
        jpi.spmd(lambda x: 1 * x, out_spec=jpi.P())(x),
    ):
        assert is_plain(plain)
        assert_same(plain, y)
    assert not hasattr(x, "is_replicated")


def test_an_axis_of_one_rank_shards():
    mesh = jpi.make_mesh((jpi.size(), 1), ("x", "y"))
    x = jnp.asarray(random_array((7, 4)), spec=jpi.P(None, "y"), mesh=mesh)
    assert isinstance(x, jpi.DistArray) and x.spec == jpi.P(None, "y")
    assert isinstance(x.sum(axis=0), jpi.DistArray) and is_plain(x.sum(axis=1))
    assert_same(x.sum(axis=0), random_array((7, 4)).sum(0))


def test_numpy_ufuncs_defer():
    x, y = make(), random_array((7, 4))
    assert_same(np.multiply(y, x), y * y)
    assert_same(np.float32(2) * x, 2 * y)
    assert isinstance(y + x, jpi.DistArray)


def test_arrays_that_every_rank_holds_convert_and_iterate():
    x = make().redistribute(jpi.P())
    np.testing.assert_array_equal(np.asarray(x), random_array((7, 4)))
    assert len(list(x)) == 7


def test_redistribute_moves_and_rejects_unknown_axes():
    x = make()
    y = x.redistribute(jpi.P(None, "ranks"))
    assert y.spec == jpi.P(None, "ranks")
    assert_same(y, random_array((7, 4)))
    with pytest.raises(ValueError, match="must name axes of the mesh"):
        x.redistribute(jpi.P("columns"))


def test_a_pytree_of_one_leaf():
    x = make()
    assert len(jax.tree.leaves(x)) == 1
    doubled = jax.tree.map(lambda leaf: 2 * leaf, x)
    assert isinstance(doubled, jpi.DistArray)
    assert_same(doubled, 2 * random_array((7, 4)))
    assert jax.tree.structure(x) == jax.tree.structure(doubled)
    assert_same(jax.jit(lambda x: x.sum(axis=0))(x), random_array((7, 4)).sum(0))
    assert jax.eval_shape(lambda x: x @ x.T, x).shape == (7, 7)


def test_donated_and_carried_through_cond():
    x = make()
    chosen = jpi.jit(lambda x: jax.lax.cond(x.sum() > 0, lambda x: x * 2, lambda x: -x, x))(x)
    y = random_array((7, 4))
    assert_same(chosen, y * 2 if y.sum() > 0 else -y)


BAD = {
    "float": (lambda x: float(x), TypeError, "x.sum"),
    "int": (lambda x: int(x), TypeError, "x.gather"),
    "bool": (lambda x: bool(x), ValueError, "neither true nor false"),
    "index": (lambda x: [1, 2][x], TypeError, "x.gather"),
    "asarray": (lambda x: np.asarray(x), TypeError, r"x\.gather\(\)"),
    "iteration": (lambda x: list(x), TypeError, r"x\.gather\(\)"),
    "jax.numpy.sin": (lambda x: jax.numpy.sin(x), TypeError, "use jpi.numpy"),
    "jax.numpy.asarray": (lambda x: jax.numpy.asarray(x), TypeError, r"x\.gather\(\)"),
    "jax.numpy.sum": (lambda x: jax.numpy.sum(x), TypeError, "use jpi.numpy"),
    "shapes": (lambda x: x + jnp.ones((3, 3)), (TypeError, ValueError), "shape"),
    "matmul": (lambda x: x @ x, TypeError, "contracting dimensions"),
    "axis": (lambda x: x.sum(axis=2), ValueError, "axis 2 is out of bounds"),
    "reshape": (lambda x: x.reshape(3, 5), TypeError, r"\(3, 5\)"),
    "mesh axis": (lambda x: jnp.zeros((3,), spec=jpi.P("x")), ValueError, "must name axes"),
    "long spec": (lambda x: jnp.zeros(3, spec=jpi.P(None, "ranks")), ValueError, "per dimension"),
    "mesh": (lambda x: jnp.zeros(3, mesh="ranks"), TypeError, r"must be a jpi\.Mesh"),
    "root": (lambda x: x.gather(root=99), ValueError, "`root` must be a rank"),
    "object": (lambda x: x + "one", TypeError, "unsupported operand"),
    "hash": (lambda x: {x: 1}, TypeError, "unhashable"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_an_error_on_every_rank(case):
    call, error, words = BAD[case]
    with pytest.raises(error, match=words):
        call(make())


@pytest.mark.parametrize("bad", [-1, 0, 1])
def test_from_shard_assembles_and_balances(bad):
    sizes = [(3 * rank + bad) % 5 for rank in range(jpi.size())]
    sizes = [max(size, 0) for size in sizes]
    blocks = [random_array((n, 4), seed=rank) for rank, n in enumerate(sizes)]
    x = jpi.from_shard(blocks[jpi.rank()])
    assert x.shape == (sum(sizes), 4)
    assert x.shard.shape[0] == len(np.array_split(np.arange(sum(sizes)), jpi.size())[jpi.rank()])
    assert_same(x, np.concatenate(blocks))
    assert_same(x.sum(axis=0), np.concatenate(blocks).sum(0))


def test_from_shard_on_a_grid():
    rows = 2 if jpi.size() == 4 else 1
    mesh = jpi.make_mesh((rows, jpi.size() // rows), ("x", "y"))
    y = random_array((6, 9))
    cut = jnp.asarray(y, spec=jpi.P("x", "y"), mesh=mesh)
    assert_same(jpi.from_shard(cut.shard, spec=jpi.P("x", "y"), mesh=mesh), y)


def test_blocks_that_do_not_fit_are_an_error_on_every_rank():
    odd = jpi.rank() == jpi.size() - 1
    if jpi.size() == 1:
        with pytest.raises(ValueError, match="at least one dimension"):
            jpi.from_shard(1.0)
        return
    with pytest.raises(ValueError, match=f"ranks 0 and {jpi.size() - 1}"):
        jpi.from_shard(np.zeros((2, 4 if odd else 3)))
    with pytest.raises(TypeError, match="same dtype"):
        jpi.from_shard(np.zeros(2, np.int32 if odd else np.float32))
    with pytest.raises(ValueError, match="same number of dimensions"):
        jpi.from_shard(np.zeros((2, 2) if odd else (2,)))
    assert MPI.COMM_WORLD.allreduce(1) == jpi.size()
