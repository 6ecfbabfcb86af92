"""The example that is stopped and goes on: its numbers are those of a run that never stops."""

from pathlib import Path

import pytest
import xarray
from support.launcher import run_python

import jpi

EXAMPLE = Path(jpi.__file__).parents[1] / "examples" / "restart.py"


def run(ranks, folder, until):
    """What a job prints that makes the pictures up to ``until``."""
    options = f"--size 48 --steps 50 --until {until} --folder {folder / 'run'}".split()
    process = run_python(ranks, str(EXAMPLE), *options, folder=folder)
    assert process.returncode == 0, process.stderr
    return process.stdout


@pytest.mark.ranks(1)
@pytest.mark.skipif(not EXAMPLE.exists(), reason="the examples are beside the source only")
def test_a_run_goes_on_with_the_same_numbers_on_other_ranks(tmp_path):
    run(3, tmp_path, 2)
    *lines, last = run(2, tmp_path, 4).splitlines()
    assert lines == ["picture 3 by 2 ranks", "picture 4 by 2 ranks"]
    assert float(last.removeprefix("largest difference to one process: ")) < 1e-4
    with xarray.open_zarr(tmp_path / "run.zarr", consolidated=False) as series:
        pictures = series.to_dataarray("picture")
        assert pictures.shape == (4, 48, 48) and pictures.values.std() > 0.01
