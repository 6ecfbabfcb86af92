"""Errors with files: the same on every rank, and nothing half-written is left."""

import os
import subprocess

import numpy as np
import pytest
import xarray
import zarr
from harness.ranks import RANK, SIZE, meet
from support.agreement import alone, raised
from support.oracle import assert_same, random_array

import jpi
import jpi.numpy as jnp

FORMATS = "npy", "npz", "zarr", "h5", "nc"


def test_a_file_that_is_missing(mpi_tmp_path):
    text = raised(lambda: jpi.io.load(mpi_tmp_path / "absent.npy"))
    assert text.startswith("FileNotFoundError") and "absent.npy" in text


@pytest.mark.parametrize("end", ["npz", "h5"])
def test_the_notes_of_an_error_name_the_file(mpi_tmp_path, end):
    path = mpi_tmp_path / f"x.{end}"
    jpi.io.save(path, jnp.asarray(random_array((700, 3))))
    alone(lambda: os.truncate(path, path.stat().st_size // 2))
    meet(None)
    with pytest.raises((OSError, ValueError)) as caught:
        jpi.io.load(path)
    said = [str(caught.value), *getattr(caught.value, "__notes__", ())]
    assert any(str(path) in text for text in said)


@pytest.mark.parametrize("end", FORMATS)
def test_a_folder_that_is_missing(mpi_tmp_path, end):
    x = jnp.asarray(random_array((7, 3)))
    text = raised(lambda: jpi.io.save(mpi_tmp_path / "absent" / f"x.{end}", x))
    assert text.startswith("FileNotFoundError: `path` must be in a folder that exists")
    folder = str(mpi_tmp_path / "absent")
    assert f"no folder `{folder}`. Make it: os.makedirs({folder!r}" in text
    assert ".partial" not in text
    file = mpi_tmp_path / "file"
    alone(file.touch)
    assert raised(lambda: jpi.io.save(file / f"x.{end}", x)).startswith("NotADirectoryError")


def test_a_format_that_is_not_known(mpi_tmp_path):
    x = jnp.asarray(random_array((7, 3)))
    assert "must end in .npy" in raised(lambda: jpi.io.save(mpi_tmp_path / "x.png", x))
    alone(lambda: (mpi_tmp_path / "x.png").write_bytes(b"\x89PNG"))
    assert "begins with b'\\x89PNG'" in raised(lambda: jpi.io.load(mpi_tmp_path / "x.png"))
    assert "without Zarr's metadata" in raised(lambda: jpi.io.load(mpi_tmp_path))
    alone(lambda: (mpi_tmp_path / "x.nc").write_bytes(b"CDF\x01"))
    assert "nccopy" in raised(lambda: jpi.io.load(mpi_tmp_path / "x.nc"))


@pytest.mark.parametrize("end", FORMATS)
def test_what_is_no_file_of_arrays_is_not_removed(mpi_tmp_path, end):
    x, folder, file = jnp.ones((7, 3)), mpi_tmp_path / f"x.{end}", mpi_tmp_path / "file.zarr"
    alone(folder.mkdir)
    alone(lambda: (folder / "notes.txt").write_text("important"))
    alone(lambda: file.write_text("important"))
    text = raised(lambda: jpi.io.save(folder, x))
    assert str(folder) in text and "a folder" in text
    assert "is a file" in raised(lambda: jpi.io.save(file, x))
    assert (folder / "notes.txt").read_text() == file.read_text() == "important"
    if end == "zarr":
        meet(None)
        alone(lambda: os.remove(folder / "notes.txt"))
        jpi.io.save(folder, x)  # an empty folder
        assert_same(jpi.io.load(folder), np.ones((7, 3), np.float32))


@pytest.mark.mpi(min_size=2)
def test_an_array_that_differs_between_ranks(mpi_tmp_path):
    path = mpi_tmp_path / "x.npy"
    text = raised(lambda: jpi.io.save(path, jnp.zeros(3 + RANK)))
    assert "names, shapes, dtypes and dims of what is saved must be the same" in text
    assert not path.exists()


def test_what_is_no_number(mpi_tmp_path):
    assert "must be an array of numbers" in raised(
        lambda: jpi.io.save(mpi_tmp_path / "x.npy", np.array(["text"]))
    )
    keys = jpi.random.split(jpi.random.key(0), 7)
    assert "key_data" in raised(lambda: jpi.io.save(mpi_tmp_path / "x.npy", keys))
    alone(lambda: np.save(mpi_tmp_path / "o.npy", np.array([None]), allow_pickle=True))
    assert "must hold numbers" in raised(lambda: jpi.io.load(mpi_tmp_path / "o.npy"))


def test_damaged_files_of_numpy(mpi_tmp_path):
    bad, zipped = mpi_tmp_path / "x.npy", mpi_tmp_path / "x.npz"

    def damage():
        np.save(bad, np.ones((9, 5)))
        bad.write_bytes(bad.read_bytes().replace(b"(9, 5)", b"(9,-5)"))
        np.savez_compressed(zipped, data=np.arange(1000.0))
        data = bytearray(zipped.read_bytes())
        data[len(data) // 2] ^= 0xFF
        zipped.write_bytes(data)

    alone(damage)
    assert raised(lambda: jpi.io.load(bad)).startswith("ValueError")
    assert raised(lambda: jpi.io.load(zipped)).startswith("ValueError: the file is damaged")


def test_a_packed_variable_is_read_with_a_warning(mpi_tmp_path):
    path = mpi_tmp_path / "x.nc"
    stored = np.arange(4, 14, 2, dtype=np.int16)
    packed = xarray.Variable("y", stored, {"scale_factor": 0.5, "add_offset": 3.0})
    alone(lambda: xarray.Dataset({"u": packed}).to_netcdf(path, engine="h5netcdf"))
    with pytest.warns(UserWarning, match="scale_factor and add_offset are not applied"):
        raw = jpi.io.load(path)
    assert_same(raw, stored)
    with xarray.open_dataset(path, engine="h5netcdf") as opened:
        assert_same(jnp.asarray(opened["u"].astype("f4")), np.arange(5, 10, dtype=np.float32))


def test_nothing_to_write(mpi_tmp_path):
    for end in ("h5", "nc"):
        assert "got an empty dict" in raised(lambda: jpi.io.save(mpi_tmp_path / f"x.{end}", {}))  # noqa: B023
    assert not list(mpi_tmp_path.iterdir())


def test_a_file_that_ends_early(mpi_tmp_path):
    path = mpi_tmp_path / "x.npy"
    jpi.io.save(path, jnp.asarray(random_array((7, 3))))
    alone(lambda: os.truncate(path, path.stat().st_size - 8))
    assert "ends 8 bytes early" in raised(lambda: jpi.io.load(path))


def test_a_chunk_that_is_damaged_is_an_error_and_one_that_is_missing_is_zeros(mpi_tmp_path):
    path, x = mpi_tmp_path / "x.zarr", random_array((7, 3))
    jpi.io.save(path, jnp.asarray(x))
    chunks = sorted(path.glob("c/*/0"), key=lambda chunk: int(chunk.parent.name))
    assert len(chunks) == SIZE

    def damage():
        data = bytearray(chunks[-1].read_bytes())
        data[3] ^= 1
        chunks[-1].write_bytes(data)

    alone(damage)
    assert "checksum" in raised(lambda: jpi.io.load(path))
    alone(chunks[-1].unlink)
    expected = zarr.open_array(path, mode="r")[...]  # as in Zarr
    assert expected.any() == (SIZE > 1)
    assert_same(jpi.io.load(path), expected)


def test_what_zarr_has_changed_in_our_file_is_read(mpi_tmp_path):
    path, x = mpi_tmp_path / "x.zarr", random_array((7, 3))
    jpi.io.save(path, jnp.asarray(x))

    def change():
        array = zarr.open_array(path, mode="r+")
        array[:4] = 0  # Zarr leaves out chunks of zeros
        array.resize((9, 3))

    alone(change)
    assert_same(jpi.io.load(path), np.pad(np.r_[0 * x[:4], x[4:]], ((0, 2), (0, 0))))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"node_type": "tree"}'])
def test_a_description_that_is_damaged(mpi_tmp_path, text):
    path = mpi_tmp_path / "x.zarr"
    jpi.io.save(path, jnp.asarray(random_array((7, 3))))
    alone(lambda: (path / "zarr.json").write_text(text))
    assert "zarr.json`" in raised(lambda: jpi.io.load(path))


@pytest.mark.parametrize("end", FORMATS)
def test_records_are_refused(mpi_tmp_path, end):
    records = np.zeros(3, [("a", "f4"), ("b", "i4")])
    assert "array of numbers" in raised(lambda: jpi.io.save(mpi_tmp_path / f"x.{end}", records))


def test_a_library_that_is_missing(mpi_tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "fastcrc", None)
    x = jnp.asarray(random_array((7, 3)))
    text = raised(lambda: jpi.io.save(mpi_tmp_path / "x.zarr", x))
    assert text.startswith("ImportError") and "pip install 'jpi[io]'" in text


@pytest.mark.parametrize("end", FORMATS)
def test_a_write_that_fails_on_one_rank_leaves_what_was_there(mpi_tmp_path, end, monkeypatch):
    x = random_array((7, 3))
    path = mpi_tmp_path / f"x.{end}"
    jpi.io.save(path, jnp.asarray(x))

    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device")

    if RANK == 0:
        for name in ("_rows.write_rows", "_shards.create"):
            monkeypatch.setattr(f"jpi.io.{name}", fail)
    text = raised(lambda: jpi.io.save(path, jnp.asarray(x + 1)))
    assert text == "OSError: [Errno 28] No space left on device"
    assert_same(jpi.io.load(path), x)
    assert [entry.name for entry in mpi_tmp_path.iterdir()] == [path.name]


@pytest.fixture
def small_disk(mpi_tmp_path):
    """A file system of 8 MiB."""

    def mount():
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8M", "tmpfs", mpi_tmp_path])
        return done.returncode == 0

    if not any(meet(RANK == 0 and mount())):
        pytest.skip("a file system can be mounted by root only")
    yield mpi_tmp_path
    meet(None)
    if RANK == 0:
        subprocess.run(["umount", mpi_tmp_path], check=True)


@pytest.mark.parametrize("end", FORMATS)
def test_a_disk_that_is_full(small_disk, end):
    x = random_array((1000, 500))  # 2 MB
    path = small_disk / f"x.{end}"
    jpi.io.save(path, jnp.asarray(x))
    large = jnp.asarray(np.ones((8000, 500), np.float32))
    text = raised(lambda: jpi.io.save(path, large))
    assert text.startswith("OSError: [Errno 28]") and "No space left on device" in text
    assert_same(jpi.io.load(path), x)
    assert [entry.name for entry in small_disk.iterdir()] == [path.name]


def test_a_checkpoint_on_a_disk_that_is_full(small_disk):
    like = {"x": jnp.zeros((1000, 500))}
    x = random_array((1000, 500))  # 2 MB
    jpi.checkpoint.save(small_disk, 1, {"x": jnp.asarray(x)})
    large = {"x": jnp.ones((8000, 500))}
    for background in (False, True):

        def save(background=background):
            jpi.checkpoint.save(small_disk, 2, large, background=background)
            jpi.checkpoint.wait()

        text = raised(save)
        assert text.startswith("OSError: [Errno 28]") and "No space left on device" in text
    assert [entry.name for entry in small_disk.iterdir()] == ["step_00000001"]
    assert_same(jpi.checkpoint.restore(small_disk, like)["x"], x)


def test_a_checkpoint_with_a_damaged_chunk(mpi_tmp_path):
    state = {"x": jnp.asarray(random_array((7, 3)))}
    jpi.checkpoint.save(mpi_tmp_path, 1, state)
    chunk = mpi_tmp_path / "step_00000001" / "x" / "c" / "0" / "0"

    def damage():
        data = bytearray(chunk.read_bytes())
        data[3] ^= 1
        chunk.write_bytes(data)

    alone(damage)
    text = raised(lambda: jpi.checkpoint.restore(mpi_tmp_path, state))
    assert text.startswith("ValueError") and "is damaged" in text and "`step=`" in text


def test_a_checkpoint_whose_json_is_damaged(mpi_tmp_path):
    state = {"x": jnp.asarray(random_array((7, 3)))}
    for step in (1, 2):
        jpi.checkpoint.save(mpi_tmp_path, step, state)
    folder = mpi_tmp_path / "step_00000002"
    restore = lambda: jpi.checkpoint.restore(mpi_tmp_path, state)  # noqa: E731
    for path in (folder / "x" / "zarr.json", folder / "tree.json"):
        text = path.read_text()
        jpi.barrier()
        alone(lambda path=path, text=text: path.write_text(text[:30]))
        assert "is damaged" in raised(restore)
        alone(path.unlink)
        found = raised(restore)
        assert found.startswith("ValueError") and "`step=`" in found
        assert f"`{path}` is missing" in found or f"No such file or directory: '{path}'" in found
    assert_same(jpi.checkpoint.restore(mpi_tmp_path, state, step=1)["x"], random_array((7, 3)))
