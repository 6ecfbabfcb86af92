"""The names of dimensions: which fit, and how other libraries read them."""

import h5py
import numpy as np
import pytest
import xarray
import zarr
from harness.ranks import RANK
from support.agreement import alone, raised
from support.oracle import assert_same, random_array

import jpi
import jpi.numpy as jnp

TIME, PLACES = ("time",), ("time", "y", "x")


def opened(path):
    if path.suffix == ".zarr":
        return xarray.open_zarr(path, consolidated=False)
    return xarray.open_dataset(path, engine="h5netcdf")


@pytest.mark.parametrize("end", ["zarr", "nc"])
def test_a_dict_gives_each_array_its_names(mpi_tmp_path, end):
    path, x = mpi_tmp_path / f"x.{end}", random_array((4, 7, 5))
    arrays = {"u": jnp.asarray(x), "time": jnp.arange(4.0), "other": jnp.ones(3)}
    jpi.io.save(path, arrays, dims={"u": PLACES, "time": TIME})
    with opened(path) as dataset:
        assert dataset["u"].dims == PLACES and dataset["other"].dims == ("dim_0_3",)
        np.testing.assert_array_equal(dataset["u"]["time"], np.arange(4))
        np.testing.assert_array_equal(dataset["u"], x)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_names_of_dimensions_are_labels_in_hdf5(mpi_tmp_path, dtype):
    path, x = mpi_tmp_path / "x.h5", random_array((4, 7, 5)).astype(jnp.dtype(dtype))
    arrays = {"f/u": jnp.asarray(x), "time": jnp.arange(4.0), "none": jnp.ones(3)}
    jpi.io.save(path, arrays, dims={"f/u": PLACES, "time": TIME})
    jpi.io.save(path, jnp.ones((2, 3)), name="w", dims=("y", "x"))  # labels have no size
    with h5py.File(path) as file:
        found = {name: tuple(d.label for d in file[name].dims) for name in ("f/u", "time", "w")}
        assert found == {"f/u": PLACES, "time": TIME, "w": ("y", "x")}
        assert [d.label for d in file["none"].dims] == [""]
    assert_same(jpi.io.load(path, name="f/u"), x)


def test_dimensions_of_one_name_in_a_group_of_zarr_have_one_size(mpi_tmp_path):
    path, dims = mpi_tmp_path / "x.zarr", ("y", "x")
    u, q = jnp.ones((7, 5)), jnp.ones((9, 5))
    text = raised(lambda: jpi.io.save(path, {"u": u, "q": q}, dims=dims))
    assert text.startswith("ValueError: `dims` must name dimensions of the size of 'q', (9, 5)")
    assert "got 'y', which has the size 7 in this file" in text
    assert not list(mpi_tmp_path.iterdir())
    jpi.io.save(path, u, name="u", dims=dims)
    jpi.io.save(path, u, name="g/u", dims=dims)
    for name in ("q", "g/q"):
        assert "has the size 7" in raised(
            lambda name=name: jpi.io.save(path, q, name=name, dims=dims)
        )
        assert not (path / name).exists()
    jpi.io.save(path, q, name="u", dims=dims)  # in place of the one of 7 rows
    jpi.io.save(path, q, name="q", dims=dims)
    jpi.io.save(path, u, name="more")
    with opened(path) as dataset:
        assert dict(dataset.sizes) == {"y": 9, "x": 5, "dim_0_7": 7, "dim_1_5": 5}


def test_arrays_of_a_group_without_names_of_dimensions(mpi_tmp_path):
    path = mpi_tmp_path / "x.zarr"

    def write():
        group = zarr.create_group(path)
        group.create_array("none", shape=(3, 3), dtype="f4")
        group.create_array("some", shape=(3, 7), dtype="f4", dimension_names=[None, "y"])

    alone(write)
    assert "has the size 7" in raised(lambda: jpi.io.save(path, jnp.ones(9), name="u", dims=("y",)))
    jpi.io.save(path, jnp.ones(7), name="u", dims=("y",))
    assert_same(jpi.io.load(path, name="u"), np.ones(7, np.float32))


@pytest.mark.parametrize("end", ["zarr", "nc", "h5"])
def test_names_that_do_not_fit(mpi_tmp_path, end):
    path, arrays = mpi_tmp_path / f"x.{end}", {"u": jnp.ones((7, 5)), "time": jnp.ones(7)}
    for dims, text in (
        (("y", "x"), "each of the 1 dimension(s) of 'time'; got ('y', 'x'). Give a dict of"),
        ({"u": ("y", "y")}, "each of the 2 dimension(s) of 'u'; got ('y', 'y')"),
        ({"u": "yx"}, "of 'u'; got 'yx'"),
        (5, "of 'u'; got 5"),
        ({"v": ("y", "x")}, "arrays that are saved, 'u', 'time'; got 'v'"),
    ):
        found = raised(lambda dims=dims: jpi.io.save(path, arrays, dims=dims))
        assert found.startswith("ValueError: `dims` must ") and text in found
    assert not list(mpi_tmp_path.iterdir())


@pytest.mark.parametrize("end", ["npy", "npz"])
def test_a_format_without_names_of_dimensions(mpi_tmp_path, end):
    x = jnp.ones((7, 5))
    text = raised(lambda: jpi.io.save(mpi_tmp_path / f"x.{end}", x, dims=("y", "x")))
    assert "`dims` must be left out for .npy and .npz" in text
    assert not list(mpi_tmp_path.iterdir())


@pytest.mark.mpi(min_size=2)
@pytest.mark.parametrize("end", ["zarr", "nc", "h5"])
def test_names_that_differ_between_ranks(mpi_tmp_path, end):
    path, x = mpi_tmp_path / f"x.{end}", jnp.ones((7, 5))
    first = ("y", "x") if RANK else ("x", "y")
    assert "must be the same on every rank" in raised(lambda: jpi.io.save(path, x, dims=first))
    none = ("y",) if RANK else None  # wrong, and on some ranks only
    assert "each of the 2 dimension(s)" in raised(lambda: jpi.io.save(path, x, dims=none))
    assert not list(mpi_tmp_path.iterdir())
