"""Checkpoints of one run in another: on other numbers of ranks, and after it was killed."""

import json

import numpy as np
import pytest
from support.launcher import run_python
from support.restarts import BEGIN, killed, restored

pytestmark = pytest.mark.ranks(1)  # mpirun is started here, and does not nest

# Every layout and dtype in every format: the same arrays on any number of ranks.
ARRAYS = """
import itertools

DTYPES = ("bool int8 uint8 int16 uint32 int64 uint64 float16 bfloat16 float32 float64 complex64 "
          "complex128").split()
FORMATS = "npy", "npz", "zarr", "h5", "nc"
SHAPES = (7, 5), (2, 3), (0, 4), (12, 1)
side = 2 if jpi.size() % 2 == 0 else 1
grid = jpi.make_mesh((side, jpi.size() // side), ("x", "y"))
LAYOUTS = {"rows": (("ranks",), None), "columns": ((None, "ranks"), None), "plain": ((), None),
           "grid": (("x", "y"), grid), "shared": (("x",), grid)}

def numbers(shape, dtype):
    return (np.arange(int(np.prod(shape))).reshape(shape) * 7 % 11).astype(jax.numpy.dtype(dtype))

def cases():
    for i, (dtype, layout) in enumerate(itertools.product(DTYPES, LAYOUTS)):
        shape = SHAPES[i % len(SHAPES)]
        yield f"{dtype}-{layout}-{shape[0]}", numbers(shape, dtype), layout
    for shape, layout in itertools.product(SHAPES, LAYOUTS):
        yield f"{layout}-{shape[0]}", numbers(shape, "float32"), layout
    for dtype in DTYPES:
        yield f"{dtype}-number", numbers((), dtype), "plain"

def placed(x, layout):
    spec, mesh = LAYOUTS[layout]
    return jnp.asarray(x, spec=spec, mesh=mesh)

def check(name, found, x):
    found = found.gather() if isinstance(found, jpi.DistArray) else found
    assert found.dtype == x.dtype and found.shape == x.shape, name
    assert (np.asarray(found) == x).all(), name

def has(end, x):
    return end != "nc" or x.dtype.name not in ("float16", "bfloat16")

def files():
    return ((f"{folder}/{name}.{end}", x, layout) for end in FORMATS
            for name, x, layout in cases() if has(end, x))
"""
SAVE = """
for path, x, layout in files():
    jpi.io.save(path, placed(x, layout))
jpi.checkpoint.save(folder, 1, {name: placed(x, layout) for name, x, layout in cases()})
"""
LOAD = """
others = dict(zip(LAYOUTS, [*LAYOUTS][1:] + [*LAYOUTS][:1]))
for path, x, layout in files():
    if not x.ndim:
        check(path, jpi.io.load(path), x)
        continue
    for turn in (others[layout], layout) if x.dtype == "float32" else (others[layout],):
        spec, mesh = LAYOUTS[turn]
        check(path, jpi.io.load(path, spec=spec, mesh=mesh), x)
like = {}
for name, x, layout in cases():
    like[name] = placed(np.zeros_like(x), others[layout] if x.ndim else layout)
found = jpi.checkpoint.restore(folder, like)
for name, x, layout in cases():
    check(name, found[name], x)
"""
SMALL = """
DTYPES, FORMATS, SHAPES = ["bfloat16"], ["npy", "zarr"], [(7, 5), (0, 4)]
"""


def run(ranks, folder, program):
    command = "-c", BEGIN + ARRAYS + program, str(folder)
    process = run_python(ranks, *command, MPIEXEC_TIMEOUT="110")  # of the many arrays
    assert process.returncode == 0, process.stderr


def test_arrays_of_three_ranks_are_loaded_on_two(tmp_path):
    run(3, tmp_path, SMALL + SAVE)
    run(2, tmp_path, SMALL + LOAD)


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("savers", [1, 2, 3, 4])
def test_arrays_are_loaded_on_any_number_of_ranks(tmp_path, savers):
    run(savers, tmp_path, SAVE)
    for loaders in (1, 2, 3, 4):
        run(loaders, tmp_path, LOAD)


def restarts(folder, count, seed):
    """Kills so many runs, each of which has restored what the one before had saved."""
    steps = [killed(folder, 2, seed + i) for i in range(count)]
    assert steps == sorted(steps)
    last = restored(folder, 3)
    assert last >= max(steps) and last > 0
    names = {path.name for path in folder.iterdir()}
    assert names == {f"step_{step:08d}" for step in (last, last + 1)}


def test_a_run_that_is_killed_leaves_its_last_checkpoint(tmp_path):
    restarts(tmp_path / "run", 2, 0)  # a hundred times in a slow test


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_run_that_is_killed_a_hundred_times(tmp_path):
    restarts(tmp_path / "run", 100, 1)


IN_BACKGROUND = """
import jpi.io._shards
if jpi.rank() == 1:
    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device")
    jpi.io._shards.Shards.write = fail
jpi.checkpoint.save(folder, 1, {"x": jnp.ones(8)}, background=True)
os.write(1, b"goes on ")
"""


def test_an_error_in_the_background_ends_the_run_that_does_not_wait_for_it(tmp_path):
    process = run_python(2, "-c", BEGIN + IN_BACKGROUND, str(tmp_path))
    assert process.returncode != 0
    assert process.stdout == "goes on goes on "
    assert "No space left on device" in process.stderr
    assert "It happened on rank 1 of 2." in process.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_json_of_a_tree_is_checked(tmp_path):
    import jpi

    jpi.checkpoint.save(tmp_path, 1, {"n": 3})
    path = tmp_path / "step_00000001" / "tree.json"
    tree = json.loads(path.read_text())
    tree["leaves"][0]["value"] = 4
    path.write_text(json.dumps(tree))
    with pytest.raises(ValueError, match="is damaged"):
        jpi.checkpoint.restore(tmp_path, {"n": 0})
    np.testing.assert_equal(jpi.checkpoint.latest(tmp_path), 1)
