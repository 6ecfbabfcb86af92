"""What a rank reads of a file: its block, and few bytes more."""

from pathlib import Path

import numpy as np
import pytest
from harness.ranks import SIZE, meet

import jpi
import jpi.numpy as jnp

ROWS, WIDTH = 6000, 500  # 12 MB


def bytes_read():
    """The bytes that this process has read from files, or from their copies in memory."""
    return int(Path("/proc/self/io").read_text().split()[1])


def amount(call):
    meet(None)
    before = bytes_read()
    result = call()
    return result, bytes_read() - before


@pytest.mark.parametrize("end", ["npy", "npz", "zarr", "h5", "nc"])
def test_a_rank_reads_its_block_of_a_file(mpi_tmp_path, end):
    x = np.arange(ROWS * WIDTH, dtype=np.float32).reshape(ROWS, WIDTH)
    path = mpi_tmp_path / f"x.{end}"
    mesh = jpi.make_mesh((SIZE, 1), ("x", "y"))
    jpi.io.save(path, jnp.asarray(x[:-7], spec=(("x", "y"),), mesh=mesh))
    jpi.io.load(path)  # imports what it needs
    y, count = amount(lambda: jpi.io.load(path))
    assert y.shard.nbytes < count < 1.05 * y.shard.nbytes + 2**16
    np.testing.assert_array_equal(y.shard, x[:-7][y.index])


@pytest.mark.parametrize("end", ["npy", "zarr", "h5"])
@pytest.mark.parametrize("spec", [jpi.P(None, "ranks"), jpi.P()])
def test_rows_are_read_for_columns_and_for_the_whole(mpi_tmp_path, end, spec):
    x = np.arange(ROWS * WIDTH, dtype=np.float32).reshape(ROWS, WIDTH)
    path = mpi_tmp_path / f"x.{end}"
    jpi.io.save(path, jnp.asarray(x))
    jpi.io.load(path, spec=spec)
    y, count = amount(lambda: jpi.io.load(path, spec=spec))
    assert count < 1.05 * x.nbytes / SIZE + 2**16
    assert type(y) is type(jnp.asarray(x, spec=spec))
    np.testing.assert_array_equal(jpi.gather(y), x)


@pytest.mark.parametrize("spec", [jpi.P("ranks"), jpi.P(None, "ranks"), jpi.P()])
def test_a_rank_reads_its_block_of_a_checkpoint(mpi_tmp_path, spec):
    x = np.arange(ROWS * WIDTH, dtype=np.float32).reshape(ROWS, WIDTH)
    jpi.checkpoint.save(mpi_tmp_path, 1, jnp.asarray(x))
    like = jnp.zeros_like(jnp.asarray(x)).redistribute(spec)
    jpi.checkpoint.restore(mpi_tmp_path, like)
    y, count = amount(lambda: jpi.checkpoint.restore(mpi_tmp_path, like))
    assert count < 1.05 * x.nbytes / SIZE + 2**16
    assert type(y) is type(jnp.asarray(x, spec=spec))
    np.testing.assert_array_equal(jpi.gather(y), x)
