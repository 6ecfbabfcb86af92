"""The version that the package says it has."""

import importlib.metadata
import tomllib
from pathlib import Path

import jpi


def test_version_is_that_of_the_distribution():
    assert jpi.__version__ == importlib.metadata.version("jpi")


def test_version_is_that_of_this_checkout():
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    assert jpi.__version__ == project["version"]


def test_type_checkers_read_the_annotations():
    assert (Path(jpi.__file__).parent / "py.typed").exists()
