"""The examples, on small sizes: the last line of each is its largest difference to one process."""

import re
import runpy
import sys
from pathlib import Path

import jax
import pytest

import jpi

EXAMPLES = Path(jpi.__file__).parents[1] / "examples"

# Arguments, the number of ranks that starts it in CI, and the largest difference.
CASES = {
    "gaussian_process.py": ("--points 60 --steps 2", 1, 1e-9),
    "heat_equation.py": ("--size 13 --steps 3 --iterations 2", 2, 1e-12),
    "pca.py": ("--copies 1 --iterations 2", 4, 1e-2),
    "poisson_fft.py": ("--square 6 18 --cube 5 9", 3, 1e-12),
    "shallow_water.py": ("--size 13 --steps 3 --no-gradient", 4, 1e-12),
    "tensor_parallel_mlp.py": ("--hidden 13 --steps 3", 2, 1e-4),
    "restart.py": ("--size 24 --steps 5 --until 2 --folder {folder}/run", 1, 1e-4),
    "coupled.py": ("--size 13 --exchanges 3", 3, 1e-5),
    "minibatches.py": ("--rows 130 --epochs 1", 2, 1e-4),
    "monte_carlo.py": ("--paths 1003 --steps 20", 4, 1e-4),
    "per_example_gradients.py": ("--images 203 --steps 3", 3, 1e-4),
}

pytestmark = pytest.mark.skipif(
    not EXAMPLES.exists(), reason="the examples are beside the source only"
)


@pytest.fixture
def settings():
    """What an example sets, as it was."""
    before = jax.config.jax_enable_x64
    yield
    jax.config.update("jax_enable_x64", before)


def test_every_example_has_a_case():
    by_ci = {"quickstart.py"}  # with the numbers of the README
    assert CASES.keys() | by_ci == {path.name for path in EXAMPLES.glob("*.py")}


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.sweep(CASES[n][1])) for n in CASES]
)
def test_example_equals_one_process(name, tmp_path, monkeypatch, capsys, comm):
    arguments, _, tolerance = CASES[name]
    folder = Path(comm.bcast(str(tmp_path)))
    picture = folder / "picture.png"
    monkeypatch.setattr(
        sys, "argv", [name, *arguments.format(folder=folder).split(), "--output", str(picture)]
    )
    monkeypatch.setenv("MPLBACKEND", "Agg")
    try:
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    except SystemExit as end:
        assert not end.code
    comm.Barrier()
    assert picture.stat().st_size > 100
    last = comm.bcast(capsys.readouterr().out.strip().splitlines()[-1:])
    found = re.fullmatch(r"largest difference to one process: (\S+)", *last)
    assert found and float(found[1]) < tolerance, last
