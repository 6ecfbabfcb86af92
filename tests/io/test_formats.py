"""Files of every format: written by blocks, read by blocks, and read by other libraries."""

import h5py
import jax
import numpy as np
import pytest
import tensorstore
import xarray
import zarr
from harness.ranks import RANK, SIZE
from support.oracle import ROWS, assert_same, random_array

import jpi
import jpi.numpy as jnp

FORMATS = "npy", "npz", "zarr", "h5", "nc"
DTYPES = (
    "bool int8 uint8 int16 uint32 int64 float16 bfloat16 float32 float64 complex64 complex128"
).split()


@pytest.fixture
def folder(mpi_tmp_path):
    return mpi_tmp_path


def grid():
    rows = 2 if SIZE % 2 == 0 else 1
    return jpi.make_mesh((rows, SIZE // rows), ("x", "y"))


def layouts():
    mesh, world = grid(), jpi.current_mesh()
    yield from ((jpi.P("ranks"), world), (jpi.P(None, "ranks"), world), (jpi.P(), world))
    yield from ((jpi.P("x", "y"), mesh), (jpi.P(("y", "x")), mesh), (jpi.P("x"), mesh))


def numbers(shape, dtype):
    return (random_array(shape, np.complex128).round(1) * 10).astype(jax.numpy.dtype(dtype))


def read_by_others(path):
    """The array of a file, read without JPI."""
    if path.suffix == ".npy":
        return np.load(path)
    if path.suffix == ".npz":
        return np.load(path)["data"]
    if path.suffix == ".h5":
        with h5py.File(path) as file:
            return file["data"][()]
    if path.suffix == ".nc":
        with xarray.open_dataset(path, engine="h5netcdf") as dataset:
            return dataset["data"].values
    return zarr.open(path, mode="r")[...]


@pytest.mark.filterwarnings("ignore:Casting complex")
@pytest.mark.parametrize("end", FORMATS)
def test_a_file_holds_every_dtype(folder, end):
    path = folder / f"x.{end}"
    with jax.enable_x64(True):
        for dtype in DTYPES:
            x = numbers((5, 3), dtype)
            if end == "nc" and dtype in ("float16", "bfloat16"):
                with pytest.raises(TypeError, match="NetCDF4 has no"):
                    jpi.io.save(path, jnp.asarray(x))
                continue
            jpi.io.save(path, jnp.asarray(x))
            assert_same(jpi.io.load(path), x, dtype)
            if dtype != "bfloat16":
                found = read_by_others(path)
                assert found.dtype == x.dtype
                np.testing.assert_array_equal(found, x)


def test_a_bfloat16_is_a_known_type_to_the_libraries_that_have_it(folder):
    x = numbers((5, 3), "bfloat16")
    for end in ("zarr", "h5", "npy"):
        jpi.io.save(folder / f"x.{end}", jnp.asarray(x))
    spec = {"driver": "zarr3", "kvstore": {"driver": "file", "path": str(folder / "x.zarr")}}
    np.testing.assert_array_equal(tensorstore.open(spec).result().read().result(), x)
    np.testing.assert_array_equal(read_by_others(folder / "x.h5"), x.astype(np.float32))
    np.testing.assert_array_equal(jax.numpy.load(folder / "x.npy"), x)


@pytest.mark.parametrize(
    ("end", "rows"),
    [(end, rows) for end in ("npy", "zarr") for rows in ROWS]
    + [pytest.param(end, 7, marks=pytest.mark.sweep(3)) for end in ("npz", "h5", "nc")],
)
def test_a_file_holds_every_layout(folder, end, rows):
    x = random_array((rows, 3))
    path = folder / f"x.{end}"
    for i, (spec, mesh) in enumerate(layouts()):
        jpi.io.save(path, jnp.asarray(x + i, spec=spec, mesh=mesh))
        np.testing.assert_array_equal(read_by_others(path), x + i)
        loaded = jpi.io.load(path, spec=spec, mesh=mesh)
        assert_same(loaded, x + i, f"{spec}")
        assert type(loaded) is type(jnp.asarray(x, spec=spec, mesh=mesh))
        assert_same(jpi.io.load(path), x + i, f"{spec} by rows")


@pytest.mark.parametrize("end", FORMATS)
def test_a_file_holds_a_number(folder, end):
    path = folder / f"x.{end}"
    jpi.io.save(path, jnp.sum(jnp.arange(4.0)))
    assert_same(jpi.io.load(path), np.float32(6))
    np.testing.assert_array_equal(read_by_others(path), np.float32(6))


@pytest.mark.parametrize("end", ["npz", "zarr", "h5", "nc"])
def test_a_file_holds_arrays_by_their_names(folder, end):
    x, y = random_array((7, 3)), random_array((4,))
    path = folder / f"x.{end}"
    jpi.io.save(path, {"x": jnp.asarray(x), "y": jnp.asarray(y)})
    assert_same([jpi.io.load(path, name="x"), jpi.io.load(path, name="y")], [x, y])
    with pytest.raises(ValueError, match="'x', 'y'"):
        jpi.io.load(path)
    with pytest.raises(KeyError, match=r"'x', 'y'.*got 'z'"):
        jpi.io.load(path, name="z")


@pytest.mark.parametrize("end", ["zarr", "h5", "nc"])
def test_an_array_with_a_name_leaves_the_others(folder, end):
    x, y = random_array((7, 3)), random_array((4,))
    path = folder / f"x.{end}"
    jpi.io.save(path, jnp.asarray(x), name="x")
    jpi.io.save(path, jnp.asarray(y), name="a/y")
    assert_same([jpi.io.load(path, name="x"), jpi.io.load(path, name="a/y")], [x, y])
    if end == "nc":
        with pytest.raises(ValueError, match="`name` must be new"):
            jpi.io.save(path, jnp.asarray(y), name="a/y")
    else:
        jpi.io.save(path, jnp.asarray(y + 1), name="a/y")
    assert_same(jpi.io.load(path, name="x"), x)
    assert_same(jpi.io.load(path, name="a/y"), y if end == "nc" else y + 1)


def test_names_of_dimensions_are_those_of_xarray(folder):
    x = random_array((7, 3))
    jpi.io.save(folder / "x.nc", jnp.asarray(x), dims=("time", "place"))
    jpi.io.save(folder / "x.zarr", {"u": jnp.asarray(x)}, dims=("time", "place"))
    with xarray.open_dataset(folder / "x.nc", engine="h5netcdf") as dataset:
        assert dataset["data"].dims == ("time", "place")
    with xarray.open_zarr(folder / "x.zarr", consolidated=False) as dataset:
        assert dict(dataset.sizes) == {"time": 7, "place": 3}
        np.testing.assert_array_equal(dataset["u"].values, x)
    with pytest.raises(ValueError, match="`dims` must hold one different name"):
        jpi.io.save(folder / "x.nc", jnp.asarray(x), dims=("time",))


def test_an_array_of_a_zarr_group_is_replaced_whatever_its_name(folder):
    x = random_array((7, 3))
    for shift in range(2):
        jpi.io.save(folder / "x.zarr", jnp.asarray(x + shift), name="u.nc")
    assert_same(jpi.io.load(folder / "x.zarr", name="u.nc"), x + 1)


def test_coordinates_are_arrays_of_a_netcdf_file(folder):
    x, path = random_array((7, 3)), folder / "x.nc"
    jpi.io.save(path, {"u": jnp.asarray(x)}, dims=("time", "place"))
    jpi.io.save(path, jnp.arange(7.0), name="time", dims=("time",))
    with xarray.open_dataset(path, engine="h5netcdf", decode_times=False) as dataset:
        np.testing.assert_array_equal(dataset["u"]["time"].values, np.arange(7))
    assert_same(jpi.io.load(path), x)  # the only one that is no coordinate
    assert_same(jpi.io.load(path, name="time"), np.arange(7, dtype=np.float32))
    with pytest.raises(ValueError, match="must not be that of a dimension"):
        jpi.io.save(path, {"time": jnp.asarray(x)}, dims=("time", "place"))
    with pytest.raises(KeyError, match="got 'place'"):  # without coordinates
        jpi.io.load(path, name="place")
    before = path.read_bytes()
    with pytest.raises(ValueError, match="'time', which has the size 7 in this file"):
        jpi.io.save(path, jnp.ones(2000), name="v", dims=("time",))
    assert path.read_bytes() == before


def test_a_path_may_begin_with_dots(folder, monkeypatch):
    x = random_array((7, 3))
    if RANK == 0:
        (folder / "below").mkdir()
        zarr.create_array(folder / "x.zarr", data=x, chunks=(4, 2))
    jpi.barrier()
    jpi.wait()
    monkeypatch.chdir(folder / "below")
    assert_same(jpi.io.load("../x.zarr"), x)
    jpi.io.save("./y.zarr", jnp.asarray(x))
    assert_same(jpi.io.load("./y.zarr"), x)


def test_files_of_other_libraries_are_read(folder):
    x = random_array((7, 3))
    if RANK == 0:
        np.savez_compressed(folder / "x.npz", x=x, y=x.T)
        np.save(folder / "order.npy", np.asfortranarray(x))
        zarr.create_array(folder / "two.zarr", data=x, chunks=(2, 2), zarr_format=2)
        group = zarr.create_group(folder / "three.zarr")
        group.create_array("a/x", data=x, chunks=(3, 2))
        with h5py.File(folder / "x.hdf5", "w") as file:
            file.create_dataset("a/x", data=x, chunks=(2, 3), compression="gzip")
        with h5py.File(folder / "other.hdf5", "w") as file:
            file["x"] = x.astype(">f4")  # the other order of bytes
            file["x"].attrs["NAME"] = "text"  # which scales of dimensions have as bytes
    jpi.barrier()
    for spec in (jpi.P("ranks"), jpi.P(None, "ranks"), jpi.P()):
        for name in ("order.npy", "two.zarr", "three.zarr", "x.hdf5", "other.hdf5"):
            assert_same(jpi.io.load(folder / name, spec=spec), x, name)
        assert_same(jpi.io.load(folder / "x.npz", spec=spec, name="x"), x)
        assert_same(jpi.io.load(folder / "x.npz", spec=spec, name="y"), x.T)
    assert_same(jpi.io.load(folder / "three.zarr", name="a/x", dtype="int32"), x.astype("int32"))


def test_numpy_writes_a_sharded_array_together(folder):
    x = random_array((7, 3))
    jnp.save(folder / "x", jnp.asarray(x))
    jnp.savez(folder / "x.npz", jnp.asarray(x), y=jnp.asarray(x.T))
    np.testing.assert_array_equal(np.load(folder / "x.npy"), x)
    with np.load(folder / "x.npz") as file:
        np.testing.assert_array_equal(file["arr_0"], x)
        np.testing.assert_array_equal(file["y"], x.T)
    with open(folder / f"{RANK}", "wb") as file, pytest.raises(TypeError, match="must be a path"):
        jnp.save(file, jnp.asarray(x))


def test_numpy_loads_a_file_by_blocks(folder):
    x = random_array((7, 3))
    jnp.savez(folder / "x.npz", jnp.asarray(x))
    jnp.save(folder / "x.npy", jnp.asarray(x))
    loaded = jnp.load(folder / "x.npy")
    assert isinstance(loaded, jpi.DistArray)
    assert_same([loaded, jnp.load(folder / "x.npy", spec=jpi.P(None, "ranks"))], [x, x])
    with open(folder / "x.npy", "rb") as file:
        assert_same(jnp.load(file), x)
    with jnp.load(folder / "x.npz") as archive:
        np.testing.assert_array_equal(archive["arr_0"], x)
    assert_same(jnp.load(folder / "x.npz", spec=jpi.P("ranks")), x)


def test_a_file_that_is_written_anew_has_its_new_shape(folder):
    for end in FORMATS:
        for shape in ((7, 3), (4,)):
            jpi.io.save(folder / f"x.{end}", jnp.asarray(random_array(shape)))
        np.testing.assert_array_equal(read_by_others(folder / f"x.{end}"), random_array((4,)))
    assert not [path for path in folder.iterdir() if "partial" in path.name]
