"""Type checkers and editors, on programs that use JPI."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from stubs import PACKAGE

SAMPLE = Path(__file__).with_name("sample.py")
pytestmark = pytest.mark.sweep(1)


def marked():
    lines = SAMPLE.read_text().splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith("# error")}


def output_of(*command):
    found = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True)
    return found.stdout + found.stderr


def test_mypy_finds_the_marked_mistakes_and_no_others(tmp_path):
    settings = tmp_path / "mypy.ini"  # those of a user, not those of this repository
    settings.write_text("[mypy]\n")
    told = output_of("mypy", "--config-file", settings, "--cache-dir", tmp_path, SAMPLE)
    found = {int(line) for line in re.findall(r"sample\.py:(\d+): error", told)}
    assert found == marked(), told


def test_pyright_finds_the_marked_mistakes_and_no_others(tmp_path):
    pytest.importorskip("basedpyright")  # pyright in a wheel, and no download when it starts
    (tmp_path / "sample.py").write_text(SAMPLE.read_text())
    settings = {"typeCheckingMode": "standard", "pythonVersion": "3.11"}  # those of pyright
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    python = ["--pythonpath", sys.executable]
    told = output_of("basedpyright", *python, "-p", tmp_path, "--outputjson")
    errors = [x for x in json.loads(told)["generalDiagnostics"] if x["severity"] == "error"]
    found = {x["range"]["start"]["line"] + 1 for x in errors}
    assert found == marked(), errors


ARRAY = "import jpi.numpy as jnp\nx = jnp.zeros(3)\n"
COMPLETIONS = {
    ARRAY + "x.at[0].": {"set", "add", "multiply", "get"},
    ARRAY + "x.": {"gather", "redistribute", "spec", "sum", "T", "at"},
    ARRAY + "(x + 1).": {"gather"},
    ARRAY + "jnp.exp(x).": {"gather"},
    ARRAY + "jnp.lins": {"linspace"},
    "import jpi\njpi.random.norm": {"normal"},
    "import jpi\njpi.": {"jit", "spmd", "use_mesh", "DistArray", "numpy"},
    "import jpi\njpi.scipy.stats.norm.": {"pdf", "cdf"},
}


# In a process without `site`: the hook of an editable install is nothing that jedi understands.
COMPLETE = """
import json, sys
import jedi
project = jedi.Project(sys.path[1], sys_path=sys.path)
def completions(text):
    script = jedi.Script(text, project=project, environment=jedi.InterpreterEnvironment())
    return [found.name for found in script.complete()]
print(json.dumps([completions(text) for text in json.load(sys.stdin)]))
"""


def test_an_editor_completes():
    jedi = pytest.importorskip("jedi")
    path = [str(PACKAGE.parent), str(Path(jedi.__file__).parents[1])]
    told = subprocess.run(
        [sys.executable, "-S", "-c", COMPLETE],
        input=json.dumps(list(COMPLETIONS)),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    for names, (program, wanted) in zip(json.loads(told.stdout), COMPLETIONS.items(), strict=True):
        assert wanted <= set(names), program
