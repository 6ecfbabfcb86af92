"""The example that is stopped and goes on: its numbers are those of a run that never stops."""

import importlib.util
from pathlib import Path

import jax
import numpy as np
import pytest
import xarray
from support.launcher import run_python

import jpi

EXAMPLE = Path(jpi.__file__).parents[1] / "examples" / "restart.py"


def run(ranks, folder, until):
    options = ("--size", "48", "--until", str(until), "--folder", str(folder / "run"))
    output = folder / f"{until}.png"
    process = run_python(ranks, str(EXAMPLE), *options, "--output", str(output), folder=folder)
    assert process.returncode == 0, process.stderr
    assert output.stat().st_size > 10_000
    return process.stdout


def without_a_stop(until):
    """The pictures of a run in this process."""
    specification = importlib.util.spec_from_file_location("restart", EXAMPLE)
    example = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(example)
    with jax.enable_x64(True):
        state = example.initial(48)
        u, v = state["u"], state["v"]
        for _ in range(until):
            u, v = example.advance(u, v)
            yield np.asarray(v.gather())


@pytest.mark.ranks(1)
@pytest.mark.skipif(not EXAMPLE.exists(), reason="the examples are beside the source only")
def test_a_run_goes_on_with_the_same_numbers_on_other_ranks(tmp_path):
    run(3, tmp_path, 2)
    text = run(2, tmp_path, 4)
    assert "picture 3 by 2 ranks" in text and "picture 2 by" not in text
    with xarray.open_zarr(tmp_path / "run.zarr", consolidated=False) as series:
        found = series.to_dataarray("picture").sortby("picture").values
    assert found.std() > 0.01
    np.testing.assert_allclose(found, np.stack(list(without_a_stop(4))), rtol=1e-12)
