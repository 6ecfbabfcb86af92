"""The reference of the site has an entry for each public name of our own modules."""

import inspect
import re
from pathlib import Path

import pytest

import jpi
import jpi.checkpoint
import jpi.collectives
import jpi.io

REFERENCE = Path(__file__).parents[1] / "docs" / "api"
ENTRY = re.compile(r"(?:auto|py:)\w+:+ ([\w.]+)")
NAMESPACES = (
    "numpy numpy.linalg numpy.fft lax nn image ops random scipy.linalg scipy.special".split()
)


def pages():
    return "\n".join(path.read_text() for path in sorted(REFERENCE.glob("*.md")))


def public_names(module):
    """The names of a module or of the settings, without the modules in it."""
    names = {name for name in dir(module) if not name.startswith("_")}
    return {name for name in names if not inspect.ismodule(getattr(module, name))}


@pytest.mark.parametrize(
    "name", ["jpi.io", "jpi.checkpoint", "jpi.collectives", "jpi.config", "jpi"]
)
def test_each_public_name_has_an_entry(name):
    module = jpi if name == "jpi" else getattr(jpi, name.removeprefix("jpi."))
    entries = set(ENTRY.findall(pages()))
    if module is jpi:  # the collectives have their entries in their own module
        entries |= {entry.replace("jpi.collectives.", "jpi.") for entry in entries}
    assert not {f"{name}.{public}" for public in public_names(module)} - entries


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_each_namespace_of_jax_has_a_list(namespace):
    assert f"```{{functions}} jpi.{namespace}\n" in pages()
