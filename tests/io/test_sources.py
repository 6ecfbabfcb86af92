"""Sources: what has a shape and a dtype and can be indexed, each rank reads by its block."""

import jax
import numpy as np
import pytest
import xarray
import zarr
from harness.ranks import RANK
from support.oracle import ROWS, assert_same, random_array

import jpi
import jpi.numpy as jnp

SPECS = jpi.P("ranks"), jpi.P(None, "ranks"), jpi.P()


class Counted:
    """A source that knows how many numbers were read of it."""

    def __init__(self, data):
        self._data, self.shape, self.dtype, self.count = data, data.shape, data.dtype, 0

    def __getitem__(self, index):
        part = self._data[index]
        self.count += part.size
        return part


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("spec", SPECS)
def test_a_rank_reads_its_block_and_nothing_else(rows, spec):
    x = random_array((rows, 6))
    source = Counted(x)
    y = jnp.asarray(source, spec=spec)
    assert_same(y, x)
    assert source.count == (y.shard if isinstance(y, jpi.DistArray) else y).size


def test_options_are_those_of_arrays():
    x = random_array((7, 6))
    source = Counted(x)
    assert_same(jnp.asarray(source, dtype="int32"), x.astype("int32"))
    assert_same(jnp.array(source, ndmin=3), x[None])
    assert source.count == jnp.asarray(x).shard.size + jnp.asarray(x[None]).shard.size
    mesh = jpi.make_mesh((1, jpi.size()), ("x", "y"))
    y = jnp.asarray(source, spec=("x", "y"), mesh=mesh)
    assert_same(y, x)
    assert y.mesh is mesh


def test_a_memory_map_is_not_read_to_be_compared(mpi_tmp_path):
    x = random_array((7, 6))
    if RANK == 0:
        np.save(mpi_tmp_path / "x.npy", x)
    jpi.barrier()
    assert_same(jnp.asarray(np.load(mpi_tmp_path / "x.npy", mmap_mode="r")), x)


def test_datasets_of_libraries_are_sources(mpi_tmp_path):
    h5py = pytest.importorskip("h5py")
    tensorstore = pytest.importorskip("tensorstore")
    x = random_array((7, 6))
    if RANK == 0:
        zarr.create_array(mpi_tmp_path / "x.zarr", data=x, chunks=(2, 4))
        with h5py.File(mpi_tmp_path / "x.h5", "w") as file:
            file["x"] = x
    jpi.barrier()
    spec = {"driver": "zarr3", "kvstore": {"driver": "file", "path": f"{mpi_tmp_path}/x.zarr"}}
    with h5py.File(mpi_tmp_path / "x.h5") as file:
        sources = [
            file["x"],
            zarr.open(mpi_tmp_path / "x.zarr", mode="r"),
            tensorstore.open(spec).result(),
            tensorstore.open(spec).result().translate_to[3, -2],
            xarray.DataArray(x, dims=("a", "b")),
        ]
        for source in sources:
            for spec in SPECS:
                assert_same(jnp.asarray(source, spec=spec), x, type(source).__name__)


def test_numbers_that_are_missing_are_nan():
    x = random_array((7, 6))
    missing = x > 0.5
    source = Counted(np.ma.MaskedArray(x, missing))
    assert_same(jnp.asarray(source), np.where(missing, np.nan, x))
    with pytest.raises(ValueError, match="must have all its numbers"):
        jnp.asarray(Counted(np.ma.MaskedArray(np.ones((7, 6), int), missing)))


def test_a_source_must_be_the_same_on_every_rank():
    if jpi.size() > 1:
        with pytest.raises(ValueError, match="the shape and dtype of a source must be the same"):
            jnp.asarray(Counted(random_array((7 + RANK, 6))))


class Failing(Counted):
    def __getitem__(self, index):
        if RANK == jpi.size() - 1:
            raise OSError(5, "the disk is broken", "x.h5")
        return super().__getitem__(index)


def test_an_error_of_one_rank_is_that_of_all():
    with pytest.raises(OSError, match="the disk is broken") as caught:
        jnp.asarray(Failing(random_array((7, 6))))
    assert caught.value.errno == 5
    assert_same(jnp.asarray(Counted(random_array((7, 6)))), random_array((7, 6)))


def test_arrays_in_memory_are_no_sources():
    x = jax.numpy.ones((7, 6))
    assert_same(jnp.asarray(x), np.ones((7, 6), np.float32))
    assert_same(jnp.asarray(np.float32(2)), np.float32(2))
