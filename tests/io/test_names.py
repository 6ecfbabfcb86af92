"""The names of arrays and files: what they replace, and what they must leave alone."""

import os
import stat

import h5py
import numpy as np
import pytest
from harness.ranks import RANK
from support.agreement import alone, raised
from support.oracle import assert_same, random_array

import jpi
import jpi.numpy as jnp

X = random_array((7, 3))
OTHERS = "zarr", "h5", "nc"


@pytest.mark.parametrize("name", ["", "/", "../x.zarr", "a/../b", ".hidden", "a//b"])
@pytest.mark.parametrize("end", ["npz", *OTHERS])
def test_a_name_stays_in_its_file(mpi_tmp_path, end, name):
    path = mpi_tmp_path / f"x.{end}"
    jpi.io.save(path, {"u": jnp.asarray(X)})
    assert f"begins with a dot; got {name!r}" in raised(
        lambda: jpi.io.save(path, jnp.asarray(X), name=name)
    )
    assert_same(jpi.io.load(path), X)
    assert os.listdir(mpi_tmp_path) == [path.name]


@pytest.mark.parametrize("end", ["zarr", "h5"])
def test_an_array_takes_no_place_of_a_group_and_is_in_no_array(mpi_tmp_path, end):
    path, x = mpi_tmp_path / f"x.{end}", jnp.asarray(X)
    jpi.io.save(path, {"f/u": x, "f/v": x, "w": x})
    assert "that of a group" in raised(lambda: jpi.io.save(path, x, name="f"))
    assert "must not be in an array" in raised(lambda: jpi.io.save(path, x, name="w/more"))
    assert "an array or of a group" in raised(lambda: jpi.io.save(path, {"g": x, "g/u": x}))
    for name in ("f/u", "f/v", "w"):
        assert_same(jpi.io.load(path, name=name), X)


def test_other_names_of_a_dataset(mpi_tmp_path):
    path = mpi_tmp_path / "x.h5"

    def write():
        with h5py.File(path, "w") as file:
            file["u"] = X
            file["alias"] = file["u"]
            file["soft"] = h5py.SoftLink("/u")

    alone(write)
    for name in (None, "u", "/u", "alias", "soft"):
        assert_same(jpi.io.load(path, name=name), X)


def test_a_link_stays_and_a_private_file_is_private(mpi_tmp_path):
    file, link = mpi_tmp_path / "x.npy", mpi_tmp_path / "link.npy"

    def make():
        np.save(file, X)
        file.chmod(0o600)
        link.symlink_to("x.npy")

    alone(make)
    jpi.io.save(link, jnp.asarray(X + 1))
    assert link.is_symlink() and stat.S_IMODE(file.stat().st_mode) == 0o600
    np.testing.assert_array_equal(np.load(file), X + 1)


@pytest.mark.mpi(min_size=2)
def test_ranks_in_different_folders_write_no_file(mpi_tmp_path, monkeypatch):
    own = mpi_tmp_path / str(RANK)
    own.mkdir()
    monkeypatch.chdir(own)
    text = raised(lambda: jpi.io.save("x.zarr", jnp.asarray(X)))
    assert "the file and the names" in text and f"{mpi_tmp_path}/1/x.zarr" in text
    assert os.listdir(own) == []


@pytest.mark.parametrize("end", ["npy", "npz", *OTHERS])
def test_numbers_in_another_order_of_bytes(mpi_tmp_path, end):
    path, x = mpi_tmp_path / f"x.{end}", np.arange(7, dtype=">i4")
    jpi.io.save(path, x)
    assert_same(jpi.io.load(path), np.arange(7, dtype=np.int32))
    jpi.checkpoint.save(mpi_tmp_path, 1, {"x": x})
    np.testing.assert_array_equal(jpi.checkpoint.restore(mpi_tmp_path, {"x": x})["x"], x)


def test_bytes_without_a_meaning(mpi_tmp_path):
    path = mpi_tmp_path / "x.npy"
    jpi.io.save(path, jnp.ones(7, "float8_e4m3fn"))
    assert "as NumPy writes float8" in raised(lambda: jpi.io.load(path))
