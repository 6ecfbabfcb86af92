"""Checkpoints: what is saved is restored, in the layout that the program wants."""

import json
from typing import NamedTuple

import equinox as eqx
import jax
import numpy as np
import optax
import pytest
import xarray
import zarr
from harness.ranks import RANK, SIZE
from support.agreement import raised
from support.oracle import ROWS, assert_same, random_array

import jpi
import jpi.checkpoint
import jpi.numpy as jnp


class Counter(NamedTuple):
    count: int
    rate: float


def state(shift=0, spec=("ranks",)):
    """A tree with every kind of leaf."""
    x = random_array((7, 3)) + shift
    return {
        "rows": jnp.asarray(x, spec=spec),
        "keys": jpi.random.split(jpi.random.key(shift), 5),
        "plain": jax.numpy.asarray(x[0]),
        "numpy": x.astype(np.float64),
        "number": np.float32(1.5 + shift),
        "key": jax.random.key(shift, impl="rbg"),
        "old key": jax.random.PRNGKey(shift),
        "counters": [Counter(3 + shift, 0.5 * shift), Counter(10**20 + shift, float("inf"))],
        "complex": 1 + 2j * shift,
        "text": f"step {shift}",
        "flag": bool(shift % 2),
        "nothing": None,
        "empty": jnp.zeros((0, 3)),
    }


def as_numbers(tree):
    """The leaves of a tree, with random keys as numbers."""
    leaves = jax.tree.leaves(tree, is_leaf=lambda x: x is None or isinstance(x, jpi.DistArray))
    return [_as_numbers(x) for x in leaves]


def _as_numbers(x):
    if isinstance(x, jpi.DistArray):
        x = x.gather()
    if isinstance(x, jax.Array) and jax.numpy.issubdtype(x.dtype, jax.dtypes.prng_key):
        x = jax.random.key_data(x)
    return x


def assert_equal(actual, expected):
    assert jax.tree.structure(actual) == jax.tree.structure(expected)
    for a, e in zip(as_numbers(actual), as_numbers(expected), strict=True):
        assert type(a) is type(e)
        np.testing.assert_array_equal(a, e)
        assert getattr(a, "dtype", None) == getattr(e, "dtype", None)


def test_a_tree_is_restored(mpi_tmp_path):
    saved = state(1)
    jpi.checkpoint.save(mpi_tmp_path, 40, saved)
    assert jpi.checkpoint.latest(mpi_tmp_path) == 40
    restored = jpi.checkpoint.restore(mpi_tmp_path, state())
    assert_equal(restored, saved)
    assert restored["rows"].spec == saved["rows"].spec


@pytest.mark.parametrize("rows", ROWS)
def test_an_array_is_restored_in_the_layout_that_is_wanted(mpi_tmp_path, rows):
    x = random_array((rows, 5))
    mesh = jpi.make_mesh((1, SIZE), ("x", "y"))
    specs = {
        "rows": (("ranks",), None),
        "columns": ((None, "ranks"), None),
        "grid": (("x", "y"), mesh),
    }
    tree = {
        name: jnp.asarray(x + i, spec=s, mesh=m) for i, (name, (s, m)) in enumerate(specs.items())
    }
    tree["plain"] = jax.numpy.asarray(x)
    jpi.checkpoint.save(mpi_tmp_path, 1, tree)
    names = list(tree)
    for turn in range(len(names)):
        wanted = names[turn:] + names[:turn]
        like = {name: tree[other] for name, other in zip(names, wanted, strict=True)}
        restored = jpi.checkpoint.restore(mpi_tmp_path, like)
        for name in names:
            assert_same(restored[name], jpi.gather(tree[name]), name)
            assert getattr(restored[name], "_layout", None) == getattr(like[name], "_layout", None)


def test_types_without_values_say_what_is_wanted(mpi_tmp_path):
    x = jnp.asarray(random_array((7, 3)))
    jpi.checkpoint.save(mpi_tmp_path, 0, (x, x))
    like = jax.eval_shape(lambda x: x * 1, x), jax.ShapeDtypeStruct((7, 3), "float32")
    sharded, plain = jpi.checkpoint.restore(mpi_tmp_path, like)
    assert sharded.spec == x.spec and isinstance(plain, jax.Array)
    assert_same([sharded, plain], [x.gather(), x.gather()])


def test_states_of_other_libraries(mpi_tmp_path):
    def made(seed):
        model = eqx.nn.MLP(3, 2, 4, 1, key=jax.random.key(seed))
        return model, optax.adam(1e-3).init(eqx.filter(model, eqx.is_array))

    jpi.checkpoint.save(mpi_tmp_path, 0, made(0))
    restored = jpi.checkpoint.restore(mpi_tmp_path, made(1))
    expected = made(0)
    assert jax.tree.structure(restored) == jax.tree.structure(expected)
    assert eqx.tree_equal(eqx.filter(restored, eqx.is_array), eqx.filter(expected, eqx.is_array))


def test_another_dtype_is_restored_if_it_is_asked_for(mpi_tmp_path):
    x = random_array((7, 3))
    jpi.checkpoint.save(mpi_tmp_path, 0, {"x": jnp.asarray(x)})
    like = {"x": jnp.zeros((7, 3), "bfloat16")}
    text = raised(lambda: jpi.checkpoint.restore(mpi_tmp_path, like))
    assert "saved float32[7, 3], wanted bfloat16[7, 3]" in text and "cast=True" in text
    restored = jpi.checkpoint.restore(mpi_tmp_path, like, cast=True)
    assert_same(restored["x"], x.astype(jax.numpy.bfloat16))


def test_trees_that_differ_are_both_shown(mpi_tmp_path):
    jpi.checkpoint.save(mpi_tmp_path, 3, {"x": jnp.ones((7, 3)), "n": 2, "old": None})
    like = {"x": jnp.ones((8, 3)), "n": 2.0, "new": jax.random.key(0)}
    text = raised(lambda: jpi.checkpoint.restore(mpi_tmp_path, like))
    assert text.startswith("ValueError: `like` must have the tree of")
    assert "4 of its leaves differ" in text
    assert "['x']: saved float32[7, 3], wanted float32[8, 3]" in text
    assert "['n']: saved int 2, wanted float 2.0" in text
    assert "['old']: saved None, wanted no leaf" in text
    assert "['new']: saved no leaf, wanted random keys [] of" in text


def test_the_last_steps_stay(mpi_tmp_path):
    for step in range(5):
        jpi.checkpoint.save(mpi_tmp_path, step, {"x": jnp.full(4, step)}, keep=2)
    jpi.barrier()
    assert sorted(path.name for path in mpi_tmp_path.iterdir()) == [
        "step_00000003",
        "step_00000004",
    ]
    like = {"x": jnp.zeros(4, int)}
    assert jpi.checkpoint.restore(mpi_tmp_path, like, step=3)["x"].sum() == 12
    text = raised(lambda: jpi.checkpoint.restore(mpi_tmp_path, like, step=1))
    assert text.startswith("FileNotFoundError") and "steps [3, 4]" in text


def test_how_many_steps_stay_is_a_number(mpi_tmp_path):
    for keep in (0, -1, True, 1.5):
        text = raised(lambda keep=keep: jpi.checkpoint.save(mpi_tmp_path, 1, {}, keep=keep))
        assert f"`keep` must be a whole number, 1 or more; got {keep!r}" in text


@pytest.mark.parametrize("leaf", [np.random.default_rng(0), b"text", {1, 2}], ids=type)
def test_what_cannot_be_saved_is_refused(mpi_tmp_path, leaf):
    text = raised(lambda: jpi.checkpoint.save(mpi_tmp_path, 1, {"a": leaf}))
    assert text.startswith("TypeError") and f"got {type(leaf).__name__} at ['a']" in text
    jpi.checkpoint.save(mpi_tmp_path, 1, {"a": jax.nn.relu, "b": np.dtype("f4"), "c": float})
    assert (
        jpi.checkpoint.restore(mpi_tmp_path, {"a": len, "b": np.dtype("i4"), "c": int})["a"] is len
    )
    assert "TypeError" in raised(lambda: jpi.checkpoint.restore(mpi_tmp_path, {"a": leaf}))


def test_a_leaf_may_have_any_name(mpi_tmp_path):
    names = ["a/b.c", "a.b/c", "..", "", "A/B.C", "é ü", "x" * 300, "x" * 299 + "y"]
    state = {name: jnp.full((7, 3), i) for i, name in enumerate(names)}
    jpi.checkpoint.save(mpi_tmp_path, 1, state)
    restored = jpi.checkpoint.restore(mpi_tmp_path, jax.tree.map(jnp.zeros_like, state))
    for name in names:
        assert_same(restored[name], jpi.gather(state[name]), name)


def test_another_layout_is_restored_while_a_step_is_written(mpi_tmp_path):
    x = random_array((70, 30))
    for step in (1, 2):
        jpi.checkpoint.save(mpi_tmp_path, step, {"x": jnp.asarray(x)}, background=step == 2)
    mesh = jpi.make_mesh((1, SIZE), ("x", "y"))
    like = {"x": jnp.zeros((70, 30), spec=("x", "y"), mesh=mesh)}
    restored = jpi.checkpoint.restore(mpi_tmp_path, like)["x"]
    assert_same(restored, x)
    assert restored.spec == like["x"].spec


def test_a_step_is_replaced(mpi_tmp_path):
    for value in (1, 2):
        jpi.checkpoint.save(mpi_tmp_path, 7, {"x": jnp.full(4, value)})
    assert jpi.checkpoint.restore(mpi_tmp_path, {"x": jnp.zeros(4, int)})["x"].sum() == 8


def test_a_folder_without_a_checkpoint(mpi_tmp_path):
    assert jpi.checkpoint.latest(mpi_tmp_path / "absent") is None
    text = raised(lambda: jpi.checkpoint.restore(mpi_tmp_path / "nothing", {}))
    assert text.startswith("FileNotFoundError")
    assert text.endswith(f"got `{mpi_tmp_path / 'nothing'}`, which has none.")


def test_in_the_background(mpi_tmp_path):
    data = random_array((7, 3))
    plain = data.copy()
    jpi.checkpoint.save(mpi_tmp_path, 1, {"x": jnp.asarray(data), "y": plain}, background=True)
    plain[...] = 0  # what is saved is what it was
    jpi.checkpoint.save(mpi_tmp_path, 2, {"x": jnp.asarray(data + 1), "y": plain}, background=True)
    jpi.checkpoint.wait()
    like = {"x": jnp.zeros((7, 3)), "y": plain}
    first = jpi.checkpoint.restore(mpi_tmp_path, like, step=1)
    assert_same([first["x"], first["y"]], [data, data])
    assert_same(jpi.checkpoint.restore(mpi_tmp_path, like)["x"], data + 1)


@pytest.mark.filterwarnings("ignore:Object at tree.json")  # zarr: it is no array
def test_other_programs_read_it(mpi_tmp_path):
    x = random_array((7, 3))
    jpi.checkpoint.save(mpi_tmp_path, 5, {"a": [jnp.asarray(x), 1.5]})
    group = zarr.open_group(mpi_tmp_path / "step_00000005", mode="r")
    np.testing.assert_array_equal(group["a.0"][...], x)
    opened = xarray.open_zarr(mpi_tmp_path / "step_00000005", consolidated=False)
    np.testing.assert_array_equal(opened["a.0"], x)
    tree = json.loads((mpi_tmp_path / "step_00000005" / "tree.json").read_text())
    assert [leaf["path"] for leaf in tree["leaves"]] == ["['a'][0]", "['a'][1]"]
    assert tree["leaves"][1]["value"] == 1.5


def test_a_run_goes_on_from_its_checkpoint(mpi_tmp_path):
    start, calls = {"x": jnp.zeros(5), "n": 0}, []

    def step(state):
        calls.append(state["n"])
        return {"x": state["x"] + state["n"], "n": state["n"] + 1}

    jpi.checkpoint.run(step, start, mpi_tmp_path, every=2, until=5)
    assert jpi.checkpoint.latest(mpi_tmp_path) == 5
    end = jpi.checkpoint.run(step, start, mpi_tmp_path, every=4, until=9, background=True)
    assert calls == list(range(9)) and end["n"] == 9
    assert_same(end["x"], np.full(5, 36, np.float32))
    assert_equal(jpi.checkpoint.restore(mpi_tmp_path, start), end)
    with pytest.raises(ValueError, match="`every` must be a whole number, 1 or more; got 0"):
        jpi.checkpoint.run(step, start, mpi_tmp_path, every=0, until=9)
    with pytest.raises(TypeError, match="must return the next state; it returned None"):
        jpi.checkpoint.run(lambda state: None, start, mpi_tmp_path, every=3, until=12)
    for change, text in (
        (lambda state: {"x": state["x"]}, r"got no leaf for int at \['n'\]"),
        (lambda state: state | {"n": 0.5}, r"got float for int at \['n'\]"),
        (lambda state: state | {"x": jnp.arange(5)}, r"got int32\[5\] for float32\[5\] at"),
    ):
        with pytest.raises(TypeError, match=f"a state like the first one; {text}"):
            jpi.checkpoint.run(change, start, mpi_tmp_path, every=1, until=10)
    assert jpi.checkpoint.latest(mpi_tmp_path) == 9


def test_what_is_no_step_is_left_alone(mpi_tmp_path, comm):
    tree = {"tree.json": jnp.ones(5), "zarr.json": jnp.zeros(5)}
    if RANK == 0:
        (mpi_tmp_path / "step_00000099").mkdir()
        (mpi_tmp_path / "step_00000098").write_text("notes")
    comm.Barrier()
    assert jpi.checkpoint.latest(mpi_tmp_path) is None
    for step in range(3):
        jpi.checkpoint.save(mpi_tmp_path, step, tree, keep=1)
    assert jpi.checkpoint.latest(mpi_tmp_path) == 2
    assert_equal(jpi.checkpoint.restore(mpi_tmp_path, tree), tree)
    assert (mpi_tmp_path / "step_00000098").read_text() == "notes"


def test_an_array_of_another_dtype_is_damaged(mpi_tmp_path, comm):
    jpi.checkpoint.save(mpi_tmp_path, 1, {"x": jnp.ones(5)})
    if RANK == 0:
        path = mpi_tmp_path / "step_00000001" / "x" / "zarr.json"
        path.write_text(path.read_text().replace("float32", "int32"))
    comm.Barrier()
    text = raised(lambda: jpi.checkpoint.restore(mpi_tmp_path, {"x": jnp.ones(5)}))
    assert "damaged: it has the dtype int32, not float32" in text


@pytest.mark.mpi(min_size=2)
def test_what_is_wanted_must_be_the_same_on_every_rank(mpi_tmp_path):
    x, number = jnp.ones(5), 2.5
    jpi.checkpoint.save(mpi_tmp_path, 1, [x, number])
    like = [jax.ShapeDtypeStruct((5,), np.float32) if RANK else x, float(RANK)]
    text = raised(lambda: jpi.checkpoint.restore(mpi_tmp_path, like))
    shown = "`like` must be the same on every rank; got a DistArray of float32[5] at [0] on rank 0"
    assert f"{shown} and float32[5] at [0] on rank 1." in text
    assert jpi.checkpoint.restore(mpi_tmp_path, [x, float(RANK)])[1] == number


@pytest.mark.mpi(min_size=2)
def test_a_run_of_some_ranks_is_theirs_alone(mpi_tmp_path, comm):
    half = comm.Split(RANK % 2)
    mesh, folder = jpi.make_mesh(comm=half), mpi_tmp_path / str(RANK % 2)
    start = {"x": jnp.zeros(5, mesh=mesh)}
    for until in range(RANK % 2 + 1):  # the one half makes a run more
        end = jpi.checkpoint.run(lambda s: {"x": s["x"] + 1}, start, folder, every=1, until=until)
    assert_same(end["x"], np.full(5, RANK % 2, np.float32))
    half.Free()


@pytest.mark.mpi(min_size=2)
def test_a_folder_that_is_another_one_on_each_rank_is_an_error(mpi_tmp_path, monkeypatch):
    for number in range(2):
        jpi.checkpoint.save(mpi_tmp_path / str(number) / "run", 1, {"x": jnp.full(5, number)})
    monkeypatch.chdir(mpi_tmp_path / str(min(RANK, 1)))
    for call in (jpi.checkpoint.latest, lambda name: jpi.checkpoint.restore(name, {"x": 0})):
        text = raised(lambda call=call: call("run"))
        assert f"`{mpi_tmp_path}/0/run`" in text and f"`{mpi_tmp_path}/1/run`" in text


def test_names_of_leaves_that_clean_to_one_another(mpi_tmp_path):
    x = jnp.arange(5.0)
    tree = {"u": {i: i + x for i in range(8)}, "u*": 2 * x, "u+": 3 * x, "U": 4 * x}
    jpi.checkpoint.save(mpi_tmp_path, 1, tree)
    restored = jpi.checkpoint.restore(mpi_tmp_path, jax.tree.map(lambda leaf: 0 * leaf, tree))
    for one, other in zip(jax.tree.leaves(restored), jax.tree.leaves(tree), strict=True):
        assert_same(jpi.gather(one), jpi.gather(other))


def test_a_version_of_the_format_that_is_not_known(mpi_tmp_path, comm):
    jpi.checkpoint.save(mpi_tmp_path, 1, {"x": jnp.ones(5)})
    if RANK == 0:
        path = mpi_tmp_path / "step_00000001" / "tree.json"
        path.write_text(path.read_text().replace('"version": 1', '"version": 99'))
    comm.Barrier()
    text = raised(lambda: jpi.checkpoint.restore(mpi_tmp_path, {"x": jnp.ones(5)}))
    assert "version 99" in text
